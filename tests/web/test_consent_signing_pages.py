"""Signing authorizations over HTTP: caps, several banks, a named officer, two signers."""

from uuid import uuid4

import pytest
from sqlalchemy import select

from tests.factories import parties
from tests.web.firms_for_pages import (
    ask,
    grant,
    make_city,
    second_person,
)
from xinyidai.consents import queries
from xinyidai.consents import service as consents
from xinyidai.consents.models import Consent
from xinyidai.consents.values import ConsentState
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import db

HOME, LIST = "/enterprise", "/enterprise/consents"


def states() -> list[ConsentState]:
    db.session.rollback()
    found = db.session.scalars(select(Consent).order_by(Consent.created_at)).all()
    return [consents.state_of(consent) for consent in found]


@pytest.fixture
def city(live):
    return make_city()


@pytest.fixture
def owner(city, client_as):
    return client_as(city.owner)


def test_one_signature_makes_one_authorization_for_each_bank(owner, city):
    second = parties.institution()
    db.session.commit()
    answers = grant(city) | {"institution_id": [str(city.bank.id), str(second.id)]}

    check = owner.get("/enterprise/consents/check", query_string=answers)
    owner.post("/enterprise/consents", data=answers)
    owner.post("/enterprise/consents", data=answers)

    assert "企业信用信息查询授权书" in check.text
    signed = db.session.scalars(select(Consent.institution_id)).all()
    assert sorted(signed) == sorted([city.bank.id, second.id])


def test_an_authorization_above_the_caps_is_shown_again(owner, city):
    answers = grant(city, valid_days="400", max_uses="")

    response = owner.get("/enterprise/consents/check", query_string=answers)
    above = owner.get("/enterprise/consents/check", query_string=grant(city, valid_days="400"))

    assert response.status_code == 422
    assert 'href="#f-max_uses"' in response.text
    assert 'href="#f-valid_days"' in above.text


def test_with_two_signers_the_second_is_asked_and_the_first_told_to_wait(owner, city, client_as):
    other = client_as(second_person(city))
    address = f"{LIST}/{ask(city).id}"

    first = owner.post(f"{address}/agree", follow_redirects=True).text
    twice = owner.post(f"{address}/agree")
    assert "已签 1/2，等待另一位" in first
    assert "确认并签署（2/2）" not in first
    assert twice.status_code == 422
    assert "已签 1/2，请您确认" in other.get(HOME).text
    assert "已签 1/2" not in owner.get(HOME).text
    assert "确认并签署（2/2）" in other.get(address).text
    assert states() == [ConsentState.PENDING]
    other.post(f"{address}/agree")
    assert states() == [ConsentState.ACTIVE]
    assert other.post(f"{address}/agree").status_code == 303


def test_a_firm_of_two_signers_signs_several_banks_in_one_step(owner, city, client_as):
    second = parties.institution()
    other = client_as(second_person(city))
    answers = grant(city) | {"institution_id": [str(city.bank.id), str(second.id)]}

    done = owner.post(LIST, data=answers, follow_redirects=True).text
    owner.post(LIST, data=answers)

    assert done.count("已签 1/2，等待另一位") >= 2
    assert states() == [ConsentState.PENDING] * 2
    [one, _] = db.session.scalars(select(Consent.id)).all()
    other.post(f"{LIST}/{one}/agree")
    assert sorted(states()) == [ConsentState.ACTIVE, ConsentState.PENDING]


def test_one_of_several_banks_is_revoked_alone(owner, city):
    second = parties.institution()
    db.session.commit()
    answers = grant(city) | {"institution_id": [str(city.bank.id), str(second.id)]}
    owner.post(LIST, data=answers)

    first = db.session.scalars(select(Consent).order_by(Consent.id)).first()
    owner.post(f"{LIST}/{first.id}/revoke")

    assert sorted(states()) == [ConsentState.ACTIVE, ConsentState.REVOKED]


def test_an_officer_is_named_and_stands_in_the_text(owner, city):
    answers = grant(city) | {"max_per_month": "2", "max_per_day": "1"}
    check = owner.get(f"{LIST}/check", query_string=answers).text
    assert "该机构的全部信贷人员" in check
    chooser = owner.get(f"{LIST}/officer", query_string={**answers, "bank": str(city.bank.id)})
    assert city.officer.name in chooser.text

    named = answers | {f"officer-{city.bank.id}": str(city.officer.id)}
    text = owner.get(f"{LIST}/check", query_string=named).text
    owner.post(LIST, data=named)

    assert f"指定经办人员：{city.officer.name}" in text
    assert "每月最多 2 次，每天最多 1 次" in text
    [consent] = db.session.scalars(select(Consent)).all()
    assert consent.officer_account_id == city.officer.id
    assert (consent.max_per_month, consent.max_per_day) == (2, 1)


def test_an_officer_of_another_bank_is_refused(owner, city):
    foreign = parties.account(Role.BANK_OFFICER, parties.institution())
    db.session.commit()
    answers = grant(city) | {f"officer-{city.bank.id}": str(foreign.id)}

    assert owner.post(LIST, data=answers).status_code == 422
    unknown = {**grant(city), "bank": str(uuid4())}
    assert owner.get(f"{LIST}/officer", query_string=unknown).status_code == 404


def test_optional_items_are_not_ticked_and_may_be_added(owner, city):
    page = owner.get(f"{LIST}/new?purpose=pre_loan").text
    assert page.index('name="item_codes"') < page.index('name="more_items"')
    assert 'name="more_items" value="procurement" checked' not in page

    owner.post(LIST, data=grant(city, more_items="procurement"))

    [consent] = db.session.scalars(select(Consent)).all()
    assert set(consent.item_codes) == {"tax", "procurement"}


def test_a_purpose_out_of_force_is_not_offered(owner, city):
    office = parties.clerk_of(parties.credit_office())
    consents.retire_template(office, queries.active_template("limit_estimate").id)
    db.session.commit()

    assert "额度测算" not in owner.get(f"{LIST}/new").text
    assert owner.get(f"{LIST}/new?purpose=limit_estimate").status_code == 422
    assert owner.post(LIST, data=grant(city, purpose="limit_estimate")).status_code == 422
