"""Names that nobody can mistake for real ones: of firms, of people, telephone numbers."""

from collections.abc import Iterator

import numpy as np

from xinyidai.enterprises.reference import region_name
from xinyidai.seeds.firms import COOPERATIVE, SHOP, Firms

MARK = "演示"
CITY = "鹰川"
_FIRST = "恒瑞金华盛远泰安顺达鑫隆宏博嘉凯联众德信诚睿腾锦"
_SECOND = "禾丰源泰兴发成通捷利康宁旺祥和茂森润泽霖轩宇图腾"
_SURNAMES = "张王李赵刘陈杨黄周吴徐孙马朱胡郭何高林罗"
_NUMERALS = "一二三四五六七八九十"


def firm_names(firms: Firms) -> list[str]:
    """Return a name of its own for each firm: 鹰川演示恒禾机械有限公司."""
    pairs = [first + second for first in _FIRST for second in _SECOND]
    order = np.random.default_rng(len(pairs)).permutation(len(pairs)).tolist()
    used: set[str] = set()
    names = []
    for number, form, region, trade in zip(
        firms.number.tolist(),
        firms.legal_form.tolist(),
        firms.region.tolist(),
        firms.trades,
        strict=True,
    ):
        word = trade.words[number % len(trade.words)]
        for pair in _from(order, number):
            name = _name(form, region, pairs[pair], word)
            if name not in used:
                break
        used.add(name)
        names.append(name)
    return names


def person_name(number: int) -> str:
    """Return the name of an invented person: 演示·张一."""
    surname = _SURNAMES[number % len(_SURNAMES)]
    rest = number // len(_SURNAMES)
    given = ""
    while True:
        given = _NUMERALS[rest % len(_NUMERALS)] + given
        rest = rest // len(_NUMERALS) - 1
        if rest < 0:
            return f"{MARK}·{surname}{given}"


def phone_number(number: int) -> str:
    """Return a telephone number of a block that is nobody's: 199 0000 xxxx."""
    return f"1990000{number % 10_000:04d}"


def _from(order: list[int], start: int) -> Iterator[int]:
    for place in range(len(order)):
        yield order[(start + place) % len(order)]


def _name(form: str, region: str, pair: str, word: str) -> str:
    if form == SHOP:
        return f"{CITY}市{region_name(region)}{MARK}{pair}{word}店"
    if form == COOPERATIVE:
        return f"{CITY}{MARK}{pair}{word}专业合作社"
    return f"{CITY}{MARK}{pair}{word}有限公司"
