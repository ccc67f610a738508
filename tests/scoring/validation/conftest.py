"""A validated model of the invented firms, and models with a planted fault."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from xinyidai.scoring.validation.report import ValidationReport
from xinyidai.scoring.validation.run import validate
from xinyidai.scoring.validation.subject import Counts, Subject, load

FEW = Counts(
    pairs=4_000,
    reason_rows=60,
    withheld_rows=30,
    subsets=10,
    scored_rows=60,
    simulations=100,
    resamples=30,
)


class Planted:
    """A model that answers as another does; a test overrides what shall be wrong."""

    def __init__(self, model, transform=None):
        self.model = model
        self.transform = transform or model.transform

    def score_one(self, values):
        return self.model.score_one(values)

    def score_many(self, raw, withheld=None):
        return self.model.score_many(raw, withheld)


def silent(_line: str) -> None:
    """Report progress to nobody."""


@pytest.fixture(scope="session")
def validated_folder(artefact_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the artefact in which reports may be written."""
    return shutil.copytree(artefact_folder, tmp_path_factory.mktemp("validated") / "test-city")


@pytest.fixture(scope="session")
def subject(validated_folder: Path, table: Path) -> Subject:
    """The model of the invented firms on its training table, out of fold."""
    return load(validated_folder, table, silent)


@pytest.fixture(scope="session")
def found(subject: Subject) -> ValidationReport:
    """Its validation with few tries."""
    return validate(subject, FEW, silent)


@pytest.fixture
def planted(subject: Subject):
    """Return the subject with another model in place of its own."""
    return lambda model: replace(subject, model=model)
