"""Monotonicity (单调性): tried by millions of perturbations, and proved tree by tree.

A flag of a library is not believed: two of LightGBM's three methods break it on data with gaps.
"""

import json
from collections.abc import Mapping
from typing import Any

import lightgbm
import numpy as np

from xinyidai.scoring.artefacts import Algorithm
from xinyidai.scoring.scorecard import Scorecard, scorecard_from_json
from xinyidai.scoring.transform import Transform
from xinyidai.scoring.validation.report import Check
from xinyidai.scoring.validation.subject import Counts, Subject
from xinyidai.scoring.values import Floats

STEPS = 8  # nine values of one feature make eight neighbouring pairs
_BLOCK = 4_000
_HALF = 0.5
_EXTRA_GAPS = 0.08


def check_monotone(subject: Subject, counts: Counts) -> Check:
    """Move one signed feature of random rows to the riskier side; no score may get better.

    Half of the values come from real rows, half from the whole range; the rows keep their gaps and
    get more. Neighbouring values are compared, which covers every pair of the nine.
    """
    signed = [i for i, feature in enumerate(subject.transform.features) if feature.sign]
    tried = wrong = with_gaps = 0
    worst = 0.0
    draw = np.random.default_rng(1)
    while signed and tried < counts.pairs:
        size = min(_BLOCK, -(-(counts.pairs - tried) // STEPS))
        base = _with_gaps(subject.matrix[draw.integers(0, len(subject.matrix), size)], draw)
        which = draw.choice(signed, size)
        ladders = _ladders(subject, which, draw)
        rows = np.repeat(base, STEPS + 1, axis=0)
        rows[np.arange(len(rows)), np.repeat(which, STEPS + 1)] = ladders.ravel()
        rises = np.diff(subject.log_odds(rows).reshape(size, STEPS + 1), axis=1)
        wrong += int((rises < 0).sum())
        worst = min(worst, float(np.nanmin(rises, initial=0.0)))
        with_gaps += STEPS * int(np.isnan(base).any(axis=1).sum())
        tried += size * STEPS
    return Check(
        code="monotone",
        name="风险方向：单特征变差，评分不得变好",
        passed=wrong == 0 if tried else None,
        value=f"{tried:,} 次扰动，违反 {wrong} 次",
        limit="0 次",
        n=tried,
        note=f"其中 {with_gaps:,} 次的行里有缺失值；没有声明方向的特征不在其中。",
        numbers={"violations": wrong, "worst_log_odds": -worst, "tried_with_gaps": with_gaps},
    )


def _with_gaps(rows: Floats, draw: np.random.Generator) -> Floats:
    return np.where(draw.random(rows.shape) < _EXTRA_GAPS, np.nan, rows)


def _ladders(subject: Subject, which: np.ndarray[Any, Any], draw: np.random.Generator) -> Floats:
    """Return nine values for each row's feature, the safest first."""
    features = subject.transform.features
    low = np.array([feature.low for feature in features])[which][:, None]
    high = np.array([feature.high for feature in features])[which][:, None]
    sign = np.array([feature.sign for feature in features])[which][:, None]
    size = (len(which), STEPS + 1)
    uniform = low + draw.random(size) * (high - low)
    real = subject.matrix[draw.integers(0, len(subject.matrix), size), which[:, None]]
    mixed = np.where(np.isnan(real) | (draw.random(size) < _HALF), uniform, real)
    ladders: Floats = np.sort(mixed * sign, axis=1) * sign
    return ladders


def check_structure(subject: Subject, _counts: Counts) -> Check:
    """Prove monotonicity for every possible input from the trees themselves.

    At each split on a signed feature the largest leaf of the safer side must not exceed the
    smallest of the riskier side. Two inputs that differ in one feature part at such a split, so
    the riskier one never ends in a lower leaf; sums of doubles keep that order.
    """
    if subject.artefact.algorithm is Algorithm.SCORECARD:
        return _check_card(subject)
    booster = lightgbm.Booster(model_str=subject.artefact.model_text)
    splits = wrong = 0
    for tree in booster.dump_model()["tree_info"]:
        found = _inspect(tree["tree_structure"], subject.transform)
        splits, wrong = splits + found[0], wrong + found[1]
    return Check(
        code="monotone_structure",
        name="风险方向：逐树证明（对任何输入成立）",
        passed=wrong == 0,
        value=f"{splits:,} 个分裂，违反 {wrong} 处",
        limit="0 处",
        n=splits,
        note="安全一侧的最大叶值不超过风险一侧的最小叶值；两个只差一个特征的输入在这样的分裂处分开。",
        numbers={"splits": splits, "violations": wrong},
    )


def _check_card(subject: Subject) -> Check:
    """Prove it for a scorecard: its points are finite, so every step between bins is looked at."""
    card = card_of(subject)
    steps = [
        np.diff(bins.log_odds) * feature.sign
        for bins, feature in zip(card.features, subject.transform.features, strict=True)
    ]
    tried, wrong = sum(map(len, steps)), sum(int((step < 0).sum()) for step in steps)
    return Check(
        code="monotone_structure",
        name="风险方向：逐箱证明（对任何输入成立）",
        passed=wrong == 0,
        value=f"{tried:,} 级台阶，违反 {wrong} 处",
        limit="0 处",
        n=tried,
        note="评分卡是各特征分值之和；每个特征相邻两箱的分值都不违反风险方向。",
        numbers={"splits": tried, "violations": wrong},
    )


def card_of(subject: Subject) -> Scorecard:
    """Return the points table of an artefact that is a scorecard."""
    return scorecard_from_json(json.loads(subject.artefact.model_text), subject.transform)


def _inspect(node: Mapping[str, Any], transform: Transform) -> tuple[int, int, float, float]:
    """Return signed splits, wrong ones, the smallest and the largest leaf below a node."""
    if "split_feature" not in node:
        leaf = float(node["leaf_value"])
        return 0, 0, leaf, leaf
    left = _inspect(node["left_child"], transform)
    right = _inspect(node["right_child"], transform)
    sign = transform.features[node["split_feature"]].sign
    wrong = 0
    if sign:
        safer, riskier = (left, right) if sign > 0 else (right, left)
        wrong = int(node["decision_type"] != "<=" or safer[3] > riskier[2])
    return (
        left[0] + right[0] + abs(sign),
        left[1] + right[1] + wrong,
        min(left[2], right[2]),
        max(left[3], right[3]),
    )
