"""What an officer does with an application, over HTTP and with real commits."""

from datetime import timedelta
from uuid import UUID

from flask.testing import FlaskClient

from tests.web.bank_city import City, look, post
from xinyidai.applications import queries as application_queries
from xinyidai.applications.models import LoanApplication
from xinyidai.consents import service as consents
from xinyidai.kernel import clock
from xinyidai.kernel.db import db


def state_of(city: City) -> str:
    db.session.rollback()
    return db.session.get(LoanApplication, city.application.id).state.value


def to_approval(officer: FlaskClient, city: City) -> None:
    post(officer, f"{city.address}/accept")
    post(officer, f"{city.address}/investigate")
    post(officer, f"{city.address}/send-to-approval", note="订单真实")


def test_the_whole_way_from_acceptance_to_settlement(officer, city):
    to_approval(officer, city)
    post(officer, f"{city.address}/approve", amount="40", rate="3.85", term_months="12")
    post(officer, f"{city.address}/sign")
    day = clock.today()
    post(
        officer,
        f"{city.address}/disburse",
        loan_no="JJ001",
        amount="40",
        rate="3.85",
        disbursed_on=day.isoformat(),
        due_on=(day + timedelta(days=360)).isoformat(),
        loan_kind="first",
        guarantee="credit",
    )
    assert "登记结清" in officer.get(city.address).text
    repayment = f"{city.address}/repayment"
    wrong = {"state": "overdue", "as_of": day.isoformat(), "days_overdue": "x"}
    refused = officer.post(repayment, data=wrong)
    assert (refused.status_code, "请填写整数" in refused.text) == (422, True)
    post(officer, repayment, state="normal", as_of=day.isoformat())
    assert "：正常" in officer.get(city.address).text
    post(officer, f"{city.address}/settle")
    assert state_of(city) == "settled"
    assert "借据号 JJ001" in officer.get(city.address).text


def test_an_approval_keeps_the_look_it_rested_on(officer, city):
    seen = look(officer, city.consent).rsplit("/", 1)[1]
    to_approval(officer, city)
    assert seen in officer.get(f"{city.address}/approve").text
    fields = {"amount": "40", "rate": "3.85", "term_months": "12", "disclosure_id": seen}
    post(officer, f"{city.address}/approve", **fields)
    decision = application_queries.latest_decision(city.application.id)
    assert decision.disclosure_id == UUID(seen)
    assert str(decision.rate) == "0.038500"


def test_a_look_that_may_no_longer_be_read_is_not_linked(officer, city):
    seen = look(officer, city.consent).rsplit("/", 1)[1]
    to_approval(officer, city)
    consents.revoke_consent(city.boss.as_actor(), city.consent.id)
    db.session.commit()
    fields = {"amount": "40", "rate": "3.85", "term_months": "12", "disclosure_id": seen}
    response = officer.post(f"{city.address}/approve", data=fields)
    assert response.status_code == 422
    assert "请选择“不关联”" in response.text
    assert state_of(city) == "in_approval"


def test_a_bad_form_comes_back_with_what_was_typed(officer, city):
    to_approval(officer, city)
    response = officer.post(
        f"{city.address}/approve", data={"amount": "99", "rate": "abc", "term_months": "12"}
    )
    assert response.status_code == 422
    assert "有 1 处需要修改" in response.text
    assert 'value="abc"' in response.text
    assert state_of(city) == "in_approval"


def test_a_refusal_needs_an_actionable_reason_and_the_note_it_asks_for(officer, city):
    lonely = officer.post(f"{city.address}/decline", data={"reasons": ["withdrawn_by_enterprise"]})
    assert lonely.status_code == 422
    assert "至少选择一个企业可以着手改进的原因" in lonely.text
    silent = officer.post(f"{city.address}/decline", data={"reasons": ["credit_record"]})
    assert 'id="f-note_credit_record-error"' in silent.text
    post(officer, f"{city.address}/decline", reasons=["too_young"], note_too_young="满 2 年再来")
    assert state_of(city) == "declined"
    assert "满 2 年再来" in officer.get(city.address).text


def test_returning_for_completion_says_what_is_missing(officer, city):
    assert officer.post(f"{city.address}/return", data={"note": " "}).status_code == 422
    post(officer, f"{city.address}/return", note="请补充订单合同")
    assert "请补充订单合同" in officer.get(city.address).text


def test_a_step_out_of_turn_is_a_conflict(officer, city):
    assert officer.get(f"{city.address}/disburse").status_code == 409
    assert officer.post(f"{city.address}/settle").status_code == 409
