"""A bank with a token, a firm, a product on sale, a consent and an application for it."""

import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from tests.factories import parties
from tests.products import factories as products
from xinyidai.accounts.models import ApiClient, ApiToken
from xinyidai.accounts.service import open_client, token_hash
from xinyidai.applications import service as applications
from xinyidai.applications.rules import Wanted
from xinyidai.applications.service import Draft
from xinyidai.consents import service as consents
from xinyidai.consents.models import Consent
from xinyidai.consents.values import ConsentDraft
from xinyidai.enterprises.models import Enterprise
from xinyidai.institutions.models import Institution
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM
from xinyidai.kernel.db import db as database

ALL_SCOPES = "applications products queries"


@dataclass
class Caller:
    """A bank's system with its token."""

    client: FlaskClient
    bank: Institution
    headers: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **more: Any) -> Any:
        return self.client.get(f"/api/v1{path}", headers=self.headers, **more)

    def post(self, path: str, body: object = None, **more: Any) -> Any:
        if body is not None:
            more["json"] = body
        return self.client.post(f"/api/v1{path}", headers=self.headers, **more)


def token_of(client: ApiClient, scope: str, *, life: timedelta = timedelta(minutes=15)) -> str:
    """Store a token as the token endpoint would, and return it."""
    token = secrets.token_urlsafe(16)
    database.session.add(
        ApiToken(
            api_client_id=client.id,
            token_hash=token_hash(token),
            scope=scope,
            expires_at=clock.now() + life,
        )
    )
    return token


@dataclass
class World:
    """What one test needs of the city; everything is committed."""

    client: FlaskClient
    firm: Enterprise
    us: Caller
    others: Caller

    def caller(self, bank: Institution, scope: str = ALL_SCOPES) -> Caller:
        api_client, _ = open_client(SYSTEM, bank.id, "信贷系统", scope=ALL_SCOPES)
        caller = Caller(self.client, bank)
        caller.headers = {"Authorization": f"Bearer {token_of(api_client, scope)}"}
        database.session.commit()
        return caller

    def consent(self, **changes: object) -> Consent:
        fields = {
            "enterprise_id": self.firm.id,
            "institution_id": self.us.bank.id,
            "purpose": "pre_loan",
            "item_codes": ["registration", "tax"],
            "valid_until": clock.today() + timedelta(days=60),
            "data_from": clock.today() - timedelta(days=365),
            "data_life_days": 30,
            "max_uses": 2,
        }
        draft = ConsentDraft(**{**fields, **changes})
        [consent] = consents.grant_directly(parties.boss_of(self.firm), [draft])
        database.session.commit()
        return consent

    def product(self, **changes: object) -> Any:
        version = products.listed_version(products.manager_of(self.us.bank), **changes)
        database.session.commit()
        return version

    def application(self, steps: str = "") -> str:
        """Submit an application and take the named steps; return its path."""
        version = self.product(code=f"P{uuid4().hex[:8]}")
        boss = parties.boss_of(self.firm)
        consent = self.consent()
        wanted = Wanted(50_000_000, 12, "采购原材料", "张小明", "13800001234")
        started = applications.start_application(boss, Draft(uuid4(), version.product_id, wanted))
        applications.link_consent(boss, started.id, consent.id)
        applications.submit_application(boss, started.id)
        database.session.commit()
        path = f"/applications/{started.id}"
        for step in steps.split():
            assert self.take(path, step).status_code == 200, step
        return path

    def take(self, path: str, step: str) -> Any:
        """Take one step of an application with its usual body."""
        body = BODIES.get(step)
        if step == "disbursement":
            body = BODIES[step] | {"disbursed_on": clock.today().isoformat()}
        return self.us.post(f"{path}/{step}", body)


# What a bank sends with each step of an application; steps without an entry send nothing.
BODIES: dict[str, dict[str, Any]] = {
    "approval-request": {"note": "现场核实,经营正常。"},
    "approval": {"amount_fen": 40_000_000, "rate": "0.0435", "term_months": 12},
    "denial": {"reasons": [{"code": "insufficient_turnover", "note": "流水下降"}]},
    "return": {"note": "请补充财务报表。"},
    "disbursement": {
        "loan_no": "JJ1",
        "amount_fen": 40_000_000,
        "rate": "0.0435",
        "disbursed_on": "2026-01-05",  # `take` says the day
        "due_on": "2099-01-05",
        "guarantee": "credit",
        "is_first_loan": True,
    },
}


def _world(client: FlaskClient) -> World:
    ours, theirs = parties.institution(), parties.institution()
    world = World(client, parties.enterprise(), Caller(client, ours), Caller(client, theirs))
    world.us, world.others = world.caller(ours), world.caller(theirs)
    return world


@pytest.fixture
def world(live: Any) -> World:
    """A world in which commits and refusals are real."""
    return _world(live.test_client())


@pytest.fixture
def quick(db: Any, app: Any) -> World:
    """A world that is rolled back: for requests that are refused before anything happens."""
    return _world(app.test_client())
