"""Pages of joint results: a bank's manager and officer, the office, the firm; and what leaks."""

import logging
from html import unescape
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from tests.factories import parties
from tests.joint_results.conftest import Desk
from tests.joint_results.documents_for_joint import card, raw
from xinyidai.credit_records.models import QueryEvent
from xinyidai.joint_results import queries, service
from xinyidai.joint_results.values import VersionState
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import db as database
from xinyidai.kernel.http import Page

CANARY = 7_654_321_987
CANARY_FORMS = (
    "7654321987",
    "7,654,321,987",
    "76543219.87",
    "76,543,219.87",
    "7654.32",
    "7,654.32",
)


@pytest.fixture
def town(live) -> Desk:
    return Desk(commit=True)


def uploaded(town) -> object:
    found, _ = queries.versions_of(town.bank.id, Page(1, 10))
    return found[0]


def handed_in(town):
    version = town.draft()
    service.submit(town.manager, version.id)
    town.save()
    return version


def state_of(version):
    database.session.rollback()
    database.session.refresh(version)
    return version.state


def test_a_manager_uploads_pastes_and_hands_in_a_model(town, client_as):
    page = client_as(town.manager_account)
    made = page.post("/bank/joint-models", data={"document": raw(card()).decode()})
    assert made.status_code == 303
    version = uploaded(town)
    address = f"/bank/joint-models/{version.id}"
    assert "提交审核" in page.get(address).text
    assert page.post(address, data={"action": "submit"}).status_code == 303
    assert state_of(version) is VersionState.UNDER_REVIEW
    assert "审核报告" in page.get(address).text


def test_a_manager_may_begin_with_the_example_which_is_sound(town, client_as):
    page = client_as(town.manager_account)
    shown = page.get("/bank/joint-models?example=1").text
    assert "tax_paid_12m" in shown
    typed = unescape(shown.split('name="document"')[1].split(">", 1)[1].split("</textarea>")[0])
    made = page.post("/bank/joint-models", data={"document": typed})
    assert made.status_code == 303


def test_what_is_wrong_is_named_place_by_place_and_the_text_stays(town, client_as):
    document = card()
    del document["inputs"][1]["missing"]
    page = client_as(town.manager_account)
    answer = page.post("/bank/joint-models", data={"document": raw(document).decode()})
    assert answer.status_code == 422
    assert "inputs[1].missing" in answer.text
    assert "数据不足时怎么办" in answer.text
    assert "demo_card" in answer.text


def test_a_file_that_is_too_large_is_refused_with_a_sentence(town, client_as):
    page = client_as(town.manager_account)
    answer = page.post("/bank/joint-models", data={"document": "x" * 300_000})
    assert (answer.status_code, "超过 256 KB" in answer.text) == (422, True)


def test_the_office_sees_report_and_weights_and_approves(town, client_as):
    version = handed_in(town)
    page = client_as(town.clerk_account)
    address = f"/office/joint-models/{version.id}"
    assert version.label in page.get("/office/joint-models").text
    shown = page.get(address).text
    assert "低于 3：5" in shown
    assert "没有以前的版本" in shown
    assert "基础分 100；甲 ≥ 160，乙 ≥ 130，其余 丙" in shown
    assert page.post(address, data={"action": "approve", "words": ""}).status_code == 422
    assert page.post(address, data={"action": "approve", "words": "同意。"}).status_code == 303
    assert state_of(version) is VersionState.APPROVED


def test_the_office_returns_a_version_with_a_reason_that_the_bank_reads(town, client_as):
    version = handed_in(town)
    page = client_as(town.clerk_account)
    data = {"action": "return", "words": "请说明为什么用纳税等级。"}
    assert page.post(f"/office/joint-models/{version.id}", data=data).status_code == 303
    shown = client_as(town.manager_account).get(f"/bank/joint-models/{version.id}").text
    assert "请说明为什么用纳税等级。" in shown


def test_an_officer_orders_a_run_and_reads_the_bands(town, client_as):
    version = town.active()
    firms = [town.consent() for _ in range(2)]
    town.consent(mode="view")
    page = client_as(town.officer_account)
    assert "对这 2 家运行" in page.get(f"/bank/joint-models/{version.id}").text
    run_id = uuid4()
    data = {"run_id": str(run_id), "version_id": str(version.id)}
    assert page.post("/bank/joint-runs", data=data).status_code == 303
    assert page.post("/bank/joint-runs", data=data).status_code == 303
    assert "全部完成后一起给出" in page.get(f"/bank/joint-runs/{run_id}").text
    service.run_all(run_id)
    shown = page.get(f"/bank/joint-runs/{run_id}").text
    assert shown.count("/bank/joint-results/") == 2
    assert "不给出分布" in shown
    assert page.get("/bank/joint-runs").status_code == 200
    database.session.expire_all()
    assert [database.session.get(type(one), one.id).use_count for one in firms] == [1, 1]


def test_a_result_opens_from_the_list_of_looks_too(town, client_as):
    version, consent = town.active(), town.consent()
    snapshot_id = service.give(town.officer, version.id, consent.id).id
    town.save()
    page = client_as(town.officer_account)
    moved = page.get(f"/queries/{snapshot_id}")
    assert moved.headers["Location"] == f"/bank/joint-results/{snapshot_id}"
    assert version.name in page.get(f"/bank/joint-results/{snapshot_id}").text
    town.revoke(consent)
    assert page.get(f"/bank/joint-results/{snapshot_id}").status_code == 403


def test_the_firm_sees_model_data_used_and_result(town, client_as):
    version, firm = town.active(), town.firm()
    consent = town.consent(firm, item_codes=["tax"])
    service.give(town.officer, version.id, consent.id)
    town.save()
    owner = parties.account(Role.ENTERPRISE_USER, firm)
    town.save()
    page = client_as(owner)
    shown = page.get("/enterprise/joint-results").text
    assert "这家银行累计得到 1 个结果" in shown
    assert version.label in shown
    assert "成立年限" in shown.split("按最低计的")[1]
    [result], _ = queries.results_of_firm(firm.id, Page(1, 5))
    look = page.get(f"/enterprise/queries/{result.event_id}").text
    assert "银行得到的结果" in look
    assert "近12个月纳税额" in look


def test_the_privacy_log_counts_and_shows_no_band(town, client_as):
    version = town.active()
    town.consent()
    town.run(version)
    page = client_as(town.clerk_account)
    log = page.get("/office/joint-models/log").text
    assert "至多 1.6 比特" in log
    assert not any(f">{band}<" in log for band in version.band_names)
    told = page.get("/office/joint-models/told").text
    assert "1 个" in told


def test_strangers_find_nothing(town, client_as):
    version = town.draft()
    stranger = parties.account(Role.BANK_PRODUCT_MANAGER, parties.institution())
    town.save()
    assert client_as(stranger).get(f"/bank/joint-models/{version.id}").status_code == 404
    assert (
        client_as(town.clerk_account).get(f"/office/joint-models/{version.id}").status_code == 404
    )
    assert client_as(town.officer_account).post("/bank/joint-models").status_code == 403


def test_no_page_header_or_log_line_holds_the_firms_value(town, client_as, caplog):
    caplog.set_level(logging.DEBUG)
    version, firm = town.active(), town.firm()
    town.consent(firm)
    town.tax_paid(firm, CANARY)
    run_id = town.run(version)
    page = client_as(town.officer_account)
    [line] = service.lines_of(town.officer, run_id, Page(1, 5))
    paths = (
        f"/bank/joint-runs/{run_id}",
        f"/bank/joint-results/{line.row.snapshot_id}",
        f"/bank/consents/{line.consent.id}",
        "/bank/joint-models",
        f"/bank/joint-models/{version.id}",
        "/messages",
    )
    said = [page.get(path) for path in paths]
    assert {answer.status_code for answer in said} == {200}
    everything = "".join(answer.text + str(answer.headers) for answer in said) + caplog.text
    assert not [form for form in CANARY_FORMS if form in everything]
    assert line.band in {"甲", "乙", "丙"}


def test_a_draft_is_tried_on_invented_values_and_nothing_is_read_or_kept(town, client_as):
    version = town.draft()
    town.save()
    page, address = client_as(town.manager_account), f"/bank/joint-models/{version.id}/trial"
    assert "留空的按“没有记录”计" in page.get(address).text
    typed = {"do": "try", "years_established": "10", "tax_paid_12m": "30000000"}
    shown = page.get(address, query_string=typed).text
    assert "<strong>甲</strong>" in shown
    assert "总分 165" in shown
    empty = page.get(address, query_string={"do": "try"}).text
    assert "<strong>丙</strong>" in empty
    wrong = page.get(address, query_string=typed | {"tax_paid_12m": "1e400"})
    assert (wrong.status_code, "请填数字" in wrong.text) == (422, True)
    assert database.session.scalar(select(func.count()).select_from(QueryEvent)) == 0


def test_another_banks_draft_is_not_tried(town, client_as):
    version = town.draft()
    rival = parties.account(Role.BANK_PRODUCT_MANAGER, parties.institution())
    town.save()
    address = f"/bank/joint-models/{version.id}/trial"
    assert client_as(rival).get(address).status_code == 404


def test_the_office_sees_on_its_first_screen_that_a_model_waits(town, client_as):
    handed_in(town)
    home = client_as(town.clerk_account).get("/office").text
    assert "联合模型待审" in home
    assert "/office/joint-models?state=under_review" in home


def test_two_clerks_at_once_approve_once(town, client_as):
    version = handed_in(town)
    address = f"/office/joint-models/{version.id}"
    deed = {"action": "approve", "words": "同意。"}
    colleague = parties.account(Role.CREDIT_OFFICE, town.office)
    town.save()
    assert client_as(town.clerk_account).post(address, data=deed).status_code == 303
    late = client_as(colleague).post(address, data=deed)
    assert late.status_code == 409
    assert state_of(version) is VersionState.APPROVED
    assert version.approved_by == town.clerk.account_id
