"""One eligibility criterion, 准入条件: field, operator, value and three possible outcomes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Any, NamedTuple

from xinyidai.catalogue.missing import Missing, MissingCause
from xinyidai.enterprises.reference import get_region, industries, regions
from xinyidai.kernel.money import format_wan
from xinyidai.products.values import titles
from xinyidai.products.values.codes import ancestors, industry_path, region_path
from xinyidai.products.values.fields import (
    FLAG_SCALE,
    GRADE_RANKS,
    Field,
    FieldType,
    Operator,
    tag_name,
)
from xinyidai.products.values.kinds import OUTCOME_NAMES, Outcome
from xinyidai.products.values.subject import NO_RECORD, Reading, Readings

CriterionValue = float | int | str | tuple[float | int, float | int] | tuple[str, ...] | None
INFINITY = float("inf")
CAUSE_TEXTS: Mapping[MissingCause, str] = {
    MissingCause.NO_RECORD: "平台没有这项记录",
    MissingCause.NOT_AUTHORIZED: "尚未授权查询这项信息",
    MissingCause.STALE: "这项数据已过期",
}
_AUTHORIZE = "请在“我的授权”里同意查询这项信息，再重新匹配。"
_REFRESH = "平台会提醒数据来源部门更新，更新后自动重新匹配。"
_JOINERS: Mapping[Operator, str] = {
    Operator.IS_ONE_OF: "属于",
    Operator.IS_NONE_OF: "不属于",
    Operator.HAS_ANY: "至少具有其中一项：",
    Operator.HAS_ALL: "全部具有：",
    Operator.HAS_NONE: "不在其中任何一项：",
    Operator.IN_REGION: "位于",
    Operator.IN_INDUSTRY: "属于",
    Operator.IS_TRUE: "须为“是”",
    Operator.IS_FALSE: "须为“否”",
}


YEARS = "年"


def _region_name(code: str) -> str:
    """Return the name of a region given as code or path; the code where it is not known."""
    full = code.ljust(6, "0")
    return get_region(full).name if full in regions() else code


def industry_name(code: str) -> str:
    """Return the name of a section or, for anything finer, of its division, with the code."""
    known = industries().get(code[1:3] or code)
    return f"{known.name}（{code}）" if known else code


class WhenMissing(StrEnum):
    """What a criterion says where the field is missing; there is no way to let it pass."""

    INSUFFICIENT = "insufficient"  # 数据不足


@dataclass(frozen=True)
class Criterion:
    """One condition of a product.

    `value` is checked by `products.rules.parse_criteria`: a number (money in 分), a pair (both
    ends included), codes, or None for flags. `denial_text` is what the firm reads when it fails;
    `show_threshold` is the bank's consent to show the threshold beside it. `reason_code` is the
    reason for a refusal of the catalogue, 拒绝理由码. Before `effective_from`, 生效日, the
    condition does not hold; None is from the first day of the version.
    """

    code: str
    field: Field
    operator: Operator
    value: CriterionValue
    denial_text: str
    when_missing: WhenMissing = WhenMissing.INSUFFICIENT
    show_threshold: bool = True
    reason_code: str = "other"
    effective_from: date | None = None

    def holds_on(self, day: date) -> bool:
        """Return whether the condition is in force on this day."""
        return self.effective_from is None or self.effective_from <= day

    @cached_property
    def bounds(self) -> tuple[float, float]:
        """Return lowest and highest accepted number of an ordered criterion (grades as ranks)."""
        if self.operator is Operator.BETWEEN and isinstance(self.value, tuple):
            ends = sorted(self._rank(end) for end in self.value)
            return ends[0], ends[1]
        bound = self._rank(self.value)
        return (bound, INFINITY) if self.operator is Operator.AT_LEAST else (-INFINITY, bound)

    @cached_property
    def members(self) -> frozenset[str]:
        """Return the codes of a set criterion, regions and industries as paths."""
        codes = self.value if isinstance(self.value, tuple) else ()
        paths = {FieldType.REGION: region_path, FieldType.INDUSTRY: industry_path}
        path_of = paths.get(self.field.type)
        if path_of is None:
            return frozenset(str(code) for code in codes)
        return frozenset(path for code in codes if (path := path_of(str(code))) is not None)

    @cached_property
    def doubts(self) -> frozenset[str]:
        """Return the marks in a set of tags that leave one of the members unknown."""
        return frozenset(titles.unknown(member) for member in self.members)

    @cached_property
    def above(self) -> frozenset[str]:
        """Return every place or trade that one of the members lies in."""
        return frozenset(path for member in self.members for path in ancestors(member)[:-1])

    def judge(self, reading: Reading) -> Outcome:
        """Return what this criterion says of one reading; a missing one is 数据不足."""
        if isinstance(reading, Missing):
            return Outcome.INSUFFICIENT
        return self._judge(self, reading)

    @cached_property
    def _judge(self) -> "Judge":
        """Return how the operator judges; looked up once, because members of enums hash slowly."""
        return JUDGES[self.operator]

    @cached_property
    def is_path(self) -> bool:
        """Return whether the field is a place or a trade, which lie within each other."""
        return self.field.type in {FieldType.REGION, FieldType.INDUSTRY}

    def check(self, readings: Readings) -> "Finding":
        """Return outcome, value read, threshold and what to do, for one firm's readings."""
        reading = readings.get(self.field.code, NO_RECORD)
        return Finding(self, self.judge(reading), reading)

    def threshold_text(self) -> str:
        """Return the condition as a short Chinese phrase."""
        return self._threshold_text

    @cached_property
    def _threshold_text(self) -> str:
        name = self.field.name
        if self.field.scale == FLAG_SCALE and not isinstance(self.value, tuple):
            return f"{name}须为“{self.show(self.value)}”"
        if self.operator is Operator.AT_LEAST:
            return f"{name}不低于{self.show(self.value)}"
        if self.operator is Operator.AT_MOST:
            return f"{name}不高于{self.show(self.value)}"
        if self.operator is Operator.BETWEEN and isinstance(self.value, tuple):
            return f"{name}在{self.show(self.value[0])}至{self.show(self.value[1])}之间"
        codes = self.value if isinstance(self.value, tuple) else ()
        return f"{name}{_JOINERS[self.operator]}{'、'.join(self.show(code) for code in codes)}"

    def show(self, value: object) -> str:
        """Return one value of this criterion's field in Chinese."""
        kind = self.field.type
        if kind is FieldType.FLAG:
            return "是" if value else "否"
        if kind is FieldType.REGION:
            return _region_name(str(value))
        if kind is FieldType.INDUSTRY:
            return industry_name(str(value))
        if kind is FieldType.TAGS:
            return self._tags(value) if isinstance(value, frozenset) else tag_name(str(value))
        if isinstance(value, int | float):
            return format_wan(int(value)) if kind is FieldType.MONEY else self._number(value)
        return self.field.choices.get(str(value), str(value))

    def _tags(self, tags: frozenset[str]) -> str:
        """Name the tags held, and what the lists of those asked for say, or do not say.

        Where the bank keeps to itself which it asks for, all are named alike.
        """
        names = "、".join(tag_name(tag) for tag in sorted(titles.held(tags)))
        absences, unknown = titles.absences(tags), titles.unknown_of(tags)
        asked = self.members if self.show_threshold else absences.keys() | unknown
        said = [
            f"{tag_name(tag)}：不在{_chinese(absences[tag])}的完整名单上"
            for tag in sorted(absences.keys() & asked)
        ]
        said += [f"{tag_name(tag)}：还没有收到完整名单" for tag in sorted(unknown & asked)]
        return "；".join([names, *said] if names else said) or "无"

    def _number(self, value: float) -> str:
        unit = self.field.unit
        if value in self.field.scale:
            return self.field.scale[value]
        if unit == "%":
            return f"{value * 100:.9g}%"
        if unit == YEARS:
            return f"{value:.1f}".removesuffix(".0") + f" {unit}"
        return f"{value:.9g} {unit}" if unit else f"{value:.9g}"

    def _rank(self, value: object) -> float:
        if self.field.type is FieldType.GRADE:
            return GRADE_RANKS[str(value)]
        if isinstance(value, int | float):
            return value
        raise TypeError(f"criterion {self.code} has no number to compare with")


class Finding(NamedTuple):
    """What one criterion found for one firm; a tuple, because a page makes some hundred of them."""

    criterion: Criterion
    outcome: Outcome
    reading: Reading

    @property
    def cause(self) -> MissingCause | None:
        """Return why the value is missing, or why it is too coarse to decide; else None."""
        if isinstance(self.reading, Missing):
            return self.reading.cause
        return MissingCause.NO_RECORD if self.outcome is Outcome.INSUFFICIENT else None

    @property
    def remedy(self) -> str:
        """Return how to supply what is missing; empty when nothing is."""
        if self.cause is None:
            return ""
        if self.cause is MissingCause.NOT_AUTHORIZED:
            return _AUTHORIZE
        return _REFRESH if self.cause is MissingCause.STALE else self.criterion.field.supply

    @property
    def value_text(self) -> str:
        """Return the value read, in Chinese."""
        if isinstance(self.reading, Missing):
            return OUTCOME_NAMES[Outcome.INSUFFICIENT]
        return self.criterion.show(self.reading)

    def to_json(self) -> dict[str, Any]:
        """Return the finding for a stored match row or an answer to a program."""
        shown = self.criterion.show_threshold
        return {
            "code": self.criterion.code,
            "field": self.criterion.field.code,
            "field_name": self.criterion.field.name,
            "outcome": self.outcome.value,
            "value": self.value_text,
            "threshold": self.criterion.threshold_text() if shown else None,
            "text": self.criterion.denial_text,
            "reason_code": self.criterion.reason_code,
            "cause": self.cause.value if self.cause else None,
            "cause_text": CAUSE_TEXTS[self.cause] if self.cause else None,
            "remedy": self.remedy,
        }


def _verdict(met: bool) -> Outcome:  # noqa: FBT001 - the one thing it turns into an outcome
    return Outcome.ELIGIBLE if met else Outcome.INELIGIBLE


def _judge_order(criterion: Criterion, reading: Reading) -> Outcome:
    low, high = criterion.bounds
    number = GRADE_RANKS[reading] if isinstance(reading, str) else reading
    if isinstance(number, frozenset | Missing):
        raise TypeError(f"{criterion.field.code} is not a number")
    return _verdict(low <= number <= high)


def _judge_in(criterion: Criterion, reading: Reading) -> Outcome:
    if criterion.is_path:
        return _judge_path(criterion, str(reading), inside=Outcome.ELIGIBLE)
    return _verdict(str(reading) in criterion.members)


def _judge_not_in(criterion: Criterion, reading: Reading) -> Outcome:
    if criterion.is_path:
        return _judge_path(criterion, str(reading), inside=Outcome.INELIGIBLE)
    return _verdict(str(reading) not in criterion.members)


def _judge_path(criterion: Criterion, path: str, *, inside: Outcome) -> Outcome:
    if not criterion.members.isdisjoint(ancestors(path)):
        return inside
    if path in criterion.above:
        # A firm known to lie in the city may or may not lie in the county asked for.
        return Outcome.INSUFFICIENT
    return Outcome.INELIGIBLE if inside is Outcome.ELIGIBLE else Outcome.ELIGIBLE


def _chinese(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _tags(criterion: Criterion, reading: Reading) -> frozenset[str]:
    if isinstance(reading, frozenset):
        return reading
    raise TypeError(f"{criterion.field.code} is not a set")


def _judge_any(criterion: Criterion, reading: Reading) -> Outcome:
    tags = _tags(criterion, reading)
    if criterion.members & tags:
        return Outcome.ELIGIBLE
    return Outcome.INSUFFICIENT if criterion.doubts & tags else Outcome.INELIGIBLE


def _judge_all(criterion: Criterion, reading: Reading) -> Outcome:
    tags = _tags(criterion, reading)
    lacking = criterion.members - tags
    if not lacking:
        return Outcome.ELIGIBLE
    return Outcome.INSUFFICIENT if lacking <= titles.unknown_of(tags) else Outcome.INELIGIBLE


def _judge_none(criterion: Criterion, reading: Reading) -> Outcome:
    tags = _tags(criterion, reading)
    if criterion.members & tags:
        return Outcome.INELIGIBLE
    return Outcome.INSUFFICIENT if criterion.doubts & tags else Outcome.ELIGIBLE


Judge = Callable[[Criterion, Reading], Outcome]
JUDGES: Mapping[Operator, Judge] = {
    Operator.AT_LEAST: _judge_order,
    Operator.AT_MOST: _judge_order,
    Operator.BETWEEN: _judge_order,
    Operator.IS_ONE_OF: _judge_in,
    Operator.IS_NONE_OF: _judge_not_in,
    Operator.IN_REGION: _judge_in,
    Operator.IN_INDUSTRY: _judge_in,
    Operator.HAS_ANY: _judge_any,
    Operator.HAS_ALL: _judge_all,
    Operator.HAS_NONE: _judge_none,
    Operator.IS_TRUE: lambda _, r: _verdict(r is True),
    Operator.IS_FALSE: lambda _, r: _verdict(r is False),
}
