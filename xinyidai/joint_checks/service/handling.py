"""What the office did with an answer, 处置, and the feedback that closes the loop, 反馈."""

from collections.abc import Collection
from uuid import UUID

from xinyidai.audit import service as audit
from xinyidai.catalogue.measures import get_measure, measures_for
from xinyidai.credit_lists import service as credit_lists
from xinyidai.joint_checks import policies, queries, rules
from xinyidai.joint_checks.lifecycle import LIFECYCLE
from xinyidai.joint_checks.models import JointCheck
from xinyidai.joint_checks.service import looking, telling
from xinyidai.joint_checks.values import CheckAction, Handling
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db
from xinyidai.kernel.errors import RuleBroken, require_sound


def handle_check(actor: Actor, check_id: UUID, handling: Handling) -> JointCheck:
    """Say what was done: measures of the catalogue that this answer offers, or none and why.

    The lists are asked again at this moment: after a repair nothing may be taken any more.

    Raises:
        NotFound, Forbidden: not the actor's check.
        InvalidInput: no measure ticked, or no reason given.
        UnknownMeasure: a measure that no published list names.
        RuleBroken: a measure that does not apply to what was found, or no longer does.
        InvalidTransition: handled already.

    """
    check = _load(actor, check_id)
    require_sound(rules.handling_faults(handling))
    measures = [get_measure(code) for code in dict.fromkeys(handling.measures)]
    state = LIFECYCLE.next_state(check.state, CheckAction.HANDLE)
    if measures:
        _require_applicable(check, [one.code for one in measures])
    check.state, check.handled_at = state, clock.now()
    check.decision, check.reason = handling.decision, handling.reason.strip()
    check.taken = [one.code for one in measures]
    _note(actor, check, CheckAction.HANDLE, check.reason)
    if any(not one.is_incentive for one in measures):
        telling.tell_firm_of_measures(check, [one.name for one in measures])
    return check


def close_check(actor: Actor, check_id: UUID, result: str) -> JointCheck:
    """Report how the case ended, which closes the loop."""
    check = _load(actor, check_id)
    require_sound(rules.result_faults(result))
    check.state = LIFECYCLE.next_state(check.state, CheckAction.FEEDBACK)
    check.result, check.closed_at = result.strip(), clock.now()
    _note(actor, check, CheckAction.FEEDBACK, check.result)
    return check


def report_check(actor: Actor, check_id: UUID, handling: Handling, result: str) -> JointCheck:
    """Handle and close in one call, for systems; the same report sent again changes nothing."""
    check = _load(actor, check_id)
    if check.closed_at is not None and _says_the_same(check, handling, result):
        return check
    handle_check(actor, check_id, handling)
    return close_check(actor, check_id, result)


def offered_now(check: JointCheck) -> tuple[str, ...]:
    """Return the measures that still apply: entries that ended since carry none."""
    hits = queries.hits_of([check.id])
    standing = credit_lists.still_standing([row.entry.id for row in hits])
    return offered_by(check, {row.hit.list_type for row in hits if row.entry.id in standing})


def offered_by(check: JointCheck, lists: Collection[str]) -> tuple[str, ...]:
    """Return which of a check's measures these lists still carry."""
    fitting = {one.code for one in measures_for(lists, check.occasion)}
    return tuple(code for code in check.measures if code in fitting)


def _require_applicable(check: JointCheck, codes: Collection[str]) -> None:
    foreign = [code for code in codes if code not in check.measures]
    if foreign:
        names = "、".join(get_measure(code).name for code in foreign)
        raise RuleBroken(
            f"“{names}”不适用于这次核查的名单和事由，不能采取。", code="measure_not_offered"
        )
    over = set(codes) - set(offered_now(check))
    if over:
        raise RuleBroken(
            "企业已移出名单（修复、更正或到期），不能再据此采取措施。请选“未采取措施”并说明。",
            code="measure_over",
        )


def _says_the_same(check: JointCheck, handling: Handling, result: str) -> bool:
    before = (check.decision, set(check.taken), check.result)
    return before == (handling.decision, set(handling.measures), result.strip())


def _load(actor: Actor, check_id: UUID) -> JointCheck:
    check = policies.require_sight(actor, queries.find(check_id, for_update=True))
    policies.require_handling(actor, check)
    return check


def _note(actor: Actor, check: JointCheck, action: CheckAction, words: str) -> None:
    db.session.add(looking.step_of(check, actor, action, words, clock.now()))
    details = {"number": check.number, "to_state": check.state, "taken": list(check.taken)}
    audit.record(actor, f"joint_check:{action}", "joint_check", check.id, details)
    db.session.flush()
