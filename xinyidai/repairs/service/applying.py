"""Apply for a repair, 申请修复: by the firm itself, or by a clerk at the counter, 窗口代办."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from xinyidai.catalogue.repairs import REPAIRS
from xinyidai.commitments import service as commitments
from xinyidai.commitments.values import RepairPromise
from xinyidai.credit_records import service as credit_records
from xinyidai.credit_records.service import cases
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.db import db, new_id, readable_number
from xinyidai.kernel.errors import Conflict, Forbidden, NotFound, require_sound
from xinyidai.repairs import rules
from xinyidai.repairs.models import Repair
from xinyidai.repairs.service import reading, steps, telling
from xinyidai.repairs.values import (
    Repairable,
    RepairAction,
    RepairChannel,
    RepairClaim,
    RepairState,
)


def apply_for_repair(actor: Actor, record_id: int, claim: RepairClaim) -> Repair:
    """Apply for the repair of a record of the actor's own firm; reading it is a look of its own.

    Raises:
        Forbidden: the actor acts for no firm.
        NotFound: the firm has no such record that can be repaired.
        InvalidInput: period, duty or commitment, each with its sentence.
        Conflict: an application for the record is under way.

    """
    if actor.role is not Role.ENTERPRISE_USER or actor.party_id is None:
        raise Forbidden("只有企业自己可以申请；窗口代办请从信用办页面进入。")
    facts = credit_records.read_own(actor, actor.party_id)
    found = reading.repairables(actor.party_id, facts)
    return _apply(actor, actor.party_id, _chosen(found, record_id), claim)


def apply_at_counter(
    actor: Actor, enterprise_id: UUID, record_id: int, claim: RepairClaim, *, identity: str
) -> Repair:
    """Apply on behalf of a firm whose person stands at the counter.

    Raises:
        Forbidden: the actor is no clerk of the credit office.
        NotFound: no such firm, or no such record that can be repaired.
        InvalidInput: identity, period, duty or commitment.
        Conflict: an application for the record is under way.

    """
    found = reading.show_at_counter(actor, enterprise_id, identity)
    record = _chosen(found, record_id)
    return _apply(actor, enterprise_id, record, claim, identity=identity.strip())


def resubmit_repair(actor: Actor, repair_id: UUID, duty_note: str) -> Repair:
    """Send a returned application again, with what was lacking."""
    repair = steps.load(actor, RepairAction.RESUBMIT, repair_id)
    ask = "请写明补正的内容和凭证"
    require_sound(rules.words_faults("duty_note", duty_note, ask))
    steps.take(actor, RepairAction.RESUBMIT, repair, duty_note)
    repair.duty_note = duty_note.strip()
    _tell_if_done_for_it(actor, repair, RepairAction.RESUBMIT)
    return repair


def withdraw_repair(actor: Actor, repair_id: UUID, reason: str = "") -> Repair:
    """Withdraw an application that has not been handed over."""
    repair = steps.load(actor, RepairAction.WITHDRAW, repair_id)
    steps.take(actor, RepairAction.WITHDRAW, repair, reason[: rules.LONGEST_WORDS])
    commitments.close_repair_commitment(actor, repair.number, "修复申请已撤回")
    repair.ended_at = clock.now()
    _tell_if_done_for_it(actor, repair, RepairAction.WITHDRAW)
    return repair


def _tell_if_done_for_it(actor: Actor, repair: Repair, action: RepairAction) -> None:
    """Tell the firm what the counter did in its name: it must be able to contradict."""
    if actor.party_id != repair.enterprise_id:
        telling.tell_firm(repair, action)


def _chosen(found: Sequence[Repairable], record_id: int) -> Repairable:
    for one in found:
        if one.fact.id == record_id:
            return one
    raise NotFound("没有找到这条可以修复的记录。")


def _apply(
    actor: Actor,
    firm: UUID,
    record: Repairable,
    claim: RepairClaim,
    *,
    identity: str | None = None,
) -> Repair:
    if record.is_open:
        raise _twin()
    today = clock.today()
    require_sound(rules.application_faults(claim, record.earliest_on, today))
    repair_id = new_id()
    repair = Repair(
        id=repair_id,
        number=readable_number("XF", repair_id),
        enterprise_id=firm,
        kind=record.kind.code,
        record_id=record.fact.id,
        record_key=cases.key_of(firm, record.fact),
        grade=record.grade,
        earliest_on=record.earliest_on,
        duty_note=claim.duty_note.strip(),
        commitment_version=REPAIRS.version,
        commitment_hash=REPAIRS.commitment_hash,
        signed_name=claim.signed_name.strip(),
        signed_at=clock.now(),
        state=RepairState.SUBMITTED,
        channel=RepairChannel.ONLINE if identity is None else RepairChannel.COUNTER,
        identity_note=identity,
        opened_by=actor.account_id,
    )
    try:
        with db.session.begin_nested():
            db.session.add(repair)
    except IntegrityError as error:
        if "uq_repair_one_open" not in str(error.orig):
            raise
        raise _twin() from error
    steps.note(actor, RepairAction.SUBMIT, repair, claim.duty_note)
    commitments.publish_repair_commitment(actor, firm, _promise(repair))
    telling.tell_firm(repair, RepairAction.SUBMIT)
    return repair


def _promise(repair: Repair) -> RepairPromise:
    return RepairPromise(
        repair_no=repair.number,
        text=REPAIRS.commitment,
        version=repair.commitment_version,
        signed_name=repair.signed_name,
    )


def _twin() -> Conflict:
    return Conflict("这条记录的修复申请正在办理，不用重复申请。", code="repair_open")
