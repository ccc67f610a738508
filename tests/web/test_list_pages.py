"""Credit lists over HTTP: the public's pages, the office's desk, a department's drafts."""

import re

import pytest

from tests.factories import parties
from tests.factories.lists import CASE_NO, ListTown
from xinyidai.credit_lists import service
from xinyidai.credit_records.values import RecordStatus
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import db

PUBLIC = "/lists/dishonest_debtor"
DRAFT = {"list_type": "dishonest_debtor", "title": "演示批次"}


@pytest.fixture
def town(live) -> ListTown:
    made = ListTown()
    made.owes()
    db.session.commit()
    return made


@pytest.fixture
def clerk(town, client_as):
    return client_as(town.clerk)


@pytest.fixture
def second(town, client_as):
    return client_as(town.second)


def step(client, path: str, action: str, reason: str = "核对无误，同意办理"):
    return client.post(path, data={"action": action, "reason": reason})


def published(clerk, second) -> str:
    answer = clerk.post("/office/lists/new", data=DRAFT)
    assert answer.status_code == 303, answer.text
    assert step(second, answer.location, "check").status_code == 303
    assert step(second, answer.location, "publish").status_code == 303
    return answer.location


def test_two_people_put_a_release_on_the_public_page(clerk, second, town, live):
    anybody = live.test_client()
    assert town.firm.name not in anybody.get(PUBLIC).text
    published(clerk, second)
    page = anybody.get(PUBLIC).text
    assert town.firm.name in page
    assert CASE_NO in page
    assert town.firm.name in anybody.get(f"{PUBLIC}/entries.csv").text
    assert anybody.get(f"{PUBLIC}?q=没有这家").status_code == 200


def test_the_drafter_sees_no_check_button_and_is_refused(clerk, town):
    path = clerk.post("/office/lists/new", data=DRAFT).location
    assert 'value="check"' not in clerk.get(path).text
    answer = step(clerk, path, "check")
    assert answer.status_code == 422
    assert "不同人员" in answer.text


def test_withdrawal_shows_a_public_notice(clerk, second, town, live):
    path = published(clerk, second)
    step(clerk, path, "withdraw", "法院来函，同名企业列错")
    anybody = live.test_client()
    assert town.firm.name not in anybody.get(PUBLIC).text
    notices = anybody.get("/lists/notices").text
    [address] = re.findall(r'href="(/lists/notices/[0-9a-f-]{36})"', notices)
    notice = anybody.get(address).text
    assert town.firm.name in notice
    assert "法院来函，同名企业列错" in notice
    assert anybody.get(address[:-1] + "0").status_code in {200, 404}


def test_entries_are_ticked_for_a_removal(clerk, second, town, live):
    published(clerk, second)
    page = clerk.get("/office/lists/entries?side=serious").text
    [entry] = re.findall(r'name="entry" value="([0-9a-f-]{36})"', page)
    refused = clerk.post("/office/lists/entries", data={"entry": entry, "title": "移出"})
    assert refused.status_code == 422
    form = {"entry": entry, "title": "履行完毕移出", "reason": "removed"}
    path = clerk.post("/office/lists/entries?side=serious", data=form).location
    step(second, path, "check")
    step(second, path, "publish")
    assert town.firm.name not in live.test_client().get(PUBLIC).text


def test_the_share_stands_beside_its_list(clerk, second, town):
    published(clerk, second)
    page = clerk.get("/office/lists").text
    assert "严重失信主体占存续企业" in page
    assert 'href="/office/lists/entries?side=serious"' in page
    assert town.firm.name in clerk.get("/office/lists/entries?side=serious").text


def test_a_department_drafts_what_it_designates_and_sees_no_other(town, client_as, clerk):
    judge, buyer = client_as(town.judge), client_as(town.buyer)
    path = judge.post("/department/lists/new", data=DRAFT).location
    assert judge.get(path).status_code == 200
    assert step(judge, path, "publish").status_code == 422
    assert buyer.get(path).status_code == 404
    assert buyer.post("/department/lists/new", data=DRAFT).status_code == 422
    assert "待审核" in clerk.get("/office/lists").text


def test_typed_rows_name_their_faults(clerk, town):
    form = {
        "list_type": "labour_a",
        "title": "A级",
        "rows": f"{town.firm.uscc},甲,乙,2026-05-01\n1,2",
    }
    answer = clerk.post("/office/lists/new", data=form)
    assert answer.status_code == 422
    assert "第 2 行" in answer.text
    form["rows"] = f"{town.firm.uscc},甲,乙,2026-05-01"
    assert clerk.post("/office/lists/new", data=form).status_code == 303


def test_strangers_and_wrong_roles_stay_out(town, client_as, live):
    owner, auditor = client_as(town.owner), client_as(town.auditor)
    assert owner.get("/office/lists").status_code == 403
    assert auditor.get("/office/lists").status_code == 200
    assert auditor.post("/office/lists/new", data=DRAFT).status_code == 403
    assert live.test_client().get("/office/lists").status_code == 302


@pytest.mark.parametrize("path", ["/lists", "/lists/measures", "/lists/notices", "/lists/tax_a"])
def test_public_pages_open_without_data(path, live):
    assert live.test_client().get(path).status_code == 200


def test_an_unknown_list_is_not_found(live):
    assert live.test_client().get("/lists/black").status_code == 404
    assert (
        live.test_client().get("/lists/notices/00000000-0000-7000-8000-000000000000").status_code
        == 404
    )


def test_a_firm_sees_its_list_until_the_record_ends(town, client_as, clerk, second):
    published(clerk, second)
    owner = client_as(town.owner)
    assert "失信被执行人" in owner.get("/enterprise/checks").text
    town.retire(RecordStatus.WITHDRAWN)
    db.session.commit()
    assert "不在任何名单上" in owner.get("/enterprise/checks").text
    assert (
        service.own_memberships(parties.account(Role.ENTERPRISE_USER, town.firm).as_actor()) == ()
    )
