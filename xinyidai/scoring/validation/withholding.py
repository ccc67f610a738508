"""Withholding (不授权): no set of items that a firm keeps back may improve its score.

Tried on real rows, and proved: every feature has a sign, a withheld one stands at the worst value
of its range, what is seen is clipped to that range, and the model is monotone. Then what the model
sees after withholding is at least as risky in every coordinate, whatever the subset.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np

from xinyidai.scoring.artefacts import Algorithm
from xinyidai.scoring.validation.monotone import card_of, check_structure
from xinyidai.scoring.validation.report import Check
from xinyidai.scoring.validation.subject import Counts, Subject, items_of
from xinyidai.scoring.values import BatchScores, Flags, Floats, MissingPolicy

EXHAUSTIVE = 10  # 2^10 subsets and fewer are all tried

Mask = tuple[int, ...]
"""Columns that fall together."""


def check_items(subject: Subject, counts: Counts) -> Check:
    """Withhold authorization items: all subsets where they are few, and the best one greedily."""
    items = list(items_of(subject.transform.names).values())
    return _check(
        subject,
        counts,
        items,
        code="withholding_items",
        name="不授权数据项不获益（任意组合）",
    )


def check_features(subject: Subject, counts: Counts) -> Check:
    """Withhold single features: all singles, all pairs, random subsets, and the best greedily.

    A narrower period withholds some features of an item only, so items alone are not enough.
    """
    features = [(i,) for i in range(len(subject.transform.features))]
    return _check(
        subject,
        counts,
        features,
        code="withholding_features",
        name="不授权单个特征不获益（任意组合）",
    )


def _check(
    subject: Subject, counts: Counts, parts: Sequence[Mask], *, code: str, name: str
) -> Check:
    rows = subject.sample(counts.withheld_rows, seed=5)
    plain = subject.model.score_many(rows)
    subsets = list(_subsets(parts, counts.subsets))
    gaining = np.zeros(len(rows), dtype=np.bool_)
    for subset in subsets:
        withheld = np.zeros(rows.shape, dtype=np.bool_)
        withheld[:, subset] = True
        gaining |= _gains(plain, subject.model.score_many(rows, withheld))
    greedy, steps = _greedy(subject, rows, parts, plain)
    gains = int((gaining | greedy).sum())
    tried = (len(subsets) + steps) * len(rows)
    return Check(
        code=code,
        name=name,
        passed=gains == 0,
        value=f"{len(rows):,} 户 × {len(subsets) + steps} 种组合，获益 {gains} 户",
        limit="0 户",
        n=tried,
        note=(
            f"{len(parts)} 部分：{_how(parts)}，另对每户逐步挑选最有利的组合（贪心）。"
            "评分变为数据不足不算获益。"
        ),
        numbers={"gaining_rows": gains, "rows": len(rows), "subsets": len(subsets) + steps},
    )


def _how(parts: Sequence[Mask]) -> str:
    return "全部组合" if len(parts) <= EXHAUSTIVE else "全部单项、全部两项、各种大小的随机组合"


def _subsets(parts: Sequence[Mask], random: int) -> Iterator[Mask]:
    """Yield the columns of each subset tried."""
    places = range(len(parts))
    if len(parts) <= EXHAUSTIVE:
        chosen: Iterator[Sequence[int]] = (
            subset for size in places for subset in combinations(places, size + 1)
        )
    else:
        chosen = _singles_pairs_random(len(parts), random)
    for subset in chosen:
        yield tuple(sorted({column for place in subset for column in parts[place]}))


def _singles_pairs_random(count: int, random: int) -> Iterator[Sequence[int]]:
    yield from ((place,) for place in range(count))
    yield from combinations(range(count), 2)
    draw = np.random.default_rng(6)
    for number in range(random):
        size = 3 + number % (count - 2)
        yield draw.choice(count, size, replace=False).tolist()


def _greedy(
    subject: Subject, rows: Floats, parts: Sequence[Mask], plain: BatchScores
) -> tuple[Flags, int]:
    """Withhold for each row, one after another, the part that helps it most; tell who gained."""
    withheld = np.zeros(rows.shape, dtype=np.bool_)
    gained = np.zeros(len(rows), dtype=np.bool_)
    left = np.ones((len(rows), len(parts)), dtype=np.bool_)
    steps = 0
    for _ in parts:
        best = np.full(len(rows), np.inf)
        choice = np.argmax(left, axis=1)
        for place, columns in enumerate(parts):
            trial = withheld.copy()
            trial[:, columns] = True
            scores = subject.model.score_many(rows, trial)
            gained |= left[:, place] & _gains(plain, scores)
            better = left[:, place] & (scores.log_odds < best)
            best[better], choice[better] = scores.log_odds[better], place
            steps += 1
        for row, place in enumerate(choice.tolist()):
            withheld[row, parts[place]] = True
        left[np.arange(len(rows)), choice] = False
    return gained, steps


def _gains(plain: BatchScores, held: BatchScores) -> Flags:
    """Tell which rows are better off: lower risk, more points, or judged where they were not."""
    judged = ~held.insufficient
    better: Flags = judged & (
        plain.insufficient | (held.pd < plain.pd) | (held.points > plain.points)
    )
    return better


def check_construction(subject: Subject, counts: Counts) -> Check:
    """Check each premise of the proof; together they hold for every firm and every subset."""
    transform = subject.transform
    premises = {
        "缺失有固定位置，模型看不到空值": transform.policy is MissingPolicy.PLACED,
        "每个特征都声明了风险方向": all(feature.sign for feature in transform.features),
        "每个特征的缺失位置在训练范围之内": all(
            f.placed is not None and f.low <= f.placed <= f.high for f in transform.features
        ),
        "未授权一律取范围内最差的值": _is_worst_when_withheld(subject),
        "校准斜率为正": transform.calibration.slope > 0,
        "模型单调": check_structure(subject, counts).passed is True,
    }
    broken = [name for name, holds in premises.items() if not holds]
    return Check(
        code="withholding_construction",
        name="不授权不获益：按构造证明",
        passed=not broken,
        value="、".join(broken) + "不成立" if broken else f"{len(premises)} 个前提全部成立",
        limit="全部成立",
        n=len(premises),
        note=(
            "未授权的特征取最差值，其余不变，所以模型看到的每一项都不比原来安全；"
            "模型单调，评分就不会变好。对任意企业、任意组合成立。"
        ),
        numbers=dict(premises),
    )


def _is_worst_when_withheld(subject: Subject) -> bool:
    transform = subject.transform
    if transform.policy is not MissingPolicy.PLACED:
        return False
    if subject.artefact.algorithm is Algorithm.SCORECARD:
        return all(
            bins.worst >= max(*bins.log_odds, bins.missing) for bins in card_of(subject).features
        )
    rows = subject.sample(200, seed=7)
    seen = transform.matrix(rows, np.ones(rows.shape, dtype=np.bool_))
    return bool((seen == [feature.worst for feature in transform.features]).all())
