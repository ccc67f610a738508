"""What a bank says of its product, and a listed version as matching reads it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import UUID

from xinyidai.products.values.costs import AllInCost, CostItem, all_in_cost
from xinyidai.products.values.criteria import Criterion
from xinyidai.products.values.fields import FIELDS, Operator
from xinyidai.products.values.kinds import GuaranteeKind, ProductKind, RepaymentMethod
from xinyidai.products.values.repayments import MONTHS_A_YEAR, Loan

REFERENCE_FEN = 100_000_000  # 100 万元 over a year: the case for which pages show the cost


@dataclass(frozen=True)
class Terms:
    """Amounts in 分, terms in months, rates as yearly decimal fractions; None is not published.

    `cost_items` is the cost sheet: None is not published, empty is «no other fees». `fee_rate` is
    the sum of its yearly fees that the firm bears; `fee_note` says in words what no item says.
    """

    amount_min_fen: int | None = None
    amount_max_fen: int | None = None
    term_min_months: int | None = None
    term_max_months: int | None = None
    rate_min: Decimal | None = None
    rate_max: Decimal | None = None
    fee_rate: Decimal | None = None
    fee_note: str = ""
    guarantee: GuaranteeKind = GuaranteeKind.NEGOTIABLE
    repayment: RepaymentMethod = RepaymentMethod.NEGOTIABLE
    promise_days: int | None = None
    cost_items: tuple[CostItem, ...] | None = None

    @cached_property
    def all_in_rate(self) -> Decimal | None:
        """Return the highest cost a year in the reference case, 综合年化成本; None: not published.

        Without a cost sheet it is the highest rate plus the yearly fee, as far as published.
        """
        if self.cost_items is None:
            return None if self.rate_max is None else self.rate_max + (self.fee_rate or Decimal(0))
        cost = self.cost_of(*self.reference_case)
        return cost.nominal if cost and cost.is_complete else None

    @property
    def reference_case(self) -> tuple[int, int]:
        """Return amount and months of the case shown: 100 万元 for a year, or the nearest offered.

        Amounts and terms that are not published do not limit.
        """
        amount = _within(REFERENCE_FEN, self.amount_min_fen, self.amount_max_fen)
        return amount, _within(MONTHS_A_YEAR, self.term_min_months, self.term_max_months)

    def cost_of(self, amount_fen: int, months: int) -> AllInCost | None:
        """Return what this loan costs at the highest rate; None where no rate is published.

        Where the repayment is negotiable interest first is taken, 先息后本.

        Raises:
            InvalidInput: amount or months can be no loan at all.

        """
        if self.rate_max is None:
            return None
        method = self.repayment
        if method is RepaymentMethod.NEGOTIABLE:
            method = RepaymentMethod.INTEREST_FIRST
        return all_in_cost(Loan(amount_fen, self.rate_max, months, method), self.cost_items)


def _within(wanted: int, low: int | None, high: int | None) -> int:
    return max(low or 1, min(wanted, wanted if high is None else high))


@dataclass(frozen=True)
class ProductFacts:
    """Everything a bank fills in about one version of a product.

    `criteria` is the JSON form (see `products.rules`); `text_conditions` are conditions the
    platform cannot check; `institution_name` and `source` are set by imported lists only.
    """

    code: str
    name: str
    kind: ProductKind
    terms: Terms
    region_codes: tuple[str, ...] = ()
    criteria: tuple[dict[str, Any], ...] = ()
    text_conditions: tuple[str, ...] = ()
    required_items: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    target: str = ""
    description: str = ""
    whitelist_code: str | None = None
    effective_from: date | None = None
    institution_name: str = ""
    source: str = ""


@dataclass(frozen=True)
class ListedProduct:
    """One listed version as matching reads it; `criteria` include region and whitelist."""

    version_id: UUID
    product_id: UUID
    institution_id: UUID
    code: str
    name: str
    kind: ProductKind
    terms: Terms
    criteria: tuple[Criterion, ...]
    text_conditions: tuple[str, ...] = ()


def implied_criteria(
    region_codes: tuple[str, ...] | list[str], whitelist_code: str | None
) -> tuple[Criterion, ...]:
    """Return the criteria that a product's region and whitelist stand for."""
    found: list[Criterion] = []
    if region_codes:
        found.append(
            Criterion(
                "service_region",
                FIELDS["region_code"],
                Operator.IN_REGION,
                tuple(region_codes),
                "企业注册地不在该产品的服务区域内。",
            )
        )
    if whitelist_code:
        found.append(
            Criterion(
                "whitelist_member",
                FIELDS["tags"],
                Operator.HAS_ANY,
                (f"whitelist:{whitelist_code}",),
                "该产品只面向白名单内的企业。",
            )
        )
    return tuple(found)
