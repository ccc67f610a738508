"""The formal check of the credit office, 形式审查, and the pause while the firm supplies."""

from uuid import UUID

from xinyidai.catalogue.kinds import get_kind
from xinyidai.catalogue.objections import OBJECTIONS, ObjectionSubject
from xinyidai.institutions import queries as institutions
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.errors import Conflict, require_sound
from xinyidai.objections import rules
from xinyidai.objections.models import Objection
from xinyidai.objections.service import steps, telling
from xinyidai.objections.values import ObjectionAction as A
from xinyidai.objections.values import ObjectionOutcome

WITH_SOURCE = frozenset({ObjectionSubject.RECORD, ObjectionSubject.KIND})


def accept_objection(actor: Actor, objection_id: UUID, opinion: str = "") -> Objection:
    """Accept an objection: its record is marked 异议中 from now on, and its source has to answer.

    Three steps in one transaction. What no department delivered is answered by the office itself.
    """
    objection = steps.load(actor, A.ACCEPT, objection_id)
    _require_running(objection)
    steps.take(actor, A.ACCEPT, objection, opinion[: rules.LONGEST_WORDS])
    if objection.subject is ObjectionSubject.RECORD:
        steps.take(actor, A.MARK, objection)
    objection.department_id = _source_of(objection)
    steps.take(actor, A.ROUTE, objection)
    telling.tell_firm(objection, A.ACCEPT)
    telling.tell_source(objection)
    return objection


def dismiss_objection(actor: Actor, objection_id: UUID, reason: str) -> Objection:
    """Refuse an objection at the formal check, with the reason that the firm is told."""
    objection = steps.load(actor, A.DISMISS, objection_id)
    require_sound(rules.words_faults("reason", reason, "请写明不予受理的理由"))
    _end_pause(objection)
    steps.take(actor, A.DISMISS, objection, reason)
    objection.outcome, objection.answer = ObjectionOutcome.DISMISSED, reason.strip()
    objection.answered_at = clock.now()
    telling.tell_firm(objection, A.DISMISS)
    return objection


def ask_firm(actor: Actor, objection_id: UUID, question: str) -> Objection:
    """Ask the firm for more; the clock stands until it answers, or until its time is over."""
    objection = steps.load(actor, A.ASK, objection_id)
    require_sound(rules.words_faults("reason", question, "请写明需要企业补充什么"))
    _require_running(objection)
    steps.take(actor, A.ASK, objection, question)
    objection.waiting_since = clock.now()
    telling.tell_firm(objection, A.ASK)
    return objection


def resume_objection(actor: Actor, objection_id: UUID, reason: str) -> Objection:
    """Let the clock run on although the firm has supplied nothing."""
    objection = steps.load(actor, A.RESUME, objection_id)
    resume(actor, objection, A.RESUME, reason[: rules.LONGEST_WORDS])
    telling.tell_firm(objection, A.RESUME)
    return objection


def resume(actor: Actor, objection: Objection, action: A, words: str) -> Objection:
    """End the pause by this step; the last day moves by as long as it lasted."""
    if objection.waiting_since is None:
        raise Conflict("这件异议没有在等企业补充，请刷新页面查看。", code="not_waiting")
    _end_pause(objection)
    steps.take(actor, action, objection, words)
    return objection


def _end_pause(objection: Objection) -> None:
    if objection.waiting_since is None:
        return
    asked_on = clock.local(objection.waiting_since).date()
    objection.due_on = rules.resumed_due_on(
        objection.due_on, asked_on, clock.today(), OBJECTIONS.term.unit
    )
    objection.waiting_since = None


def _require_running(objection: Objection) -> None:
    if objection.waiting_since is not None:
        raise Conflict("正在等企业补充，补充后或恢复计时后再办理。", code="waiting")


def _source_of(objection: Objection) -> UUID | None:
    """Return the department that delivers the kind, or None when the office answers itself."""
    if objection.subject not in WITH_SOURCE:
        return None
    code = get_kind(objection.item).department.code
    department = institutions.find_department_by_code(code)
    return department.id if department else None
