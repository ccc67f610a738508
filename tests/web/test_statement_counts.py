"""Lists ask the database as often for twelve rows as for two."""

import base64
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.engine import Engine

from tests.factories import parties
from tests.factories.lists import ListTown
from tests.factories.rights import Town
from tests.web.bank_city import City, grant
from xinyidai.catalogue.credit_reports import ReportEdition
from xinyidai.credit_lists import service as lists
from xinyidai.credit_reports import service as reports
from xinyidai.credit_reports.values import ReportOrder
from xinyidai.data_quality.models import QualityFigure, QualityRun
from xinyidai.data_quality.values import Measure
from xinyidai.deliveries import service as deliveries
from xinyidai.joint_checks import service as checks
from xinyidai.joint_checks.values import CheckOrder
from xinyidai.kernel import clock, signing
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import db, new_id
from xinyidai.kernel.signing import Algorithm

FEW, MANY = 2, 12


@contextmanager
def counted() -> Iterator[list[str]]:
    """Collect every statement that reaches the database."""
    statements: list[str] = []

    def note(*seen: object) -> None:
        statements.append(str(seen[2]))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def asks_no_more(client: FlaskClient, path: str, add: Callable[[], object], sign: str) -> None:
    """Compare the statements of a page with few and with many rows; each row shows the sign."""
    found = {}
    for rows in (FEW, MANY):
        while (there := client.get(path).text.count(sign)) < rows:
            add()
            db.session.commit()
        assert there == rows
        with counted() as found[rows]:
            assert client.get(path).status_code == 200
    assert len(found[MANY]) == len(found[FEW])


def test_the_board_of_data_quality(live, client_as):
    month = clock.today().replace(day=1)
    run = QualityRun(
        day=clock.today(),
        rule_version="1",
        event_id=new_id(),
        months=[month.isoformat()],
        codes={},
        made_at=clock.now(),
    )
    db.session.add(run)
    clerk = parties.account(Role.CREDIT_OFFICE, parties.credit_office())
    db.session.commit()

    def add() -> None:
        db.session.add(
            QualityFigure(
                run_id=run.id,
                month=month,
                department_code=parties.department(name=f"看板局{new_id()}").code,
                kind="administrative_penalty",
                measure=Measure.TIMELINESS,
                numerator=1,
                denominator=2,
            )
        )

    path = f"/office/data/quality?month={month:%Y-%m}"
    asks_no_more(client_as(clerk), path, add, ">看板局")


def test_the_choice_of_a_batch_of_looks(officer: FlaskClient, city: City):
    def add() -> None:
        grant(parties.account(Role.ENTERPRISE_USER, parties.enterprise()), city.bank)

    asks_no_more(officer, "/bank/batches/new", add, 'name="consent_id"')


@pytest.mark.parametrize("path", ["/enterprise/reports", "/office/reports/list"])
def test_the_lists_of_reports(live, client_as, path):
    town = Town()
    db.session.commit()
    who = town.owner if path.startswith("/enterprise") else town.clerk

    def add() -> None:
        owner = town.owner
        if who is town.clerk:  # the office sees the reports of many firms
            owner = parties.account(Role.ENTERPRISE_USER, parties.enterprise())
        order = ReportOrder(ReportEdition.PUBLIC, use="financing", request_key=uuid4().hex)
        reports.make_own(owner.as_actor(), order)

    asks_no_more(client_as(who), path, add, f">BG{clock.today():%Y}")


def test_the_reports_of_a_bank_under_many_consents(live, client_as):
    town = Town()
    db.session.commit()

    def add() -> None:
        reports.make_under_consent(town.officer.as_actor(), town.consent().id, uuid4().hex)

    asks_no_more(client_as(town.officer), "/bank/reports", add, f">BG{clock.today():%Y}")


def test_the_correction_notices_of_lists(live):
    town = ListTown()
    db.session.commit()

    def add() -> None:
        town.owes(parties.enterprise())
        made = town.release()
        lists.withdraw_release(town.second.as_actor(), made.id, "法院来函，同名企业列错")

    asks_no_more(live.test_client(), "/lists/notices", add, 'href="/lists/notices/')


def test_the_checks_by_government_offices(live, client_as):
    town = ListTown()
    db.session.commit()

    def add() -> None:
        clerk = parties.account(Role.DEPARTMENT, parties.department())
        order = CheckOrder(
            uscc=town.firm.uscc, occasion="government_procurement", case_no="采〔2026〕1号"
        )
        checks.check(clerk.as_actor(), order)

    asks_no_more(client_as(town.owner), "/enterprise/queries?by=check", add, "联合奖惩核查：")


def test_the_sources_of_deliveries(live, client_as):
    clerk = parties.account(Role.CREDIT_OFFICE, parties.credit_office())
    db.session.commit()

    def add() -> None:
        code = f"tally_{uuid4().hex[:8]}"
        made = deliveries.register_source(clerk.as_actor(), parties.department().id, code)
        key = signing.generate(code, Algorithm.ED25519).public
        deliveries.add_key(clerk.as_actor(), made.id, base64.b64encode(key.raw).decode())

    asks_no_more(client_as(clerk), "/office/data/sources", add, ">tally_")
