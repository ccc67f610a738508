"""The use cases of an application: who may, what changes, what is noted."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from sqlalchemy import func, select, text

from tests.applications.conftest import make_market
from xinyidai.applications import queries, service
from xinyidai.applications.models import ApplicationStep
from xinyidai.applications.rules import Terms
from xinyidai.applications.service import Payout
from xinyidai.applications.service.applying import wanted_of
from xinyidai.applications.values import ApplicationState as S
from xinyidai.applications.values import GuaranteeFlag, LoanKind
from xinyidai.audit import queries as audit
from xinyidai.catalogue.refusals import DenialGiven
from xinyidai.consents import service as consents
from xinyidai.kernel import clock
from xinyidai.kernel.errors import (
    Conflict,
    Forbidden,
    InvalidInput,
    InvalidTransition,
    NotFound,
    RuleBroken,
)
from xinyidai.kernel.working_days import add_working_days

TERMS = Terms(40_000_000, Decimal("0.0425"), 12)
REASONS = [DenialGiven("insufficient_turnover"), DenialGiven("credit_record", "欠税公告")]


def test_the_same_request_key_finds_the_same_draft(market):
    key = uuid4()
    assert market.draft(key=key).id == market.draft(key=key).id


def test_a_second_open_application_for_the_product_is_refused(market):
    market.draft()
    with pytest.raises(Conflict, match="进行中"):
        market.draft()


def test_submitting_without_authorization_is_refused_and_changes_nothing(market):
    draft = market.draft()
    with pytest.raises(RuleBroken, match="授权"):
        service.submit_application(market.boss, draft.id)
    assert draft.state is S.DRAFT


def test_submitting_on_a_revoked_authorization_is_refused(market):
    consent = market.consent()
    draft = market.draft()
    consents.revoke_consent(market.boss, consent.id, "不再需要")
    with pytest.raises(RuleBroken, match="重新授权"):
        service.submit_application(market.boss, draft.id)


def test_an_authorization_that_lacks_items_is_refused(market):
    consent = market.consent(items=("registration",))
    draft = market.draft()
    with pytest.raises(RuleBroken, match="数据项不够"):
        service.link_consent(market.boss, draft.id, consent.id)


def test_submitting_promises_a_day_notes_the_step_and_enqueues_one_job(market, db):
    application = market.submitted()
    job = db.execute(
        text("select count(*) from procrastinate_jobs where args->>'application_id' = :id"),
        {"id": str(application.id)},
    ).scalar_one()
    assert application.state is S.SUBMITTED
    assert application.promised_on == add_working_days(clock.today(), 3)
    assert [step.to_state for step in queries.steps_of(application.id)] == [S.SUBMITTED]
    assert job == 1


def test_a_second_click_on_submit_changes_nothing(market, db):
    application = market.submitted()
    again = service.submit_application(market.boss, application.id)
    steps = db.scalar(select(func.count()).select_from(ApplicationStep))
    assert (again.id, steps) == (application.id, 1)


def test_a_bank_sees_nothing_before_the_firm_submits(market):
    draft = market.draft()
    with pytest.raises(NotFound):
        service.get_application(market.officer, draft.id)


def test_another_firm_and_another_bank_find_nothing(market):
    application = market.submitted()
    stranger = make_market()
    for actor in (stranger.boss, stranger.officer):
        with pytest.raises(NotFound):
            service.get_application(actor, application.id)


def test_the_firm_may_not_approve_its_own(market):
    application = market.in_approval()
    with pytest.raises(Forbidden):
        service.approve_application(market.boss, application.id, TERMS)


def test_from_approval_to_settled(market):
    application = market.in_approval()
    service.approve_application(market.officer, application.id, TERMS)
    service.sign_application(market.officer, application.id)
    payout = Payout(
        loan_no="演示-1",
        amount_fen=40_000_000,
        rate=Decimal("0.0425"),
        disbursed_on=clock.today(),
        due_on=clock.today() + timedelta(days=365),
        guarantee=GuaranteeFlag.CREDIT,
        is_first_loan=True,
    )
    service.disburse_application(market.officer, application.id, payout)
    service.settle_application(market.officer, application.id)
    actions = [entry.action for entry in audit.list_of_subject("loan_application", application.id)]
    assert application.state is S.SETTLED
    assert application.loan_kind is LoanKind.FIRST
    assert actions == [
        f"application:{verb}"
        for verb in (
            "start", "submit", "accept", "send_to_approval", "approve", "sign", "disburse", "settle",
        )
    ]  # fmt: skip


def test_a_refusal_keeps_its_reasons_as_they_read_that_day(market):
    application = market.in_approval()
    service.decline_application(market.officer, application.id, REASONS)
    decision = queries.latest_decision(application.id)
    assert application.state is S.DECLINED
    assert [reason["code"] for reason in decision.reasons] == [r.code for r in REASONS]
    assert all(reason["text"] and reason["next_step"] for reason in decision.reasons)


def test_a_refusal_without_reasons_changes_nothing(market):
    application = market.in_approval()
    with pytest.raises(InvalidInput):
        service.decline_application(market.officer, application.id, [])
    assert application.state is S.IN_APPROVAL


def test_a_returned_application_comes_back_complete(market):
    application = market.submitted()
    service.return_application(market.officer, application.id, "请补充购销合同")
    service.change_application(
        market.boss, application.id, replace(wanted_of(application), loan_purpose="采购钢材,附合同")
    )
    service.submit_application(market.boss, application.id)
    counts = queries.work_counts(market.officer.party_id, clock.today())
    assert application.returned_note is None
    assert {name for name, number in counts.items() if number} == {"resubmitted"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("loan_no", " "),
        ("amount_fen", 40_000_001),
        ("rate", Decimal(4)),
        ("disbursed_on", lambda: clock.today() + timedelta(days=1)),  # when it runs: not before
        ("is_renewal", True),
    ],
)
def test_an_impossible_payout_is_refused(field, value, market):
    application = market.in_approval()
    service.approve_application(market.officer, application.id, TERMS)
    service.sign_application(market.officer, application.id)
    payout = Payout(
        "演示-2", 40_000_000, Decimal("0.04"), clock.today(), clock.today() + timedelta(days=9),
        GuaranteeFlag.CREDIT, is_first_loan=True,
    )  # fmt: skip
    wrong = value() if callable(value) else value
    with pytest.raises(InvalidInput):
        service.disburse_application(
            market.officer, application.id, replace(payout, **{field: wrong})
        )
    assert application.state is S.SIGNED


def test_deciding_twice_is_refused(market):
    application = market.in_approval()
    service.approve_application(market.officer, application.id, TERMS)
    with pytest.raises(InvalidTransition):
        service.decline_application(market.officer, application.id, REASONS)


def test_an_open_application_may_be_withdrawn_and_again(market):
    application = market.submitted()
    service.withdraw_application(market.boss, application.id, "资金已到位")
    assert service.withdraw_application(market.boss, application.id).state is S.WITHDRAWN
