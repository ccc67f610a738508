"""The words of the matching slice."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from xinyidai.products.values import Finding, MatchSubject, Outcome, Terms, Wish

__all__ = [
    "RULES_VERSION",
    "MatchSubject",
    "MatchingAction",
    "ProductMatch",
    "RankingFactor",
    "Wish",
]

# Raised with every change of outcomes, factors or weights; stored with each run.
RULES_VERSION = "2026.1"


class MatchingAction(StrEnum):
    """What is done with matching."""

    MATCH = "enterprise:match"  # 匹配产品


@dataclass(frozen=True)
class RankingFactor:
    """One addend of the public ranking formula: `value` between 0 and 1, and why, in Chinese."""

    code: str
    name: str
    value: float
    weight: float
    text: str

    def to_json(self) -> dict[str, Any]:
        """Return the factor for a stored row or an answer to a program."""
        return {
            "code": self.code,
            "name": self.name,
            "value": self.value,
            "weight": self.weight,
            "text": self.text,
        }


@dataclass(frozen=True)
class ProductMatch:
    """One product's place for one firm: outcome, reasons, what is missing, and why it stands there.

    `rank` counts from 1; `score` is the weighted sum of `factors`.
    """

    version_id: UUID
    product_id: UUID
    institution_id: UUID
    name: str
    terms: Terms
    outcome: Outcome
    rank: int
    score: float
    factors: tuple[RankingFactor, ...]
    findings: tuple[Finding, ...]
    text_conditions: tuple[str, ...]

    @property
    def unmet(self) -> tuple[Finding, ...]:
        """Return every criterion the firm does not meet."""
        return tuple(f for f in self.findings if f.outcome is Outcome.INELIGIBLE)

    @property
    def missing(self) -> tuple[Finding, ...]:
        """Return every criterion that lacks data."""
        return tuple(f for f in self.findings if f.outcome is Outcome.INSUFFICIENT)

    @property
    def met_text(self) -> str:
        """Return the result in one line: 满足 7/9 项."""
        met = len(self.findings) - len(self.unmet) - len(self.missing)
        return f"满足 {met}/{len(self.findings)} 项"
