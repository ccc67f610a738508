"""Bit-for-bit rebuild (重建核对): the same table and specification must give the same files."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from xinyidai.kernel.errors import InvalidInput
from xinyidai.scoring import artefacts
from xinyidai.scoring.artefacts import MANIFEST
from xinyidai.scoring.training.card import artefact_files
from xinyidai.scoring.training.dataset import file_sha256
from xinyidai.scoring.training.evaluate import Progress
from xinyidai.scoring.training.pipeline import train
from xinyidai.scoring.training.spec import spec_from


@dataclass(frozen=True)
class Rebuild:
    """Hashes of the kept and the rebuilt manifest and the names of files that differ."""

    kept_hash: str
    rebuilt_hash: str
    differing: tuple[str, ...]
    libraries: Mapping[str, str]


def rebuild(folder: Path, table: Path, progress: Progress) -> Rebuild:
    """Train again by the manifest's own specification and compare every file.

    Raises `InvalidInput` where the table is not the one the manifest names, and `ArtefactRefused`.
    """
    kept = artefacts.load(folder)
    training = kept.manifest["training"]
    if not isinstance(training, Mapping):
        raise InvalidInput("模型清单没有训练说明。", code="artefact_refused")
    if file_sha256(table) != training["table_sha256"]:
        raise InvalidInput("不是训练时的表，无法重建。", code="other_table")
    trained = train(spec_from(training["spec"]), table, progress)
    files = artefact_files(trained)
    names = sorted({*files, *(path.name for path in folder.iterdir() if path.name in _known(kept))})
    differing = [
        name
        for name in names
        if name not in files
        or not (folder / name).is_file()
        or (folder / name).read_bytes() != files[name]
    ]
    return Rebuild(
        kept_hash=kept.manifest_hash,
        rebuilt_hash=hashlib.sha256(files[MANIFEST]).hexdigest(),
        differing=tuple(differing),
        libraries=dict(training["libraries"]),
    )


def _known(kept: artefacts.Artefact) -> set[str]:
    listed = kept.manifest["files"]
    return {MANIFEST, *(listed if isinstance(listed, Mapping) else ())}
