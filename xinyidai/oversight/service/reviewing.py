"""Look into alarms and sampled queries, and say what was found; what was said stays."""

from uuid import UUID

from xinyidai.audit import service as audit
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db
from xinyidai.kernel.errors import Conflict, InvalidInput
from xinyidai.oversight import policies, queries
from xinyidai.oversight.models import QueryAlarm, SampledQuery
from xinyidai.oversight.values import AlarmState, Verdict

SHORTEST = 5
LONGEST = 2000
NEEDS_NOTE = frozenset({Verdict.QUESTIONABLE, Verdict.BREACH})


def review_alarm(actor: Actor, alarm_id: UUID, state: AlarmState, conclusion: str) -> QueryAlarm:
    """Close an alarm as explained or as a confirmed breach, with words; never opened again.

    Raises:
        Forbidden: the actor neither belongs to the credit office nor audits.
        NotFound: no such alarm.
        Conflict: it was reviewed before.
        InvalidInput: no conclusion, or no words for it.

    """
    policies.require_reviewer(actor)
    alarm = queries.get_alarm(alarm_id, for_update=True)
    if alarm.state is not AlarmState.OPEN:
        raise Conflict("这条预警已经核查完毕，结论不能更改。")
    words = _words(conclusion, "conclusion", "请写明核查结论，至少 5 个字")
    if state is AlarmState.OPEN:
        raise InvalidInput("请选择核查结果。", fields={"state": "请选择核查结果"})
    alarm.state = state
    alarm.reviewed_by, alarm.reviewed_at = actor.account_id, clock.now()
    alarm.conclusion = words
    audit.record(actor, "query_alarm:review", "query_alarm", alarm.id, {"state": state.value})
    db.session.flush()
    return alarm


def judge(actor: Actor, sample_id: UUID, verdict: Verdict, note: str) -> SampledQuery:
    """Judge one sampled query, once; 存疑 and 违规 need a note.

    Raises:
        Forbidden: the actor neither belongs to the credit office nor audits.
        NotFound: no such sample.
        Conflict: it was judged before.
        InvalidInput: the note is missing or too long.

    """
    policies.require_reviewer(actor)
    sample = queries.get_sample(sample_id, for_update=True)
    if sample.verdict is not None:
        raise Conflict("这条抽查记录已有结论，不能更改。")
    if verdict in NEEDS_NOTE or note.strip():
        sample.note = _words(note, "note", "结论为存疑或违规时，请写明理由，至少 5 个字")
    sample.verdict = verdict
    sample.reviewed_by, sample.reviewed_at = actor.account_id, clock.now()
    details = {"verdict": verdict.value, "event": str(sample.event_id)}
    audit.record(actor, "sampled_query:judge", "sampled_query", sample.id, details)
    db.session.flush()
    return sample


def _words(text: str, field: str, advice: str) -> str:
    words = text.strip()
    if len(words) < SHORTEST:
        raise InvalidInput(f"{advice}。", fields={field: advice})
    if len(words) > LONGEST:
        raise InvalidInput("内容太长。", fields={field: f"最多 {LONGEST} 个字"})
    return words
