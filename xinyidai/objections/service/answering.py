"""The answer of the source, 信源答复: agreed, and put right at once; or maintained, with why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from xinyidai.catalogue.objections import ObjectionSubject
from xinyidai.commitments import service as commitments
from xinyidai.credit_records.service import cases, write
from xinyidai.credit_records.values import (
    Fact,
    HandledCase,
    RecordStatus,
    RecordTrace,
    RecordVersion,
)
from xinyidai.declarations import service as declarations
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.errors import Conflict, RuleBroken, require_sound
from xinyidai.objections import policies, queries, rules
from xinyidai.objections.models import Objection
from xinyidai.objections.service import steps, telling
from xinyidai.objections.values import OPEN_STATES, ObjectionOutcome, Remedy
from xinyidai.objections.values import ObjectionAction as A

CASE = "objection"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """How a source puts something right; `texts` are the corrected fields of a record.

    `seen` is the version that was on the page when they were typed: they are no correction of
    another one. None means that no page was filled in.
    """

    remedy: Remedy
    basis: str
    seen: int | None = None
    texts: Mapping[str, str] = field(default_factory=dict)


def show_record(actor: Actor, objection_id: UUID) -> Fact | None:
    """Show whoever has to answer the record as it stands, or None when it is no longer in force.

    The look is an event that the firm sees; once answered, the record is shown no more.

    Raises:
        NotFound: no such objection, or none of the actor's business.
        Forbidden: the actor answers no objections.
        RuleBroken: it is not against a record, or is not under way.

    """
    objection, key = _seen_by(actor, objection_id)
    case = HandledCase(CASE, objection.id, objection.enterprise_id)
    found = cases.read_for_case(actor, case, [objection.item], key)
    return found[0] if found else None


def show_versions(actor: Actor, objection_id: UUID) -> Sequence[RecordVersion]:
    """Return every version of the record, oldest first: who ended it, when and why.

    For whoever may see the record, beside it; nothing that a version said is in it. Raises as
    `show_record` does.
    """
    objection, key = _seen_by(actor, objection_id)
    return cases.history_of(objection.enterprise_id, objection.item, key)


def _seen_by(actor: Actor, objection_id: UUID) -> tuple[Objection, str]:
    objection = policies.require_sight(actor, queries.find(objection_id))
    policies.require(actor, A.REJECT, objection)
    if objection.record_key is None or objection.state not in OPEN_STATES:
        raise RuleBroken("这件异议没有可以查看的记录，或已经办结。", code="no_record")
    return objection, objection.record_key


def uphold_objection(actor: Actor, objection_id: UUID, answer: Answer) -> Objection:
    """Agree with the firm: the record is corrected or withdrawn in this very transaction.

    Page, profile, score, matches and old results follow, because the firm's facts have a new
    version from the commit on. The firm and whoever was shown the record are told.

    Raises:
        NotFound, Forbidden: not the actor's to answer.
        InvalidInput: basis, remedy or a corrected field is not sound.
        Conflict: the firm is awaited, the answer was given already, or the record was delivered
            anew while the correction was typed.

    """
    objection = steps.load(actor, A.UPHOLD, objection_id)
    faults = rules.words_faults("basis", answer.basis, "请写明核实的情况和依据")
    require_sound({**faults, **rules.remedy_faults(objection.subject, answer.remedy)})
    _require_running(objection)
    steps.take(actor, A.UPHOLD, objection, answer.basis)
    trace = _trace(objection)
    outcome = ObjectionOutcome.REMEDIED
    if trace is not None:
        outcome = _put_right(actor, objection, trace, answer)
        telling.tell_recipients(objection, cases.recipients_of(objection.enterprise_id, trace))
    return _answered(objection, outcome, answer.basis)


def reject_objection(actor: Actor, objection_id: UUID, basis: str) -> Objection:
    """Disagree with the firm, 维持, saying on what ground; the mark goes."""
    objection = steps.load(actor, A.REJECT, objection_id)
    require_sound(rules.words_faults("basis", basis, "请写明维持的依据"))
    _require_running(objection)
    steps.take(actor, A.REJECT, objection, basis)
    return _answered(objection, ObjectionOutcome.MAINTAINED, basis)


def _put_right(
    actor: Actor, objection: Objection, trace: RecordTrace, answer: Answer
) -> ObjectionOutcome:
    """Correct or withdraw what stands now; a newer delivery of the record is meant as well."""
    if trace.present_id is None:
        return ObjectionOutcome.GONE_BEFORE
    firm, why = objection.enterprise_id, f"异议 {objection.number}"
    if answer.remedy is Remedy.CORRECT:
        if answer.seen not in {None, trace.present_id}:
            raise Conflict("这条记录刚刚有新的报送，请重新查看后再更正。", code="record_renewed")
        cases.correct_record(actor, firm, trace.present_id, answer.texts, why)
        return ObjectionOutcome.CORRECTED
    write.retire_record(actor, firm, trace.present_id, RecordStatus.WITHDRAWN, why)
    declarations.record_ended(actor, firm, trace.key, why)
    commitments.record_ended(actor, firm, trace.key, why)
    return ObjectionOutcome.WITHDRAWN_BY_SOURCE


def _answered(objection: Objection, outcome: ObjectionOutcome, basis: str) -> Objection:
    objection.outcome, objection.answer = outcome, basis.strip()
    objection.answered_at = clock.now()
    action = A.REJECT if outcome is ObjectionOutcome.MAINTAINED else A.UPHOLD
    telling.tell_firm(objection, action)
    return objection


def _trace(objection: Objection) -> RecordTrace | None:
    if objection.subject is not ObjectionSubject.RECORD or objection.record_key is None:
        return None
    return cases.trace_record(objection.enterprise_id, objection.item, objection.record_key)


def _require_running(objection: Objection) -> None:
    if objection.waiting_since is not None:
        raise Conflict("正在等企业补充，补充后或恢复计时后再答复。", code="waiting")
