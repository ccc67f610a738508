"""The pure rules of products: reading criteria, judging a firm, checking what a bank filled in."""

from collections.abc import Sequence
from dataclasses import dataclass

from xinyidai.products.rules.costs import (
    cost_item_to_json,
    cost_problems,
    parse_cost_items,
    settled,
)
from xinyidai.products.rules.diffing import CriterionChange, criteria_changes
from xinyidai.products.rules.examples import (
    example_problems,
    example_to_json,
    examples_from_json,
    failure_text,
    fields_of,
    is_proposed_name,
    propose_examples,
    run_examples,
)
from xinyidai.products.rules.facts import check_facts, shortfalls_for_review
from xinyidai.products.rules.members import read_member, unknown_members
from xinyidai.products.rules.parsing import RULE_REASONS, criterion_to_json, parse_criteria
from xinyidai.products.rules.readings import read_reading, reading_to_json, write_reading
from xinyidai.products.rules.text_form import (
    field_label,
    free_code,
    parse_document,
    parse_json_text,
    parse_text,
    to_json_text,
    to_text,
)
from xinyidai.products.rules.value_text import (
    OPERATOR_NAMES,
    how_to_fill,
    read_value,
    write_value,
)
from xinyidai.products.values import Criterion, Finding, Outcome, Readings

__all__ = [
    "OPERATOR_NAMES",
    "RULE_REASONS",
    "Assessment",
    "CriterionChange",
    "assess",
    "check_facts",
    "cost_item_to_json",
    "cost_problems",
    "criteria_changes",
    "criterion_to_json",
    "example_problems",
    "example_to_json",
    "examples_from_json",
    "failure_text",
    "field_label",
    "fields_of",
    "free_code",
    "how_to_fill",
    "is_proposed_name",
    "parse_cost_items",
    "parse_criteria",
    "parse_document",
    "parse_json_text",
    "parse_text",
    "propose_examples",
    "read_member",
    "read_reading",
    "read_value",
    "reading_to_json",
    "run_examples",
    "settled",
    "shortfalls_for_review",
    "to_json_text",
    "to_text",
    "unknown_members",
    "write_reading",
    "write_value",
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
