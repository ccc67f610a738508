"""Invented tables with a known truth, and models trained on them once for the session."""

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from xinyidai.scoring.score import Scorer
from xinyidai.scoring.training.card import write_artefact
from xinyidai.scoring.training.pipeline import TrainedModel, train
from xinyidai.scoring.training.spec import TrainingSpec, spec_from

SIGNS = {"sales": -1, "months": -1, "void_share": 1, "overdue": 1, "buyers": -1, "growth": -1}


def firms(rows: int = 1_500, seed: int = 7) -> dict[str, list[object]]:
    """Firms whose risk follows the signs, with gaps that themselves carry a little risk."""
    draw = np.random.default_rng(seed)
    table = {
        "sales": draw.lognormal(3, 1, rows),
        "months": draw.integers(0, 37, rows).astype(float),
        "void_share": draw.beta(1, 8, rows),
        "overdue": draw.poisson(0.4, rows).astype(float),
        "buyers": draw.integers(1, 60, rows).astype(float),
        "growth": draw.normal(0, 0.4, rows),
    }
    risk = -2.4 - 0.8 * np.log(table["sales"] / 20) - table["months"] / 20 + 6 * table["void_share"]
    risk += 1.2 * table["overdue"] - 0.02 * table["buyers"] - table["growth"]
    for position, name in enumerate(("void_share", "buyers", "growth")):
        gap = draw.random(rows) < 0.1
        risk[gap] += 0.4 * position
        table[name][gap] = np.nan
    bad = draw.random(rows) < 1 / (1 + np.exp(-risk))
    columns: dict[str, list[object]] = {
        name: ["" if np.isnan(v) else float(v) for v in values] for name, values in table.items()
    }
    columns["defaulted"] = [int(value) for value in bad]
    return columns


def write_csv(path: Path, columns: dict[str, list[object]]) -> Path:
    """Write columns to a CSV file."""
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))
    return path


@pytest.fixture(scope="session")
def columns() -> dict[str, list[object]]:
    """The invented firms as columns; copy before changing."""
    return firms()


@pytest.fixture
def table_of(tmp_path: Path) -> Callable[[dict[str, list[object]]], Path]:
    """Write columns to a fresh CSV file and return its path."""
    return lambda columns: write_csv(tmp_path / "table.csv", columns)


@pytest.fixture(scope="session")
def table(tmp_path_factory: pytest.TempPathFactory, columns: dict[str, list[object]]) -> Path:
    """The invented firms as a CSV file."""
    return write_csv(tmp_path_factory.mktemp("训练 表") / "firms.csv", columns)


@pytest.fixture(scope="session")
def spec() -> TrainingSpec:
    """A specification that may be activated: every sign declared, gaps placed."""
    return spec_from(
        {
            "code": "test-city",
            "missing": "placed",
            "search": False,
            "challengers": False,
            "min_core": 2,
            "label": {"column": "defaulted"},
            "features": [
                {
                    "name": name,
                    "label": f"指标{name}",
                    "monotone": sign,
                    "justification": "按构造",
                    "core": name in {"sales", "months", "overdue"},
                }
                for name, sign in SIGNS.items()
            ],
        }
    )


@pytest.fixture(scope="session")
def trained(spec: TrainingSpec, table: Path) -> TrainedModel:
    """The model of the invented firms."""
    return train(spec, table)


@pytest.fixture(scope="session")
def artefact_folder(trained: TrainedModel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its artefact on disk; copy before changing."""
    return write_artefact(trained, tmp_path_factory.mktemp("models") / "test-city" / "1")


@pytest.fixture(scope="session")
def scorer(artefact_folder: Path) -> Scorer:
    """The loaded model."""
    return Scorer.from_folder(artefact_folder)


@pytest.fixture(scope="session")
def raw(columns: dict[str, list[object]]) -> np.ndarray:
    """The invented firms as the score takes them: rows × features, NaN where absent."""
    return np.array(
        [[np.nan if v == "" else v for v in columns[name]] for name in SIGNS], dtype=np.float64
    ).T
