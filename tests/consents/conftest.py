"""Parties to an authorization, made in whatever session the test has."""

from datetime import timedelta
from itertools import count
from uuid import UUID

import pytest

from xinyidai.consents import service
from xinyidai.consents.models import Consent
from xinyidai.consents.values import ConsentDraft
from xinyidai.enterprises.models import Enterprise
from xinyidai.enterprises.values import EnterpriseOrigin, RegistrationStatus
from xinyidai.institutions.models import Institution
from xinyidai.institutions.values import InstitutionKind
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.db import db as database

numbers = count(1)


def boss(firm_id: UUID) -> Actor:
    return Actor(None, Role.ENTERPRISE_USER, firm_id, "张老板")


def officer(bank_id: UUID) -> Actor:
    return Actor(None, Role.BANK_OFFICER, bank_id, "李经理")


class Parties:
    """Makes firms, banks and consents."""

    boss = staticmethod(boss)
    officer = staticmethod(officer)

    def firm(self) -> Enterprise:
        firm = Enterprise(
            uscc=f"T{next(numbers):017d}",
            name="平顶山测试轴承有限公司",
            normal_name="平顶山测试轴承有限公司",
            status=RegistrationStatus.ACTIVE,
            origin=EnterpriseOrigin.SELF,
            source="test",
        )
        database.session.add(firm)
        database.session.flush()
        return firm

    def bank(self) -> Institution:
        number = next(numbers)
        bank = Institution(
            code=f"BANK{number}",
            name=f"测试银行{number}",
            short_name=f"测行{number}",
            kind=InstitutionKind.BANK,
            region_code="410400",
        )
        database.session.add(bank)
        database.session.flush()
        return bank

    def draft(self, firm: Enterprise, bank: Institution, **changes: object) -> ConsentDraft:
        today = clock.today()
        fields = {
            "enterprise_id": firm.id,
            "institution_id": bank.id,
            "purpose": "pre_loan",
            "item_codes": ["tax", "judicial"],
            "valid_until": today + timedelta(days=60),
            "data_from": today - timedelta(days=365),
            "data_life_days": 90,
            "max_uses": 3,
        }
        return ConsentDraft(**{**fields, **changes})

    def granted(self, firm: Enterprise, bank: Institution, **changes: object) -> Consent:
        [consent] = service.grant_directly(boss(firm.id), [self.draft(firm, bank, **changes)])
        return consent


@pytest.fixture
def parties() -> Parties:
    return Parties()
