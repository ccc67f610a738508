"""Alarms on a real database: found once, kept apart, extended while open."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import parties
from tests.oversight.conftest import Desk
from xinyidai.audit import queries as audit
from xinyidai.credit_records.values import QueryOutcome
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Role
from xinyidai.notifications.models import Notification
from xinyidai.notifications.values import Topic
from xinyidai.oversight import service
from xinyidai.oversight.models import QueryAlarm
from xinyidai.oversight.values import AlarmRule, AlarmState

Moment = Callable[[str], datetime]
MINUTE = timedelta(minutes=1)


def alarms(db: Session, rule: AlarmRule) -> list[QueryAlarm]:
    statement = select(QueryAlarm).where(QueryAlarm.rule == rule).order_by(QueryAlarm.id)
    return list(db.scalars(statement))


def watch_at(now: datetime) -> int:
    with clock.at(now):
        return service.watch()


def test_a_burst_is_raised_once_however_often_the_watch_runs(
    db: Session, desk: Desk, moment: Moment
) -> None:
    ids = desk.events(31, moment("2026-11-18T10:00"), MINUTE)
    watch_at(moment("2026-11-18T10:31"))
    watch_at(moment("2026-11-18T10:36"))
    watch_at(moment("2026-11-18T10:41"))
    hour, day = sorted(alarms(db, AlarmRule.BURST), key=lambda one: -len(one.dedupe_key))
    assert hour.event_ids == day.event_ids == [str(one) for one in ids]
    assert (hour.account_id, hour.institution_id) == (desk.officer.id, desk.bank.id)
    assert [one.action for one in audit.list_of_subject("query_alarm", hour.id)] == [
        "query_alarm:raise"
    ]


def test_two_officers_do_not_make_one_burst(db: Session, desk: Desk, moment: Moment) -> None:
    first = moment("2026-11-18T10:00")
    desk.events(16, first, MINUTE)
    desk.events(16, first, MINUTE, account_id=desk.auditor.id)
    watch_at(moment("2026-11-18T10:31"))
    assert alarms(db, AlarmRule.BURST) == []


def test_a_program_without_account_is_told_by_its_name(
    db: Session, desk: Desk, moment: Moment
) -> None:
    first, program = moment("2026-11-18T03:00"), {"account_id": None, "role": Role.BANK_CLIENT}
    desk.events(19, first, MINUTE, **program, actor_name="甲系统")
    desk.events(19, first, MINUTE, **program, actor_name="乙系统")
    watch_at(moment("2026-11-18T03:40"))
    assert alarms(db, AlarmRule.BURST) == alarms(db, AlarmRule.OFF_HOURS) == []
    desk.events(
        12, moment("2026-11-18T03:41"), timedelta(seconds=1), **program, actor_name="乙系统"
    )
    watch_at(moment("2026-11-18T03:45"))
    assert len(alarms(db, AlarmRule.BURST)) == 2


def test_an_open_alarm_grows_with_what_follows(db: Session, desk: Desk, moment: Moment) -> None:
    desk.event(moment("2026-11-18T22:00"))
    watch_at(moment("2026-11-18T22:01"))
    desk.event(moment("2026-11-18T22:30"))
    watch_at(moment("2026-11-18T22:31"))
    [alarm] = alarms(db, AlarmRule.OFF_HOURS)
    assert (len(alarm.event_ids), alarm.facts["count"]) == (2, 2)


def test_what_follows_a_conclusion_is_a_new_alarm(db: Session, desk: Desk, moment: Moment) -> None:
    desk.event(moment("2026-11-18T22:00"))
    watch_at(moment("2026-11-18T22:01"))
    [alarm] = alarms(db, AlarmRule.OFF_HOURS)
    auditor = desk.auditor.as_actor()
    service.review_alarm(auditor, alarm.id, AlarmState.EXPLAINED, "加班审批，已核实")
    watch_at(moment("2026-11-18T22:04"))
    later = desk.event(moment("2026-11-18T22:05"))
    watch_at(moment("2026-11-18T22:06"))
    _, following = alarms(db, AlarmRule.OFF_HOURS)
    assert following.dedupe_key == f"{alarm.dedupe_key}#2"
    assert following.event_ids == [str(later.id)]


def test_an_event_that_commits_late_is_still_seen(db: Session, desk: Desk, moment: Moment) -> None:
    watch_at(moment("2026-11-18T22:10"))
    desk.event(moment("2026-11-18T22:01"))
    watch_at(moment("2026-11-18T22:15"))
    assert len(alarms(db, AlarmRule.OFF_HOURS)) == 1


def test_five_refusals_are_an_alarm_and_no_burst(db: Session, desk: Desk, moment: Moment) -> None:
    first, refused = moment("2026-11-18T10:00"), {"outcome": QueryOutcome.REFUSED}
    desk.events(4, first, MINUTE, **refused)
    watch_at(moment("2026-11-18T10:05"))
    assert alarms(db, AlarmRule.MANY_REFUSED) == []
    desk.event(moment("2026-11-18T10:06"), **refused)
    watch_at(moment("2026-11-18T10:10"))
    [alarm] = alarms(db, AlarmRule.MANY_REFUSED)
    assert alarm.facts["count"] == 5
    assert alarms(db, AlarmRule.NO_CASE) == []


def test_an_application_of_the_firm_at_the_bank_is_a_case(
    db: Session, desk: Desk, moment: Moment
) -> None:
    desk.application(moment("2026-11-01T10:00"))
    desk.event(moment("2026-11-18T10:00"))
    desk.event(moment("2026-11-18T10:01"), purpose="post_loan")
    watch_at(moment("2026-11-18T10:05"))
    [alarm] = alarms(db, AlarmRule.NO_CASE)
    assert (alarm.facts["purposes"], alarm.enterprise_id) == (["post_loan"], desk.firm.id)


def test_without_any_business_each_firm_is_an_alarm_of_its_own(
    db: Session, desk: Desk, moment: Moment
) -> None:
    desk.event(moment("2026-11-18T10:00"))
    desk.event(moment("2026-11-18T10:01"), enterprise_id=desk.world.firm())
    watch_at(moment("2026-11-18T10:05"))
    assert len(alarms(db, AlarmRule.NO_CASE)) == 2


def test_a_quiet_city_raises_nothing(db: Session, desk: Desk, moment: Moment) -> None:
    assert watch_at(moment("2026-11-18T10:05")) == 0


def test_the_credit_office_is_told_of_new_alarms_once(
    db: Session, desk: Desk, moment: Moment
) -> None:
    office = parties.credit_office()
    desk.events(31, moment("2026-11-18T10:00"), MINUTE)
    told = select(Notification.topic).where(Notification.department_id == office.id)
    watch_at(moment("2026-11-18T10:40"))
    first = list(db.scalars(told))
    watch_at(moment("2026-11-18T10:45"))
    assert first == list(db.scalars(told)) == [Topic.QUERY_ALARM]
