"""Pages of the credit office, departments, auditors and the operator."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from tests.factories import parties
from tests.web.products_for_pages import product_facts
from xinyidai.accounts.models import Account
from xinyidai.enterprises import service as enterprises
from xinyidai.enterprises.service import HeldName
from xinyidai.institutions.values import DepartmentKind
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import db
from xinyidai.kernel.working_days import PUBLISHED_UNTIL
from xinyidai.matchmaking_events.models import MatchmakingEvent
from xinyidai.products import service as products
from xinyidai.products.models import ProductVersion
from xinyidai.products.values import ProductVersionState
from xinyidai.whitelist.models import WhitelistEntry
from xinyidai.whitelist.values import EntryState

Client = Callable[..., FlaskClient]
ABSENT = "01890000-0000-7000-8000-000000000000"
OFFICE_PAGES = [
    "/office",
    "/office/products",
    "/office/products?state=all",
    "/office/whitelist",
    "/office/whitelist?state=listed",
    "/office/whitelist?state=expired&list_type=general",
    "/office/whitelist/nominate?list_type=logistics",
    "/office/events",
    "/office/events/plan",
    "/office/applications?due=overdue",
    "/office/data",
    "/office/data/names",
    "/office/queries?outcome=refused&from=2026-01-01&to=2026-12-31",
    "/office/revocations?from=2026-01-01&to=2026-12-31",
    "/office/figures",
    "/office/figures/list?figure=granted_count",
    "/office/models",
]
AUDITOR_PAGES = [
    "/audit",
    "/office/queries",
    "/office/revocations",
    "/office/figures",
    "/office/models",
    "/office/data",
]


def clerk() -> Account:
    return parties.account(Role.CREDIT_OFFICE, parties.credit_office())


def submitted_version() -> ProductVersion:
    manager = parties.account(Role.BANK_PRODUCT_MANAGER, parties.institution()).as_actor()
    version = products.draft_product(manager, product_facts())
    products.add_proposed_examples(manager, version.id)
    products.submit_product(manager, version.id)
    db.session.commit()
    return version


def nominate(client: FlaskClient, path: str, uscc: str, **more: str):
    form = {"list_type": "general", "uscc": uscc, "basis": "经营正常，需要流动资金"}
    return client.post(path, data={**form, **more})


def evidence() -> dict[str, str]:
    names = ("in_business", "no_serious_dishonesty", "real_need")
    return {f"standard_{name}": "已核实" for name in names}


def only_entry() -> WhitelistEntry:
    db.session.expire_all()
    return db.session.query(WhitelistEntry).one()


@pytest.mark.parametrize("path", OFFICE_PAGES)
def test_a_clerk_opens_every_page_of_an_empty_city(client_as: Client, path: str) -> None:
    answer = client_as(clerk()).get(path)
    assert answer.status_code == 200
    assert answer.text.count("<h1>") == 1


@pytest.mark.parametrize("path", AUDITOR_PAGES)
def test_an_auditor_reads_what_oversight_needs(client_as: Client, path: str) -> None:
    auditor = parties.account(Role.AUDITOR, parties.department(DepartmentKind.AUDIT))
    assert client_as(auditor).get(path).status_code == 200


def test_nobody_else_enters_the_office(client_as: Client) -> None:
    officer = parties.account(Role.BANK_OFFICER, parties.institution())
    assert client_as(officer).get("/office").status_code == 403
    assert client_as(None).get("/office").status_code == 302
    auditor = parties.account(Role.AUDITOR, parties.department(DepartmentKind.AUDIT))
    assert client_as(auditor).post(f"/office/products/{ABSENT}").status_code == 403


def test_absent_objects_are_not_found(client_as: Client) -> None:
    client = client_as(clerk())
    for part in ("products", "whitelist", "events", "applications", "models"):
        assert client.get(f"/office/{part}/{ABSENT}").status_code == 404


def test_a_clerk_lists_a_product_and_the_home_page_counts_it_before(client_as: Client) -> None:
    version_id = submitted_version().id
    client = client_as(clerk())
    assert "最早一件" in client.get("/office").text or "今天收到" in client.get("/office").text
    assert "成立年限不低于" in client.get(f"/office/products/{version_id}").text
    answer = client.post(f"/office/products/{version_id}", data={"action": "product:list"})
    assert answer.status_code == 303
    db.session.expire_all()
    assert db.session.get(ProductVersion, version_id).state is ProductVersionState.LISTED


def test_a_product_goes_back_only_with_a_reason(client_as: Client) -> None:
    version_id = submitted_version().id
    client, url = client_as(clerk()), f"/office/products/{version_id}"
    refused = client.post(url, data={"action": "product:return", "reason": " "})
    assert refused.status_code == 422
    assert 'href="#f-reason"' in refused.text
    taken = client.post(url, data={"action": "product:return", "reason": "利率没有写全"})
    assert taken.status_code == 303
    assert "利率没有写全" in client.get(url).text


def test_a_stale_button_says_that_the_state_has_changed(client_as: Client) -> None:
    version_id = submitted_version().id
    client, url = client_as(clerk()), f"/office/products/{version_id}"
    client.post(url, data={"action": "product:list"})
    again = client.post(url, data={"action": "product:list"})
    assert again.status_code == 409
    assert "刷新" in again.text


def test_an_unknown_button_is_refused(client_as: Client) -> None:
    version_id = submitted_version().id
    answer = client_as(clerk()).post(f"/office/products/{version_id}", data={"action": "burn"})
    assert answer.status_code == 422


def test_a_nomination_walks_from_form_to_list_with_two_people(client_as: Client) -> None:
    firm = parties.enterprise()
    nominator, lister = client_as(clerk()), client_as(clerk())
    nominated = nominate(nominator, "/office/whitelist/nominate", firm.uscc, **evidence())
    assert nominated.status_code == 303
    url = f"/office/whitelist/{only_entry().id}"
    assert nominator.post(url, data={"action": "screen"}).status_code == 303
    own = nominator.post(url, data={"action": "list"})
    assert own.status_code == 422
    assert "不同人员" in own.text
    assert lister.post(url, data={"action": "list"}).status_code == 303
    assert only_entry().state is EntryState.LISTED
    assert firm.name in client_as(None).get("/whitelist").text


def test_screening_asks_for_the_evidence_that_is_missing(client_as: Client) -> None:
    firm = parties.enterprise()
    client = client_as(clerk())
    nominate(client, "/office/whitelist/nominate", firm.uscc)
    url = f"/office/whitelist/{only_entry().id}"
    refused = client.post(url, data={"action": "screen"})
    assert refused.status_code == 422
    assert "还有标准没有核实" in refused.text
    assert client.post(url, data={"action": "screen", **evidence()}).status_code == 303


def test_a_wrong_code_keeps_what_was_typed(client_as: Client) -> None:
    answer = nominate(client_as(clerk()), "/office/whitelist/nominate", "91410400MA0000000X")
    assert answer.status_code == 422
    assert "经营正常，需要流动资金" in answer.text
    assert "有误：" in answer.text


def test_a_firm_is_not_nominated_twice(client_as: Client) -> None:
    firm = parties.enterprise()
    client = client_as(clerk())
    nominate(client, "/office/whitelist/nominate", firm.uscc)
    assert nominate(client, "/office/whitelist/nominate", firm.uscc).status_code == 409


def test_a_department_sees_its_own_nominations_only(client_as: Client) -> None:
    firm = parties.enterprise()
    own = client_as(parties.account(Role.DEPARTMENT, parties.department()))
    other = client_as(parties.account(Role.DEPARTMENT, parties.department()))
    assert nominate(own, "/department/nominations/new", firm.uscc).status_code == 303
    url = f"/department/nominations/{only_entry().id}"
    assert firm.name in own.get("/department").text
    assert firm.name in own.get("/department/nominations?shelf=waiting").text
    assert firm.name not in own.get("/department/nominations?shelf=listed").text
    assert own.get("/department/nominations?shelf=other").status_code == 422
    assert firm.name in own.get("/department/nominations").text
    assert own.get(url).status_code == 200
    assert other.get(url).status_code == 404
    assert other.get("/department/nominations/new").status_code == 200


def plan_fields(**changes: str) -> dict[str, str]:
    moment = clock.now().replace(tzinfo=None, microsecond=0)
    times = {
        "sign_up_until": moment + timedelta(days=1),
        "starts_at": moment + timedelta(days=2),
        "ends_at": moment + timedelta(days=2, hours=3),
    }
    form = {
        "title": "春季对接会",
        "description": "面向制造业",
        "format": "onsite",
        "place": "市民中心",
        "region_code": "410400",
        "capacity": "60",
    }
    return {**form, **{name: time.isoformat() for name, time in times.items()}, **changes}


def test_an_event_is_planned_opened_and_cancelled(client_as: Client) -> None:
    client = client_as(clerk())
    assert client.post("/office/events/plan", data=plan_fields()).status_code == 303
    event_id = db.session.query(MatchmakingEvent).one().id
    url = f"/office/events/{event_id}"
    assert client_as(None).get(f"/events/{event_id}").status_code == 404
    assert client.post(f"{url}/open").status_code == 303
    assert "春季对接会" in client_as(None).get("/events").text
    assert client.post(f"{url}/cancel", data={"reason": ""}).status_code == 422
    assert client.post(f"{url}/cancel", data={"reason": "场地不可用"}).status_code == 303
    assert client.post(f"{url}/close").status_code == 409


def test_a_plan_with_faults_names_every_field(client_as: Client) -> None:
    form = plan_fields(capacity="许多", starts_at="昨天", format="")
    answer = client_as(clerk()).post("/office/events/plan", data=form)
    assert answer.status_code == 422
    for name in ("capacity", "starts_at", "format"):
        assert f'href="#f-{name}"' in answer.text
    assert "春季对接会" in answer.text


def held_event(client_as: Client, account: Account) -> tuple[UUID, Account, Account]:
    client = client_as(account)
    firm = parties.account(Role.ENTERPRISE_USER, parties.enterprise())
    bank = parties.account(Role.BANK_OFFICER, parties.institution())
    from xinyidai.matchmaking_events import service

    client.post("/office/events/plan", data=plan_fields())
    event_id = db.session.query(MatchmakingEvent).one().id
    client.post(f"/office/events/{event_id}/open")
    db.session.expire_all()
    rows = [service.register(who.as_actor(), event_id, "") for who in (firm, bank)]
    ids = [str(row.id) for row in rows]
    db.session.commit()
    with clock.at(clock.now() + timedelta(days=2, hours=1)):
        later = client_as(account)  # the first sign-in has ended by then
        held = later.post(f"/office/events/{event_id}/hold", data={"attended": ids})
    assert held.status_code == 303
    return event_id, firm, bank


def test_attendance_talks_and_follow_up_are_recorded(client_as: Client) -> None:
    account = clerk()
    event_id, firm, bank = held_event(client_as, account)
    client = client_as(account)
    url = f"/office/events/{event_id}"
    talk = {"enterprise_id": firm.enterprise_id, "institution_id": bank.institution_id}
    lacking = client.post(f"{url}/meetings", data={**talk, "outcome": "intention"})
    assert lacking.status_code == 422
    assert "意向金额" in lacking.text
    full = {**talk, "outcome": "intention", "amount": "300"}
    assert client.post(f"{url}/meetings", data=full).status_code == 303
    assert "300 万元" in client.get(url).text
    assert client.post(f"{url}/follow-up", data={"summary": "已放款"}).status_code == 303


def test_a_waiting_name_is_settled_by_its_code(client_as: Client) -> None:
    firm = parties.enterprise()
    enterprises.hold_name(HeldName("tax_bureau", "tax_grade", "旧名有限公司", 1, {"级别": "A"}))
    db.session.commit()
    client = client_as(clerk())
    assert "旧名有限公司" in client.get("/office/data/names").text
    form = {"name": "旧名有限公司", "uscc": "没有"}
    assert client.post("/office/data/names", data=form).status_code == 422
    settled = client.post("/office/data/names", data={**form, "uscc": firm.uscc})
    assert settled.status_code == 303
    assert (
        "旧名有限公司"
        not in client.get("/office/data/names").text.split("<main")[1].split("核名后")[1]
    )


def test_sure_names_settle_at_once(client_as: Client) -> None:
    firm = parties.enterprise()
    enterprises.hold_name(HeldName("tax_bureau", "tax_grade", firm.name, 1, {"级别": "A"}))
    db.session.commit()
    client = client_as(clerk())
    assert client.post("/office/data/names/settle-all").status_code == 303
    assert "没有待核名的记录" in client.get("/office/data/names").text


def test_the_operator_sees_accounts_and_the_state_of_the_system(client_as: Client) -> None:
    text = client_as(parties.account(Role.OPERATOR)).get("/operator").text
    assert "平台管理员" in text
    assert "没有心跳" in text


def test_the_auditor_finds_the_deeds_on_one_subject(client_as: Client) -> None:
    version_id = submitted_version().id
    auditor = parties.account(Role.AUDITOR, parties.department(DepartmentKind.AUDIT))
    url = f"/audit/log?subject_type=product_version&subject_id={version_id}"
    text = client_as(auditor).get(url).text
    assert "product:submit" in text
    assert "product:list" not in text


@pytest.mark.parametrize(
    "url",
    [
        "/office/queries?to=9999-12-31",
        "/office/figures?first=0001-01-01",
        "/office/figures?last=9999-12-31",
    ],
)
def test_a_day_at_an_end_of_the_calendar_is_refused(url: str, client_as: Client) -> None:
    assert client_as(clerk()).get(url).status_code == 422


def test_what_is_not_known_of_next_years_holidays_is_said(client_as: Client) -> None:
    year = PUBLISHED_UNTIL.year
    for day, is_known in ((date(year, 5, 6), True), (date(year, 12, 1), False)):
        with clock.at(datetime.combine(day, time(9), clock.TZ)):
            office = client_as(clerk()).get("/office").text
            operator = client_as(parties.account(Role.OPERATOR)).get("/operator").text
        assert (f"{year + 1} 年的放假调休安排还没有载入" in office) is not is_known
        assert (f"已有到 {year} 年的安排" in operator) is is_known
