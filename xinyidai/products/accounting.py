"""Where every clause of a published product went, 逐条去向: no word of the source disappears.

A clause becomes a criterion, a term, a document, part of the description, or a condition kept as
text with the reason why it is no rule. The pieces of a column, joined, are the column.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from xinyidai.products.clauses import ALTERNATIVES, REASON_NAMES, Reason, Section, bare, reason_for
from xinyidai.products.conditions import NOTHING, ReadClause, read_clause
from xinyidai.products.term_words import TermWords, terms_in
from xinyidai.products.values import CostItem, RepaymentMethod


class Fate(StrEnum):
    """Where a piece of the source went, 去向."""

    CRITERION = "criterion"  # 准入条件
    TERM = "term"  # 产品要素
    DOCUMENT = "document"  # 申请材料
    DESCRIPTION = "description"  # 产品说明
    TEXT = "text"  # 文字条件
    HEADING = "heading"  # 小标题、标点
    NOT_TAKEN = "not_taken"  # 未接收


FATE_NAMES: dict[Fate, str] = {
    Fate.CRITERION: "准入条件",
    Fate.TERM: "产品要素",
    Fate.DOCUMENT: "申请材料",
    Fate.DESCRIPTION: "产品说明",
    Fate.TEXT: "文字条件",
    Fate.HEADING: "小标题",
    Fate.NOT_TAKEN: "未接收",
}


@dataclass(frozen=True)
class Part:
    """A piece of the source with the column it stands in and what it speaks of."""

    column: str
    section: Section
    text: str


@dataclass(frozen=True)
class Accounted:
    """A piece and where it went: `detail` names criteria or terms, `why` says why it is text."""

    column: str
    text: str
    fate: Fate
    detail: str = ""
    reason: Reason | None = None

    @property
    def why(self) -> str:
        """Return the reason in Chinese; empty where none is needed."""
        return REASON_NAMES[self.reason] if self.reason else ""


@dataclass
class PartsRead:
    """What was read from all parts of one product."""

    criteria: dict[str, dict[str, Any]] = field(default_factory=dict)
    regions: dict[str, None] = field(default_factory=dict)
    texts: dict[str, None] = field(default_factory=dict)
    documents: dict[str, None] = field(default_factory=dict)
    amounts: list[int] = field(default_factory=list)
    months: list[int] = field(default_factory=list)
    rates: list[tuple[Any, Any]] = field(default_factory=list)
    repayments: list[RepaymentMethod] = field(default_factory=list)
    fees: dict[CostItem, None] = field(default_factory=dict)
    has_no_fees: bool = False
    accounted: list[Accounted] = field(default_factory=list)

    @property
    def cost_items(self) -> tuple[CostItem, ...] | None:
        """Return the sheet the text states; None where it states none."""
        if self.fees:
            return tuple(self.fees)
        return () if self.has_no_fees else None


CONDITIONAL = frozenset({Section.TARGET, Section.CONDITIONS, Section.PURPOSE, Section.EXCLUSIONS})
_LIMIT = re.compile(r"\d|不超过|最高|最低|最长|上限")


def read_parts(parts: Sequence[Part], stated: TermWords) -> PartsRead:
    """Return what the parts say, and where each went.

    `stated` are the terms columns of the list gave: they stand before the text's. A clause whose
    own numbers are not what the product says in the end is kept as text too.
    """
    read = PartsRead()
    words = [terms_in(bare(part.text), part.section) for part in parts]
    for found in words:
        _collect(read, found)
    _prefer(read, stated)
    alternatives_in: Section | None = None
    for part, found in zip(parts, words, strict=True):
        clause = bare(part.text)
        if alternatives_in is not part.section:
            alternatives_in = None
        if re.search(ALTERNATIVES, clause):
            alternatives_in = part.section
        read.accounted.append(
            _account(read, part, found, is_alternative=alternatives_in is not None)
        )
    return read


def _collect(read: PartsRead, found: TermWords) -> None:
    read.amounts += found.amounts
    read.months += found.months
    read.rates += found.rates
    read.repayments += found.repayments
    read.fees |= dict.fromkeys(found.fees)
    read.has_no_fees = read.has_no_fees or found.has_no_fees


def _prefer(read: PartsRead, stated: TermWords) -> None:
    # One number stands for the product: the column's, or else the largest that the text names.
    read.amounts = stated.amounts or sorted(read.amounts)[-1:]
    read.months = stated.months or sorted(read.months)[-1:]
    read.rates = stated.rates or read.rates[:1]


def _account(read: PartsRead, part: Part, found: TermWords, *, is_alternative: bool) -> Accounted:
    clause = bare(part.text)
    if not clause or part.section is Section.HEADING:
        return Accounted(part.column, part.text, Fate.HEADING)
    if part.section is Section.DOCUMENTS:
        read.documents[clause] = None
        return Accounted(part.column, part.text, Fate.DOCUMENT)
    rules = NOTHING
    if part.section in {Section.TARGET, Section.CONDITIONS} and not is_alternative:
        rules = _without_conflict(read, read_clause(clause))
    _keep(read, rules)
    if rules.is_whole:
        return Accounted(part.column, part.text, Fate.CRITERION, _names(rules))
    if found.found_any and _is_said(read, clause, found):
        return Accounted(part.column, part.text, Fate.TERM, _term_names(found))
    if part.section in CONDITIONAL or found.found_any or _limits(part, clause):
        return _as_text(read, part, rules, found, is_alternative=is_alternative)
    return Accounted(part.column, part.text, Fate.DESCRIPTION, part.section.value)


def _as_text(
    read: PartsRead, part: Part, rules: ReadClause, found: TermWords, *, is_alternative: bool
) -> Accounted:
    clause = bare(part.text)
    read.texts[clause] = None
    if is_alternative:
        reason = Reason.ALTERNATIVE
    elif part.section is Section.EXCLUSIONS:
        reason = Reason.EXCLUSION
    elif part.section is Section.PURPOSE:
        reason = Reason.PURPOSE
    elif rules.found_any or found.found_any:
        reason = Reason.IN_PART
    else:
        reason = reason_for(clause)
    detail = "、".join(filter(None, (_names(rules), _term_names(found))))
    return Accounted(part.column, part.text, Fate.TEXT, detail, reason)


def _limits(part: Part, clause: str) -> bool:
    return part.section is Section.TERMS and bool(_LIMIT.search(clause))


def _is_said(read: PartsRead, clause: str, found: TermWords) -> bool:
    """Say whether the product's terms say all that the clause says in numbers."""
    numbers = re.findall(r"\d+(?:\.\d+)?", clause)
    return (
        sorted(numbers) == sorted(found.numbers)
        and found.amounts in ([], read.amounts)
        and found.months in ([], read.months)
        and found.rates in ([], read.rates)
        and len(set(read.repayments)) <= 1
    )


def _without_conflict(read: PartsRead, rules: ReadClause) -> ReadClause:
    # Two thresholds for one field, under conditions that only words tell apart, are no criteria.
    known = read.criteria
    if any(known.get(one["code"], one) != one for one in rules.criteria):
        return NOTHING
    return rules


def _keep(read: PartsRead, rules: ReadClause) -> None:
    for criterion in rules.criteria:
        read.criteria.setdefault(criterion["code"], criterion)
    read.regions.update(dict.fromkeys(rules.regions))


def _names(rules: ReadClause) -> str:
    return "、".join([*(criterion["code"] for criterion in rules.criteria), *rules.regions])


def _term_names(found: TermWords) -> str:
    named = (
        ("额度", found.amounts),
        ("期限", found.months),
        ("利率", found.rates),
        ("还款方式", found.repayments),
        ("费用", found.fees or found.has_no_fees),
    )
    return "、".join(name for name, values in named if values)
