"""A firm with records that it may object to or have repaired, their sources, and a bank."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import sha256
from itertools import count
from typing import Any

from tests.factories import parties
from xinyidai.accounts.models import Account
from xinyidai.consents import service as consents
from xinyidai.consents.models import Consent
from xinyidai.consents.values import ConsentDraft
from xinyidai.credit_records import service as credit_records
from xinyidai.credit_records.service import NewRecord, write
from xinyidai.credit_records.values import BatchCounts, Fact
from xinyidai.enterprises.models import Enterprise
from xinyidai.institutions.models import Department, Institution
from xinyidai.institutions.values import DepartmentKind
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM, Actor, Role

ARREARS = "tax_arrears"
PENALTY = "environment_penalty"
STATEMENT = "这笔欠税三月已经缴清，有完税证明"
IDENTITY = "张演示，法定代表人，核对身份证和营业执照"

numbers = count(1)


@dataclass
class Town:
    """A firm, the tax office that keeps its arrears, the credit office, an auditor and a bank."""

    firm: Enterprise = field(default_factory=parties.enterprise)
    tax: Department = field(default_factory=lambda: parties.department(code="taxation"))
    office: Department = field(default_factory=parties.credit_office)
    bank: Institution = field(default_factory=parties.institution)

    def __post_init__(self) -> None:
        audit = parties.department(DepartmentKind.AUDIT)
        self.owner: Account = parties.account(Role.ENTERPRISE_USER, self.firm)
        self.taxman: Account = parties.account(Role.DEPARTMENT, self.tax)
        self.clerk: Account = parties.account(Role.CREDIT_OFFICE, self.office)
        self.auditor: Account = parties.account(Role.AUDITOR, audit)
        self.officer: Account = parties.account(Role.BANK_OFFICER, self.bank)

    @property
    def boss(self) -> Actor:
        return self.owner.as_actor()

    def facts(self, kind: str = ARREARS) -> list[Fact]:
        found = credit_records.read_own(self.boss, self.firm.id)
        return [fact for fact in found if fact.kind == kind]

    def arrears(self, key: str = "增值税", **changes: Any) -> Fact:
        """Deliver one tax arrears record and return it as it stands."""
        content = {
            "tax_type": key,
            "balance": 1_234_500,
            "announced_on": str(clock.today() - timedelta(days=40)),
        }
        self.deliver(ARREARS, key, {**content, **changes}, 40)
        return self.facts()[-1]

    def penalty(self, days: int = 200, key: str = "鹰环罚〔2026〕1号") -> Fact:
        """Deliver one environment penalty decided so many days ago."""
        self.deliver(PENALTY, key, {"decision_no": key}, days)
        return self.facts(PENALTY)[-1]

    def deliver(self, kind: str, key: str, content: dict[str, Any], days: int) -> None:
        day = clock.today() - timedelta(days=days)
        batch = write.open_batch(
            SYSTEM,
            source="taxation",
            kind=kind,
            file_name="t.csv",
            sha256=sha256(str(next(numbers)).encode()).hexdigest(),
        )
        row = NewRecord(
            enterprise_id=self.firm.id,
            kind=kind,
            source="taxation",
            natural_key=key,
            occurred_on=day,
            amount_fen=content.get("balance"),
            content=content,
        )
        counts = write.add_records(batch.id, [row])
        taken = counts.inserted + counts.superseded
        write.close_batch(SYSTEM, batch.id, BatchCounts(1, taken, 0, counts.unchanged))

    def consent(self, **changes: Any) -> Consent:
        today: date = clock.today()
        fields: dict[str, Any] = {
            "enterprise_id": self.firm.id,
            "institution_id": self.bank.id,
            "purpose": "pre_loan",
            "item_codes": ["tax", "environment"],
            "valid_until": today + timedelta(days=60),
            "data_from": today - timedelta(days=700),
            "data_life_days": 30,
            "max_uses": 5,
        }
        [made] = consents.grant_directly(self.boss, [ConsentDraft(**{**fields, **changes})])
        return made
