import json
import shutil
from pathlib import Path

import pytest

from xinyidai.scoring import artefacts
from xinyidai.scoring.artefacts import HASHED_FILES, ArtefactRefused
from xinyidai.scoring.score import Scorer
from xinyidai.scoring.values import ModelState

GOLDEN_PD = 0.3524054071882698
GOLDEN_REASONS = ["SBA_Appv", "NAICS2", "LowDoc"]


@pytest.fixture
def copied(artefact_folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(artefact_folder, tmp_path / "copy"))


def edit_manifest(folder: Path, **changes: object) -> None:
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_an_unchanged_artefact_loads_and_says_what_it_is(artefact_folder):
    artefact = artefacts.load(artefact_folder)
    assert (artefact.code, artefact.state) == ("test-city", ModelState.CANDIDATE)
    assert artefact.is_activatable


@pytest.mark.parametrize("name", HASHED_FILES)
def test_one_changed_byte_is_refused(copied, name):
    path = copied / name
    path.write_bytes(path.read_bytes().replace(b"1", b"2", 1))
    with pytest.raises(ArtefactRefused, match="改动"):
        artefacts.load(copied)


@pytest.mark.parametrize("name", [*HASHED_FILES, "manifest.json"])
def test_a_missing_file_is_refused(copied, name):
    (copied / name).unlink()
    with pytest.raises(ArtefactRefused, match=name):
        artefacts.load(copied)


def test_a_manifest_other_than_the_registered_one_is_refused(copied):
    registered = artefacts.load(copied).manifest_hash
    edit_manifest(copied, title="another")
    with pytest.raises(ArtefactRefused, match="登记"):
        artefacts.load(copied, manifest_hash=registered)


@pytest.mark.parametrize(
    "changes", [{"format": 2}, {"files": {}}, {"state": "golden"}, {"obstacles": "none"}]
)
def test_a_manifest_it_does_not_understand_is_refused(copied, changes):
    edit_manifest(copied, **changes)
    with pytest.raises(ArtefactRefused):
        artefacts.load(copied)


def test_every_shipped_model_loads_and_stays_small():
    folders = artefacts.list_shipped()
    assert artefacts.shipped_folder("sba-reference", "1") in folders
    for folder in folders:
        Scorer.from_folder(folder)
        assert (folder / "model.txt").stat().st_size < 1_500_000


def test_the_reference_model_can_never_be_activated():
    artefact = artefacts.load(artefacts.shipped_folder("sba-reference", "1"))
    assert artefact.state is ModelState.REFERENCE
    assert not artefact.is_activatable


def test_the_reference_model_gives_a_fixed_row_a_fixed_score():
    scorer = Scorer.from_folder(artefacts.shipped_folder("sba-reference", "1"))
    row = {"NewExist": 1, "GrAppv": 50_000, "SBA_Appv": 25_000, "RevLineCr": 1, "LowDoc": 0}
    outcome = scorer.score_one(row | {"NAICS2": "44-45"})
    assert outcome.pd == pytest.approx(GOLDEN_PD, abs=1e-12)
    assert [reason.feature for reason in outcome.reasons] == GOLDEN_REASONS
