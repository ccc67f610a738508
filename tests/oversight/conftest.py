"""Parties, events of the log and whole disclosures for tests of oversight."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import create_engine, text
from sqlalchemy.engine import Connection

from tests.credit_records.conftest import World
from tests.factories import parties
from tests.products import factories as products
from xinyidai.accounts.models import Account
from xinyidai.applications.models import LoanApplication
from xinyidai.applications.values import ApplicationState
from xinyidai.consents.models import Consent
from xinyidai.credit_records import service as records
from xinyidai.credit_records.models import QueryEvent
from xinyidai.credit_records.values import QueryKind, QueryOutcome, Snapshot
from xinyidai.enterprises.models import Enterprise
from xinyidai.institutions.models import Institution
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import db as database
from xinyidai.kernel.db import new_id


class Desk:
    """A bank with an officer and a firm, and looks of the one at the other."""

    def __init__(self) -> None:
        self.bank: Institution = parties.institution()
        self.officer: Account = parties.account(Role.BANK_OFFICER, self.bank)
        self.firm: Enterprise = parties.enterprise()
        self.auditor: Account = parties.account(Role.AUDITOR, parties.department())
        self.world = World()

    def event(self, moment: datetime, **changes: object) -> QueryEvent:
        """Add an event to the log alone, without reading and without evidence."""
        facts: dict[str, object] = {
            "id": new_id(),
            "happened_at": moment,
            "kind": QueryKind.DISCLOSURE,
            "outcome": QueryOutcome.ALLOWED,
            "account_id": self.officer.id,
            "role": Role.BANK_OFFICER,
            "party_id": self.bank.id,
            "actor_name": self.officer.name,
            "institution_id": self.bank.id,
            "enterprise_id": self.firm.id,
            "purpose": "pre_loan",
            "subject": "records",
            "rule_version": "1",
        }
        event = QueryEvent(**{**facts, **changes})
        database.session.add(event)
        database.session.flush()
        return event

    def events(
        self, count: int, first: datetime, apart: timedelta, **changes: object
    ) -> list[UUID]:
        return [self.event(first + number * apart, **changes).id for number in range(count)]

    def application(self, submitted_at: datetime) -> LoanApplication:
        """Add an application of the firm at the bank, submitted and not yet ended."""
        version = products.listed_version(products.manager_of(self.bank), code=uuid4().hex[:10])
        application = LoanApplication(
            application_no=uuid4().hex[:20],
            request_key=uuid4(),
            enterprise_id=self.firm.id,
            institution_id=self.bank.id,
            product_id=version.product_id,
            product_version_id=version.id,
            amount_applied_fen=1_000_000,
            term_months=12,
            loan_purpose="采购",
            contact_name="王演示",
            contact_phone="19900000008",
            state=ApplicationState.SUBMITTED,
            submitted_at=submitted_at,
        )
        database.session.add(application)
        database.session.flush()
        return application

    def consent(self, **changes: object) -> Consent:
        return self.world.consent(self.firm.id, self.bank.id, **changes)

    def look(self, consent: Consent) -> Snapshot:
        """Show the firm's records for real: reading, event, snapshot and evidence."""
        return records.disclose(
            self.officer.as_actor(),
            self.world.request(consent),
            lambda look: {"facts": [fact.natural_key for fact in look.facts()]},
        )


@pytest.fixture
def moment() -> Callable[[str], datetime]:
    """A moment in Shanghai: `moment("2026-11-18T10:00")`, a Wednesday's morning."""
    return lambda words: datetime.fromisoformat(words).replace(tzinfo=clock.TZ)


@pytest.fixture
def desk(db: object) -> Desk:
    return Desk()


@pytest.fixture
def live_desk(live: Flask) -> Desk:
    return Desk()


@pytest.fixture
def by_owner(live: Flask) -> Iterator[Callable[..., None]]:
    """Do what the application may not: as the owner of the tables, row security lifted."""
    engine = create_engine(live.config["OWNER_DATABASE_URI"])

    def run(statement: str, **values: object) -> None:
        database.session.commit()
        with engine.begin() as connection:
            _open(connection)
            connection.execute(text(statement), values)

    yield run
    engine.dispose()


def _open(connection: Connection) -> None:
    connection.execute(text("select set_config('xinyidai.platform_run', 'test', true)"))
