"""Side roads of an application: handed over, offered otherwise, sent elsewhere, left lying."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from sqlalchemy import select

from tests.applications.conftest import make_market
from tests.factories import parties
from tests.products import factories as products
from tests.whitelist.factories import listed
from xinyidai.applications import queries, service
from xinyidai.applications.rules import DRAFT_DAYS, TIMEOUT_DAYS, Terms
from xinyidai.applications.service import CounterOffer, NewHands, Resend
from xinyidai.applications.values import ApplicationAction as A
from xinyidai.applications.values import ApplicationState as S
from xinyidai.consents import service as consents
from xinyidai.consents.models import Consent
from xinyidai.consents.values import ConsentState
from xinyidai.enterprises.models import Enterprise
from xinyidai.institutions.models import Institution
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM, Role
from xinyidai.kernel.errors import (
    Conflict,
    Forbidden,
    InvalidInput,
    InvalidTransition,
    NotFound,
)
from xinyidai.kernel.http import Page
from xinyidai.kernel.working_days import add_working_days
from xinyidai.notifications.models import Notification
from xinyidai.notifications.values import Topic

LESS = Terms(30_000_000, Decimal("0.0435"), 6)


@pytest.fixture
def offer():
    until = add_working_days(clock.today(), 10)
    return CounterOffer(LESS, until, "抵押物评估值较低，可以先批一部分")


@pytest.fixture
def other(market):
    """Return another bank's product that fits."""
    bank = products.bank(f"演示他行{uuid4().hex[:6]}")
    return products.listed_version(products.manager_of(bank), code=f"P{uuid4().hex[:10]}")


def actions(application):
    return [step.action for step in queries.steps_of(application.id)]


def told(db, **party):
    statement = select(Notification.title).filter_by(**party).order_by(Notification.created_at)
    return list(db.scalars(statement))


def state_of(db, application):
    return consents.state_of(db.get(Consent, application.consent_id))


# 转交


def test_a_colleague_takes_over_and_the_firm_is_told(market, db):
    application = market.submitted()
    bank = db.get(Institution, application.institution_id)
    colleague = parties.account(Role.BANK_OFFICER, bank)
    promised = application.promised_on
    to = NewHands("休假", officer_id=colleague.id)
    service.hand_over_application(market.officer, application.id, to)
    service.hand_over_application(market.officer, application.id, to)
    assert (application.state, application.promised_on) == (S.SUBMITTED, promised)
    assert application.officer_account_id == colleague.id
    assert actions(application).count(A.HAND_OVER) == 1
    assert f"{bank.short_name}换了经办人" in told(db, enterprise_id=application.enterprise_id)


def test_what_a_bank_was_told_is_read_once_somebody_acts_and_the_news_is_not(market, db):
    application = market.submitted()
    mine = {"institution_id": application.institution_id, "read_at": None}
    firm = {"enterprise_id": application.enterprise_id, "read_at": None}
    assert told(db, **mine)[-1] == "收到一份贷款申请"
    service.accept_application(market.officer, application.id)
    assert "收到一份贷款申请" not in told(db, **mine)
    assert any("已受理" in title for title in told(db, **firm))
    colleague = parties.account(Role.BANK_OFFICER, db.get(Institution, application.institution_id))
    to = NewHands("休假", officer_id=colleague.id)
    service.hand_over_application(market.officer, application.id, to)
    assert told(db, **mine)[-1] == "一份申请转交了经办人"
    service.withdraw_application(market.boss, application.id, "不贷了")
    assert not any("已受理" in title for title in told(db, **firm))


def test_a_branch_takes_over_and_finds_an_officer_itself(market, db):
    application = market.submitted()
    service.accept_application(market.officer, application.id)
    branch = parties.branch(db.get(Institution, application.institution_id))
    service.hand_over_application(
        market.officer, application.id, NewHands("企业在该网点开户", branch_id=branch.id)
    )
    assert (application.branch_id, application.officer_account_id) == (branch.id, None)


@pytest.mark.parametrize("who", ["nobody", "both", "stranger", "no_reason"])
def test_a_hand_over_to_nobody_or_a_stranger_is_refused(market, db, who):
    application = market.submitted()
    stranger = make_market().officer.account_id
    to = {
        "nobody": NewHands("休假"),
        "both": NewHands("休假", officer_id=stranger, branch_id=uuid4()),
        "stranger": NewHands("休假", officer_id=stranger),
        "no_reason": NewHands(" ", officer_id=market.officer.account_id),
    }[who]
    with pytest.raises(InvalidInput):
        service.hand_over_application(market.officer, application.id, to)
    assert A.HAND_OVER not in actions(application)


def test_only_the_bank_hands_over_and_only_what_is_open(market):
    application = market.submitted()
    to = NewHands("休假", officer_id=market.officer.account_id)
    with pytest.raises(Forbidden):
        service.hand_over_application(market.boss, application.id, to)
    with pytest.raises(NotFound):
        service.hand_over_application(make_market().officer, application.id, to)
    service.withdraw_application(market.boss, application.id)
    with pytest.raises(InvalidTransition):
        service.hand_over_application(market.officer, application.id, to)


# 反向报价


def test_a_counter_offer_taken_grants_what_was_offered(market, offer):
    application = market.in_approval()
    service.offer_terms(market.officer, application.id, offer)
    assert application.state is S.COUNTER_OFFERED
    service.take_offer(market.boss, application.id)
    service.take_offer(market.boss, application.id)
    assert application.state is S.APPROVED
    granted = (
        application.amount_approved_fen,
        application.rate_approved,
        application.term_approved_months,
    )
    assert granted == (LESS.amount_fen, LESS.rate, LESS.term_months)
    assert queries.latest_decision(application.id).outcome == "approved"
    assert actions(application).count(A.TAKE_OFFER) == 1


def test_a_counter_offer_answers_the_promise_and_a_refusal_gives_the_bank_a_new_day(market, offer):
    application = market.in_approval()
    service.offer_terms(market.officer, application.id, offer)
    assert application.decided_at is not None
    service.refuse_offer(market.boss, application.id, "金额太少")
    service.refuse_offer(market.boss, application.id)
    assert (application.state, application.decided_at) == (S.IN_APPROVAL, None)
    assert application.promised_on >= add_working_days(clock.today(), 3)
    assert actions(application).count(A.REFUSE_OFFER) == 1


def test_a_bank_may_offer_again_after_a_refusal(market, offer):
    application = market.in_approval()
    service.offer_terms(market.officer, application.id, offer)
    service.refuse_offer(market.boss, application.id)
    better = replace(offer, terms=replace(LESS, amount_fen=40_000_000))
    service.offer_terms(market.officer, application.id, better)
    service.take_offer(market.boss, application.id)
    assert application.amount_approved_fen == 40_000_000


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"terms": replace(LESS, amount_fen=50_000_001)}, "amount"),
        ({"terms": replace(LESS, rate=Decimal(4))}, "rate"),
        ({"terms": replace(LESS, term_months=0)}, "term_months"),
        ({"until": timedelta(days=0)}, "offer_until"),  # from the day on which it runs
        ({"until": timedelta(days=90)}, "offer_until"),
        ({"note": " "}, "note"),
    ],
)
def test_an_unsound_counter_offer_names_its_field(market, offer, change, field):
    application = market.in_approval()
    if "until" in change:
        change = {"until": clock.today() + change["until"]}
    with pytest.raises(InvalidInput) as refused:
        service.offer_terms(market.officer, application.id, replace(offer, **change))
    assert field in refused.value.fields
    assert application.state is S.IN_APPROVAL


def test_nobody_takes_an_offer_but_the_firm_and_not_when_it_is_past(market, offer):
    application = market.in_approval()
    service.offer_terms(market.officer, application.id, offer)
    with pytest.raises(Forbidden):
        service.take_offer(market.officer, application.id)
    with pytest.raises(NotFound):
        service.take_offer(make_market().boss, application.id)
    with clock.at(clock.now() + timedelta(days=30)), pytest.raises(Conflict, match="有效期"):
        service.take_offer(market.boss, application.id)


def test_an_offer_that_nobody_took_expires_once(market, offer, db):
    application = market.in_approval()
    service.offer_terms(market.officer, application.id, offer)
    with clock.at(clock.now() + timedelta(days=30)):
        assert service.watch_applications(SYSTEM)[2] == 1
        assert service.watch_applications(SYSTEM)[2] == 0
    assert application.state is S.EXPIRED
    assert any("过期" in title for title in told(db, enterprise_id=application.enterprise_id))


# 改派


def test_a_firm_takes_its_application_to_another_bank_and_the_authorization_with_it(
    market, other, db
):
    application = market.submitted()
    to = Resend(uuid4(), other.product_id)
    started = service.resend_application(market.boss, application.id, to)
    again = service.resend_application(market.boss, application.id, to)
    assert (started.id, started.state) == (again.id, S.DRAFT)
    assert started.amount_applied_fen == application.amount_applied_fen
    assert started.loan_purpose == application.loan_purpose
    assert application.state is S.REASSIGNED
    assert state_of(db, application) is ConsentState.REVOKED
    assert actions(application).count(A.REASSIGN) == 1


def test_what_a_bank_works_on_is_not_taken_away(market, other):
    application = market.in_approval()
    with pytest.raises(Conflict, match="已经在办理"):
        service.resend_application(market.boss, application.id, Resend(uuid4(), other.product_id))
    assert application.state is S.IN_APPROVAL


def test_the_same_product_is_no_other_bank(market):
    application = market.submitted()
    same = Resend(uuid4(), market.version.product_id)
    with pytest.raises(Conflict, match="另外"):
        service.resend_application(market.boss, application.id, same)


def test_a_stranger_resends_nothing_and_neither_does_the_bank(market, other):
    application = market.submitted()
    to = Resend(uuid4(), other.product_id)
    with pytest.raises(NotFound):
        service.resend_application(make_market().boss, application.id, to)
    with pytest.raises(Forbidden):
        service.resend_application(market.officer, application.id, to)
    assert application.state is S.SUBMITTED


# 超时


def later(application, days):
    """Move the clock so many working days past the promised day, to its morning."""
    day = add_working_days(application.promised_on, days)
    return clock.at(clock.now() + (day - clock.today()))


def test_past_its_promised_day_bank_and_firm_are_told_once(market, db):
    application = market.submitted()
    with later(application, 1):
        assert service.watch_applications(SYSTEM) == (1, 0, 0)
        service.watch_applications(SYSTEM)
    late = select(Notification.institution_id).filter_by(topic=Topic.APPLICATION_LATE)
    assert application.state is S.SUBMITTED
    assert sorted(map(str, db.scalars(late))) == sorted(["None", str(application.institution_id)])


def test_what_nobody_accepted_is_timed_out_and_may_be_sent_elsewhere(market, other, db):
    office = parties.credit_office()
    application = market.submitted()
    with later(application, TIMEOUT_DAYS + 1):
        assert service.watch_applications(SYSTEM) == (0, 1, 0)
        assert service.watch_applications(SYSTEM) == (0, 0, 0)
        to = Resend(uuid4(), other.product_id)
        started = service.resend_application(market.boss, application.id, to)
        assert state_of(db, application) is ConsentState.ENDED
    assert (application.state, started.state) == (S.TIMED_OUT, S.DRAFT)
    assert any("超时未受理" in title for title in told(db, department_id=office.id))


def test_what_was_accepted_stays_with_the_bank_however_late(market):
    application = market.in_approval()
    with later(application, 30):
        assert service.watch_applications(SYSTEM) == (1, 0, 0)
    assert application.state is S.IN_APPROVAL


def test_a_draft_that_nobody_touches_lapses_and_no_bank_hears_of_it(market, db):
    draft = market.draft()
    with clock.at(clock.now() + timedelta(days=DRAFT_DAYS + 1)):
        assert service.watch_applications(SYSTEM) == (0, 0, 1)
    assert draft.state is S.EXPIRED
    assert told(db, institution_id=draft.institution_id, topic=Topic.APPLICATION) == []


def test_a_person_does_not_play_the_clock(market):
    for actor in (market.boss, market.officer):
        with pytest.raises(Forbidden):
            service.watch_applications(actor)


# 白名单优先


def test_a_listed_firm_is_promised_an_answer_by_its_list_if_that_is_sooner(market, db):
    entry = listed(db.get(Enterprise, market.boss.party_id))
    market.version.promise_days = 10
    application = market.submitted()
    assert application.priority_entry_id == entry.id
    assert application.promised_on == add_working_days(clock.today(), 5)


def test_a_banks_own_shorter_promise_stands(market, db):
    listed(db.get(Enterprise, market.boss.party_id))
    market.version.promise_days = 3
    application = market.submitted()
    assert application.promised_on == add_working_days(clock.today(), 3)


def test_listed_firms_come_first_in_the_work_list_while_they_are_listed(market, db):
    first = market.submitted()
    other = make_market()
    other.officer = replace(market.officer)
    other.version = market.version
    second = other.submitted()
    second.promised_on = first.promised_on + timedelta(days=20)
    entry = listed(db.get(Enterprise, second.enterprise_id))
    db.flush()

    def order():
        rows, _ = queries.work_list(market.officer.party_id, Page(1))
        return [row.application.id for row in rows]

    assert order() == [second.id, first.id]
    entry.listed_at = clock.now() - timedelta(days=400)
    db.flush()
    assert order() == [first.id, second.id]


def test_a_late_answer_to_a_listed_firm_is_told_to_the_office_too(market, db):
    office = parties.credit_office()
    listed(db.get(Enterprise, market.boss.party_id))
    application = market.in_approval()
    with later(application, 1):
        service.watch_applications(SYSTEM)
        service.watch_applications(SYSTEM)
    assert [t for t in told(db, department_id=office.id) if "白名单" in t] == [
        f"{db.get(Institution, application.institution_id).short_name}没有按时答复白名单企业"
    ]
