"""Joint checks over HTTP: a department's form, file and loop; the office's counts; the firm."""

import io
import re

import pytest

from tests.factories.lists import CASE_NO, ListTown
from xinyidai.kernel.db import db

NEW = "/department/checks/new"
APPLIED = {"action": "handle", "decision": "applied", "measures": "procurement_exclusion"}


@pytest.fixture
def town(live) -> ListTown:
    made = ListTown()
    made.listed()
    db.session.commit()
    return made


@pytest.fixture
def buyer(town, client_as):
    return client_as(town.buyer)


@pytest.fixture
def owner(town, client_as):
    return client_as(town.owner)


def form(town, **changes) -> dict[str, str]:
    facts = {
        "uscc": town.firm.uscc,
        "occasion": "government_procurement",
        "case_no": "采1号",
        "key": "k1",
    }
    return {**facts, **changes}


def checked(buyer, town) -> str:
    answer = buyer.post(NEW, data=form(town))
    assert answer.status_code == 303, answer.text
    return answer.location


def test_a_department_asks_handles_and_reports(buyer, town):
    path = checked(buyer, town)
    page = buyer.get(path).text
    assert CASE_NO in page
    assert "限制参加政府采购活动" in page
    assert buyer.post(path, data=APPLIED).status_code == 303
    assert (
        buyer.post(path, data={"action": "feedback", "result": "资格审查不通过"}).status_code == 303
    )
    assert "已办结" in buyer.get(path).text
    assert "没有待处置的核查" in buyer.get("/department/checks").text
    assert town.firm.name in buyer.get("/department/checks?state=all").text


def test_a_double_click_is_one_check(buyer, town):
    assert checked(buyer, town) == checked(buyer, town)


def test_a_bad_form_comes_back_with_what_was_typed(buyer, town):
    answer = buyer.post(NEW, data=form(town, uscc="123"))
    assert answer.status_code == 422
    assert 'value="123"' in answer.text
    assert buyer.post(NEW, data=form(town, occasion="birthday")).status_code == 422
    assert buyer.post(NEW, data=form(town, case_no="")).status_code == 422


def test_a_measure_outside_the_list_and_an_unknown_step_are_refused(buyer, town):
    path = checked(buyer, town)
    answer = buyer.post(path, data={**APPLIED, "measures": "no_school"})
    assert answer.status_code == 422
    assert "不在失信惩戒措施清单" in answer.text
    assert buyer.post(path, data={"action": "handle"}).status_code == 422
    assert buyer.post(path, data={"action": "erase"}).status_code == 422


def test_a_file_is_answered_row_by_row(buyer, town):
    content = f"企业,统一社会信用代码\n甲,{town.firm.uscc}\n乙,123\n".encode("gbk")
    data = {"occasion": "subsidy", "case_no": "贴息一批", "key": "f1",
            "file": (io.BytesIO(content), "企业.csv")}  # fmt: skip
    answer = buyer.post("/department/checks/files", data=data, content_type="multipart/form-data")
    assert answer.status_code == 303, answer.text
    page = buyer.get(answer.location).text
    assert town.firm.name in page
    assert "没有核查" in page
    assert "命中严重失信主体名单" in buyer.get(f"{answer.location}/rows.csv").text
    assert answer.location in buyer.get("/department/checks/files").text
    bad = buyer.get(f"{answer.location}?state=unchecked").text
    assert "没有核查" in bad
    assert town.firm.name not in bad
    hit = buyer.get(f"{answer.location}?state=serious").text
    assert town.firm.name in hit
    assert buyer.get(f"{answer.location}?state=other").status_code == 422


def test_pasted_codes_work_and_nothing_at_all_is_refused(buyer, town):
    data = {"occasion": "subsidy", "case_no": "贴息一批", "key": "f2", "codes": town.firm.uscc}
    assert buyer.post("/department/checks/files", data=data).status_code == 303
    empty = {**data, "key": "f3", "codes": ""}
    assert buyer.post("/department/checks/files", data=empty).status_code == 422


def test_another_office_and_another_firm_find_nothing(buyer, town, client_as):
    path = checked(buyer, town)
    stranger = client_as(town.judge)
    assert stranger.get(path).status_code == 404
    assert stranger.post(path, data=APPLIED).status_code == 404
    assert client_as(town.owner).get(path).status_code == 403


def test_the_office_sees_counts_with_their_lists(buyer, town, client_as):
    path = checked(buyer, town)
    buyer.post(path, data=APPLIED)
    desk = client_as(town.clerk)
    page = desk.get("/office/checks").text
    assert town.finance.name in page
    assert "限制参加政府采购活动" in page
    for query in ("", "?outcome=serious", "?outcome=due&state=handled", "?taken=procurement_exclusion",
                  f"?department={town.finance.id}&occasion=government_procurement"):  # fmt: skip
        assert town.firm.name in desk.get(f"/office/checks/list{query}").text
    assert "没有符合条件的核查" in desk.get("/office/checks/list?late=1").text
    assert desk.get(path.replace("department", "office")).status_code == 200
    for query in ("?occasion=x", "?taken=x", "?outcome=x"):
        assert desk.get(f"/office/checks/list{query}").status_code == 422


def test_the_firm_reads_who_checked_what_for_and_what_was_done(buyer, town, owner):
    path = checked(buyer, town)
    buyer.post(path, data=APPLIED)
    looks = owner.get("/enterprise/queries?by=check").text
    assert town.finance.name in looks
    assert "联合奖惩核查：政府采购" in looks
    [look] = re.findall(r'href="(/enterprise/queries/[0-9a-f-]{36})"', looks)[:1]
    detail = owner.get(look).text
    own = path.replace("department", "enterprise")
    assert own in detail
    page = owner.get(own).text
    assert "限制参加政府采购活动" in page
    assert "提出异议" in page
    assert town.buyer.name not in page
    assert owner.get("/enterprise/checks").status_code == 200
    assert owner.get("/enterprise/holdings").status_code == 200
    assert "procurement_exclusion" in owner.post("/enterprise/holdings/file").text


def test_oversight_reads_checks_in_the_ledger_of_queries(buyer, town, client_as):
    checked(buyer, town)
    page = client_as(town.auditor).get("/office/queries?kind=check").text
    assert "核查：政府采购" in page
