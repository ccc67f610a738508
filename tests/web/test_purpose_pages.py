"""Purpose templates from the office's pages: drafted within the catalogue, approved by two."""

import pytest
from flask.testing import FlaskClient

from tests.factories import parties
from tests.web.bank_city import post
from xinyidai.accounts.models import Account
from xinyidai.catalogue.purposes import PURPOSES
from xinyidai.consents import queries
from xinyidai.consents.values import TemplateState
from xinyidai.institutions.values import DepartmentKind
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import db
from xinyidai.web.office import purpose_form

CODE = "pre_loan"
DRAFT = f"/office/purposes/{CODE}/draft"


def clerk(name: str) -> Account:
    account = parties.account(Role.CREDIT_OFFICE, parties.credit_office(), name=name)
    db.session.commit()
    return account


@pytest.fixture
def first(live, client_as) -> FlaskClient:
    return client_as(clerk("演示甲"))


@pytest.fixture
def second(live, client_as) -> FlaskClient:
    return client_as(clerk("演示乙"))


def filled(**changes: object) -> dict[str, object]:
    """Return the form as it opens, with a note and changes."""
    content = queries.active_template(CODE).content
    shown = purpose_form.values_of(content) | purpose_form.lists_of(content)
    return {**shown, "note": "收紧次数", **changes}


def drafted(client: FlaskClient, **changes: object) -> str:
    return post(client, DRAFT, **filled(**{"max_uses": "5", **changes}))


def in_force() -> int:
    db.session.rollback()
    found = queries.active_template(CODE)
    return found.version if found else 0


def test_the_list_names_every_purpose_with_its_version_and_approvers(first):
    page = first.get("/office/purposes").text
    assert all(purpose.name in page for purpose in PURPOSES.values())
    assert "信用办演示、信用办演示二" in page
    assert "总次数最多 10 次" in page


def test_a_draft_shows_what_changes_and_two_put_it_in_force(first, second):
    address = drafted(first)
    page = first.get(address).text
    assert '<td data-label="现行">10 次</td><td data-label="本版">5 次</td>' in page
    assert page.count('data-label="本版"') == 1
    post(first, address, action="submit")
    assert "已批准 0/2" in first.get("/office/purposes").text
    post(first, address, action="approve")
    assert in_force() == 1
    assert "请让同事登录自己的账户批准" in first.get(address).text
    assert "演示甲 已批准，您批准后立即生效" in second.get(address).text
    post(second, address, action="approve")
    assert in_force() == 2
    assert "演示甲、演示乙" in second.get(f"/office/purposes/{CODE}").text


def test_the_same_person_is_told_to_ask_a_colleague(first):
    address = drafted(first)
    post(first, address, action="submit")
    post(first, address, action="approve")
    again = first.post(address, data={"action": "approve"})
    assert again.status_code == 422
    assert "需要信用办另一位人员批准后生效" in again.text
    assert in_force() == 1


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"max_valid_days": "91"}, "max_valid_days", "目录规定最多 90 天"),
        ({"max_range_months": "37"}, "max_range_months", "目录规定最多 36 个月"),
        ({"max_uses": "11"}, "max_uses", "目录规定最多 10 次"),
        ({"max_uses": ""}, "max_uses", "请填写"),
        ({"max_data_life_days": "x"}, "max_data_life_days", "请填写大于 0 的整数"),
        ({"max_data_life_days": "0"}, "max_data_life_days", "请填写大于 0 的整数"),
        ({"modes": []}, "modes", "请至少选择一项"),
        ({"modes": ["stream"]}, "modes", "超出了目录的规定"),
        ({"items": ["nonsense"]}, "items", "超出了目录的规定"),
        ({"text": " "}, "text", "请写明用途"),
        ({"note": ""}, "note", "请写明改了什么"),
        ({"max_uses": "2"}, "default_uses", "不能超过上面的上限 2 次"),
        ({"default_mode": "stream"}, "default_mode", "请从上面允许的使用方式里选择"),
        ({"default_items": []}, "default_items", "请至少选择一项"),
        ({"items": ["tax"]}, "default_items", "只能选择上面允许查询的信息"),
        ({"max_per_month": "2"}, "default_per_month", "必须写明，最多 2 次"),
    ],
)
def test_each_bad_field_is_told_at_the_field(first, changes, field, sentence):
    answer = first.post(DRAFT, data=filled(**changes))
    assert answer.status_code == 422
    assert f'id="f-{field}-error"' in answer.text
    assert sentence in answer.text
    assert len(queries.templates(CODE)) == 1


def test_the_catalogues_cap_stands_beside_each_number(first):
    page = first.get(DRAFT).text
    assert all(hint in page for hint in ("目录上限 90 天", "目录上限 36 个月", "目录上限 10 次"))
    assert "目录没有上限，不填表示不限" in page


def test_a_draft_without_a_change_is_not_kept(first):
    answer = first.post(DRAFT, data=filled())
    assert answer.status_code == 422
    assert "和现行版本没有区别" in answer.text


def test_a_second_draft_waits_for_the_first(first):
    drafted(first)
    assert "起草新版本" not in first.get(f"/office/purposes/{CODE}").text
    answer = first.post(DRAFT, data=filled(max_uses="6"))
    assert answer.status_code == 422
    assert "还有一个版本在起草或待批准" in answer.text


def test_a_version_is_sent_back_with_a_reason_and_kept(first, second):
    address = drafted(first)
    post(first, address, action="submit")
    silent = second.post(address, data={"action": "reject", "reason": " "})
    assert silent.status_code == 422
    assert "请写明退回原因" in silent.text
    post(second, address, action="reject", reason="次数太少，银行办不了")
    page = first.get(address).text
    assert "已退回" in page
    assert "次数太少，银行办不了" in page
    assert in_force() == 1


def test_retiring_says_how_many_live_authorizations_it_suspends(first, city):
    active = queries.active_template(CODE)
    confirm = first.get(f"/office/purposes/versions/{active.id}/retire").text
    assert "将暂停 1 份生效中的授权" in confirm
    assert "涉及 1 家企业、1 家机构" in confirm
    assert in_force() == 1
    post(first, f"/office/purposes/versions/{active.id}", action="retire")
    assert in_force() == 0
    assert "没有现行版本" in first.get(f"/office/purposes/{CODE}").text
    assert first.get(f"/office/purposes/versions/{active.id}/retire").status_code == 404


def test_a_retired_purpose_replaces_the_banks_button_by_the_reason(first, officer, city):
    active = queries.active_template(CODE)
    post(first, f"/office/purposes/versions/{active.id}", action="retire")
    page = officer.get(f"/bank/consents/{city.consent.id}").text
    assert "信用办没有批准或已停用这个用途" in page
    assert 'action="/queries"' not in page


def test_a_step_out_of_turn_is_a_conflict_and_an_unknown_one_refused(first):
    active = queries.active_template(CODE)
    address = f"/office/purposes/versions/{active.id}"
    assert first.post(address, data={"action": "submit"}).status_code == 409
    assert first.post(address, data={"action": "burn"}).status_code == 422
    assert active.state is TemplateState.ACTIVE


def test_the_auditor_reads_and_does_nothing(first, live, client_as):
    address = drafted(first)
    auditor = client_as(parties.account(Role.AUDITOR, parties.department(DepartmentKind.AUDIT)))
    for page in ("/office/purposes", f"/office/purposes/{CODE}", address):
        answer = auditor.get(page)
        assert answer.status_code == 200
        assert 'method="post" data-once' not in answer.text.split("<main")[1]
    assert auditor.post(address, data={"action": "submit"}).status_code == 403
    assert auditor.get(DRAFT).status_code == 403
    assert auditor.get("/office/purposes/nothing").status_code == 404


def test_a_bank_is_kept_out(officer):
    assert officer.get("/office/purposes").status_code == 403
