"""Alarms on the active model, 模型预警: raised once, taken by a person, closed with words."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from xinyidai.audit import service as audit
from xinyidai.institutions import queries as institutions
from xinyidai.institutions.values import DepartmentKind
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db, new_id
from xinyidai.kernel.errors import Conflict, InvalidInput, NotFound
from xinyidai.model_monitoring import policies, queries
from xinyidai.model_monitoring.lifecycle import LIFECYCLE
from xinyidai.model_monitoring.models import ModelAlarm, MonitoringRun
from xinyidai.model_monitoring.values import ALARM_NAMES, AlarmAction, AlarmState, Raised
from xinyidai.notifications import service as notifications
from xinyidai.notifications.service import Message
from xinyidai.notifications.values import Topic

LONGEST_WORDS = 500
LIST = "/office/models/alarms"


def raise_all(run: MonitoringRun, raised: Sequence[Raised]) -> int:
    """Store alarms that this month has not had yet and tell the credit offices; return how many."""
    fresh = []
    for one in raised:
        statement = (
            insert(ModelAlarm)
            .values(
                id=new_id(),
                model_id=run.model_id,
                run_id=run.id,
                month=run.month,
                kind=one.kind,
                feature=one.feature,
                facts=dict(one.facts),
                state=AlarmState.OPEN,
                raised_at=clock.now(),
            )
            .on_conflict_do_nothing()
            .returning(ModelAlarm.id)
        )
        if (alarm_id := db.session.scalar(statement)) is not None:
            fresh.append((alarm_id, one))
    if fresh:
        _tell(run, fresh)
    return len(fresh)


def _tell(run: MonitoringRun, fresh: Sequence[tuple[UUID, Raised]]) -> None:
    names = "、".join(dict.fromkeys(ALARM_NAMES[one.kind] for _, one in fresh))
    notifications.send_all(
        Message(
            department_id=office.id,
            topic=Topic.MODEL_MONITORING,
            title=f"评分模型 {run.month} 有 {len(fresh)} 条预警",
            body=f"涉及：{names}。请认领，写明怎么处理，处理完关闭。",
            link=f"{LIST}?state=open",
            dedupe_key=f"model_alarm:{run.id}:{office.id}",
        )
        for office in institutions.list_departments(kind=DepartmentKind.CREDIT_OFFICE)
    )


def take_alarm(actor: Actor, alarm_id: UUID, plan: str) -> ModelAlarm:
    """Become the owner of an alarm and say what will be done.

    Raises:
        NotFound: no such alarm.
        Forbidden: the actor is not of the credit office.
        InvalidTransition: somebody has taken it before.
        InvalidInput: nothing is said.

    """
    policies.require_handler(actor)
    alarm = _locked(alarm_id)
    target = LIFECYCLE.next_state(alarm.state, AlarmAction.TAKE)
    alarm.plan = _words(plan, "plan", "请写明准备怎么处理。")
    alarm.state = target
    alarm.owner_id, alarm.owner_name, alarm.taken_at = actor.account_id, actor.name, clock.now()
    db.session.flush()
    audit.record(actor, "model_alarm:take", "model_alarm", alarm.id)
    return alarm


def close_alarm(actor: Actor, alarm_id: UUID, conclusion: str) -> ModelAlarm:
    """Close an alarm with what was found and done; its owner does.

    Raises:
        Conflict: somebody else has taken it.
        (and as `take_alarm`)

    """
    policies.require_handler(actor)
    alarm = _locked(alarm_id)
    target = LIFECYCLE.next_state(alarm.state, AlarmAction.CLOSE)
    if alarm.owner_id != actor.account_id:
        raise Conflict(f"这条预警由{alarm.owner_name}认领，请由认领人关闭。", code="not_the_owner")
    alarm.conclusion = _words(conclusion, "conclusion", "请写明核查结果和采取的措施。")
    alarm.state = target
    alarm.closed_by, alarm.closer_name, alarm.closed_at = (
        actor.account_id,
        actor.name,
        clock.now(),
    )
    db.session.flush()
    audit.record(actor, "model_alarm:close", "model_alarm", alarm.id)
    return alarm


def _locked(alarm_id: UUID) -> ModelAlarm:
    alarm = queries.locked_alarm(alarm_id)
    if alarm is None:
        raise NotFound("没有找到这条模型预警。")
    return alarm


def _words(text: str, field: str, ask: str) -> str:
    words = text.strip()
    if not words:
        raise InvalidInput(ask, fields={field: ask})
    if len(words) > LONGEST_WORDS:
        fault = f"最多 {LONGEST_WORDS} 个字。"
        raise InvalidInput(fault, fields={field: fault})
    return words
