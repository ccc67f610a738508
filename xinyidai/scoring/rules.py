"""Rules of the score: master scale, points, which fields may never enter, who may be activated."""

import math
import re
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from xinyidai.kernel.errors import InvalidInput
from xinyidai.scoring.values import Floats, Grade, MissingPolicy, ModelState

MASTER_SCALE_VERSION = "2026.1"

# Each grade ends below its probability of default; D has no end. Steps are about a factor of two,
# so that a grade up or down means the risk halves or doubles.
MASTER_SCALES: dict[str, tuple[tuple[Grade, float], ...]] = {
    "2026.1": (
        (Grade.AAA, 0.003),
        (Grade.AA, 0.006),
        (Grade.A, 0.012),
        (Grade.BBB, 0.025),
        (Grade.BB, 0.05),
        (Grade.B, 0.10),
        (Grade.CCC, 0.20),
        (Grade.CC, 0.35),
        (Grade.C, 0.55),
        (Grade.D, math.inf),
    ),
}

LOWEST_POINTS = 300
HIGHEST_POINTS = 900
BASE_POINTS = 600  # at the base odds
BASE_ODDS = 19.0  # good to bad, a probability of default of 5 %
POINTS_TO_DOUBLE_ODDS = 50  # pdo

MAX_REASONS = 4
SMALLEST_REASON = 0.01  # log-odds; below it a reason says nothing a firm could act on
LEAK_AUC = 0.85  # one feature alone above this is looked at before anything else is believed

_ID_NAME = re.compile(
    r"(^|_)(e?id|uid|uuid|uscc|phone|mobile|name)$|编号|代号|信用代码|身份证|名称|姓名|手机|电话",
    re.IGNORECASE,
)
_ID_PART_NAME = re.compile(
    r"(^|_)(e?id|uid|uuid|uscc)_?(prefix|head|start|hash|part|code|\d+)|prefix|hash|编号前|代码前",
    re.IGNORECASE,
)
_FORBIDDEN_NAME = re.compile(
    r"gender|(^|_)sex($|_)|ethnic|nationality|religio|native_place|marital|health|biometric"
    r"|personal_(credit_)?points|shangding|性别|民族|宗教|籍贯|婚姻|病史|基因|个人.*积分|商鼎分"
    r"|bank_rating|信誉评级",
    re.IGNORECASE,
)


def check_master_scale(scale: Sequence[tuple[Grade, float]]) -> None:
    """Raise `ValueError` unless every grade stands once, in order, with growing ends."""
    if [grade for grade, _ in scale] != list(Grade) or scale[-1][1] != math.inf:
        raise ValueError("a master scale names every grade once, best first, the last without end")
    if any(later <= earlier for (_, earlier), (_, later) in pairwise(scale)):
        raise ValueError("the ends of a master scale must grow")


for _scale in MASTER_SCALES.values():
    check_master_scale(_scale)


def grade_of(pd: float, scale_version: str = MASTER_SCALE_VERSION) -> Grade:
    """Return the grade whose band holds this probability of default."""
    if not 0 <= pd <= 1:
        raise InvalidInput("违约概率必须在 0 到 1 之间。", code="bad_probability")
    return next(grade for grade, end in MASTER_SCALES[scale_version] if pd < end)


def points_of(log_odds: float) -> int:
    """Return 评分 from 300 to 900 for calibrated log-odds of default; 50 points halve the odds."""
    doublings = (-log_odds - math.log(BASE_ODDS)) / math.log(2)
    points = round(BASE_POINTS + POINTS_TO_DOUBLE_ODDS * doublings)
    return max(LOWEST_POINTS, min(HIGHEST_POINTS, points))


def grade_ends(scale_version: str) -> list[float]:
    """Return where each grade but the last ends, best first."""
    return [end for _, end in MASTER_SCALES[scale_version][:-1]]


def grades_of(pd: Floats, scale_version: str = MASTER_SCALE_VERSION) -> list[Grade]:
    """Return `grade_of` of each probability of default."""
    grades = [grade for grade, _ in MASTER_SCALES[scale_version]]
    places = np.searchsorted(grade_ends(scale_version), pd, side="right")
    return [grades[place] for place in places.tolist()]


def points_of_many(log_odds: Floats) -> NDArray[np.int64]:
    """Return `points_of` of each: the same operations in the same order, so the same points."""
    doublings = (-log_odds - math.log(BASE_ODDS)) / math.log(2)
    points = np.rint(BASE_POINTS + POINTS_TO_DOUBLE_ODDS * doublings)
    return np.clip(points, LOWEST_POINTS, HIGHEST_POINTS).astype(np.int64)


def is_id_name(name: str) -> bool:
    """Tell whether a column's name says that it identifies instead of describing."""
    return _ID_NAME.search(name) is not None


def is_id_part_name(name: str) -> bool:
    """Tell whether a column's name says that it is cut from an id or hashed."""
    return _ID_PART_NAME.search(name) is not None


def is_forbidden_feature(name: str) -> bool:
    """Tell whether a field may never enter a score.

    Personal traits and personal points are refused by 征信业务管理办法 and by product decision; a
    bank's own rating is nearly the outcome itself.
    """
    return _FORBIDDEN_NAME.search(name) is not None


def why_not_activatable(
    *,
    policy: MissingPolicy,
    state: ModelState,
    unsigned: Sequence[str],
    leaks: Sequence[str],
    failed_proofs: int,
) -> list[str]:
    """Return every reason, in Chinese, why a model may not score firms; empty when it may."""
    reasons = []
    if state is ModelState.REFERENCE:
        reasons.append("参考模型，不用于企业。")
    if policy is not MissingPolicy.PLACED:
        reasons.append("缺失值没有固定位置，不授权可能换来更好的评分。")
    if unsigned:
        reasons.append(f"这些特征没有声明风险方向：{'、'.join(unsigned)}。")
    if leaks:
        reasons.append(f"这些特征疑似泄露结果，尚未复核：{'、'.join(leaks)}。")
    if failed_proofs:
        reasons.append(f"风险方向或不授权的检验有 {failed_proofs} 处不通过。")
    return reasons
