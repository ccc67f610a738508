"""Conclusions on alarms and on sampled queries: by whom, with which words, once."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import parties
from tests.oversight.conftest import Desk
from xinyidai.audit import queries as audit
from xinyidai.credit_records.values import QueryOutcome
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM, Actor, Role
from xinyidai.kernel.errors import Conflict, Forbidden, InvalidInput, NotFound, RuleBroken
from xinyidai.oversight import jobs, queries, rules, service
from xinyidai.oversight.models import QueryAlarm, SampledQuery
from xinyidai.oversight.values import AlarmState, Verdict

Moment = Callable[[str], datetime]
NOT_REVIEWERS = sorted(set(Role) - {Role.CREDIT_OFFICE, Role.AUDITOR})


@pytest.fixture
def alarm(db: Session, desk: Desk, moment: Moment) -> QueryAlarm:
    desk.event(moment("2026-11-21T10:00"))
    with clock.at(moment("2026-11-21T10:01")):
        service.watch()
    return db.scalars(select(QueryAlarm)).first()


@pytest.fixture
def october(db: Session, desk: Desk, moment: Moment) -> list[SampledQuery]:
    desk.events(40, moment("2026-10-08T10:00"), timedelta(hours=1))
    with clock.at(moment("2026-11-01T00:00")):
        return list(service.draw_sample("2026-10", desk.auditor.as_actor()))


@pytest.mark.parametrize("state", [AlarmState.EXPLAINED, AlarmState.CONFIRMED])
def test_a_reviewed_alarm_keeps_who_when_and_why(
    desk: Desk, alarm: QueryAlarm, state: AlarmState
) -> None:
    auditor = desk.auditor.as_actor()
    service.review_alarm(auditor, alarm.id, state, " 已电话核实用途 ")
    assert (alarm.state, alarm.conclusion) == (state, "已电话核实用途")
    assert (alarm.reviewed_by, alarm.reviewed_at is not None) == (desk.auditor.id, True)
    [_, entry] = audit.list_of_subject("query_alarm", alarm.id)
    assert (entry.action, entry.details) == ("query_alarm:review", {"state": state.value})


def test_a_conclusion_is_final(desk: Desk, alarm: QueryAlarm) -> None:
    auditor = desk.auditor.as_actor()
    service.review_alarm(auditor, alarm.id, AlarmState.CONFIRMED, "没有业务依据")
    with pytest.raises(Conflict):
        service.review_alarm(auditor, alarm.id, AlarmState.EXPLAINED, "改为正常查询")
    assert alarm.state is AlarmState.CONFIRMED


@pytest.mark.parametrize("words", ["", "    ", "正常", "字" * 2001])
def test_a_conclusion_needs_words(desk: Desk, alarm: QueryAlarm, words: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        service.review_alarm(desk.auditor.as_actor(), alarm.id, AlarmState.EXPLAINED, words)
    assert "conclusion" in refused.value.fields


def test_open_is_no_conclusion(desk: Desk, alarm: QueryAlarm) -> None:
    with pytest.raises(InvalidInput):
        service.review_alarm(desk.auditor.as_actor(), alarm.id, AlarmState.OPEN, "先放一放再说")


@pytest.mark.parametrize("role", NOT_REVIEWERS)
def test_nobody_else_reviews_or_judges(role: Role) -> None:
    actor = Actor(None, role, None, "某人")
    with pytest.raises(Forbidden):
        service.review_alarm(actor, uuid4(), AlarmState.EXPLAINED, "已说明情况")
    with pytest.raises(Forbidden):
        service.judge(actor, uuid4(), Verdict.COMPLIANT, "")
    if actor.role is not Role.SYSTEM:
        with pytest.raises(Forbidden):
            service.draw_sample("2026-10", actor)


def test_what_is_absent_is_not_found(db: Session) -> None:
    clerk = parties.clerk_of(parties.credit_office())
    with pytest.raises(NotFound):
        service.review_alarm(clerk, uuid4(), AlarmState.EXPLAINED, "已说明情况")
    with pytest.raises(NotFound):
        service.judge(clerk, uuid4(), Verdict.COMPLIANT, "")


def test_anybody_can_repeat_the_draw_from_its_seed(
    db: Session, october: list[SampledQuery]
) -> None:
    ids = db.scalars(select(SampledQuery.event_id)).all()
    everything = [event.id for event in _log(db)]
    seed = october[0].draw_seed
    assert len(ids) == 20
    assert set(rules.draw(seed, everything, 20)) == set(ids)


def test_a_month_is_drawn_once_and_not_before_its_end(
    desk: Desk, moment: Moment, october: list[SampledQuery]
) -> None:
    auditor = desk.auditor.as_actor()
    with clock.at(moment("2026-11-02T00:00")), pytest.raises(Conflict):
        service.draw_sample("2026-10", auditor)
    with clock.at(moment("2026-10-31T23:59")), pytest.raises(RuleBroken):
        service.draw_sample("2026-10", auditor)
    with pytest.raises(InvalidInput):
        service.draw_sample("October", auditor)


def test_only_what_was_shown_in_the_month_is_drawn(db: Session, desk: Desk, moment: Moment) -> None:
    inside = desk.event(moment("2026-10-31T23:59"))
    desk.event(moment("2026-11-01T00:00"))
    desk.event(moment("2026-10-10T10:00"), outcome=QueryOutcome.REFUSED)
    with clock.at(moment("2026-12-01T00:00")):
        drawn = service.draw_sample("2026-10", SYSTEM)
    assert [sample.event_id for sample in drawn] == [inside.id]


def test_the_job_draws_last_month_and_then_rests(db: Session, desk: Desk, moment: Moment) -> None:
    desk.events(3, moment("2026-10-08T10:00"), timedelta(hours=1))
    for day in ("2026-11-01", "2026-11-02", "2026-11-30"):
        with clock.at(moment(f"{day}T04:20")):
            jobs.draw_sample()
    [month] = queries.sample_months()
    assert (month.month, month.drawn, month.judged) == ("2026-10", 3, 0)


@pytest.mark.parametrize("verdict", [Verdict.QUESTIONABLE, Verdict.BREACH])
def test_doubts_need_a_note(desk: Desk, october: list[SampledQuery], verdict: Verdict) -> None:
    auditor = desk.auditor.as_actor()
    with pytest.raises(InvalidInput) as refused:
        service.judge(auditor, october[0].id, verdict, " ")
    assert "note" in refused.value.fields
    service.judge(auditor, october[0].id, verdict, "用途与申请不符")
    assert (october[0].verdict, october[0].note) == (verdict, "用途与申请不符")


def test_a_verdict_is_given_once(desk: Desk, october: list[SampledQuery]) -> None:
    auditor = desk.auditor.as_actor()
    service.judge(auditor, october[0].id, Verdict.COMPLIANT, "")
    with pytest.raises(Conflict):
        service.judge(auditor, october[0].id, Verdict.BREACH, "改判为违规")
    [entry] = audit.list_of_subject("sampled_query", october[0].id)
    assert entry.details["event"] == str(october[0].event_id)


def _log(db: Session) -> list:
    from xinyidai.credit_records.models import QueryEvent

    return list(db.scalars(select(QueryEvent)))
