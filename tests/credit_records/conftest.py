"""A small world before the door: firms with records, banks with consents."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256
from itertools import count
from uuid import UUID

import pytest

from xinyidai.consents import service as consents
from xinyidai.consents.models import Consent
from xinyidai.consents.values import ConsentDraft
from xinyidai.credit_records.service import NewRecord, write
from xinyidai.credit_records.values import (
    BatchCounts,
    DisclosureRequest,
    DisclosureSubject,
    WriteCounts,
)
from xinyidai.enterprises.models import Enterprise
from xinyidai.enterprises.values import EnterpriseOrigin, RegistrationStatus
from xinyidai.institutions.models import Institution
from xinyidai.institutions.values import InstitutionKind
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM, Actor, Role
from xinyidai.kernel.db import db as database

numbers = count(1)


class World:
    """Makes firms, banks, consents and records in whatever session the test has."""

    def firm(self) -> UUID:
        firm = Enterprise(
            uscc=f"D{next(numbers):017d}",
            name="平顶山测试轴承有限公司",
            normal_name="平顶山测试轴承有限公司",
            status=RegistrationStatus.ACTIVE,
            origin=EnterpriseOrigin.SELF,
            source="test",
        )
        database.session.add(firm)
        database.session.flush()
        return firm.id

    def bank(self) -> UUID:
        number = next(numbers)
        bank = Institution(
            code=f"DOOR{number}",
            name=f"测试银行{number}",
            short_name=f"测行{number}",
            kind=InstitutionKind.BANK,
            region_code="410400",
        )
        database.session.add(bank)
        database.session.flush()
        return bank.id

    def boss(self, firm_id: UUID) -> Actor:
        return Actor(None, Role.ENTERPRISE_USER, firm_id, "张老板")

    def officer(self, bank_id: UUID) -> Actor:
        return Actor(None, Role.BANK_OFFICER, bank_id, "李经理")

    def consent(self, firm_id: UUID, bank_id: UUID, **changes: object) -> Consent:
        today = clock.today()
        fields = {
            "enterprise_id": firm_id,
            "institution_id": bank_id,
            "purpose": "pre_loan",
            "item_codes": ["tax", "judicial"],
            "valid_until": today + timedelta(days=60),
            "data_from": today - timedelta(days=365),
            "data_life_days": 30,
            "max_uses": 3,
        }
        draft = ConsentDraft(**{**fields, **changes})
        [consent] = consents.grant_directly(self.boss(firm_id), [draft])
        return consent

    def record(self, firm_id: UUID, kind: str, key: str, **changes: object) -> NewRecord:
        fields = {
            "enterprise_id": firm_id,
            "kind": kind,
            "source": "test",
            "natural_key": key,
            "occurred_on": clock.today() - timedelta(days=30),
            "content": {"key": key},
            "amount_fen": 12_345,
            "quantity": Decimal("1.5"),
        }
        return NewRecord(**{**fields, **changes})

    def collect(self, rows: Sequence[NewRecord]) -> WriteCounts:
        """Take rows of one kind in as one batch."""
        batch = write.open_batch(
            SYSTEM,
            source="test",
            kind=rows[0].kind,
            file_name="test.csv",
            sha256=sha256(str(next(numbers)).encode()).hexdigest(),
        )
        counts = write.add_records(batch.id, rows)
        taken = counts.inserted + counts.superseded
        write.close_batch(SYSTEM, batch.id, BatchCounts(len(rows), taken, 0, counts.unchanged))
        return counts

    def request(self, consent: Consent, **changes: object) -> DisclosureRequest:
        fields = {
            "consent_id": consent.id,
            "enterprise_id": consent.enterprise_id,
            "purpose": consent.purpose,
            "subject": DisclosureSubject.RECORDS,
            "rule_version": "1",
        }
        return DisclosureRequest(**{**fields, **changes})


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def long_ago() -> date:
    return clock.today() - timedelta(days=900)
