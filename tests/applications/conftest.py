"""A bank with a listed product, a firm that authorized it, and the people who act."""

from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from tests.factories import parties
from tests.products import factories as products
from xinyidai.applications import service
from xinyidai.applications.models import LoanApplication
from xinyidai.applications.rules import Wanted
from xinyidai.applications.service import Draft
from xinyidai.catalogue.purposes import get_purpose
from xinyidai.consents import service as consents
from xinyidai.consents.models import Consent
from xinyidai.consents.values import ConsentDraft
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor, Role
from xinyidai.products.models import ProductVersion

WANTED = Wanted(
    amount_fen=50_000_000,
    term_months=12,
    loan_purpose="采购轴承钢",
    contact_name="演示·王五",
    contact_phone="19900000008",
)


@dataclass
class Market:
    """Everybody who takes part in one application."""

    boss: Actor
    officer: Actor
    version: ProductVersion

    def draft(self, *, key: UUID | None = None, **changes: object) -> LoanApplication:
        """Start a draft."""
        wanted = replace(WANTED, **changes)
        return service.start_application(
            self.boss, Draft(key or uuid4(), self.version.product_id, wanted)
        )

    def consent(self, items: tuple[str, ...] | None = None) -> Consent:
        """Let the firm authorize the bank."""
        defaults = get_purpose("pre_loan").defaults
        today = clock.today()
        [consent] = consents.grant_directly(
            self.boss,
            [
                ConsentDraft(
                    enterprise_id=self.boss.party_id,
                    institution_id=self.officer.party_id,
                    purpose="pre_loan",
                    item_codes=items or defaults.items,
                    valid_until=today + timedelta(days=defaults.valid_days),
                    data_from=today - timedelta(days=28 * defaults.range_months),
                    data_life_days=defaults.data_life_days,
                    max_uses=defaults.uses,
                )
            ],
        )
        return consent

    def submitted(self) -> LoanApplication:
        """Draft, authorize and submit."""
        self.consent()
        return service.submit_application(self.boss, self.draft().id)

    def in_approval(self) -> LoanApplication:
        """Bring an application before the approvers."""
        application = self.submitted()
        service.accept_application(self.officer, application.id)
        return service.send_to_approval(self.officer, application.id, "经营正常")


def make_market() -> Market:
    """Build the parties in the present session."""
    bank = products.bank(f"鹰川演示银行{uuid4().hex[:6]}")
    firm = parties.enterprise()
    version = products.listed_version(products.manager_of(bank), code=f"P{uuid4().hex[:10]}")
    return Market(
        parties.account(Role.ENTERPRISE_USER, firm).as_actor(),
        parties.account(Role.BANK_OFFICER, bank).as_actor(),
        version,
    )


@pytest.fixture
def market(db: object) -> Market:
    return make_market()
