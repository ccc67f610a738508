"""Training and evaluation from a table on disk; plain functions, no database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

import lightgbm
import numpy as np
from threadpoolctl import threadpool_limits

from xinyidai.kernel.errors import InvalidInput
from xinyidai.scoring import artefacts
from xinyidai.scoring.artefacts import Algorithm, Artefact
from xinyidai.scoring.calibration import Calibration
from xinyidai.scoring.rules import why_not_activatable
from xinyidai.scoring.score import Scorer
from xinyidai.scoring.training.challengers import (
    Challenge,
    card_proofs,
    challenge,
    installed,
    validate_card,
)
from xinyidai.scoring.training.data_checks import Finding, check_table, compare_with
from xinyidai.scoring.training.dataset import (
    LabelledTable,
    RawTable,
    Split,
    labelled,
    read_table,
    splits,
)
from xinyidai.scoring.training.evaluate import (
    CrossValidation,
    Metrics,
    Progress,
    cross_validate,
    measure,
)
from xinyidai.scoring.training.fit import (
    TreeParams,
    fit_booster,
    fit_calibration,
    levels_of,
    params_for,
)
from xinyidai.scoring.training.leaks import (
    Leak,
    features_of_ids,
    find_leaks,
    id_leaks,
    refuse_unfit_features,
    single_feature_aucs,
)
from xinyidai.scoring.training.placement import learn_transform
from xinyidai.scoring.training.proofs import Proofs, prove
from xinyidai.scoring.training.search import Problem, Search, search
from xinyidai.scoring.training.segments import Segment, segments_of
from xinyidai.scoring.training.spec import TrainingSpec, spec_from
from xinyidai.scoring.transform import Transform
from xinyidai.scoring.values import FeatureKind, Floats, MissingPolicy, ModelState

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
    search: Search | None = None
    challenge: Challenge | None = None
    findings: tuple[Finding, ...] = ()
    segments: tuple[Segment, ...] = ()

    @property
    def algorithm(self) -> Algorithm:
        """What the artefact scores with: the trees, or the scorecard they do not clearly beat."""
        wins = self.challenge is not None and self.challenge.card_wins
        return Algorithm.SCORECARD if wins else Algorithm.LIGHTGBM


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
    findings: tuple[Finding, ...] = ()


def silent(_message: str) -> None:
    """Report progress to nobody."""


def train(spec: TrainingSpec, path: Path, on_progress: Progress = silent) -> TrainedModel:
    """Train, calibrate and cross-validate a model on a labelled table.

    Raises `InvalidInput` for a table or a specification that does not fit, and where the model
    cannot order the outcomes at all.
    """
    # Sums of several threads differ in the last digit, and then the artefact's hash does.
    with threadpool_limits(limits=1):
        return _train(spec, path, on_progress)


def _train(spec: TrainingSpec, path: Path, on_progress: Progress) -> TrainedModel:
    raw = read_table(path)
    table = _opened(raw, spec)
    on_progress(f"读入 {table.rows} 行、{len(table.columns)} 个特征")
    folds = splits(table)
    aucs = single_feature_aucs(table, folds)
    leaks = find_leaks(aucs, features_of_ids(raw, list(aucs)))
    findings = check_table(table, [*leaks, *id_leaks(raw, table.label, folds)])
    for finding in findings:
        on_progress(finding.text)
    found = _searched(table, folds, on_progress)
    params = params_for(table.rows, spec.params) if found is None else found.params
    validation = cross_validate(table, folds, params, on_progress)
    challenge = _challenged(table, folds, validation, on_progress)
    transform, booster = _final(table, params, validation, folds)
    proofs = prove(booster, transform, table.matrix, pairs=_PROOF_PAIRS, rows=_PROOF_ROWS)
    if challenge is not None and challenge.card_wins:
        on_progress("LightGBM 没有明显胜过评分卡：产出的是评分卡模型")
        validation = validate_card(table, folds, on_progress)
        transform = replace(transform, calibration=_calibration(table, validation, folds))
        proofs = card_proofs(challenge.card, transform)
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
        search=found,
        challenge=challenge,
        findings=findings,
        segments=tuple(_segments(raw, table, folds, validation)),
    )


def _searched(table: LabelledTable, folds: Sequence[Split], on_progress: Progress) -> Search | None:
    """Search settings unless the specification gives them; the last part in time stays unseen."""
    if table.spec.params or not table.spec.search:
        return None
    rows = np.arange(table.rows) if table.times is None else folds[-1][0]
    transform = learn_transform(table, rows)
    problem = Problem.of(
        transform.matrix(table.matrix[rows]),
        table.label[rows],
        transform.encoding,
        levels=levels_of(transform),
        signs=[feature.sign for feature in transform.features],
        times=None if table.times is None else table.times[rows],
        seed=table.spec.seed,
    )
    found = search(problem)
    names = "、".join(f"{share.name}（{share.weight:.0%}）" for share in found.params.blend)
    on_progress(f"超参数搜索 {len(found.trials)} 次试验，选中 {names}")
    return found


def _challenged(
    table: LabelledTable, folds: Sequence[Split], trees: CrossValidation, on_progress: Progress
) -> Challenge | None:
    """Train the challengers of a model meant for firms; a reference model needs none."""
    spec = table.spec
    meant = spec.state is ModelState.CANDIDATE and spec.missing is MissingPolicy.PLACED
    if not (spec.challengers and meant):
        return None
    if not installed():
        on_progress("没有安装 challengers 附加包，未训练挑战者模型")
        return None
    return challenge(table, folds, trees, on_progress)


def _segments(
    raw: RawTable, table: LabelledTable, folds: Sequence[Split], validation: CrossValidation
) -> list[Segment]:
    """Measure the segments on the unseen rows, in time order on the last part only."""
    tested, pd = validation.tested, validation.pd
    if table.times is not None:
        count = len(folds[-1][1])
        tested, pd = tested[-count:], pd[-count:]
    return segments_of(raw, table, tested, pd)


def evaluate(folder: Path, path: Path, on_progress: Progress = silent) -> Evaluation:
    """Evaluate an artefact on a table: its own, by refitting all folds, or another.

    Raises `ArtefactRefused` or `InvalidInput`.
    """
    with threadpool_limits(limits=1):
        return _evaluate(folder, path, on_progress)


def _evaluate(folder: Path, path: Path, on_progress: Progress) -> Evaluation:
    artefact = artefacts.load(folder)
    training = artefact.manifest["training"]
    if not isinstance(training, Mapping):
        raise InvalidInput("模型清单没有训练说明。", code="artefact_refused")
    table = _opened(read_table(path), spec_from(training["spec"]))
    if table.sha256 != training["table_sha256"]:
        on_progress("不是训练时的表：用现有模型直接评估")
        found = _measure_shipped(artefact, table)
        findings = compare_with(artefact.transform, table)
        for finding in findings:
            on_progress(finding.text)
        return Evaluation(vars(found), is_refit=False, differences=(), findings=findings)
    if artefact.algorithm is Algorithm.SCORECARD:
        result = validate_card(table, splits(table), on_progress).as_json()
    else:
        params = TreeParams(**training["params"])
        result = cross_validate(table, splits(table), params, on_progress).as_json()
    return Evaluation(result, is_refit=True, differences=_differences(artefact.metrics, result))


def _opened(raw: RawTable, spec: TrainingSpec) -> LabelledTable:
    taken = {spec.label.column, spec.time_column, *spec.exclude}
    names = [feature.name for feature in spec.features] or [
        n for n in raw.columns if n not in taken
    ]
    refuse_unfit_features(raw, [name for name in names if name in raw.columns])
    return labelled(raw, spec)


def _final(
    table: LabelledTable, params: TreeParams, validation: CrossValidation, folds: Sequence[Split]
) -> tuple[Transform, lightgbm.Booster]:
    """Fit on all rows; calibrate on the out-of-fold scores, which no tree has seen."""
    calibration = _calibration(table, validation, folds)
    transform = learn_transform(table, np.arange(table.rows))
    booster = fit_booster(
        transform.matrix(table.matrix),
        table.label,
        transform,
        params,
        seed=table.spec.seed,
        times=table.times,
    )
    return replace(transform, calibration=calibration), booster


def _calibration(
    table: LabelledTable, validation: CrossValidation, folds: Sequence[Split]
) -> Calibration:
    """Return Platt scaling of the out-of-fold scores; in time order without the last part."""
    raw, tested = validation.raw, validation.tested
    if table.times is not None:
        count = len(folds[-1][1])
        raw, tested = raw[:-count], tested[:-count]
    found = fit_calibration(raw, table.label[tested])
    if found is None:
        raise InvalidInput("从这些特征看不出结果的规律，没有产生模型。", code="no_signal")
    return found


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
    raw = _recoded(artefact.transform, table)
    scored = Scorer(artefact).score_many(raw)
    known = ~scored.insufficient
    return measure(scored.pd[known], table.label[known])


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
