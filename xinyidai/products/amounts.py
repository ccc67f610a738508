"""Numbers in sentences, 数量词: amounts, counts and periods with how they bound."""

import re
from dataclasses import dataclass

from xinyidai.kernel.money import Yuan

DIGITS = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9,
          "十": 10, "半": 0.5}  # fmt: skip
MONTHS_A_YEAR = 12
WAN_IN_YI = 10_000
NUMBER = r"(?P<number>\d+(?:\.\d+)?|[一二两三四五六七八九十])"
_LEAST = r"不低于|不少于|不小于|大于等于|达到|至少|满|≥|>=|达"
_OVER = r"超过|大于|高于|多于|>"
_UNDER = r"低于|小于|少于|不足|<"
_MOST = r"不超过|不高于|不大于|不多于|小于等于|最多|≤|<="
_INCLUDED = r"(?:[(（]含[^)）]{0,4}[)）])?"
_UP = r"(?P<up>及?以上)?"
_DOWN = r"(?P<down>及?以下|以内|之内|内)?"
# What follows would turn the bound into another one: «10 至 50 万元», «超过部分».
_NO_RANGE = r"(?!\s*(?:至|到|[-~—–]|部分|的部分|之间))"


@dataclass(frozen=True)
class Bound:
    """A number and which side it bounds; a strict bound is not itself allowed."""

    number: str
    unit: str
    is_least: bool
    is_strict: bool = False

    @property
    def value(self) -> float:
        """Return the number itself, Chinese numerals up to ten included."""
        return DIGITS[self.number] if self.number in DIGITS else float(self.number)

    @property
    def fen(self) -> int:
        """Return 分 of an amount in 亿, 万 or 元; one more or less where the bound is strict."""
        number = str(DIGITS.get(self.number, self.number))
        if self.unit.startswith("亿"):
            return Yuan.of_wan(number).fen * WAN_IN_YI + self._step
        read = Yuan.of_wan if self.unit.startswith("万") else Yuan.of_yuan
        return read(number).fen + self._step

    @property
    def count(self) -> int | None:
        """Return a whole number, one more or less where the bound is strict; None if not whole."""
        return None if self.value % 1 else int(self.value) + self._step

    @property
    def years(self) -> float:
        """Return years of a period in 年 or 个月."""
        years = self.value if self.unit == "年" else self.value / MONTHS_A_YEAR
        return years if years % 1 else int(years)

    @property
    def words(self) -> str:
        """Return the bound as a criterion's sentence says it."""
        if self.is_strict:
            return f"{'超过' if self.is_least else '低于'} {self.number} {self.unit}"
        return f"{'不低于' if self.is_least else '不超过'} {self.number} {self.unit}"

    @property
    def _step(self) -> int:
        return (1 if self.is_least else -1) if self.is_strict else 0


def bound_pattern(subject: str, units: str) -> str:
    """Return a pattern of «subject, comparison, number, unit, comparison»."""
    how = f"{_LEAST}|{_MOST}|{_OVER}|{_UNDER}"
    return (
        rf"(?:{subject})\s*(?:须|应|需|要)?\s*(?:在|为|是|已)?\s*(?P<how>{how})?\s*"
        rf"{NUMBER}\s*(?P<unit>{units}){_NO_RANGE}{_INCLUDED}{_UP}{_DOWN}{_INCLUDED}"
    )


def bound_of(found: re.Match[str]) -> Bound | None:
    """Return the bound of a match, or None where the words bound neither side, or both."""
    how, up, down = found["how"] or "", found["up"], found["down"]
    is_strict = bool(re.fullmatch(f"{_OVER}|{_UNDER}", how))
    least = bool(up) or bool(re.fullmatch(f"{_LEAST}|{_OVER}", how))
    most = bool(down) or bool(re.fullmatch(f"{_MOST}|{_UNDER}", how))
    if least == most:
        return None
    return Bound(found["number"], found["unit"], least, is_strict and not (up or down))
