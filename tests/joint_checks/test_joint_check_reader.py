"""Before the repair commits everybody finds the firm listed; after it nobody does, anywhere."""

from concurrent.futures import ThreadPoolExecutor

from tests.factories.lists import ListTown
from xinyidai.credit_records.service import write
from xinyidai.credit_records.values import RecordStatus
from xinyidai.joint_checks import service
from xinyidai.joint_checks.values import CheckOrder, CheckOutcome
from xinyidai.kernel.actor import SYSTEM
from xinyidai.kernel.db import db, own_transaction


class Reader:
    """Asks as the public, as the department that had its answer, and as one that asks now."""

    def __init__(self, live, client_as, town: ListTown) -> None:
        self.app, self.town = live, town
        self.public = live.test_client()
        self.buyer = client_as(town.buyer)
        self.actor = town.buyer.as_actor()
        self.firm, self.name = town.firm.id, town.firm.name
        self.uscc = town.firm.uscc
        self.old = self.check("旧件").id
        db.session.commit()

    def check(self, case_no: str):
        order = CheckOrder(uscc=self.uscc, occasion="bidding", case_no=case_no)
        return service.check(self.actor, order)

    def seen(self) -> dict[str, bool]:
        """Tell where the firm is found, each time on a connection of its own."""
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(self._seen).result()

    def _seen(self) -> dict[str, bool]:
        with self.app.app_context(), own_transaction():
            outcome = self.check("新件").outcome
        return {
            "page": self.name in self.public.get("/lists/dishonest_debtor").text,
            "file": self.name in self.public.get("/lists/dishonest_debtor/entries.csv").text,
            "check": outcome is CheckOutcome.SERIOUS,
            "old check": "（2026）演01执1号"
            in self.buyer.get(f"/department/checks/{self.old}").text,
        }


def test_a_repair_takes_the_firm_off_every_surface_with_its_commit(live, client_as):
    town = ListTown()
    town.listed()
    record = town.debt().id
    db.session.commit()
    reader = Reader(live, client_as, town)
    write.retire_record(SYSTEM, reader.firm, record, RecordStatus.REPAIRED, "演示")
    db.session.flush()
    assert reader.seen() == dict.fromkeys(("page", "file", "check", "old check"), True)
    db.session.commit()
    assert reader.seen() == dict.fromkeys(("page", "file", "check", "old check"), False)
