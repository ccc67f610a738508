"""Public query, credit code page and check of reports over HTTP, for anybody."""

import io
import json

import pytest

from tests.factories import parties
from tests.factories.rights import Town
from xinyidai.catalogue.credit_reports import ReportEdition
from xinyidai.credit_records import queries as looks
from xinyidai.credit_records.values import QueryKind
from xinyidai.credit_reports import service
from xinyidai.credit_reports.service.limits import WINDOWS
from xinyidai.credit_reports.values import ReportOrder
from xinyidai.kernel import clock, rate
from xinyidai.kernel.db import db
from xinyidai.kernel.uscc import invented

NAME = "鹰川市银杏轴承有限公司"


@pytest.fixture
def town(live):
    made = Town(firm=parties.enterprise(name=NAME))
    made.penalty()
    content = {
        "legal_representative": "张演示",
        "established_on": "2019-05-01",
        "address": "鹰川市演示路 1 号",
        "status": "active",
    }
    made.deliver("business_registration", made.firm.uscc, content, 2000)
    db.session.commit()
    return made


@pytest.fixture
def stranger(town, client_as):
    return client_as(None)


@pytest.fixture
def report(town):
    order = ReportOrder(ReportEdition.AUTHORIZED, "financing", "c" * 32)
    made = service.make_own(town.boss, order)
    opened = service.open_report(town.boss, made.id)
    url = service.check_url(made, "")
    document = service.document_of(made, opened.content, url)
    db.session.commit()
    return url, document


def test_a_whole_code_leads_to_the_firm_and_a_name_to_a_short_list(stranger, town):
    answer = stranger.get("/credit", query_string={"q": f" {town.firm.uscc.lower()} "})
    assert answer.headers["Location"] == f"/credit/{town.firm.uscc}"
    page = stranger.get("/credit", query_string={"q": "银杏轴承"}).text
    assert NAME in page
    assert f"/credit/{town.firm.uscc}" in page


def test_the_page_shows_what_is_public_and_no_person(stranger, town):
    answer = stranger.get(f"/credit/{town.firm.uscc}")
    assert answer.status_code == 200
    for said in (
        NAME,
        "鹰环罚〔2026〕1号",
        "来源：税务局",
        "公示至",
        "公开依据",
        "数据不足",
        "读取时间",
    ):
        assert said in answer.text
    assert "张演示" not in answer.text
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert answer.headers["Cache-Control"] == "no-store"


def test_each_query_is_logged_with_its_address(stranger, town):
    stranger.get(f"/credit/{town.firm.uscc}")
    [event] = looks.looks_at_enterprise(town.firm.id, kinds=(QueryKind.PUBLIC,))
    assert (event.client_address, event.actor_name) == ("127.0.0.1", "访客")


def test_what_says_too_little_lists_nobody(stranger, town):
    for q in ("演示", "有限公司", "91410400XN", "1" * 18, "%%%%", "____"):
        answer = stranger.get("/credit", query_string={"q": q})
        assert town.firm.uscc not in answer.text
        assert answer.status_code == (200 if q in {"%%%%", "____"} else 422), q


def test_a_list_is_cut_and_asks_for_more_of_the_name(stranger, live):
    for number in range(12):
        parties.enterprise(name=f"鹰川市银杏机械{number}号有限公司")
    db.session.commit()
    page = stranger.get("/credit", query_string={"q": "银杏机械"}).text
    assert page.count("/credit/91") == 10
    assert "请输入更完整的名称" in page


def test_a_wrong_code_is_explained(stranger):
    for code in ("9999", "1" * 18):
        answer = stranger.get(f"/credit/{code}")
        assert answer.status_code == 422
        assert "对照营业执照" in answer.text


def test_an_unknown_firm_is_not_a_clean_one(stranger):
    answer = stranger.get(f"/credit/{invented(987654)}")
    assert answer.status_code == 404
    assert "没有查到不等于没有登记" in answer.text


def test_an_address_that_asks_too_often_is_told_when_to_come_back(stranger, town):
    limit, seconds = WINDOWS[0]
    with clock.at(clock.now()):  # all in one window
        for _ in range(limit):
            rate.count(f"public_credit:{seconds}:127.0.0.1", limit=limit, seconds=seconds)
        answer = stranger.get(f"/credit/{town.firm.uscc}")
        programs = stranger.get(f"/api/v1/public-credit/{town.firm.uscc}")
    assert answer.status_code == 429
    assert "以后再试" in answer.text
    assert int(answer.headers["Retry-After"]) <= seconds
    assert programs.status_code == 429
    assert looks.looks_at_enterprise(town.firm.id, kinds=(QueryKind.PUBLIC,)) == []


def test_codes_run_through_one_by_one_are_counted_too(stranger):
    limit, _ = WINDOWS[0]
    with clock.at(clock.now()):  # all in one window
        answers = [stranger.get(f"/credit/{invented(n)}").status_code for n in range(limit + 1)]
    assert answers == [404] * limit + [429]


def test_the_code_page_shows_the_firm_and_a_dead_code_says_so(stranger, town):
    code = service.switch_on(town.boss)
    db.session.commit()
    assert NAME in stranger.get(f"/c/{code.token}").text
    service.renew(town.boss, code.id)
    db.session.commit()
    answer = stranger.get(f"/c/{code.token}")
    assert answer.status_code == 410
    assert "已经更换" in answer.text
    assert NAME not in answer.text
    assert stranger.get("/c/nothing").status_code == 404


def test_a_report_is_checked_by_scanning_and_by_its_file(stranger, report):
    url, document = report
    assert "报告真实" in stranger.get(url).text
    raw = json.dumps(document, ensure_ascii=False).encode()
    answer = upload(stranger, raw)
    assert answer.status_code == 200
    assert "报告真实" in answer.text
    assert "鹰环罚" not in answer.text


def test_an_altered_file_is_named_so(stranger, report):
    _, document = report
    document["report"]["firm"]["name"] = "另一家"
    assert "内容被改动" in upload(stranger, json.dumps(document).encode()).text


def test_a_file_that_is_no_report_is_refused_in_words(stranger):
    for raw in (b"", b"not json", b"[]", b"{" * 50_000, b"\xff" * 10):
        answer = upload(stranger, raw)
        assert answer.status_code == 422
        assert "JSON" in answer.text


def test_a_stranger_with_the_number_but_not_the_code_learns_nothing(stranger, report):
    url, _ = report
    answer = stranger.get(url.split("?")[0])
    assert answer.status_code == 404
    assert NAME not in answer.text
    assert (
        stranger.get("/verify/report", query_string={"no": "bg1", "code": "2"}).status_code == 302
    )


def upload(client, raw):
    data = {"file": (io.BytesIO(raw), "report.json")}
    return client.post("/verify/report", data=data, content_type="multipart/form-data")
