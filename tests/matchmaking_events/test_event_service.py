"""Use cases of matchmaking events against the database."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.factories import parties
from xinyidai.audit.queries import list_of_subject
from xinyidai.institutions.values import InstitutionStatus
from xinyidai.kernel import clock
from xinyidai.kernel.actor import ANONYMOUS, Role
from xinyidai.kernel.db import db as database
from xinyidai.kernel.errors import Forbidden, InvalidInput, InvalidTransition, NotFound, RuleBroken
from xinyidai.kernel.http import Page
from xinyidai.matchmaking_events import queries, service
from xinyidai.matchmaking_events.service import EventPlan, MeetingReport
from xinyidai.matchmaking_events.values import EventFormat, EventState, MeetingOutcome

OPENS, HELD, AFTER = "2026-05-11T09:00", "2026-05-18T13:30", "2026-06-17T09:00"


def plan(capacity=10):
    starts_at = clock.now() + timedelta(days=7)
    return EventPlan(
        title="鹰川市演示对接会", description="面向制造业", format=EventFormat.ONSITE, place="演示礼堂",
        region_code="410400", starts_at=starts_at, ends_at=starts_at + timedelta(hours=3),
        sign_up_until=starts_at - timedelta(days=1), capacity=capacity,
    )  # fmt: skip


def clerk():
    return parties.clerk_of(parties.credit_office())


def opened(capacity=10):
    office = clerk()
    event = service.plan_event(office, plan(capacity))
    return office, service.open_event(office, event.id)


def firm_user():
    return parties.boss_of(parties.enterprise())


def bank_user():
    return parties.officer_of(parties.institution())


@pytest.fixture
def held(db, at):
    """An event that took place with one firm and one bank."""
    with at(OPENS):
        office, event = opened()
        firm, bank = firm_user(), bank_user()
        present = [service.register(firm, event.id).id, service.register(bank, event.id).id]
    with at(HELD):
        service.hold_event(office, event.id, present)
    return office, event, firm, bank


def report_of(firm, bank, outcome=MeetingOutcome.INTENTION, amount_fen=300_000_000):
    return MeetingReport(
        enterprise_id=firm.party_id,
        institution_id=bank.party_id,
        outcome=outcome,
        amount_fen=amount_fen,
    )


def test_an_event_goes_from_plan_to_follow_up(held, at):
    office, event, _, _ = held
    service.follow_up_event(office, event.id, "三十日回访完成")
    assert event.state is EventState.FOLLOWED_UP
    deeds = {entry.action for entry in list_of_subject("matchmaking_event", event.id)}
    assert deeds == {"event:plan", "event:open", "event:hold", "event:follow_up"}


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.CREDIT_OFFICE])
@pytest.mark.parametrize(
    "deed",
    [
        lambda actor, _event: service.plan_event(actor, plan()),
        lambda actor, event: service.open_event(actor, event.id),
        lambda actor, event: service.close_event(actor, event.id),
        lambda actor, event: service.cancel_event(actor, event.id, "天气"),
        lambda actor, event: service.hold_event(actor, event.id, []),
        lambda actor, event: service.follow_up_event(actor, event.id, "回访"),
    ],
)
def test_only_the_credit_office_runs_events(db, role, deed):
    _, event = opened()
    with pytest.raises(Forbidden):
        deed(parties.account(role).as_actor(), event)


def test_a_bad_plan_is_refused_with_its_fields(db):
    with pytest.raises(InvalidInput) as refused:
        service.plan_event(clerk(), replace(plan(), title="", capacity=0))
    assert set(refused.value.fields) == {"title", "capacity"}


def test_a_party_signs_up_once_however_often_it_clicks(db):
    _, event = opened()
    firm, bank = firm_user(), bank_user()
    first = service.register(firm, event.id, "想见信用贷款银行")
    assert service.register(firm, event.id) is first
    assert service.register(bank, event.id).institution_id == bank.party_id
    assert queries.count_taken(event.id) == 2


@pytest.mark.parametrize(
    "role", [Role.CREDIT_OFFICE, Role.DEPARTMENT, Role.AUDITOR, Role.PUBLIC, Role.BANK_CLIENT]
)
def test_who_is_no_party_may_not_sign_up(db, role):
    _, event = opened()
    with pytest.raises(Forbidden):
        service.register(parties.account(role).as_actor(), event.id)


def test_nobody_signs_up_for_a_plan_and_nobody_sees_it(db):
    office = clerk()
    event = service.plan_event(office, plan())
    with pytest.raises(NotFound):
        service.register(firm_user(), event.id)
    assert service.list_events(ANONYMOUS, Page())[1] == 0
    assert service.list_events(office, Page())[1] == 1


def test_nobody_signs_up_after_the_deadline_although_the_event_is_open(db, at):
    with at(OPENS):
        _, event = opened()
    with at("2026-05-17T09:00:01"), pytest.raises(RuleBroken) as refused:
        service.register(firm_user(), event.id)
    assert (event.state, refused.value.code) == (EventState.OPEN, "sign_up_over")


def test_a_full_event_takes_nobody_until_a_seat_is_free(db):
    _, event = opened(capacity=1)
    first, second = firm_user(), firm_user()
    service.register(first, event.id)
    with pytest.raises(RuleBroken, match="报满"):
        service.register(second, event.id)
    service.cancel_registration(first, event.id)
    assert service.register(second, event.id).cancelled_at is None


def test_a_cancelled_registration_can_be_taken_up_again(db):
    _, event = opened()
    firm = firm_user()
    registration = service.register(firm, event.id)
    service.cancel_registration(firm, event.id)
    service.cancel_registration(firm, event.id)
    assert queries.registrations_of_party(firm.party_id) == []
    assert service.register(firm, event.id) is registration
    assert registration.cancelled_at is None


def test_a_registration_is_cancelled_before_the_event_only_and_by_its_party(db, at):
    with at(OPENS):
        _, event = opened()
        firm = firm_user()
        service.register(firm, event.id)
        with pytest.raises(NotFound):
            service.cancel_registration(firm_user(), event.id)
    with at(HELD), pytest.raises(RuleBroken):
        service.cancel_registration(firm, event.id)


def test_a_suspended_institution_may_not_sign_up(db):
    _, event = opened()
    officer = parties.officer_of(parties.institution(status=InstitutionStatus.SUSPENDED))
    with pytest.raises(RuleBroken, match="暂停"):
        service.register(officer, event.id)


def test_an_event_is_not_held_before_it_begins(db):
    office, event = opened()
    with pytest.raises(RuleBroken) as refused:
        service.hold_event(office, event.id, [])
    assert refused.value.code == "not_begun"


def test_only_who_signed_up_can_have_attended(db, at):
    with at(OPENS):
        office, event = opened()
    with at(HELD), pytest.raises(InvalidInput):
        service.hold_event(office, event.id, [event.id])


def test_an_event_past_its_deadline_is_not_opened(db, at):
    with at(OPENS):
        office = clerk()
        event = service.plan_event(office, plan())
    with at(HELD), pytest.raises(RuleBroken):
        service.open_event(office, event.id)


def test_a_cancelled_event_says_why_and_is_over(db):
    office, event = opened()
    service.cancel_event(office, event.id, "场地临时关闭")
    with pytest.raises(InvalidTransition):
        service.open_event(office, event.id)
    assert service.read_event(ANONYMOUS, event.id).summary == "场地临时关闭"


def test_a_meeting_result_is_replaced_by_a_newer_one(held, at):
    office, event, firm, bank = held
    first = service.record_meeting(
        office, event.id, report_of(firm, bank, MeetingOutcome.FOLLOWING, None)
    )
    with at(AFTER):
        second = service.record_meeting(office, event.id, report_of(firm, bank))
    assert second is first
    assert (second.outcome, second.amount_fen) == (MeetingOutcome.INTENTION, 300_000_000)


def test_results_count_parties_meetings_and_intended_money(held):
    office, event, firm, bank = held
    service.record_meeting(office, event.id, report_of(firm, bank))
    results = service.read_results(office, event.id)
    assert (results.enterprises_attended, results.institutions_attended) == (1, 1)
    assert results.meetings[MeetingOutcome.INTENTION] == 1
    assert results.intention_amount_fen == 300_000_000


def test_a_meeting_needs_two_who_attended(held):
    office, event, firm, _ = held
    with pytest.raises(RuleBroken) as refused:
        service.record_meeting(office, event.id, report_of(firm, bank_user()))
    assert refused.value.code == "not_attended"


def test_no_meeting_before_the_event(db):
    office, event = opened()
    with pytest.raises(RuleBroken) as refused:
        service.record_meeting(office, event.id, report_of(firm_user(), bank_user()))
    assert refused.value.code == "not_held"


def test_the_calendar_counts_seats_in_one_statement_per_list(db):
    _, event = opened(capacity=3)
    service.register(firm_user(), event.id)
    [row], total = service.list_events(ANONYMOUS, Page(), ends_after=clock.now())
    assert (row.event, row.seats_left, total) == (event, 2, 1)


def test_names_of_participants_are_for_the_office(held):
    office, event, firm, bank = held
    assert {row.name for row in service.read_attendance(office, event.id)} == {
        database.session.get_one(parties.Enterprise, firm.party_id).name,
        database.session.get_one(parties.Institution, bank.party_id).name,
    }
    with pytest.raises(Forbidden):
        service.read_attendance(firm, event.id)


def test_the_last_seat_goes_to_one_of_two_who_click_at_once(live):
    _, event = opened(capacity=1)
    users, event_id = [firm_user(), firm_user()], event.id
    database.session.commit()
    outcomes, gate = [], threading.Barrier(2)

    def click(user):
        with live.app_context():
            gate.wait()
            try:
                service.register(user, event_id)
                database.session.commit()
                outcomes.append("in")
            except RuleBroken as refusal:
                database.session.rollback()
                outcomes.append(refusal.code)

    threads = [threading.Thread(target=click, args=(user,)) for user in users]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sorted(outcomes) == ["event_full", "in"]
    assert queries.count_taken(event_id) == 1
