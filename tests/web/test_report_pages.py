"""Reports and credit codes over HTTP: the firm, the bank under a consent, the office."""

import re
from datetime import timedelta

import pytest

from tests.factories import parties
from tests.factories.rights import Town
from xinyidai.consents.values import ConsentMode
from xinyidai.credit_reports import queries, service
from xinyidai.credit_reports.queries import ReportFilter
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import db
from xinyidai.kernel.http import Page

PUBLIC = {"edition": "public", "use": "financing"}


@pytest.fixture
def town(live):
    made = Town()
    made.penalty()
    db.session.commit()
    return made


@pytest.fixture
def owner(town, client_as):
    return client_as(town.owner)


def key_of(page: str) -> str:
    return re.search(r'name="key" value="([0-9a-f]{32})"', page)[1]


def made(owner, fields) -> str:
    key = key_of(owner.post("/enterprise/reports/preview", data=fields).text)
    return owner.post("/enterprise/reports", data={**fields, "key": key}).headers["Location"]


def certificate(**changes):
    today = clock.today()
    return {
        "edition": "no_violation",
        "use": "honours",
        "first": (today - timedelta(days=700)).isoformat(),
        "last": today.isoformat(),
        "departments": ["taxation", "ecology_environment"],
        **changes,
    }


def test_a_firm_chooses_sees_before_makes_and_downloads(owner, town):
    assert "公开版信用报告" in owner.get("/enterprise/reports").text
    assert "申请融资" in owner.get("/enterprise/reports/new?edition=public").text
    preview = owner.post("/enterprise/reports/preview", data=PUBLIC)
    assert "鹰环罚" in preview.text
    place = made(owner, PUBLIC)
    assert "可以使用" in owner.get(place).text
    pdf = owner.get(f"{place}/report.pdf")
    assert pdf.data.startswith(b"%PDF")
    assert owner.get(f"{place}/report.json").json["signature"]["algorithm"]


def test_a_button_pressed_twice_makes_one_report(owner):
    fields = {**PUBLIC, "key": "d" * 32}
    places = {owner.post("/enterprise/reports", data=fields).headers["Location"] for _ in "12"}
    assert len(places) == 1
    assert queries.list_rows(ReportFilter(), Page())[1] == 1


def test_the_certificate_asks_departments_and_says_what_lacks(owner):
    page = owner.post("/enterprise/reports/preview", data=certificate()).text
    assert "数据不足，不能替代证明" in page
    assert "查见记录 1 条" in page
    assert "可以使用" in owner.get(made(owner, certificate())).text


BAD = (
    ({"first": "昨天"}, "请填写日期"),
    ({"last": "2999-01-01"}, "不能晚于今天"),
    ({"departments": []}, "至少选择一个部门"),
    ({"departments": ["moon"]}, "没有这个部门"),
    ({"use": "recruiting"}, "适用的用途"),
    ({"use": ""}, "适用的用途"),
)


def test_a_bad_form_is_shown_again_with_what_was_typed(owner):
    for changes, sentence in BAD:
        fields = certificate(**changes, key="e" * 32)
        for place in ("/enterprise/reports/preview", "/enterprise/reports"):
            answer = owner.post(place, data=fields)
            assert (answer.status_code, sentence in answer.text) == (422, True), (changes, place)


def test_an_unknown_edition_is_not_found(owner):
    assert owner.get("/enterprise/reports/new?edition=gold").status_code == 404
    assert owner.post("/enterprise/reports", data={"edition": "gold"}).status_code == 404


def test_a_foreign_report_is_404_for_firm_and_bank(owner, client_as):
    place = made(owner, PUBLIC)
    stranger = client_as(parties.account(Role.ENTERPRISE_USER, parties.enterprise()))
    officer = client_as(parties.account(Role.BANK_OFFICER, parties.institution()))
    for tail in ("", "/report.pdf", "/report.json"):
        assert stranger.get(place + tail).status_code == 404
        assert officer.get(place.replace("enterprise", "bank") + tail).status_code == 404


def test_the_code_is_switched_on_printed_renewed_and_switched_off(owner, town):
    page = "/enterprise/credit-code"
    assert "启用信用码" in owner.get(page).text
    assert owner.get(f"{page}/code.svg").status_code == 404
    owner.post(page)
    code = service.own_code(town.boss)
    assert code.token in owner.get(page).text
    assert b"<svg" in owner.get(f"{page}/code.svg").data
    assert owner.get(f"{page}/poster.pdf?paper=a6").data.startswith(b"%PDF")
    assert owner.get(f"{page}/poster.pdf?paper=a0").status_code == 422
    owner.post(f"{page}/renew", data={"code_id": code.id})
    assert code.token not in owner.get(page).text
    db.session.expire_all()
    owner.post(f"{page}/off", data={"code_id": service.own_code(town.boss).id})
    assert "还没有启用" in owner.get(page).text
    assert owner.post(f"{page}/off", data={"code_id": "x"}).status_code == 404


def test_the_firm_reads_how_often_it_was_looked_up(owner, client_as, town):
    client_as(None).get(f"/credit/{town.firm.uscc}")
    page = owner.get("/enterprise/queries?by=public").text
    assert "最近 30 天 1 次" in page
    assert "访客" not in page


def test_a_bank_makes_one_under_a_consent_and_the_old_look_leads_to_it(town, client_as):
    consent, officer = town.consent(), client_as(town.officer)
    place = f"/bank/consents/{consent.id}"
    assert "开具报告" in officer.get(place).text
    answers = [officer.post(f"{place}/report", data={"key": "f" * 32}) for _ in "12"]
    assert len({answer.headers["Location"] for answer in answers}) == 1
    report = answers[0].headers["Location"]
    assert "可以使用" in officer.get(report).text
    assert officer.get(f"{report}/report.pdf").data.startswith(b"%PDF")
    assert "BG" in officer.get("/bank/reports").text
    [row], _ = queries.list_rows(ReportFilter(), Page())
    seen = officer.get(f"/queries/{row.report.snapshot_id}", follow_redirects=True)
    assert row.report.number in seen.text


def test_a_consent_to_results_gives_a_bank_no_report(town, client_as):
    consent = town.consent(mode=ConsentMode.RESULT)
    officer = client_as(town.officer)
    assert "开具报告" not in officer.get(f"/bank/consents/{consent.id}").text
    answer = officer.post(f"/bank/consents/{consent.id}/report", data={"key": "f" * 32})
    assert answer.status_code == 403


def test_the_office_reads_counts_with_the_list_behind_each(owner, client_as, town):
    made(owner, PUBLIC)
    clerk = client_as(town.clerk)
    page = clerk.get("/office/reports").text
    assert "应用目录清单" in page
    assert "credit-report-public/1" in page
    listed = clerk.get("/office/reports/list?edition=public").text
    assert town.firm.name in listed
    assert town.firm.name not in clerk.get("/office/reports/list?checked=1").text
    assert clerk.get("/office/reports/list?use=moon").status_code == 422
    assert client_as(town.auditor).get("/office/reports").status_code == 200
