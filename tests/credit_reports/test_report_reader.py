"""Before a case commits everybody sees the old record; after it every public surface has changed."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.factories.rights import STATEMENT, Town
from tests.repairs.conftest import CLAIM
from xinyidai.catalogue.credit_reports import ReportEdition
from xinyidai.catalogue.objections import ObjectionSubject
from xinyidai.credit_records.service import cases, write
from xinyidai.credit_records.values import RecordStatus
from xinyidai.credit_reports import service
from xinyidai.credit_reports.service import check_url
from xinyidai.credit_reports.values import ReportOrder
from xinyidai.kernel.db import db
from xinyidai.objections import service as objections
from xinyidai.objections.values import Target, Wording
from xinyidai.repairs import service as repairs

PENALTY = "鹰环罚〔2026〕1号"
MARK = "</svg>异议中</span>"
SURFACES = ("page", "code", "api", "check", "pdf", "json")


class Reader:
    """Reads everything that the public, and the firm, may read; each time in another thread."""

    def __init__(self, client_as, town: Town) -> None:
        code = service.switch_on(town.boss)
        order = ReportOrder(ReportEdition.AUTHORIZED, "financing", "b" * 32)
        report = service.make_own(town.boss, order)
        self.check, self.report = check_url(report, ""), report.id
        self.uscc, self.token = town.firm.uscc, code.token
        db.session.commit()
        self.public, self.owner = client_as(None), client_as(town.owner)

    def seen(self) -> dict[str, bool]:
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(self._seen).result()

    def page(self) -> str:
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(lambda: self.public.get(f"/credit/{self.uscc}").text).result()

    def _seen(self) -> dict[str, bool]:
        own = f"/enterprise/reports/{self.report}/report"
        return {
            "page": PENALTY in self.public.get(f"/credit/{self.uscc}").text,
            "code": PENALTY in self.public.get(f"/c/{self.token}").text,
            "api": PENALTY in str(self.public.get(f"/api/v1/public-credit/{self.uscc}").json),
            "check": "请重新开具" not in self.public.get(self.check).text,
            "pdf": self.owner.get(f"{own}.pdf").status_code == 200,
            "json": self.owner.get(f"{own}.json").status_code == 200,
        }


@pytest.fixture
def reader(live, client_as):
    town = Town()
    town.penalty()
    made = Reader(client_as, town)
    made.town = town
    return made


def test_a_repair_changes_every_public_surface_in_its_commit(reader):
    town, clerk = reader.town, reader.town.clerk.as_actor()
    [fact] = town.facts("environment_penalty")
    repair = repairs.apply_for_repair(town.boss, fact.id, CLAIM)
    repairs.check_repair(clerk, repair.id)
    repairs.hand_over_repair(clerk, repair.id, "XYZG-2026-000123")
    db.session.commit()
    repairs.complete_repair(clerk, repair.id, "认定机关同意修复")
    assert reader.seen() == dict.fromkeys(SURFACES, True)
    db.session.commit()
    assert reader.seen() == dict.fromkeys(SURFACES, False)


def test_a_withdrawn_record_leaves_every_public_surface_in_its_commit(reader):
    town = reader.town
    [fact] = town.facts("environment_penalty")
    clerk, why = town.clerk.as_actor(), "来源函：处罚决定已撤销"
    write.retire_record(clerk, town.firm.id, fact.id, RecordStatus.WITHDRAWN, why)
    assert reader.seen() == dict.fromkeys(SURFACES, True)
    db.session.commit()
    assert reader.seen() == dict.fromkeys(SURFACES, False)


def test_a_correction_changes_every_public_surface_in_its_commit(reader):
    town = reader.town
    [fact] = town.facts("environment_penalty")
    texts = {"decision_no": "鹰环罚〔2026〕9号", "decided_on": str(fact.occurred_on)}
    cases.correct_record(town.clerk.as_actor(), town.firm.id, fact.id, texts, "来源函")
    assert reader.seen() == dict.fromkeys(SURFACES, True)
    db.session.commit()
    assert reader.seen() == dict.fromkeys(SURFACES, False)
    assert "鹰环罚〔2026〕9号" in reader.page()


def test_a_mark_stands_on_the_public_page_with_its_commit(reader):
    town = reader.town
    [fact] = town.facts("environment_penalty")
    target = Target(subject=ObjectionSubject.RECORD, record_id=fact.id)
    made = objections.open_objection(
        town.boss, target, Wording(reason="settled", statement=STATEMENT)
    )
    db.session.commit()
    objections.accept_objection(town.clerk.as_actor(), made.id)
    assert MARK not in reader.page()
    db.session.commit()
    assert MARK in reader.page()
