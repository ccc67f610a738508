"""Parties, actors and facts for the tests that need a database."""

from dataclasses import replace
from decimal import Decimal
from uuid import UUID, uuid4

from tests.products.worlds import criterion
from xinyidai.institutions.models import Institution
from xinyidai.institutions.values import InstitutionKind
from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.db import db
from xinyidai.products import service
from xinyidai.products.models import ProductVersion
from xinyidai.products.values import (
    GuaranteeKind,
    ProductFacts,
    ProductKind,
    RepaymentMethod,
    Terms,
)

TERMS = Terms(
    amount_min_fen=10_000_000,
    amount_max_fen=300_000_000,
    term_min_months=3,
    term_max_months=36,
    rate_min=Decimal("0.0365"),
    rate_max=Decimal("0.045"),
    guarantee=GuaranteeKind.CREDIT,
    repayment=RepaymentMethod.INTEREST_FIRST,
    promise_days=3,
)
FACTS = ProductFacts(
    code="TAX-CREDIT",
    name="纳税信用贷",
    kind=ProductKind.CREDIT_LOAN,
    terms=TERMS,
    region_codes=("410400",),
    criteria=(criterion("years_established", "at_least", 2, "years") | {"show_threshold": True},),
    required_items=("registration", "tax"),
    description="给按时纳税的小微企业的信用贷款。",
    examples=(),
)


def bank(name: str = "汝州虚构银行") -> Institution:
    """Add an invented bank."""
    code = uuid4().hex[:12]
    institution = Institution(
        code=code, name=name, short_name=name, kind=InstitutionKind.BANK, region_code="410482"
    )
    db.session.add(institution)
    db.session.flush()
    return institution


def manager_of(institution: Institution) -> Actor:
    """Return a product manager of this bank."""
    return Actor(uuid4(), Role.BANK_PRODUCT_MANAGER, institution.id, "产品经理")


def clerk() -> Actor:
    """Return a clerk of the credit office."""
    return Actor(uuid4(), Role.CREDIT_OFFICE, UUID(int=9), "信用办")


def draft(manager: Actor, **changes: object) -> ProductVersion:
    """Draft a product through the service."""
    return service.draft_product(manager, replace(FACTS, **changes))


def under_review(manager: Actor, **changes: object) -> ProductVersion:
    """Draft a product, take the proposed examples unless told others, and submit it."""
    version = draft(manager, **changes)
    return (
        submitted(manager, version.id)
        if "examples" not in changes
        else service.submit_product(manager, version.id)
    )


def submitted(manager: Actor, version_id: UUID) -> ProductVersion:
    """Take the proposed examples of a draft and submit it."""
    service.add_proposed_examples(manager, version_id)
    return service.submit_product(manager, version_id)


def listed_version(manager: Actor, **changes: object) -> ProductVersion:
    """Draft, submit and list a product."""
    return service.list_product(clerk(), under_review(manager, **changes).id)
