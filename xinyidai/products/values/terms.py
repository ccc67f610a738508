"""What a bank says of its product, and a listed version as matching reads it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from xinyidai.products.values.criteria import Criterion
from xinyidai.products.values.fields import FIELDS, Operator
from xinyidai.products.values.kinds import GuaranteeKind, ProductKind, RepaymentMethod


@dataclass(frozen=True)
class Terms:
    """Amounts in 分, terms in months, rates as yearly decimal fractions; None is not published.

    `fee_rate` is what the firm pays a year on top of the rate; `fee_note` says it in words.
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

    @property
    def all_in_rate(self) -> Decimal | None:
        """Return the highest rate plus fee, 综合年化成本; None when not published."""
        return None if self.rate_max is None else self.rate_max + (self.fee_rate or Decimal(0))


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
