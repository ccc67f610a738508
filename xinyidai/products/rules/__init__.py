"""The pure rules of products: reading criteria, judging a firm, checking what a bank filled in."""

from collections.abc import Sequence
from dataclasses import dataclass

from xinyidai.products.rules.costs import (
    cost_item_to_json,
    cost_problems,
    parse_cost_items,
    settled,
)
from xinyidai.products.rules.facts import check_facts, shortfalls_for_review
from xinyidai.products.rules.parsing import criterion_to_json, parse_criteria
from xinyidai.products.values import Criterion, Finding, Outcome, Readings

__all__ = [
    "Assessment",
    "assess",
    "check_facts",
    "cost_item_to_json",
    "cost_problems",
    "criterion_to_json",
    "parse_cost_items",
    "parse_criteria",
    "settled",
    "shortfalls_for_review",
]


@dataclass(frozen=True)
class Assessment:
    """What a product says of a firm: the outcome and every finding, in the product's order."""

    outcome: Outcome
    findings: tuple[Finding, ...]

    @property
    def unmet(self) -> tuple[Finding, ...]:
        """Return all criteria the firm does not meet."""
        return tuple(f for f in self.findings if f.outcome is Outcome.INELIGIBLE)

    @property
    def missing(self) -> tuple[Finding, ...]:
        """Return all criteria that cannot be decided."""
        return tuple(f for f in self.findings if f.outcome is Outcome.INSUFFICIENT)


def assess(criteria: Sequence[Criterion], readings: Readings) -> Assessment:
    """Judge one firm: 不符合 if any criterion fails, else 数据不足 if any is missing, else 符合."""
    findings = tuple(criterion.check(readings) for criterion in criteria)
    outcomes = {finding.outcome for finding in findings}
    worst = next(
        (o for o in (Outcome.INELIGIBLE, Outcome.INSUFFICIENT) if o in outcomes), Outcome.ELIGIBLE
    )
    return Assessment(worst, findings)
