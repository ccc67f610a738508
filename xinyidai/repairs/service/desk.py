"""What the credit office does with an application: check, hand over to 信用中国, conclude."""

from collections.abc import Sequence
from uuid import UUID

from xinyidai.commitments import service as commitments
from xinyidai.credit_records.service import cases, write
from xinyidai.credit_records.values import Fact, HandledCase, RecordStatus, RecordVersion
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.errors import RuleBroken, require_sound
from xinyidai.repairs import policies, queries, rules
from xinyidai.repairs.models import Repair
from xinyidai.repairs.service import steps, telling
from xinyidai.repairs.values import OPEN_STATES
from xinyidai.repairs.values import RepairAction as A

CASE = "repair"


def show_record(actor: Actor, repair_id: UUID) -> Fact | None:
    """Show the clerk the record as it stands, or None when it is no longer in force.

    The look is an event that the firm sees.

    Raises:
        NotFound: no such application, or none of the actor's business.
        Forbidden: the actor checks no applications.
        RuleBroken: the application is not under way; its end ends the right to look.

    """
    repair = _seen_by(actor, repair_id)
    case = HandledCase(CASE, repair.id, repair.enterprise_id)
    found = cases.read_for_case(actor, case, [repair.kind], repair.record_key)
    return found[0] if found else None


def show_versions(actor: Actor, repair_id: UUID) -> Sequence[RecordVersion]:
    """Return every version of the record, oldest first: who ended it, when and why.

    For the clerk who may see the record, beside it; nothing that a version said is in it. Raises
    as `show_record` does.
    """
    repair = _seen_by(actor, repair_id)
    return cases.history_of(repair.enterprise_id, repair.kind, repair.record_key)


def _seen_by(actor: Actor, repair_id: UUID) -> Repair:
    repair = policies.require_sight(actor, queries.find(repair_id))
    policies.require(actor, A.CHECK, repair)
    if repair.state not in OPEN_STATES:
        raise RuleBroken("这件修复申请已经办结，不能再查看记录。", code="repair_ended")
    return repair


def check_repair(actor: Actor, repair_id: UUID, opinion: str = "") -> Repair:
    """Find the application complete, 审核通过: it can be handed over."""
    repair = steps.load(actor, A.CHECK, repair_id)
    steps.take(actor, A.CHECK, repair, opinion[: rules.LONGEST_WORDS])
    telling.tell_firm(repair, A.CHECK)
    return repair


def return_repair(actor: Actor, repair_id: UUID, reason: str) -> Repair:
    """Give an application back to the firm, saying what is lacking, 退回补正."""
    repair = steps.load(actor, A.RETURN, repair_id)
    require_sound(rules.words_faults("reason", reason, "请写明还缺什么"))
    steps.take(actor, A.RETURN, repair, reason)
    telling.tell_firm(repair, A.RETURN)
    return repair


def hand_over_repair(actor: Actor, repair_id: UUID, receipt_no: str) -> Repair:
    """Note that 信用中国 has taken the application, under the number of its receipt."""
    repair = steps.load(actor, A.HAND_OVER, repair_id)
    require_sound(rules.receipt_faults(receipt_no))
    repair.receipt_no, repair.handed_over_at = receipt_no.strip(), clock.now()
    steps.take(actor, A.HAND_OVER, repair, f"受理编号 {repair.receipt_no}")
    telling.tell_firm(repair, A.HAND_OVER)
    return repair


def refuse_repair(actor: Actor, repair_id: UUID, reason: str) -> Repair:
    """Conclude that the record is not repaired, with the reason that the firm is told."""
    repair = steps.load(actor, A.REFUSE, repair_id)
    require_sound(rules.words_faults("reason", reason, "请写明不予修复的理由"))
    steps.take(actor, A.REFUSE, repair, reason)
    repair.result, repair.ended_at = reason.strip(), clock.now()
    commitments.close_repair_commitment(actor, repair.number, "不予修复")
    telling.tell_firm(repair, A.REFUSE)
    return repair


def complete_repair(actor: Actor, repair_id: UUID, result: str) -> Repair:
    """Enter that the record is repaired, 修复完成: it leaves everything in this transaction.

    Page, profile, score and matches follow with the firm's new version; whoever was shown the
    record is told that the old result must no longer be used.

    Raises:
        NotFound, Forbidden: not the actor's to conclude.
        InvalidInput: nothing is said of the result.
        InvalidTransition: it was not handed over.

    """
    repair = steps.load(actor, A.REPAIR, repair_id)
    require_sound(rules.words_faults("reason", result, "请写明认定机关的决定"))
    steps.take(actor, A.REPAIR, repair, result)
    repair.result, repair.ended_at = result.strip(), clock.now()
    firm = repair.enterprise_id
    trace = cases.trace_record(firm, repair.kind, repair.record_key)
    if trace.present_id is not None:
        why = f"信用修复 {repair.number}"
        write.retire_record(actor, firm, trace.present_id, RecordStatus.REPAIRED, why)
        commitments.record_ended(actor, firm, trace.key, why)
    commitments.close_repair_commitment(actor, repair.number, "信用修复完成")
    telling.tell_firm(repair, A.REPAIR)
    telling.tell_recipients(repair, cases.recipients_of(firm, trace))
    return repair
