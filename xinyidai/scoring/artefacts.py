"""Model artefacts on disk (模型制品): text and JSON under a manifest of hashes, never pickle."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from xinyidai.kernel.errors import Unavailable
from xinyidai.kernel.settings import package_path
from xinyidai.scoring.rules import MASTER_SCALES
from xinyidai.scoring.transform import Transform, transform_from_json
from xinyidai.scoring.values import ModelState

MANIFEST = "manifest.json"
HASHED_FILES = ("model.txt", "transform.json", "metrics.json", "card.md")
# What training may add; a file that is listed here and in the manifest is hashed like the others.
OPTIONAL_FILES = ("search.json", "challengers.json", "segments.json")
SCORECARD = "scorecard.json"
FORMAT = 1


class Algorithm(StrEnum):
    """What computes the raw log-odds, 算法."""

    LIGHTGBM = "lightgbm"  # 梯度提升树，模型在 model.txt
    SCORECARD = "scorecard"  # 评分卡，分值表在 scorecard.json


MODEL_FILE = {Algorithm.LIGHTGBM: "model.txt", Algorithm.SCORECARD: SCORECARD}


class ArtefactRefused(Unavailable):
    """The folder is not an unchanged model artefact, 模型制品不完整或被改动."""

    default_code = "artefact_refused"


@dataclass(frozen=True)
class Artefact:
    """A verified model: every file hashes to what its manifest says.

    `model_text` is LightGBM's text, or the scorecard as JSON; `extras` are the optional documents
    that the manifest lists, by file name.
    """

    folder: Path
    code: str
    version: str
    title: str
    state: ModelState
    is_demo: bool
    obstacles: tuple[str, ...]
    transform: Transform
    model_text: str
    metrics: Mapping[str, object]
    manifest: Mapping[str, object]
    manifest_hash: str
    card: str
    algorithm: Algorithm = Algorithm.LIGHTGBM
    extras: Mapping[str, object] = field(default_factory=dict)

    @property
    def is_activatable(self) -> bool:
        """Tell whether the model may ever be activated for firms; `obstacles` says why not."""
        return not self.obstacles


def load(folder: Path, *, manifest_hash: str | None = None) -> Artefact:
    """Read and verify an artefact folder.

    `manifest_hash` (SHA-256 of manifest.json, as registered) makes the check complete: without it a
    changed file whose manifest was changed along is not noticed. Raises `ArtefactRefused`.
    """
    raw = _bytes_of(folder, MANIFEST)
    found = hashlib.sha256(raw).hexdigest()
    if manifest_hash is not None and found != manifest_hash:
        raise ArtefactRefused("模型清单与登记时不一致。", details={"folder": folder.name})
    try:
        manifest = json.loads(raw)
        contents = {name: _bytes_of(folder, name) for name in _names(manifest)}
        _verify(manifest, contents)
        return _artefact(folder, manifest, contents, found)
    except (KeyError, TypeError, ValueError) as problem:
        raise ArtefactRefused(
            "模型制品的内容读不懂。", details={"folder": folder.name, "problem": str(problem)}
        ) from problem


def shipped_folder(code: str, version: str) -> Path:
    """Return the folder of a model that comes with the product."""
    return package_path("models") / code / version


def newest_shipped(code: str) -> Path:
    """Return the folder of a shipped model's highest version; versions are numbers with dots.

    Raises `ArtefactRefused` where no model of this code is shipped.
    """
    found = [folder for folder in list_shipped() if folder.parent.name == code]
    if not found:
        raise ArtefactRefused(f"没有随产品发布的模型 {code}。")
    return max(found, key=lambda folder: [int(part) for part in folder.name.split(".")])


def list_shipped() -> list[Path]:
    """Return the folders of all models that come with the product, in order of code, version."""
    return sorted(path.parent for path in package_path("models").glob(f"*/*/{MANIFEST}"))


def _bytes_of(folder: Path, name: str) -> bytes:
    try:
        return (folder / name).read_bytes()
    except OSError as problem:
        raise ArtefactRefused(
            f"模型制品缺少文件：{name}。", details={"folder": folder.name}
        ) from problem


def _names(manifest: Mapping[str, object]) -> list[str]:
    """Return the files an artefact has: those of its algorithm, and optional ones it lists."""
    needed = {MODEL_FILE[_algorithm(manifest)], "transform.json", "metrics.json", "card.md"}
    listed = manifest["files"]
    if not isinstance(listed, Mapping) or not needed <= set(listed) <= {*needed, *OPTIONAL_FILES}:
        raise ArtefactRefused("模型清单列出的文件不符。")
    return sorted(listed)


def _algorithm(manifest: Mapping[str, object]) -> Algorithm:
    return Algorithm(str(manifest.get("algorithm", Algorithm.LIGHTGBM.value)))


def _verify(manifest: Mapping[str, object], contents: Mapping[str, bytes]) -> None:
    """Refuse another format, or a file with another hash."""
    if manifest["format"] != FORMAT:
        raise ArtefactRefused("模型制品的格式版本不认识。")
    listed = manifest["files"]
    if not isinstance(listed, Mapping):
        raise ArtefactRefused("模型清单列出的文件不符。")
    for name, content in contents.items():
        if hashlib.sha256(content).hexdigest() != listed[name]:
            raise ArtefactRefused(f"文件被改动过：{name}。", details={"file": name})


def _artefact(
    folder: Path,
    manifest: Mapping[str, object],
    contents: Mapping[str, bytes],
    manifest_hash: str,
) -> Artefact:
    transform = transform_from_json(json.loads(contents["transform.json"]))
    if transform.scale_version not in MASTER_SCALES:
        raise ArtefactRefused("模型使用的等级标尺版本不认识。")
    algorithm, obstacles = _algorithm(manifest), manifest["obstacles"]
    if not isinstance(obstacles, list):
        raise TypeError("obstacles is not a list")
    return Artefact(
        folder=folder,
        code=str(manifest["code"]),
        version=str(manifest["version"]),
        title=str(manifest["title"]),
        state=ModelState(str(manifest["state"])),
        is_demo=manifest["demo"] is True,
        obstacles=tuple(str(obstacle) for obstacle in obstacles),
        transform=transform,
        model_text=contents[MODEL_FILE[algorithm]].decode(),
        metrics=json.loads(contents["metrics.json"]),
        manifest=manifest,
        manifest_hash=manifest_hash,
        card=contents["card.md"].decode(),
        algorithm=algorithm,
        extras={name: json.loads(contents[name]) for name in OPTIONAL_FILES if name in contents},
    )
