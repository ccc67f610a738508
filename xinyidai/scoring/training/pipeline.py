"""Training and evaluation from a table on disk; plain functions, no database."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path

import lightgbm
import numpy as np

from xinyidai.kernel.errors import InvalidInput
from xinyidai.scoring import artefacts
from xinyidai.scoring.artefacts import Artefact
from xinyidai.scoring.rules import why_not_activatable
from xinyidai.scoring.training.dataset import LabelledTable, labelled, read_table, splits
from xinyidai.scoring.training.evaluate import (
    CrossValidation,
    Metrics,
    Progress,
    calibrated,
    cross_validate,
    measure,
)
from xinyidai.scoring.training.fit import (
    TreeParams,
    fit_booster,
    fit_calibration,
    params_for,
    raw_scores,
)
from xinyidai.scoring.training.leaks import (
    Leak,
    find_leaks,
    refuse_unfit_features,
    single_feature_aucs,
)
from xinyidai.scoring.training.placement import learn_transform
from xinyidai.scoring.training.proofs import Proofs, prove
from xinyidai.scoring.training.spec import TrainingSpec, spec_from
from xinyidai.scoring.transform import Transform
from xinyidai.scoring.values import FeatureKind, Floats

SAME_DIGITS = 4
_PROOF_PAIRS = 20_000
_PROOF_ROWS = 200


@dataclass(frozen=True)
class TrainedModel:
    """A model and everything its card must say; `card.write_artefact` puts it on disk."""

    spec: TrainingSpec
    params: TreeParams
    transform: Transform
    model_text: str
    proofs: Proofs
    validation: CrossValidation
    aucs_alone: Mapping[str, float]
    leaks: tuple[Leak, ...]
    obstacles: tuple[str, ...]
    missing_shares: Mapping[str, float]
    table_name: str
    table_sha256: str
    rows: int
    bads: int


@dataclass(frozen=True)
class Evaluation:
    """Metrics found now, beside the card's.

    `is_refit` means the table is the training table and every fold was fitted again; otherwise the
    shipped model was measured on other data. `differences` names metrics that left the card's by
    more than four decimals; it is empty where nothing is comparable.
    """

    metrics: Mapping[str, object]
    is_refit: bool
    differences: tuple[str, ...]


def silent(_message: str) -> None:
    """Report progress to nobody."""


def train(spec: TrainingSpec, path: Path, on_progress: Progress = silent) -> TrainedModel:
    """Train, calibrate and cross-validate a model on a labelled table.

    Raises `InvalidInput` for a table or a specification that does not fit, and where the model
    cannot order the outcomes at all.
    """
    table = _open(spec, path)
    on_progress(f"读入 {table.rows} 行、{len(table.columns)} 个特征")
    folds = splits(table)
    aucs = single_feature_aucs(table, folds)
    leaks = find_leaks(aucs)
    for leak in leaks:
        on_progress(f"疑似泄露：{leak.feature} 单独的 AUC 为 {leak.auc:.3f}")
    params = params_for(table.rows, spec.params)
    validation = cross_validate(table, folds, params, on_progress)
    transform, booster = _final(table, params, validation)
    proofs = prove(booster, transform, table.matrix, pairs=_PROOF_PAIRS, rows=_PROOF_ROWS)
    on_progress("全部数据上的模型完成")
    return TrainedModel(
        spec=table.spec,
        params=params,
        transform=transform,
        model_text=booster.model_to_string(),
        proofs=proofs,
        validation=validation,
        aucs_alone={name: round(auc, 4) for name, auc in aucs.items()},
        leaks=tuple(leaks),
        obstacles=tuple(_obstacles(table.spec, leaks, proofs)),
        missing_shares={
            c.spec.name: round(float(np.isnan(c.values).mean()), 4) for c in table.columns
        },
        table_name=table.name,
        table_sha256=table.sha256,
        rows=table.rows,
        bads=int(table.label.sum()),
    )


def evaluate(folder: Path, path: Path, on_progress: Progress = silent) -> Evaluation:
    """Evaluate an artefact on a table: its own, by refitting all folds, or another.

    Raises `ArtefactRefused` or `InvalidInput`.
    """
    artefact = artefacts.load(folder)
    training = artefact.manifest["training"]
    if not isinstance(training, Mapping):
        raise InvalidInput("模型清单没有训练说明。", code="artefact_refused")
    table = _open(spec_from(training["spec"]), path)
    if table.sha256 != training["table_sha256"]:
        on_progress("不是训练时的表：用现有模型直接评估")
        found = _measure_shipped(artefact, table)
        return Evaluation(metrics=vars(found), is_refit=False, differences=())
    params = TreeParams(**training["params"])
    result = cross_validate(table, splits(table), params, on_progress).as_json()
    return Evaluation(result, is_refit=True, differences=_differences(artefact.metrics, result))


def _open(spec: TrainingSpec, path: Path) -> LabelledTable:
    raw = read_table(path)
    taken = {spec.label.column, spec.time_column, *spec.exclude}
    names = [feature.name for feature in spec.features] or [
        n for n in raw.columns if n not in taken
    ]
    refuse_unfit_features(raw, [name for name in names if name in raw.columns])
    return labelled(raw, spec)


def _final(
    table: LabelledTable, params: TreeParams, validation: CrossValidation
) -> tuple[Transform, lightgbm.Booster]:
    """Fit on all rows; calibrate on the out-of-fold scores, which no tree has seen."""
    calibration = fit_calibration(validation.raw, table.label[validation.tested])
    if calibration is None:
        raise InvalidInput("从这些特征看不出结果的规律，没有产生模型。", code="no_signal")
    transform = learn_transform(table, np.arange(table.rows))
    booster = fit_booster(
        transform.matrix(table.matrix), table.label, transform, params, seed=table.spec.seed
    )
    return replace(transform, calibration=calibration), booster


def _obstacles(spec: TrainingSpec, leaks: list[Leak], proofs: Proofs) -> list[str]:
    return why_not_activatable(
        policy=spec.missing,
        state=spec.state,
        unsigned=[feature.name for feature in spec.features if not feature.monotone],
        leaks=[leak.feature for leak in leaks if leak.feature not in spec.leaks_reviewed],
        failed_proofs=proofs.failures,
    )


def _measure_shipped(artefact: Artefact, table: LabelledTable) -> Metrics:
    """Measure the shipped model itself on a table it was not trained on."""
    booster = lightgbm.Booster(model_str=artefact.model_text)
    seen = artefact.transform.matrix(_recoded(artefact.transform, table))
    return measure(
        calibrated(raw_scores(booster, seen), artefact.transform.calibration), table.label
    )


def _recoded(transform: Transform, table: LabelledTable) -> Floats:
    """Return raw values with each category numbered as the model numbers it."""
    matrix = table.matrix
    for i, (feature, column) in enumerate(zip(transform.features, table.columns, strict=True)):
        if feature.kind is FeatureKind.CATEGORICAL:
            known = [feature.encode(level) for level in column.levels]
            matrix[:, i] = [np.nan if np.isnan(v) else known[int(v)] for v in matrix[:, i]]
    return matrix


def _differences(card: Mapping[str, object], found: Mapping[str, object]) -> tuple[str, ...]:
    """Name the metrics that differ once rounded to four decimals."""
    shipped, now = card["out_of_fold"], found["out_of_fold"]
    if not isinstance(shipped, Mapping) or not isinstance(now, Mapping):
        raise InvalidInput("指标文件读不懂。", code="artefact_refused")
    differs = [
        item.name
        for item in fields(Metrics)
        if abs(shipped[item.name] - now[item.name]) > 0.5 * 10**-SAME_DIGITS
    ]
    if len(_folds(card)) != len(_folds(found)):
        return (*differs, "folds")
    for number, (old, new) in enumerate(zip(_folds(card), _folds(found), strict=True), start=1):
        if abs(old["auc"] - new["auc"]) > 0.5 * 10**-SAME_DIGITS:
            differs.append(f"fold {number} auc")
    return tuple(differs)


def _folds(metrics: Mapping[str, object]) -> list[Mapping[str, float]]:
    folds = metrics["folds"]
    return folds if isinstance(folds, list) else []
