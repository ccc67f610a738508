"""A small city whose departments deliver, and a naive count of what they should have."""

from dataclasses import dataclass, field
from datetime import date, datetime, time
from hashlib import sha256
from itertools import count
from uuid import UUID

import pytest

from tests.factories import parties
from xinyidai.accounts.models import Account
from xinyidai.credit_records.service import NewRecord, write
from xinyidai.credit_records.service.rejections import keep_rejections
from xinyidai.credit_records.values import BatchCounts
from xinyidai.institutions.models import Department
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM, Role

numbers = count(1)
LICENCE, PENALTY = "administrative_licence", "administrative_penalty"
HOUSING, TRANSPORT, REFORM, MARKET = (
    "housing_construction",
    "transport_bureau",
    "development_reform",
    "market_regulation",
)
PROVINCE = "省信用信息平台（演示）"


@dataclass(frozen=True)
class Row:
    """One record to deliver: which firm, document and day, and which organ decided."""

    firm: UUID
    number: str
    decided_on: date
    organ: str = "鹰川市演示局"
    words: str = ""


@dataclass
class City:
    """Departments with people, firms, and deliveries on any day."""

    offices: dict[str, Department] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for code in (HOUSING, TRANSPORT, REFORM, MARKET):
            name = f"鹰川市{code}局（演示）"
            self.offices[code] = parties.department(code=code, name=name)
        self.office = parties.credit_office()
        self.clerk: Account = parties.account(Role.CREDIT_OFFICE, self.office)
        self.builder: Account = parties.account(Role.DEPARTMENT, self.offices[HOUSING])
        self.carrier: Account = parties.account(Role.DEPARTMENT, self.offices[TRANSPORT])
        self.firms = [parties.enterprise().id for _ in range(6)]

    def deliver(
        self, source: str, kind: str, day: date, rows: list[Row], bad: dict[str, int] | None = None
    ) -> UUID:
        """Deliver rows on a day; `bad` counts rows that are given back by rule."""
        rejected = sum((bad or {}).values())
        with clock.at(datetime.combine(day, time(10), clock.TZ)):
            batch = write.open_batch(
                SYSTEM,
                source=source,
                kind=kind,
                file_name=f"{kind}-{day}.csv",
                sha256=sha256(str(next(numbers)).encode()).hexdigest(),
            )
            counts = write.add_records(batch.id, [self._record(source, kind, r) for r in rows])
            taken = counts.inserted + counts.superseded
            self._reject(batch.id, day, bad or {})
            total = len(rows) + rejected
            sums = BatchCounts(total, taken, rejected, counts.unchanged)
            write.close_batch(SYSTEM, batch.id, sums)
        return batch.id

    def measure(self, day: date, months: list[date] | None = None):
        """Measure as on the night of a day."""
        from xinyidai.data_quality import service

        with clock.at(datetime.combine(day, time(23), clock.TZ)):
            return service.measure(months)

    def _record(self, source: str, kind: str, row: Row) -> NewRecord:
        number, organ = {LICENCE: ("xk_wsh", "xk_xkjg"), PENALTY: ("cf_wsh", "cf_cfjg")}[kind]
        return NewRecord(
            enterprise_id=row.firm,
            kind=kind,
            source=source,
            natural_key=f"{row.number}|{row.decided_on}",
            occurred_on=row.decided_on,
            content={number: row.number, organ: row.organ, "words": row.words},
        )

    def _reject(self, batch_id: UUID, day: date, bad: dict[str, int]) -> None:
        rules = [rule for rule, rows in bad.items() for _ in range(rows)]
        keep_rejections(
            batch_id,
            [(place, "企业", "9****3", rule, day) for place, rule in enumerate(rules, 1)],
        )


@pytest.fixture
def city(db) -> City:
    return City()
