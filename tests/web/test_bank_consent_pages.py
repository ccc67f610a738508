"""A bank asks for consents, reads them, keeps their receipts and gives them up."""

from datetime import timedelta
from io import BytesIO

import pypdf
import pytest

from tests.factories import parties
from tests.web.bank_city import City, post
from xinyidai.consents import queries as consent_queries
from xinyidai.consents import service as consents
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import db


def asked(city: City, **changes: object) -> dict[str, object]:
    return {
        "purpose": "pre_loan",
        "uscc": city.firm.uscc,
        "item_codes": ["tax"],
        "valid_until": (clock.today() + timedelta(days=30)).isoformat(),
        "range_months": "12",
        "max_uses": "2",
        "data_life_days": "30",
        "mode": "view",
        **changes,
    }


def test_a_bank_asks_for_a_consent_and_waits(officer, city):
    address = post(officer, "/bank/consents", **asked(city))
    page = officer.get(address).text
    assert "待企业确认" in page
    assert "查看（" not in page
    assert address in officer.get("/bank/consents?view=pending").text


def test_a_request_above_the_caps_comes_back(officer, city):
    response = officer.post("/bank/consents", data=asked(city, max_uses="99", uscc="123"))
    assert response.status_code == 422
    again = officer.post("/bank/consents", data=asked(city, max_uses="99", range_months="999"))
    assert again.status_code == 422
    assert "最多查询 10 次" in again.text
    assert 'href="#f-range_months"' in again.text


def test_a_bank_gives_a_consent_up_with_a_reason(officer, city):
    address = f"/bank/consents/{city.consent.id}"
    assert officer.post(f"{address}/end").status_code == 422
    post(officer, f"{address}/end", reason="不再需要")
    assert "已终止" in officer.get(address).text


def test_the_form_offers_frequency_and_names_the_officer(officer, city):
    form = officer.get("/bank/consents/new?purpose=post_loan").text
    assert 'name="max_per_day"' in form
    assert "最多 5 次" in form
    assert f"授权书会写明经办人员 {city.officer.name}" in form
    assert 'name="only_me" value="1" checked' in form


def test_frequency_and_officer_reach_the_firm(officer, city):
    fields = asked(city, max_per_day="1", max_per_month="2", only_me="1")
    address = post(officer, "/bank/consents", **fields)
    consent = consent_queries.find(address.rsplit("/", 1)[1])
    assert (consent.max_per_day, consent.max_per_month) == (1, 2)
    assert consent.officer_account_id == city.officer.id
    assert f"指定经办人员：{city.officer.name}" in consent.notice_text
    page = officer.get(address).text
    assert "每月最多 2 次，每天最多 1 次" in page
    assert "企业还没有同意这份授权" in page


def test_every_officer_may_look_where_the_box_is_not_ticked(officer, city):
    address = post(officer, "/bank/consents", **asked(city))
    assert consent_queries.find(address.rsplit("/", 1)[1]).officer_account_id is None


def test_a_frequency_above_the_template_is_told_at_its_field(officer, city):
    fields = asked(city, purpose="post_loan", max_uses="", max_per_month="9")
    answer = officer.post("/bank/consents", data=fields)
    assert answer.status_code == 422
    assert 'id="f-max_per_month-error"' in answer.text
    assert "每月最多查询 5 次" in answer.text


@pytest.fixture
def withdrawn(city):
    clerk = parties.clerk_of(parties.credit_office())
    consents.retire_template(clerk, consent_queries.active_template("limit_estimate").id)
    db.session.commit()


def test_a_purpose_without_a_template_is_not_offered_and_says_why(officer, city, withdrawn):
    page = officer.get("/bank/consents/new?purpose=limit_estimate").text
    assert "信用办还没有批准“额度测算”的用途模板，或已停用" in page
    assert 'name="uscc"' not in page
    answer = officer.post("/bank/consents", data=asked(city, purpose="limit_estimate"))
    assert answer.status_code == 422
    assert "请改选其他用途" in answer.text


def test_the_caps_shown_are_those_of_the_template_in_force(officer, city):
    clerks = [parties.clerk_of(parties.credit_office()) for _ in range(2)]
    before = consent_queries.active_template("pre_loan")
    content = before.content | {"caps": before.content["caps"] | {"max_uses": 4}}
    template = consents.draft_template(clerks[0], "pre_loan", content, "收紧次数")
    consents.submit_template(clerks[0], template.id)
    for clerk in clerks:
        consents.approve_template(clerk, template.id)
    db.session.commit()
    assert "最多 4 次" in officer.get("/bank/consents/new").text
    answer = officer.post("/bank/consents", data=asked(city, max_uses="5"))
    assert "最多查询 4 次" in answer.text


def test_a_consent_shows_its_signature_and_its_deeds_with_names_masked(officer, city):
    consents.suspend_consent(city.boss.as_actor(), city.consent.id, "核对中")
    db.session.commit()
    page = officer.get(f"/bank/consents/{city.consent.id}").text
    assert "Ed25519" in page
    assert city.consent.signature_key_id in page
    assert f"{city.consent.artefact_hash[:16]}…" in page
    assert "企业暂停" in page
    assert "原因：核对中" in page
    assert city.boss.name not in page
    assert f"{city.boss.name[0]}*" in page


def test_a_bank_keeps_a_receipt(officer, city, client_as):
    answer = officer.get(f"/bank/consents/{city.consent.id}/receipt")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert city.consent.consent_no in answer.headers["Content-Disposition"]
    text = "".join(page.extract_text() for page in pypdf.PdfReader(BytesIO(answer.data)).pages)
    assert city.consent.consent_no in text
    assert city.boss.name not in text
    stranger = parties.account(Role.BANK_OFFICER, parties.institution())
    db.session.commit()
    foreign = client_as(stranger).get(f"/bank/consents/{city.consent.id}/receipt")
    assert foreign.status_code == 404
