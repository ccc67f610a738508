"""Data quality over HTTP: the office's board and lists, the department's own, cases of both."""

import io
from datetime import date, timedelta

import pytest
from openpyxl import load_workbook

from tests.data_quality.conftest import HOUSING, LICENCE, PENALTY, PROVINCE, City, Row
from tests.factories import parties
from xinyidai.data_quality import queries, service
from xinyidai.data_quality.rules import month_after, month_of
from xinyidai.data_quality.service import bulletins
from xinyidai.data_quality.values import (
    OPEN_SUSPECTS,
    UNCLOSED_TICKETS,
    SuspectOutcome,
    SuspectState,
    TicketState,
)
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM, Role
from xinyidai.kernel.db import db
from xinyidai.kernel.http import Page

BOARD = "/office/data/quality"
ONE = Page(1, 1)


@pytest.fixture
def city(live) -> City:
    """Last month: one late row, one row with a wrong code, one decision known from elsewhere."""
    made = City()
    made.month = month_after(month_of(clock.today()), -1)
    first = made.month
    made.deliver(HOUSING, LICENCE, first, [])
    rows = [
        Row(made.firms[0], "许演〔2026〕0011号", first),
        Row(made.firms[1], "许演〔2026〕0022号", first),
    ]
    made.deliver(HOUSING, LICENCE, first + timedelta(days=2), rows[:1])
    made.deliver(HOUSING, LICENCE, first + timedelta(days=27), rows, {"uscc_length": 1})
    known = Row(made.firms[0], "罚演1号", first, f"鹰川市{HOUSING}局")
    made.deliver(PROVINCE, PENALTY, first + timedelta(days=3), [known])
    service.measure()
    made.suspect = queries.suspects(ONE, department=None, states=OPEN_SUSPECTS)[0][0].id
    made.ticket = queries.tickets(ONE, states=UNCLOSED_TICKETS)[0][0].id
    db.session.commit()
    return made


@pytest.fixture
def clerk(city, client_as):
    return client_as(city.clerk)


@pytest.fixture
def builder(city, client_as):
    return client_as(city.builder)


def month(city) -> str:
    return f"{city.month:%Y-%m}"


def test_the_board_shows_rates_with_their_fractions_and_leads_to_the_rows(city, clerk):
    page = clerk.get(f"{BOARD}?month={month(city)}").text
    assert "50.00%" in page
    assert "1 ÷ 2" in page
    assert "66.66%" in page
    where = f"{BOARD}/rows?month={month(city)}&measure=timeliness&department={HOUSING}"
    rows = clerk.get(where).text
    assert "许***022号" in rows
    assert "许***011号" not in rows


def test_rows_given_back_are_shown_masked_with_what_to_do(city, clerk):
    where = f"{BOARD}/rows?month={month(city)}&measure=compliance&department={HOUSING}"
    page = clerk.get(where).text
    assert "9****3" in page
    assert "统一社会信用代码应为 18 位" in page


def test_an_empty_city_says_so_everywhere(live, client_as):
    office = parties.credit_office()
    desk = client_as(parties.account(Role.CREDIT_OFFICE, office))
    own = client_as(parties.account(Role.DEPARTMENT, parties.department(code=HOUSING)))
    db.session.commit()
    for path in ("", "/late", "/codes", "/coverage", "/scores", "/bulletins", "/suspects"):
        assert desk.get(f"{BOARD}{path}").status_code == 200, path
    assert "数据不足" in desk.get(BOARD).text
    assert desk.get("/office/data/tickets").status_code == 200
    for path in ("quality", "quality/rows", "quality/suspects", "tickets"):
        assert own.get(f"/department/{path}").status_code == 200, path
    assert "数据不足" in own.get("/department/quality").text


@pytest.mark.parametrize(
    "query",
    [
        "?month=2026-13",
        "/rows?measure=truth&department=court",
        "/rows?measure=compliance&department=nobody",
        "/rows?kind=gossip&department=court",
        "/coverage/firms?domain=gossip",
        "/coverage?state=gone",
        "/scores?period=week",
        "/suspects?state=gone",
        "/late?page=x",
    ],
)
def test_nonsense_in_an_address_is_refused(clerk, query):
    assert clerk.get(f"{BOARD}{query}").status_code == 422


def test_the_city_s_pages_all_open(city, clerk):
    paths = ["late", "codes", "coverage", "scores", "bulletins", "suspects"]
    paths += ["coverage?state=never", "coverage/firms?domain=tax&state=missing"]
    paths += [f"scores?period={period}&month={month(city)}" for period in ("month", "year")]
    paths += [f"rows?measure=reporting&month={month(city)}&department={HOUSING}"]
    for path in paths:
        assert clerk.get(f"{BOARD}/{path}").status_code == 200, path
    assert "许***022号" in clerk.get(f"{BOARD}/late").text
    assert clerk.get("/office/data").text.count(BOARD) == 1


def test_a_bulletin_is_given_as_pdf_and_workbook(city, clerk, builder):
    made = bulletins.publish(SYSTEM, city.month).id
    db.session.commit()
    for client, place in ((clerk, BOARD), (builder, "/department/quality")):
        pdf = client.get(f"{place}/bulletins/{made}.pdf")
        assert pdf.data.startswith(b"%PDF")
        xlsx = client.get(f"{place}/bulletins/{made}.xlsx")
        assert "三率" in load_workbook(io.BytesIO(xlsx.data)).sheetnames


def test_a_clerk_publishes_and_is_told_why_not(city, clerk):
    done = clerk.post(f"{BOARD}/bulletins", data={"month": month(city)})
    assert done.status_code == 303
    present = f"{month_of(clock.today()):%Y-%m}"
    for chosen, words in ((present, "没有结束"), ("", "请选择月份")):
        answer = clerk.post(f"{BOARD}/bulletins", data={"month": chosen})
        assert answer.status_code == 422
        assert words in answer.text


def test_a_department_explains_and_the_office_closes(city, clerk, builder):
    own, desk = f"/department/quality/suspects/{city.suspect}", f"{BOARD}/suspects/{city.suspect}"
    assert builder.post(own, data={"words": " "}).status_code == 422
    assert builder.post(own, data={"words": "已撤销，不报送"}).status_code == 303
    refused = clerk.post(desk, data={"words": "已核", "outcome": "guilty"})
    assert refused.status_code == 422
    assert "请选择了结结果" in refused.text
    assert clerk.post(desk, data={"words": "见撤销书", "outcome": "excluded"}).status_code == 303
    assert clerk.post(desk, data={"words": "再来", "outcome": "excluded"}).status_code == 409
    db.session.rollback()
    found = queries.get_suspect(city.suspect)
    assert (found.state, found.outcome) == (SuspectState.CLOSED, SuspectOutcome.EXCLUDED)


def test_a_ticket_goes_from_answer_to_close(city, clerk, builder):
    own, desk = f"/department/tickets/{city.ticket}", f"/office/data/tickets/{city.ticket}"
    assert "9****3" in builder.get(own).text
    empty = builder.post(own, data={"action": "correct", "words": ""})
    assert empty.status_code == 422
    answered = builder.post(own, data={"action": "keep", "words": "与执照一致"})
    assert answered.status_code == 303
    twice = builder.post(own, data={"action": "keep", "words": "与执照一致"})
    assert twice.status_code == 409
    assert builder.post(own, data={"action": "verify", "words": "自己核"}).status_code == 422
    assert clerk.post(desk, data={"action": "verify", "words": "看过执照"}).status_code == 303
    db.session.rollback()
    assert queries.get_ticket(city.ticket).state is TicketState.CLOSED


def test_a_clerk_opens_a_ticket_and_the_form_keeps_what_was_typed(city, clerk, builder):
    form = {"subject": "waiting_name", "rows": "0", "statement": "十二个名称没有代码"}
    refused = clerk.post("/office/data/tickets/new", data=form)
    assert refused.status_code == 422
    assert "十二个名称没有代码" in refused.text
    chosen = {"department": str(city.offices[HOUSING].id), "rows": "12"}
    made = clerk.post("/office/data/tickets/new", data=form | chosen)
    assert made.status_code == 303
    assert builder.get(f"/department/tickets/{made.location.rsplit('/', 1)[1]}").status_code == 200


def test_another_department_meets_nothing_of_it(city, client_as):
    carrier = client_as(city.carrier)
    for path in (f"quality/suspects/{city.suspect}", f"tickets/{city.ticket}"):
        assert carrier.get(f"/department/{path}").status_code == 404
        answer = {"action": "correct", "words": "代答"}
        assert carrier.post(f"/department/{path}", data=answer).status_code == 404
    assert "许***0" not in carrier.get(f"/department/quality/rows?month={month(city)}").text


def test_the_own_scorecard_has_only_own_rows(city, builder):
    page = builder.get(f"/department/quality?month={month(city)}").text
    assert "50.00%" in page
    assert "有 1 张纠错单等您答复" in page
    assert "有 1 条疑点等您说明" in page
    rows = builder.get(f"/department/quality/rows?month={month(city)}&department=court").text
    assert "许***022号" in rows


def test_a_month_s_page_is_read_from_stored_figures(city, clerk):
    """A delivery after the measuring changes nothing until it is measured again."""
    before = clerk.get(f"{BOARD}?month={month(city)}").text
    row = Row(city.firms[2], "许演3号", city.month)
    city.deliver(HOUSING, LICENCE, city.month + timedelta(days=27), [row])
    db.session.commit()
    assert "1 ÷ 2" in before
    assert "1 ÷ 2" in clerk.get(f"{BOARD}?month={month(city)}").text
    service.measure([date.fromisoformat(f"{month(city)}-01")])
    db.session.commit()
    assert "1 ÷ 3" in clerk.get(f"{BOARD}?month={month(city)}").text
