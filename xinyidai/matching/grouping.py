"""Which groups of firms a firm belongs to, 适用人群: 是, 否 or missing with its cause; pure.

The rules are `target_groups.yaml`. A group is denied only where everything it follows from was
looked up; an unknown is neither 是 nor 否.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from xinyidai.catalogue.missing import Missing
from xinyidai.catalogue.target_groups import GroupRule, group_rules
from xinyidai.enterprises.values import BORROWED_MARK
from xinyidai.products.values import NO_RECORD, EnterpriseKind

# What the register keeps for groups; products do not name them as qualifications.
MARKS = frozenset(
    {BORROWED_MARK, *(rule.list_tag for rule in group_rules().groups.values() if rule.list_tag)}
)
GROUP_INDICATORS: Mapping[str, tuple[str, ...]] = {
    code: rule.indicators for code, rule in group_rules().groups.items()
}


@dataclass(frozen=True)
class FirmFacts:
    """What groups follow from: the register's facts, its lists, and indicators by code."""

    industry_code: str | None
    kind: EnterpriseKind | Missing
    marks: Collection[str]
    values: Mapping[str, float | Missing]


def owns_ip(facts: FirmFacts) -> bool | Missing:
    """Tell whether the firm holds any patent, trademark or software copyright in force."""
    return _any_above_zero(_rule("owns_ip"), facts)


def first_loan(facts: FirmFacts) -> bool | Missing:
    """Tell whether the firm never borrowed: no from any loan known, yes from a list only."""
    rule = _rule("first_loan")
    if BORROWED_MARK in facts.marks:
        return False
    known = _readings(rule, facts)
    if any(not isinstance(value, Missing) for value in known):
        return False
    gap = _first_gap(known)
    # What may not be looked up, or is too old, hides a loan: no list speaks for the firm then.
    return True if rule.list_tag in facts.marks and gap == NO_RECORD else gap


def agriculture(facts: FirmFacts) -> bool | Missing:
    """Tell whether the firm is of agriculture by its trade, its form or a recognition."""
    rule = _rule("agriculture")
    trade = facts.industry_code or ""
    if facts.kind is EnterpriseKind.COOPERATIVE or trade.startswith(rule.industries):
        return True
    recognised = _any_above_zero(rule, facts)
    if recognised is True:
        return True
    is_too_coarse = any(code.startswith(trade) for code in rule.industries)
    if isinstance(facts.kind, Missing) or is_too_coarse:
        return NO_RECORD
    return recognised


def _rule(code: str) -> GroupRule:
    return group_rules().groups[code]


def _readings(rule: GroupRule, facts: FirmFacts) -> list[float | Missing]:
    return [facts.values.get(code, NO_RECORD) for code in rule.indicators]


def _any_above_zero(rule: GroupRule, facts: FirmFacts) -> bool | Missing:
    known = _readings(rule, facts)
    if any(not isinstance(value, Missing) and value > 0 for value in known):
        return True
    gaps = [value for value in known if isinstance(value, Missing)]
    return gaps[0] if gaps else False


def _first_gap(known: list[float | Missing]) -> Missing:
    return next((value for value in known if isinstance(value, Missing)), NO_RECORD)
