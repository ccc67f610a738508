"""What a bank says of its product, and a listed version as matching reads it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import UUID

from xinyidai.products.values.costs import AllInCost, CostItem, all_in_cost
from xinyidai.products.values.criteria import Criterion, CriterionValue
from xinyidai.products.values.fields import FIELDS, Operator
from xinyidai.products.values.kinds import (
    TARGET_GROUP_NAMES,
    GuaranteeKind,
    ProductKind,
    RepaymentMethod,
    TargetGroup,
)
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
        loan = self.loan_of(amount_fen, months)
        return None if loan is None else all_in_cost(loan, self.cost_items)

    def loan_of(self, amount_fen: int, months: int) -> Loan | None:
        """Return such a loan at the highest rate; None where no rate is published.

        Raises:
            InvalidInput: amount or months can be no loan at all.

        """
        if self.rate_max is None:
            return None
        method = self.repayment
        if method is RepaymentMethod.NEGOTIABLE:
            method = RepaymentMethod.INTEREST_FIRST
        return Loan(amount_fen, self.rate_max, months, method)


def _within(wanted: int, low: int | None, high: int | None) -> int:
    return max(low or 1, min(wanted, wanted if high is None else high))


@dataclass(frozen=True)
class ProductFacts:
    """Everything a bank fills in about one version of a product.

    `criteria` is the JSON form (see `products.rules`); `text_conditions` are conditions the
    platform cannot check; `institution_name` and `source` are set by imported lists only.
    `examples` is the JSON form of the examples, 样例; None leaves those of the version as they are.
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
    industry_codes: tuple[str, ...] = ()
    target_groups: tuple[str, ...] = ()
    examples: tuple[dict[str, Any], ...] | None = None


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


# What a target group asks of a firm; groups of one field are alternatives, fields add up.
_GROUPS: dict[TargetGroup, tuple[str, Operator, tuple[str, ...]]] = {
    TargetGroup.SMALL_AND_MICRO: ("scale", Operator.IS_ONE_OF, ("small", "micro")),
    TargetGroup.MEDIUM: ("scale", Operator.IS_ONE_OF, ("medium",)),
    TargetGroup.INDIVIDUAL: ("enterprise_kind", Operator.IS_ONE_OF, ("individual",)),
    TargetGroup.COOPERATIVE: ("enterprise_kind", Operator.IS_ONE_OF, ("cooperative",)),
    TargetGroup.COMPANY: ("enterprise_kind", Operator.IS_ONE_OF, ("company",)),
    TargetGroup.HIGH_TECH: ("tags", Operator.HAS_ANY, ("high_tech",)),
    TargetGroup.TECH_SME: ("tags", Operator.HAS_ANY, ("tech_sme",)),
    TargetGroup.SPECIALISED_NEW: ("tags", Operator.HAS_ANY, ("specialised_new",)),
    TargetGroup.LITTLE_GIANT: ("tags", Operator.HAS_ANY, ("little_giant",)),
    TargetGroup.INNOVATIVE_SME: ("tags", Operator.HAS_ANY, ("innovative_sme",)),
    TargetGroup.FIRST_LOAN: ("first_loan", Operator.IS_TRUE, ()),
    TargetGroup.AGRICULTURE: ("agriculture", Operator.IS_TRUE, ()),
    TargetGroup.IP_OWNER: ("owns_ip", Operator.IS_TRUE, ()),
}


def implied_criteria(
    region_codes: Sequence[str],
    whitelist_code: str | None,
    *,
    industry_codes: Sequence[str] = (),
    target_groups: Sequence[str] = (),
) -> tuple[Criterion, ...]:
    """Return the criteria that region, whitelist, industries and target groups stand for."""
    found: list[Criterion] = []
    if region_codes:
        found.append(
            _implied(
                "service_region",
                ("region_code", Operator.IN_REGION, tuple(region_codes)),
                "企业注册地不在该产品的服务区域内。",
                "out_of_region",
            )
        )
    if whitelist_code:
        found.append(
            _implied(
                "whitelist_member",
                ("tags", Operator.HAS_ANY, (f"whitelist:{whitelist_code}",)),
                "该产品只面向白名单内的企业。",
            )
        )
    if industry_codes:
        found.append(
            _implied(
                "served_industry",
                ("industry", Operator.IN_INDUSTRY, tuple(industry_codes)),
                "企业所属行业不在该产品的支持范围内。",
                "industry_policy",
            )
        )
    return (*found, *_of_groups([TargetGroup(code) for code in target_groups]))


def _of_groups(groups: Sequence[TargetGroup]) -> list[Criterion]:
    asked: dict[tuple[str, Operator], list[TargetGroup]] = {}
    for group in groups:
        asked.setdefault(_GROUPS[group][:2], []).append(group)
    found = []
    for (field, operator), same in asked.items():
        members = tuple(dict.fromkeys(one for group in same for one in _GROUPS[group][2]))
        names = "、".join(TARGET_GROUP_NAMES[group] for group in same)
        found.append(
            _implied(f"target_{field}", (field, operator, members or None), f"该产品面向{names}。")
        )
    return found


def _implied(
    code: str,
    what: tuple[str, Operator, CriterionValue],
    text: str,
    reason_code: str = "other",
) -> Criterion:
    field, operator, value = what
    return Criterion(code, FIELDS[field], operator, value, text, reason_code=reason_code)
