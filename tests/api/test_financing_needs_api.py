"""Financing needs as a bank's system sees and takes them."""

from dataclasses import replace
from uuid import uuid4

import pytest

from tests.factories import parties
from tests.financing_needs.factories import FULL
from xinyidai.financing_needs import service
from xinyidai.financing_needs.values import BankAnswers

NO = {"reasons": [{"code": "amount_or_term"}]}


@pytest.fixture
def need(quick):
    """A published need of the world's firm."""
    boss = parties.boss_of(quick.firm)
    found = service.draft_need(boss, quick.firm.id, replace(FULL, most_banks=1))
    return service.publish_need(boss, found.id)


def authorize(quick, need):
    boss = parties.boss_of(quick.firm)
    banks = frozenset({quick.us.bank.id})
    service.answer_banks(boss, need.id, BankAnswers(accepted=banks))


def test_the_pool_has_no_name_and_the_need_no_firm_before_the_authorization(quick, need):
    [item] = quick.us.get("/financing-needs").json["items"]
    assert (item["id"], item["masked_name"]) == (str(need.id), "鹰***企业")
    path = f"/financing-needs/{need.id}"
    claimed = quick.us.post(f"{path}/claim").json
    assert (claimed["place"]["state"], claimed["enterprise"]) == ("claimed", None)
    assert (claimed["contact_phone"], quick.firm.name in str(claimed)) == (None, False)
    authorize(quick, need)
    shown = quick.us.get(path).json
    assert shown["enterprise"]["uscc"] == quick.firm.uscc
    assert shown["contact_phone"] == FULL.contact_phone


def test_a_place_is_claimed_once_and_another_bank_is_refused(quick, need):
    path = f"/financing-needs/{need.id}"
    assert [quick.us.post(f"{path}/claim").status_code for _ in range(2)] == [200, 200]
    assert quick.others.post(f"{path}/claim").status_code == 409
    assert quick.others.get(path).status_code == 404
    assert quick.us.get("/financing-needs/held").json["total"] == 1
    assert quick.others.get("/financing-needs/held").json["total"] == 0


def test_contact_is_reported_after_the_authorization(quick, need):
    path = f"/financing-needs/{need.id}"
    quick.us.post(f"{path}/claim")
    assert quick.us.post(f"{path}/contact").status_code == 409
    authorize(quick, need)
    assert quick.us.post(f"{path}/contact").json["place"]["state"] == "contacted"


def test_a_decline_carries_reasons_and_frees_the_place(quick, need):
    path = f"/financing-needs/{need.id}"
    quick.us.post(f"{path}/claim")
    assert quick.us.post(f"{path}/denial", {"reasons": [{"code": "x"}]}).status_code == 422
    answer = quick.us.post(f"{path}/denial", NO)
    assert answer.json["place"]["end_reason"] == "bank_declined"
    assert quick.others.get("/financing-needs").json["total"] == 1
    assert quick.us.get("/financing-needs").json["total"] == 0


def test_an_absent_need_does_not_exist(quick):
    for step in ("", "/claim", "/contact", "/denial"):
        path = f"/financing-needs/{uuid4()}{step}"
        answer = (
            quick.us.post(path, NO if step == "/denial" else None) if step else quick.us.get(path)
        )
        assert answer.status_code == 404
