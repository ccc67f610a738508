"""Keep what the rules found as alarms: new ones raised, open ones extended, settled ones left."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from xinyidai.audit import service as audit
from xinyidai.kernel.actor import SYSTEM
from xinyidai.kernel.db import db, new_id
from xinyidai.oversight import queries, rules
from xinyidai.oversight.models import QueryAlarm
from xinyidai.oversight.values import AlarmRule, AlarmState, SeenLook, Suspicion

MOST_IDS = 2000

Known = dict[tuple[AlarmRule, str], list[QueryAlarm]]


def raise_alarms(suspicions: Sequence[Suspicion]) -> Sequence[QueryAlarm]:
    """Raise what is new and return those alarms.

    Looks that come after an alarm was reviewed raise another one under the same key with a number,
    so that a conclusion never covers what its writer had not seen.
    """
    if not suspicions:
        return ()
    known: Known = {}
    for alarm in queries.alarms_since(min(one.day for one in suspicions)):
        base = alarm.dedupe_key.partition("#")[0]
        known.setdefault((alarm.rule, base), []).append(alarm)
    kept = [_keep(one, known.setdefault((one.rule, one.key), [])) for one in suspicions]
    raised = [alarm for alarm in kept if alarm is not None]
    db.session.flush()
    return raised


def _keep(suspicion: Suspicion, earlier: list[QueryAlarm]) -> QueryAlarm | None:
    seen = max((_last(alarm) for alarm in earlier if alarm.state is not AlarmState.OPEN), default=0)
    looks = [look for look in suspicion.looks if look.happened_at.timestamp() > seen]
    if not looks:
        return None
    waiting = [alarm for alarm in earlier if alarm.state is AlarmState.OPEN]
    if waiting:
        _extend(waiting[-1], suspicion, looks)
        return None
    alarm = _raise(suspicion, looks, len(earlier) + 1)
    earlier.append(alarm)
    return alarm


def _raise(suspicion: Suspicion, looks: Sequence[SeenLook], number: int) -> QueryAlarm:
    first = looks[0]
    firms = {look.enterprise_id for look in looks}
    alarm = QueryAlarm(
        id=new_id(),
        rule=suspicion.rule,
        rule_version=rules.VERSION,
        dedupe_key=suspicion.key if number == 1 else f"{suspicion.key}#{number}",
        happened_on=suspicion.day,
        institution_id=first.institution_id,
        account_id=first.account_id,
        enterprise_id=first.enterprise_id if len(firms) == 1 else None,
        event_ids=[str(look.id) for look in looks[:MOST_IDS]],
        facts=_facts(suspicion, looks, len(looks)),
        state=AlarmState.OPEN,
    )
    db.session.add(alarm)
    details = {"rule": suspicion.rule.value, "events": len(looks)}
    audit.record(SYSTEM, "query_alarm:raise", "query_alarm", alarm.id, details)
    return alarm


def _extend(alarm: QueryAlarm, suspicion: Suspicion, looks: Sequence[SeenLook]) -> None:
    known = set(alarm.event_ids)
    added = [look for look in looks if str(look.id) not in known]
    if not added or len(known) >= MOST_IDS:
        return
    ids = [*alarm.event_ids, *(str(look.id) for look in added)]
    alarm.event_ids = ids[:MOST_IDS]
    facts = _facts(suspicion, looks, max(len(ids), len(looks)))
    alarm.facts = {**alarm.facts, **facts, "first": alarm.facts["first"]}
    if any(look.enterprise_id != alarm.enterprise_id for look in added):
        alarm.enterprise_id = None


def _facts(suspicion: Suspicion, looks: Sequence[SeenLook], count: int) -> dict[str, Any]:
    span = {"first": looks[0].happened_at.isoformat(), "last": looks[-1].happened_at.isoformat()}
    return {**suspicion.facts, **span, "count": count}


def _last(alarm: QueryAlarm) -> float:
    return datetime.fromisoformat(alarm.facts["last"]).timestamp()
