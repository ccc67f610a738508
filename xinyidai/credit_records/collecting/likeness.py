"""How much a heading of a file is like a heading that is known, from 0 to 1.

Departments write 处罚时间 for 处罚日期, 文号（必填） for 文号: words of one meaning are made
one, then headings are compared whole, as part of each other, and by their pairs of signs.
"""

import re
from functools import lru_cache

from xinyidai.credit_records.collecting.headings import clean_heading

NOISE = re.compile(
    r"(必填项?|选填|非必填|可为空|如有|18位|格式.*|单位[:：]?(万元|元|人|家)|万元|元|yyyymmdd"
    r"|text|varchar)+$"
)
LEADING = re.compile(r"^(企业|单位|公司|主体|法人单位|行政|作出|本次|信息|\d+)+")
SAME = (
    ("年月日", "日期"), ("时间", "日期"), ("日子", "日期"), ("号码", "编号"), ("代号", "编号"),
    ("文书号", "文号"), ("决定书", ""), ("决定", ""), ("数额", "金额"), ("额度", "金额"),
    ("款额", "金额"), ("类型", "类别"), ("种类", "类别"), ("事由", "原因"), ("理由", "原因"),
    ("部门", "机关"), ("机构", "机关"), ("全称", "名称"), ("的", ""),
)  # fmt: skip
EXACT, SAME_WORDS, SAME_CORE, PART, PAIRS = 1.0, 0.95, 0.88, 0.45, 0.8
SHORTEST_PART = 2
ENOUGH_PAIRS = 0.5


@lru_cache(maxsize=20_000)
def plain_heading(heading: str) -> str:
    """Return a heading without notes and with one word for words that mean the same."""
    text = NOISE.sub("", clean_heading(heading)) or clean_heading(heading)
    for word, instead in SAME:
        text = text.replace(word, instead)
    if text.endswith("单位"):
        text = f"{text[:-2]}机关"
    return text


@lru_cache(maxsize=200_000)
def likeness(heading: str, known: str) -> float:
    """Compare two headings."""
    if heading == known or clean_heading(heading) == clean_heading(known):
        return EXACT
    ours, theirs = plain_heading(heading), plain_heading(known)
    if not ours or not theirs:
        return 0.0
    if ours == theirs:
        return SAME_WORDS
    if _core(ours) == _core(theirs):
        return SAME_CORE
    return max(_part(ours, theirs), _pairs(ours, theirs))


@lru_cache(maxsize=20_000)
def _core(text: str) -> str:
    return LEADING.sub("", text) or text


def _part(one: str, other: str) -> float:
    short, long = sorted((one, other), key=len)
    ratio = len(short) / len(long)
    if len(short) < SHORTEST_PART or short not in long:
        return 0.0
    # The end of a Chinese heading is its head: 处罚日期 is a 日期, not a 处罚.
    weight = 1.0 if long.endswith(short) else 0.7
    return (PART + (1 - PART) * 0.9 * ratio) * weight


def _pairs(one: str, other: str) -> float:
    ours, theirs = _pairs_of(one), _pairs_of(other)
    if not ours or not theirs:
        return 0.0
    common = 2 * len(ours & theirs) / (len(ours) + len(theirs))
    same_end = one[-2:] == other[-2:]
    return common * PAIRS if common >= ENOUGH_PAIRS and same_end else common * PAIRS * 0.6


@lru_cache(maxsize=20_000)
def _pairs_of(text: str) -> frozenset[str]:
    return frozenset(text[n : n + 2] for n in range(len(text) - 1))
