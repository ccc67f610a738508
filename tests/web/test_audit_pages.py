"""Pages of oversight: state of the log, alarms, samples, reconciliations, the query ledger."""

import csv
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from io import StringIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.factories import parties
from tests.oversight.conftest import Desk
from xinyidai.audit import queries as audit
from xinyidai.credit_records.models import QueryEvent
from xinyidai.credit_records.values import QueryKind, QueryOutcome
from xinyidai.institutions.values import DepartmentKind
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import db
from xinyidai.ledger import service as ledger
from xinyidai.oversight import service
from xinyidai.oversight.models import QueryAlarm, Reconciliation, SampledQuery
from xinyidai.oversight.values import AlarmRule, AlarmState, Verdict
from xinyidai.web.office import ledger_queries

Client = Callable[..., FlaskClient]
ABSENT = "01890000-0000-7000-8000-000000000000"
PAGES = [
    "/audit",
    "/audit/alarms",
    "/audit/alarms?rule=burst&state=open",
    "/audit/samples",
    "/audit/samples?month=2026-10",
    "/audit/reconciliations",
    "/audit/sealings",
    "/office/queries",
]
STRANGERS = [Role.ENTERPRISE_USER, Role.BANK_OFFICER, Role.DEPARTMENT, Role.OPERATOR]
NIGHT = datetime.fromisoformat("2026-11-18T22:00").replace(tzinfo=clock.TZ)


@pytest.fixture
def desk(live: Flask) -> Desk:
    return Desk()


@pytest.fixture
def auditor(desk: Desk, client_as: Client) -> FlaskClient:
    return client_as(parties.account(Role.AUDITOR, parties.department(DepartmentKind.AUDIT)))


@pytest.fixture
def clerk(desk: Desk, client_as: Client) -> FlaskClient:
    return client_as(parties.account(Role.CREDIT_OFFICE, parties.credit_office()))


@pytest.fixture
def alarm(desk: Desk) -> QueryAlarm:
    desk.event(NIGHT)
    with clock.at(NIGHT + timedelta(minutes=5)):
        service.watch()
    db.session.commit()
    rule = QueryAlarm.rule == AlarmRule.OFF_HOURS
    return db.session.scalars(select(QueryAlarm).where(rule)).one()


@pytest.fixture
def sample(desk: Desk) -> SampledQuery:
    desk.application(NIGHT - timedelta(days=40))
    desk.event(NIGHT - timedelta(days=30))
    with clock.at(NIGHT):
        [drawn] = service.draw_sample("2026-10", desk.auditor.as_actor())
    db.session.commit()
    return drawn


def test_both_read_every_page_of_an_empty_city(clerk: FlaskClient, auditor: FlaskClient) -> None:
    for client in (clerk, auditor):
        for path in PAGES:
            answer = client.get(path)
            assert (path, answer.status_code) == (path, 200)
            assert answer.text.count("<h1>") == 1


def test_the_trail_of_deeds_is_for_the_auditor_alone(
    clerk: FlaskClient, auditor: FlaskClient
) -> None:
    assert clerk.get("/audit/log").status_code == 403
    assert "办理留痕" not in clerk.get("/audit").text
    assert auditor.get("/audit/log").status_code == 200


@pytest.mark.parametrize("role", STRANGERS)
def test_nobody_else_enters(desk: Desk, client_as: Client, role: Role) -> None:
    party = {Role.ENTERPRISE_USER: desk.firm, Role.BANK_OFFICER: desk.bank}.get(role)
    client = client_as(parties.account(role, party))
    for path in [*PAGES, "/audit/log", f"/office/queries/{ABSENT}", f"/audit/alarms/{ABSENT}"]:
        assert (path, client.get(path).status_code) == (path, 403)
    for path in ("/office/queries/export", "/audit/samples/draw", f"/audit/samples/{ABSENT}"):
        assert (path, client.post(path).status_code) == (path, 403)


def test_what_is_absent_is_not_found(auditor: FlaskClient) -> None:
    for path in ("alarms", "samples"):
        assert auditor.post(f"/audit/{path}/{ABSENT}", data=_answers()).status_code == 404
    assert auditor.get(f"/audit/alarms/{ABSENT}").status_code == 404
    assert auditor.get(f"/office/queries/{ABSENT}").status_code == 404
    assert auditor.get(f"/office/queries/{ABSENT}/proof.json").status_code == 404


def test_an_unknown_filter_is_refused(auditor: FlaskClient) -> None:
    for query in ("rule=nosy", "state=closed", "page=0"):
        assert auditor.get(f"/audit/alarms?{query}").status_code == 422
    for query in ("outcome=maybe", "institution=x", "from=yesterday"):
        assert auditor.get(f"/office/queries?{query}").status_code == 422


def test_the_state_of_the_log_leads_to_its_lists(
    auditor: FlaskClient, alarm: QueryAlarm, desk: Desk
) -> None:
    desk.event(clock.now(), outcome=QueryOutcome.REFUSED, reasons=["revoked"])
    db.session.commit()
    text = auditor.get("/audit").text
    assert 'href="/audit/alarms?rule=off_hours&amp;state=open"' in text
    assert f"/office/queries?institution={desk.bank.id}&amp;outcome=refused" in text
    assert "未对账" in text


def test_an_alarm_shows_why_and_its_looks_and_is_closed_once(
    clerk: FlaskClient, alarm: QueryAlarm, desk: Desk
) -> None:
    url = f"/audit/alarms/{alarm.id}"
    text = clerk.get(url).text
    assert "在 07:00 至 21:00 以外查询" in text
    assert f'href="/office/queries/{alarm.event_ids[0]}"' in text
    assert desk.firm.name in text
    answers = {"state": "explained", "conclusion": "值班加班，已核实"}
    assert clerk.post(url, data=answers).status_code == 303
    assert "值班加班，已核实" in clerk.get(url).text
    assert clerk.post(url, data=answers).status_code == 409
    assert "没有符合条件的预警" in clerk.get("/audit/alarms?state=open&rule=off_hours").text


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ({"state": "explained", "conclusion": " "}, "conclusion"),
        ({"state": "", "conclusion": "已经核实清楚"}, "state"),
        ({"state": "burn", "conclusion": "已经核实清楚"}, "state"),
        ({"state": "open", "conclusion": "已经核实清楚"}, "state"),
    ],
)
def test_a_review_with_a_fault_keeps_what_was_typed(
    clerk: FlaskClient, alarm: QueryAlarm, answers: dict[str, str], field: str
) -> None:
    answer = clerk.post(f"/audit/alarms/{alarm.id}", data=answers)
    assert answer.status_code == 422
    assert f'href="#f-{field}"' in answer.text
    assert answers["conclusion"].strip() in answer.text
    db.session.expire_all()
    assert alarm.state is AlarmState.OPEN


def test_a_sample_shows_the_case_and_is_judged(auditor: FlaskClient, sample: SampledQuery) -> None:
    text = auditor.get("/audit/samples").text
    assert "在本机构的贷款申请" in text
    assert sample.draw_seed in text
    assert f'href="/office/queries/{sample.event_id}"' in text
    url = f"/audit/samples/{sample.id}"
    bare = auditor.post(url, data={"verdict": "breach", "note": ""})
    assert (bare.status_code, "请写明理由" in bare.text) == (422, True)
    assert auditor.post(url, data={"note": "无结论"}).status_code == 422
    answers = {"verdict": "breach", "note": "用途与申请不符"}
    assert auditor.post(url, data=answers).status_code == 303
    assert auditor.post(url, data=answers).status_code == 409
    db.session.expire_all()
    assert sample.verdict is Verdict.BREACH
    assert "用途与申请不符" in auditor.get("/audit/samples?month=2026-10").text


def test_a_month_is_drawn_by_hand_once(auditor: FlaskClient, desk: Desk) -> None:
    last = service.last_month(clock.today())
    desk.event(datetime.fromisoformat(f"{last}-10T10:00").replace(tzinfo=clock.TZ))
    db.session.commit()
    assert f"抽取 {last}" in auditor.get("/audit/samples").text
    drawn = auditor.post("/audit/samples/draw", data={"month": last})
    assert drawn.headers["Location"] == f"/audit/samples?month={last}"
    assert auditor.post("/audit/samples/draw", data={"month": last}).status_code == 409
    assert auditor.post("/audit/samples/draw", data={"month": "soon"}).status_code == 422


def test_differences_stand_at_the_top_of_every_page(clerk: FlaskClient, desk: Desk) -> None:
    event = desk.event(clock.now())
    db.session.add(_reconciliation(clock.now(), event))
    db.session.commit()
    for path in ("/audit", "/audit/alarms", "/office/queries"):
        assert "对账发现 1 处差异" in clerk.get(path).text
    text = clerk.get("/audit/reconciliations").text
    assert "有留痕，没有读取" in text
    assert f'href="/office/queries/{event.id}"' in text
    db.session.add(_reconciliation(clock.now(), None))
    db.session.commit()
    assert "对账发现" not in clerk.get("/audit").text


def test_the_ledger_is_searched_by_each_of_its_filters(auditor: FlaskClient, desk: Desk) -> None:
    consent = desk.consent()
    mine = desk.event(NIGHT, consent_id=consent.id, actor_name="王查询")
    other = desk.world.firm()
    desk.event(NIGHT - timedelta(days=1), enterprise_id=other, purpose="post_loan")
    desk.event(NIGHT - timedelta(days=2), kind=QueryKind.OWN, institution_id=None, purpose="own")
    db.session.commit()
    for query in (
        f"firm={desk.firm.uscc}&kind=disclosure",
        f"firm={desk.firm.name[3:]}&institution={desk.bank.id}",
        "officer=王查",
        f"consent={consent.consent_no}",
        "purpose=pre_loan&outcome=allowed",
        "from=2026-11-18&to=2026-11-18",
    ):
        text = auditor.get(f"/office/queries?{query}").text
        assert (query, text.count('href="/office/queries/0')) == (query, 1)
        assert f'href="/office/queries/{mine.id}"' in text


def test_the_list_is_counted_no_further_than_ten_thousand(
    auditor: FlaskClient, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger_queries, "MOST_COUNTED", 30)
    desk.events(35, NIGHT, timedelta(minutes=1))
    db.session.commit()
    first = auditor.get("/office/queries").text
    assert "共 30+ 条，第 1 / 2 页" in first
    last = auditor.get("/office/queries?page=2").text
    assert last.count('href="/office/queries/0') == 10
    assert auditor.get("/office/queries?page=3").text.count('href="/office/queries/0') == 0


def test_an_entry_tells_all_and_its_place_in_the_log(auditor: FlaskClient, desk: Desk) -> None:
    consent = desk.consent()
    snapshot = desk.look(consent)
    db.session.commit()
    url = f"/office/queries/{snapshot.event_id}"
    assert "等待封存" in auditor.get(url).text
    assert auditor.get(f"{url}/proof.json").status_code == 404
    ledger.seal()
    db.session.commit()
    text = auditor.get(url).text
    assert "已封存，核对一致" in text
    for part in (desk.officer.name, consent.consent_no, snapshot.content_hash, desk.firm.uscc):
        assert part in text
    proof = json.loads(auditor.get(f"{url}/proof.json").text)
    assert str(snapshot.event_id) in proof["entry"]


def test_a_refused_entry_says_why_and_an_entry_without_evidence_says_so(
    auditor: FlaskClient, desk: Desk
) -> None:
    event = desk.event(NIGHT, outcome=QueryOutcome.REFUSED, reasons=["revoked"])
    db.session.commit()
    text = auditor.get(f"/office/queries/{event.id}").text
    assert "企业已撤回这份授权。" in text
    assert "没有存证" in text


def test_an_export_is_masked_safe_against_formulas_and_on_the_trail(
    auditor: FlaskClient, desk: Desk
) -> None:
    desk.firm.name = "=1+1有限公司"
    desk.event(NIGHT, actor_name="@SUM(A1)")
    desk.event(NIGHT, actor_name="王小明", outcome=QueryOutcome.REFUSED, reasons=["revoked"])
    db.session.commit()
    answer = auditor.post("/office/queries/export?outcome=allowed")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    [_, row] = csv.reader(StringIO(answer.text.removeprefix("\ufeff")))
    assert "'=1+1有限公司" in row
    assert "'@*******" in row
    [entry] = audit.list_of_subject("query_event", "list")
    assert (entry.action, entry.details) == (
        "query_event:export",
        {"rows": 1, "outcome": "allowed"},
    )
    whole = auditor.post("/office/queries/export").text
    assert "王**" in whole
    assert "王小明" not in whole


def test_an_export_ends_where_it_must(
    auditor: FlaskClient, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xinyidai.web.office.ledger.MOST_EXPORTED", 3)
    desk.events(5, NIGHT, timedelta(minutes=1))
    db.session.commit()
    rows = list(csv.reader(StringIO(auditor.post("/office/queries/export").text)))
    assert len(rows) == 4


def test_reading_writes_nothing(auditor: FlaskClient, alarm: QueryAlarm) -> None:
    before = db.session.scalars(select(QueryEvent.id)).all(), audit.list_latest()
    for path in [*PAGES, f"/audit/alarms/{alarm.id}", f"/office/queries/{alarm.event_ids[0]}"]:
        assert auditor.get(path).status_code == 200
    db.session.expire_all()
    assert (db.session.scalars(select(QueryEvent.id)).all(), audit.list_latest()) == before


def _answers() -> dict[str, str]:
    return {
        "state": "explained",
        "conclusion": "已经核实清楚",
        "verdict": "compliant",
        "note": "",
    }


def _reconciliation(moment: datetime, event: QueryEvent | None) -> Reconciliation:
    found = {"event_without_reading": {"total": 1, "ids": [str(event.id)]}} if event else {}
    names = ("readings", "events", "snapshots", "consents", "rows", "entries")
    return Reconciliation(
        covered_from=moment - timedelta(days=1),
        covered_until=moment,
        run_at=moment,
        compared=dict.fromkeys(names, 1),
        differences=found,
        total=len(found),
    )
