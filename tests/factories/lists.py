"""A city whose lists are kept: sources that deliver, two clerks, a department that checks."""

from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from itertools import count
from typing import Any

from tests.factories import parties
from xinyidai.accounts.models import Account
from xinyidai.catalogue.credit_lists import SERIOUS_KINDS
from xinyidai.credit_lists import service as lists
from xinyidai.credit_lists.models import ListRelease
from xinyidai.credit_records import service as credit_records
from xinyidai.credit_records.service import NewRecord, write
from xinyidai.credit_records.values import BatchCounts, Fact, RecordStatus
from xinyidai.enterprises.models import Enterprise
from xinyidai.institutions.models import Department
from xinyidai.institutions.values import DepartmentKind
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM, Actor, Role

DEBT = "dishonesty_list"
CASE_NO = "（2026）演01执1号"
COURT = "鹰川市演示法院"

numbers = count(1)


@dataclass
class ListTown:
    """A firm that owes, its court, two clerks of the credit office, and a checking department."""

    firm: Enterprise = field(default_factory=parties.enterprise)
    court: Department = field(default_factory=lambda: parties.department(code="court"))
    finance: Department = field(default_factory=lambda: parties.department(code="finance_bureau"))
    office: Department = field(default_factory=parties.credit_office)

    def __post_init__(self) -> None:
        audit = parties.department(DepartmentKind.AUDIT)
        self.owner: Account = parties.account(Role.ENTERPRISE_USER, self.firm)
        self.judge: Account = parties.account(Role.DEPARTMENT, self.court)
        self.buyer: Account = parties.account(Role.DEPARTMENT, self.finance)
        self.clerk: Account = parties.account(Role.CREDIT_OFFICE, self.office)
        self.second: Account = parties.account(Role.CREDIT_OFFICE, self.office)
        self.auditor: Account = parties.account(Role.AUDITOR, audit)
        for kind in sorted(SERIOUS_KINDS):
            collect(kind)

    @property
    def boss(self) -> Actor:
        return self.owner.as_actor()

    def owes(self, firm: Enterprise | None = None, **changes: Any) -> None:
        """Deliver one record of a dishonest debtor."""
        deliver(
            firm or self.firm, DEBT, CASE_NO, {"case_no": CASE_NO, "court_name": COURT}, changes
        )

    def release(self, code: str = "dishonest_debtor") -> ListRelease:
        """Draft, check and publish what the records of a list give."""
        drafted = lists.draft_from_records(self.clerk.as_actor(), code, "演示批次")
        lists.check_release(self.second.as_actor(), drafted.id, "依据生效法律文书，同意发布")
        return lists.publish_release(self.second.as_actor(), drafted.id)

    def listed(self) -> ListRelease:
        """Let the firm owe and be listed for it."""
        self.owes()
        return self.release()

    def debt(self) -> Fact:
        """Return the record in force of the firm."""
        [found] = [
            one for one in credit_records.read_own(self.boss, self.firm.id) if one.kind == DEBT
        ]
        return found

    def retire(self, status: RecordStatus = RecordStatus.REPAIRED) -> None:
        """Take the record out of force."""
        write.retire_record(SYSTEM, self.firm.id, self.debt().id, status, "演示")


def collect(kind: str) -> None:
    """Note an empty delivery of a kind, so that absence means absence."""
    batch = _open(kind)
    write.close_batch(SYSTEM, batch.id, BatchCounts(0, 0, 0, 0))


def deliver(
    firm: Enterprise,
    kind: str,
    key: str,
    content: dict[str, Any],
    changes: dict[str, Any] | None = None,
) -> None:
    """Deliver one record of a firm."""
    batch = _open(kind)
    values: dict[str, Any] = {
        "enterprise_id": firm.id,
        "kind": kind,
        "source": "演示来源",
        "natural_key": key,
        "occurred_on": clock.today() - timedelta(days=60),
        "content": content,
    }
    counts = write.add_records(batch.id, [NewRecord(**{**values, **(changes or {})})])
    taken = counts.inserted + counts.superseded
    write.close_batch(SYSTEM, batch.id, BatchCounts(1, taken, 0, counts.unchanged))


def _open(kind: str) -> Any:
    digest = sha256(f"lists {next(numbers)}".encode()).hexdigest()
    return write.open_batch(
        SYSTEM, source="演示来源", kind=kind, file_name="lists.csv", sha256=digest
    )
