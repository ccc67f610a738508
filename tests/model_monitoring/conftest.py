"""Loans told through the services at their own times; profiles stored as they are read."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest

from tests.applications.conftest import Market, make_market
from tests.factories import artefacts as models
from tests.factories import parties
from xinyidai.applications import service as applications
from xinyidai.applications.models import LoanApplication
from xinyidai.applications.rules import Terms
from xinyidai.applications.service import Payout, Repayment
from xinyidai.applications.values import GuaranteeFlag, RepaymentState
from xinyidai.catalogue.indicators import indicator_dictionary
from xinyidai.catalogue.purposes import get_purpose
from xinyidai.consents import service as consents
from xinyidai.consents.models import Consent
from xinyidai.consents.values import ConsentDraft, ConsentMode
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import db as database
from xinyidai.profiles.models import ProfileSnapshot
from xinyidai.scoring import service as scoring


@dataclass
class Lent:
    """A loan decided so many days ago, and everybody in it."""

    market: Market
    application: LoanApplication
    decided: datetime

    @property
    def firm(self) -> UUID:
        return self.application.enterprise_id

    def tell(self, days_after: int, days_overdue: int = 0) -> None:
        """Report how the loan stood so many days after the payout."""
        state = RepaymentState.OVERDUE if days_overdue else RepaymentState.NORMAL
        as_of = (self.decided + timedelta(days=days_after)).date()
        told = Repayment(state, as_of, days_overdue)
        applications.report_repayment(self.market.officer, self.application.id, told)

    def consent(self, items: tuple[str, ...] | None = None, months: int = 36) -> Consent:
        """Let the firm authorize training."""
        defaults = get_purpose("model_training").defaults
        today = clock.today()
        draft = ConsentDraft(
            enterprise_id=self.firm,
            institution_id=None,
            purpose="model_training",
            item_codes=items or defaults.items,
            valid_until=today + timedelta(days=defaults.valid_days),
            data_from=today - timedelta(days=30 * months),
            data_life_days=defaults.data_life_days,
            max_uses=None,
            mode=ConsentMode.RESULT,
        )
        return consents.grant_directly(self.market.boss, [draft])[0]


@pytest.fixture
def lent(db: object) -> Callable[..., Lent]:
    """Make a loan that was decided and paid out so many days ago, with a profile of that day."""

    def make(days: int = 500, *, has_profile: bool = True) -> Lent:
        decided = clock.now() - timedelta(days=days)
        with clock.at(decided - timedelta(hours=2)):
            market = make_market()
            if has_profile:
                store_profile(market.boss.party_id)
        with clock.at(decided):
            application = market.in_approval()
            terms = Terms(40_000_000, Decimal("0.0425"), 12)
            applications.approve_application(market.officer, application.id, terms)
            applications.sign_application(market.officer, application.id)
            payout = Payout(
                loan_no="JJ1",
                amount_fen=40_000_000,
                rate=Decimal("0.0425"),
                disbursed_on=clock.today(),
                due_on=clock.today() + timedelta(days=365),
                guarantee=GuaranteeFlag.CREDIT,
                is_first_loan=True,
            )
            applications.disburse_application(market.officer, application.id, payout)
        return Lent(market, application, decided)

    return make


def indicators(seed: int = 1, **changes: Any) -> dict[str, Any]:
    """Return a snapshot's indicators: small invented numbers, gaps by cause where told."""
    draw = random.Random(seed)  # noqa: S311 - invented numbers
    values = {
        code: {"value": round(draw.uniform(1, 40), 3), "missing": None}
        for code in indicator_dictionary().indicators
    }
    values["tax_grade_latest"] = {"value": float(draw.randint(1, 4)), "missing": None}
    for code in ("dishonesty_listed", "abnormal_listed"):
        values[code] = {"value": 0.0, "missing": None}
    for code, value in changes.items():
        is_gap = isinstance(value, str)
        values[code] = {
            "value": None if is_gap else value,
            "missing": value if is_gap else None,
        }
    return {code: {**entry, "source_on": None, "records": 1} for code, entry in values.items()}


def store_profile(enterprise_id: UUID, seed: int = 1, **changes: Any) -> ProfileSnapshot:
    """Store a whole profile of today."""
    snapshot = ProfileSnapshot(
        enterprise_id=enterprise_id,
        as_of=clock.today(),
        facts_version=0,
        dictionary_version=indicator_dictionary().version,
        scope="all",
        purpose="indicators",
        indicators=indicators(seed, **changes),
        content_hash=sha256(repr((enterprise_id, seed, clock.now())).encode()).hexdigest(),
        created_at=clock.now(),
    )
    database.session.add(snapshot)
    database.session.flush()
    return snapshot


@pytest.fixture
def active(db: object, tmp_path: object) -> Callable[..., Any]:
    """Make a version active."""
    keeper = parties.account(Role.OPERATOR).as_actor()
    clerk = parties.account(Role.CREDIT_OFFICE, parties.credit_office()).as_actor()

    def make(version: str = "2026.1") -> Any:
        scoring.register_model(keeper, models.copied(tmp_path, version))
        scoring.validate_model(keeper, models.CODE, version)
        scoring.approve_model(clerk, models.CODE, version, "同意")
        return scoring.activate_model(keeper, models.CODE, version)

    make.keeper, make.clerk = keeper, clerk
    return make
