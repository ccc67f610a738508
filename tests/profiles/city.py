"""Firms and records put into whatever session there is."""

from collections.abc import Iterable
from datetime import date
from hashlib import sha256
from itertools import count, groupby
from uuid import UUID

from xinyidai.credit_records.service import NewRecord, write
from xinyidai.credit_records.values import BatchCounts
from xinyidai.enterprises.models import Enterprise
from xinyidai.enterprises.values import EnterpriseOrigin, EnterpriseScale, RegistrationStatus
from xinyidai.kernel.actor import SYSTEM, Actor, Role
from xinyidai.kernel.db import db as database
from xinyidai.profiles.values import FirmFacts

numbers = count(1)


class City:
    """Puts firms and records into whatever session the test has."""

    def firm(self, facts: FirmFacts | None = None, **changes: object) -> UUID:
        columns = {} if facts is None else {**vars(facts), "id": facts.enterprise_id}
        columns.pop("enterprise_id", None)
        firm = Enterprise(
            uscc=f"P{next(numbers):017d}",
            name="测试机械有限公司",
            normal_name="测试机械有限公司",
            status=RegistrationStatus.ACTIVE,
            origin=EnterpriseOrigin.SELF,
            source="test",
            section="C",
            scale=EnterpriseScale.SMALL,
            **{**columns, **changes},
        )
        database.session.add(firm)
        database.session.flush()
        return firm.id

    def boss(self, firm_id: UUID) -> Actor:
        return Actor(None, Role.ENTERPRISE_USER, firm_id, "王老板")

    def record(self, firm_id: UUID, kind: str, day: date, **changes: object) -> None:
        fields = {"source": "test", "natural_key": f"k{next(numbers)}", "content": {}} | changes
        self.collect([NewRecord(enterprise_id=firm_id, kind=kind, occurred_on=day, **fields)])

    def collect(self, rows: Iterable[NewRecord]) -> None:
        """Take rows in, one batch for each kind."""
        ordered = sorted(rows, key=lambda row: row.kind)
        for kind, group in groupby(ordered, key=lambda row: row.kind):
            self._collect_kind(kind, list(group))

    def has_collected(self, *kinds: str) -> None:
        """Note that a kind was collected, without a row for anybody."""
        for kind in kinds:
            self._collect_kind(kind, [])

    def _collect_kind(self, kind: str, rows: list[NewRecord]) -> None:
        batch = write.open_batch(
            SYSTEM,
            source="test",
            kind=kind,
            file_name="test.csv",
            sha256=sha256(str(next(numbers)).encode()).hexdigest(),
        )
        if rows:
            write.add_records(batch.id, rows)
        write.close_batch(SYSTEM, batch.id, BatchCounts(len(rows), len(rows), 0, 0))
