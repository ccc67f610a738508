"""Drift between the earlier and the later rows of the table, with and without labels."""

import lightgbm
import numpy as np

from xinyidai.scoring.validation import limits, stats
from xinyidai.scoring.validation.drift import ALERTS, Psi, expected_performance, psi
from xinyidai.scoring.validation.report import Check
from xinyidai.scoring.validation.subject import Counts, Split, Subject
from xinyidai.scoring.values import Flags, Floats

LATER_SHARE = 0.3
_MOST_ROWS = 10_000
_TREES = {"num_leaves": 8, "learning_rate": 0.1, "min_data_in_leaf": 50, "verbosity": -1}
_NO_TIME = "表里没有时间列，分不出先后。"


def is_later(subject: Subject) -> Flags | None:
    """Tell which rows are the latest 30 %; None where the table has no time column."""
    if subject.times is None:
        return None
    _, ranks = np.unique(subject.times, return_inverse=True)
    share = np.cumsum(np.bincount(ranks)) / len(ranks)
    later: Flags = (share > 1 - LATER_SHARE)[ranks]
    return later


def check_stability(subject: Subject, _counts: Counts) -> Check:
    """Compare each feature and the score of the later rows with the earlier ones by PSI."""
    later = is_later(subject)
    code, name, limit = "stability_psi", "特征和评分的稳定性 PSI", f"PSI < {limits.PSI_SOME}"
    if later is None:
        return not_binding(code, name, limit, _NO_TIME)
    scores = subject.log_odds(subject.matrix)
    columns = {
        feature.wording.label: subject.matrix[:, i]
        for i, feature in enumerate(subject.transform.features)
    }
    found = {key: psi(v[~later], v[later]) for key, v in {**columns, "评分": scores}.items()}
    alerts = [key for key, one in found.items() if one.verdict in ALERTS]
    worst = max(found, key=lambda key: found[key].value)
    return Check(
        code=code,
        name=name,
        passed=not alerts,
        value=f"最大 {worst} {found[worst].value:.3f}；报警：{'、'.join(alerts) or '没有'}",
        limit=limit,
        n=len(later),
        binding=False,
        note=f"较晚的 {later.mean():.0%} 行对较早的；“变没变”按样本量的 χ² 临界值判断。",
        numbers={key: psi_json(one) for key, one in found.items()},
    )


def psi_json(one: Psi) -> dict[str, object]:
    """Return a comparison as plain values."""
    return {
        "psi": one.value,
        "critical": one.critical,
        "verdict": one.verdict.value,
        "earlier": one.earlier,
        "later": one.later,
        "new_categories": list(one.new_categories),
    }


def check_expected(subject: Subject, counts: Counts) -> Check:
    """Estimate AUC and bad rate without labels, then look whether the labels lie in the band.

    It tests the early warning itself: where the band misses, the warning would have cried.
    """
    found = expected_performance(subject.pd, counts.resamples)
    area, rate = stats.auc(subject.pd, subject.outcome), float(subject.outcome.mean())
    inside = (
        found.bad_rate.low <= rate <= found.bad_rate.high
        and found.auc.low <= area.value <= found.auc.high
    )
    return Check(
        code="label_free",
        name="无标签估计：预计与实际",
        passed=inside,
        value=(
            f"违约率预计 {found.bad_rate}，实际 {rate:.3f}；AUC 预计 {found.auc}，"
            f"实际 {area.value:.3f}"
        ),
        limit="实际值在预计的 95 % 区间内",
        n=len(subject.pd),
        binding=False,
        note="区间只含偶然误差；实际值在区间外，说明概率已经偏离，须重新校准。",
        numbers={
            "bad_rate": vars(found.bad_rate),
            "auc": vars(found.auc),
            "seen_bad_rate": rate,
            "seen_auc": area.value,
        },
    )


def check_resemblance(subject: Subject, _counts: Counts) -> Check:
    """Train a model to tell later rows from earlier ones; where it cannot, they look alike."""
    later = is_later(subject)
    code, name = "resemblance", "相似度模型：能否分出早晚两段样本"
    limit = f"AUC ≤ {limits.RESEMBLANCE_CEILING:.2f}"
    if later is None or subject.split is Split.EXTERNAL:
        return not_binding(code, name, limit, _NO_TIME)
    found = resemblance(subject.matrix[~later], subject.matrix[later])
    return Check(
        code=code,
        name=name,
        passed=found.value <= limits.RESEMBLANCE_CEILING,
        value=f"AUC {found}",
        limit=limit,
        n=len(later),
        binding=False,
        note="0.5 表示分不出来，两段样本看起来一样。",
        numbers=vars(found),
    )


def resemblance(train: Floats, live: Floats, seed: int = 1) -> stats.Estimate:
    """Return the AUC, out of fold, of telling live rows from training rows (Booster, two folds)."""
    draw = np.random.default_rng(seed)
    rows = np.concatenate([_some(train, draw), _some(live, draw)])
    is_live = np.zeros(len(rows), dtype=np.int8)
    is_live[-min(len(live), _MOST_ROWS) :] = 1
    half = draw.permutation(len(rows)) % 2
    guess = np.empty(len(rows))
    for side in (0, 1):
        data = lightgbm.Dataset(rows[half != side], is_live[half != side].astype(np.float64))
        settings = _TREES | {"objective": "binary", "num_threads": 1, "seed": seed}
        booster = lightgbm.train(settings, data, num_boost_round=60)
        guess[half == side] = np.asarray(booster.predict(rows[half == side], num_threads=1))
    return stats.auc(guess, is_live)


def _some(rows: Floats, draw: np.random.Generator) -> Floats:
    return rows[draw.permutation(len(rows))[:_MOST_ROWS]]


def not_binding(code: str, name: str, limit: str, why: str) -> Check:
    """Return a check without a verdict that does not keep a model from being activated."""
    return Check(
        code=code,
        name=name,
        passed=None,
        value="不评价",
        limit=limit,
        n=0,
        binding=False,
        note=why,
    )
