"""What a loan's cost counts in the public order, and how much of it is known, 综合成本怎么计.

Since rule 2026.3 what is not said counts at its ceiling, so that saying it never costs a place:

- all said: the cost a year of the reference case, fees the firm bears included;
- a fee of a public tariff without a number counts at its ceiling (`FEE_CEILINGS`), which no
  number can exceed;
- any other fee without a number has no ceiling of its own: the whole cost counts at `DEAREST`;
- no cost sheet, or no rate: `DEAREST` too.

`DEAREST` is 12 % a year, four times a one-year LPR of 3.0 %, as far as courts protect the cost of
private loans (最高人民法院，法释〔2020〕17号第二十五条). No law sets it for banks: it is the scale
of this factor, on which nothing lies lower than 0 points.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from xinyidai.products.values import (
    FEE_CEILINGS,
    BorneBy,
    CostItem,
    Loan,
    Terms,
    all_in_cost,
    ceiling_value,
)

DEAREST = Decimal("0.12")


class CostKnown(StrEnum):
    """How much of a product's cost is known; the first stands before the next in a tie."""

    COMPLETE = "complete"  # 利率和全部费用都已公布
    AT_CEILINGS = "at_ceilings"  # 有费用没写数额，按该项上限计
    OPEN = "open"  # 有费用没写数额，也没有上限
    NO_SHEET = "no_sheet"  # 没有公布费用清单
    NO_RATE = "no_rate"  # 没有公布最高利率


OPENNESS = tuple(CostKnown)


@dataclass(frozen=True)
class CountedCost:
    """The yearly cost that counts, as a fraction, and what it rests on.

    `rate` is None where nothing but the ceiling counts. `said` is what the published part comes
    to, `unsaid` names the fees without a number. `known` is None under the rules before 2026.3.
    """

    rate: Decimal | None
    known: CostKnown | None = None
    said: Decimal | None = None
    unsaid: tuple[str, ...] = ()

    @property
    def share(self) -> float:
        """Return the factor between 0 (the dearest, or not known) and 1."""
        return 0.0 if self.rate is None else max(0.0, 1 - float(self.rate) / float(DEAREST))

    @property
    def tie(self) -> int:
        """Return what goes before the day's seed where scores are equal: the lower the opener."""
        return 0 if self.known is None else OPENNESS.index(self.known)


def as_published(terms: Terms) -> CountedCost:
    """Return the cost by the rules up to 2026.2: a missing sheet counted as one without fees."""
    return CountedCost(terms.all_in_rate)


def at_ceilings(terms: Terms) -> CountedCost:
    """Return the cost by rule 2026.3: what is not said counts at its ceiling."""
    loan = terms.loan_of(*terms.reference_case)
    if loan is None:
        return CountedCost(None, CostKnown.NO_RATE)
    items = terms.cost_items
    said = all_in_cost(loan, items).nominal
    if items is None:
        return CountedCost(None, CostKnown.NO_SHEET, said)
    unsaid = [one for one in items if one.borne_by is BorneBy.FIRM and one.value is None]
    names = tuple(one.name for one in unsaid)
    if any(one.code not in FEE_CEILINGS for one in unsaid):
        return CountedCost(None, CostKnown.OPEN, said, names)
    known = CostKnown.AT_CEILINGS if unsaid else CostKnown.COMPLETE
    counted = _filled(loan, items) if unsaid else said
    return CountedCost(counted, known, said, names)


def _filled(loan: Loan, items: Sequence[CostItem]) -> Decimal | None:
    """Return the yearly cost with the ceiling in the place of each number that is not said."""
    whole = [
        replace(one, value=ceiling_value(one, loan.amount_fen)) if one.value is None else one
        for one in items
        if one.borne_by is BorneBy.FIRM
    ]
    return all_in_cost(loan, whole).nominal
