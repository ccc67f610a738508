"""What is validated: an artefact, a labelled table and probabilities for rows not trained on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from xinyidai.catalogue.indicators import indicator_dictionary
from xinyidai.catalogue.kinds import ITEMS
from xinyidai.catalogue.missing import Missing, MissingCause
from xinyidai.kernel.errors import InvalidInput
from xinyidai.scoring import artefacts
from xinyidai.scoring.artefacts import Algorithm, Artefact
from xinyidai.scoring.score import Scorer
from xinyidai.scoring.training.challengers import validate_card
from xinyidai.scoring.training.dataset import (
    LabelledTable,
    RawTable,
    Rows,
    labelled,
    read_table,
    splits,
)
from xinyidai.scoring.training.evaluate import calibrated, cross_validate
from xinyidai.scoring.training.fit import TreeParams, fit_calibration
from xinyidai.scoring.training.spec import TrainingSpec, spec_from
from xinyidai.scoring.transform import Transform
from xinyidai.scoring.validation import limits
from xinyidai.scoring.validation.stats import Labels
from xinyidai.scoring.values import (
    BatchScores,
    FeatureKind,
    Flags,
    Floats,
    IndicatorInput,
    ScoreOutcome,
)

Progress = Callable[[str], None]
NO_RECORD = Missing(MissingCause.NO_RECORD)


class Split(StrEnum):
    """Where the probabilities come from that are held against the outcomes."""

    OUT_OF_TIME = "out_of_time"  # 时间外
    OUT_OF_FOLD = "out_of_fold"  # 折外
    EXTERNAL = "external"  # 另一张表


SPLIT_NAMES = {
    Split.OUT_OF_TIME: "时间外（用更早的样本训练和校准，在更晚的样本上检验）",
    Split.OUT_OF_FOLD: "折外（训练表没有时间列，每行由没见过它的折给出概率）",
    Split.EXTERNAL: "外部表（不是训练时的表，直接用现有模型）",
}


class Model(Protocol):
    """What the checks ask of a model; `Scorer` answers it."""

    transform: Transform

    def score_one(self, values: Mapping[str, IndicatorInput], /) -> ScoreOutcome:
        """Score one firm."""

    def score_many(self, raw: Floats, withheld: Flags | None = None, /) -> BatchScores:
        """Score many firms."""


@dataclass(frozen=True)
class Counts:
    """How much is tried; tests ask for less, `make prove` for more."""

    pairs: int = limits.PAIRS
    reason_rows: int = limits.REASON_ROWS
    withheld_rows: int = limits.WITHHELD_ROWS
    subsets: int = limits.SUBSETS
    scored_rows: int = limits.SCORED_ROWS
    simulations: int = limits.SIMULATIONS
    resamples: int = limits.RESAMPLES


@dataclass(frozen=True)
class Subject:
    """A model, its table, and what was promised for rows that it has not seen.

    `raw` has every column, `table` those the specification names; `matrix` holds raw values in the
    model's order, NaN where absent; `pd[i]` is promised for row `tested[i]`.
    """

    artefact: Artefact
    model: Model
    raw: RawTable
    table: LabelledTable
    matrix: Floats
    tested: Rows
    pd: Floats
    split: Split

    @property
    def label(self) -> Labels:
        """The outcome of every row of the table, 1 for default."""
        return self.table.label

    @property
    def times(self) -> NDArray[np.generic] | None:
        """What orders the rows of the table; None without a time column."""
        return self.table.times

    @property
    def outcome(self) -> Labels:
        """The outcomes of the tested rows."""
        found: Labels = self.label[self.tested]
        return found

    @property
    def transform(self) -> Transform:
        """The features and how their gaps are filled."""
        return self.model.transform

    def sample(self, rows: int, seed: int) -> Floats:
        """Return at most so many random rows of the table."""
        chosen = np.random.default_rng(seed).permutation(len(self.matrix))[:rows]
        return self.matrix[np.sort(chosen)]

    def log_odds(self, raw: Floats, withheld: Flags | None = None) -> Floats:
        """Return calibrated log-odds of default; NaN where there is too little to judge."""
        return self.model.score_many(raw, withheld).log_odds

    def values_of(self, row: Floats) -> dict[str, IndicatorInput]:
        """Return one raw row as a firm's indicators; what is absent has no record."""
        return {
            feature.name: _value_of(feature.levels, feature.kind, value)
            for feature, value in zip(self.transform.features, row.tolist(), strict=True)
        }


def _value_of(levels: tuple[str, ...], kind: FeatureKind, value: float) -> IndicatorInput:
    if np.isnan(value):
        return NO_RECORD
    return levels[int(value)] if kind is FeatureKind.CATEGORICAL else value


def load(
    folder: Path, table: Path, progress: Progress, *, time_column: str | None = None
) -> Subject:
    """Read artefact and table and obtain probabilities that can be held against the outcomes.

    On the training table every fold is fitted again by the manifest's settings; on another the
    model itself speaks. Raises `ArtefactRefused` or `InvalidInput`.
    """
    artefact = artefacts.load(folder)
    training = training_of(artefact)
    raw = read_table(table)
    spec = _timed(spec_from(training["spec"]), raw, time_column)
    labelled_table = labelled(raw, spec)
    model = Scorer(artefact)
    matrix = recoded(artefact.transform, labelled_table)
    progress(f"读入 {labelled_table.rows} 行、{matrix.shape[1]} 个特征")
    if raw.sha256 != training["table_sha256"]:
        progress("不是训练时的表：直接用现有模型")
        tested = np.flatnonzero(~artefact.transform.lacks_core(matrix))
        pd, split = model.score_many(matrix[tested]).pd, Split.EXTERNAL
    else:
        tested, pd = _unseen(labelled_table, artefact, progress)
        split = Split.OUT_OF_TIME if spec.time_column else Split.OUT_OF_FOLD
    return Subject(artefact, model, raw, labelled_table, matrix, tested, pd, split)


def training_of(artefact: Artefact) -> Mapping[str, Any]:
    """Return what the manifest says of the training; `InvalidInput` where it says nothing."""
    training = artefact.manifest["training"]
    if not isinstance(training, Mapping):
        raise InvalidInput("模型清单没有训练说明。", code="artefact_refused")
    return training


def recoded(transform: Transform, table: LabelledTable) -> Floats:
    """Return raw values with each category numbered as the model numbers it, NaN if unknown."""
    matrix = table.matrix
    for i, (feature, column) in enumerate(zip(transform.features, table.columns, strict=True)):
        if feature.kind is FeatureKind.CATEGORICAL:
            known = np.array([feature.encode(level) for level in column.levels])
            present = ~np.isnan(matrix[:, i])
            matrix[present, i] = known[matrix[present, i].astype(int)]
    return matrix


def _timed(spec: TrainingSpec, raw: RawTable, asked: str | None) -> TrainingSpec:
    """Return the specification with the table's time column, for later rows are the honest test.

    A column of dates that the training left aside is used as well; with several, one is asked for.
    """
    dates = [name for name, values in raw.columns.items() if values.dtype.kind == "M"]
    column = asked or spec.time_column or (dates[0] if len(dates) == 1 else None)
    return replace(spec, time_column=column, exclude=_beside(spec, raw, column))


def spec_for(spec: TrainingSpec, table: Path) -> TrainingSpec:
    """Return a specification for a table that has more columns than it speaks of."""
    return replace(spec, exclude=_beside(spec, read_table(table), spec.time_column))


def labelled_matrix(artefact: Artefact, raw: RawTable) -> Floats:
    """Return a table's rows as the model takes them: raw values in its order, NaN where absent."""
    spec = _timed(spec_from(training_of(artefact)["spec"]), raw, None)
    return recoded(artefact.transform, labelled(raw, spec))


def _beside(spec: TrainingSpec, raw: RawTable, time_column: str | None) -> tuple[str, ...]:
    """Return the columns that are no features; a bank's own table has others than training had."""
    used = {spec.label.column, time_column, *(feature.name for feature in spec.features)}
    return tuple(name for name in raw.columns if name not in used)


def _unseen(table: LabelledTable, artefact: Artefact, progress: Progress) -> tuple[Rows, Floats]:
    """Fit every fold again; calibrate each on the others, in time order only on the earlier.

    The first fold in time order has nothing earlier to be calibrated on and is left out.
    """
    folds = splits(table)
    if artefact.algorithm is Algorithm.SCORECARD:
        found = validate_card(table, folds, progress)
    else:
        params = TreeParams(**training_of(artefact)["params"])
        found = cross_validate(table, folds, params, progress)
    ends = np.cumsum([len(test) for _, test in folds])
    raw = np.split(found.raw, ends[:-1])
    labels = [table.label[test] for _, test in folds]
    is_chained = table.times is not None
    rows, pds = [], []
    for k, (_, test) in enumerate(folds):
        others = list(range(k)) if is_chained else [j for j in range(len(folds)) if j != k]
        if not others:
            continue
        line = fit_calibration(
            np.concatenate([raw[j] for j in others]), np.concatenate([labels[j] for j in others])
        )
        if line is None:
            raise InvalidInput("有一折的模型不能区分好坏，无法验证。", code="no_signal")
        rows.append(test)
        pds.append(calibrated(raw[k], line))
    return np.concatenate(rows), np.concatenate(pds)


def items_of(names: tuple[str, ...]) -> dict[str, tuple[int, ...]]:
    """Return what a firm can withhold: authorization items with the features that fall with each.

    A feature falls when any of its record kinds is withheld. One that the indicator dictionary does
    not know (a table from elsewhere) is an item of its own.
    """
    known = indicator_dictionary().indicators
    found: dict[str, tuple[int, ...]] = {}
    for item in ITEMS.values():
        rests = tuple(
            i
            for i, name in enumerate(names)
            if name in known and set(known[name].kinds) & set(item.kinds)
        )
        if rests:
            found[item.name] = rests
    return found | {name: (i,) for i, name in enumerate(names) if name not in known}
