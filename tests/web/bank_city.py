"""A bank with its people, a firm that authorized it and applied to it; for the bank's pages."""

import re
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from tests.factories import parties
from tests.products import factories as products
from xinyidai.accounts.models import Account
from xinyidai.applications import service as applications
from xinyidai.applications.models import LoanApplication
from xinyidai.applications.rules import Wanted
from xinyidai.applications.service import Draft
from xinyidai.consents import service as consents
from xinyidai.consents.models import Consent
from xinyidai.consents.values import ConsentDraft
from xinyidai.enterprises.models import Enterprise
from xinyidai.institutions.models import Institution
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import db
from xinyidai.products.models import ProductVersion

KEY = re.compile(r'name="key" value="([0-9a-f]{32})"')


@dataclass
class City:
    """A bank with its people, a firm that authorized it and applied to it."""

    firm: Enterprise
    boss: Account
    bank: Institution
    officer: Account
    manager: Account
    version: ProductVersion
    consent: Consent
    application: LoanApplication

    @property
    def address(self) -> str:
        return f"/bank/applications/{self.application.id}"


@pytest.fixture
def city(live) -> City:
    firm, bank = parties.enterprise(), parties.institution()
    boss = parties.account(Role.ENTERPRISE_USER, firm)
    officer = parties.account(Role.BANK_OFFICER, bank)
    manager = parties.account(Role.BANK_PRODUCT_MANAGER, bank)
    version = products.listed_version(products.manager_of(bank))
    consent = grant(boss, bank)
    application = submit(boss, version)
    made = City(firm, boss, bank, officer, manager, version, consent, application)
    db.session.commit()
    return made


def grant(boss: Account, bank: Institution, **changes: object) -> Consent:
    """Let the bank look twice at three items."""
    today = clock.today()
    facts = {
        "enterprise_id": boss.enterprise_id,
        "institution_id": bank.id,
        "purpose": "pre_loan",
        "item_codes": ["registration", "tax", "judicial"],
        "valid_until": today + timedelta(days=10),
        "data_from": today - timedelta(days=365),
        "data_life_days": 30,
        "max_uses": 2,
    }
    return consents.grant_directly(boss.as_actor(), [ConsentDraft(**{**facts, **changes})])[0]


def submit(boss: Account, version: ProductVersion) -> LoanApplication:
    wanted = Wanted(50_000_000, 12, "采购钢材", "张演示", "13800000000")
    draft = Draft(uuid4(), version.product_id, wanted)
    application = applications.start_application(boss.as_actor(), draft)
    return applications.submit_application(boss.as_actor(), application.id)


@pytest.fixture
def officer(city, client_as) -> FlaskClient:
    return client_as(city.officer)


@pytest.fixture
def manager(city, client_as) -> FlaskClient:
    return client_as(city.manager)


def post(client: FlaskClient, address: str, **fields: object) -> str:
    """Send a form that must succeed and return where it leads."""
    response = client.post(address, data=fields)
    assert response.status_code == 303, response.text
    return response.location


def state_of(city: City) -> str:
    db.session.rollback()
    return db.session.get(LoanApplication, city.application.id).state.value


def key() -> str:
    """Return a fresh key, as a page puts it into its form."""
    return uuid4().hex


def look(client: FlaskClient, consent: Consent, sent: str = "") -> str:
    """Spend a use and return the address of the result."""
    return post(client, "/queries", consent_id=consent.id, key=sent or key())
