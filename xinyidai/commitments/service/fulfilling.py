"""Fulfilment, 践诺: evidence by the firm, the finding by an officer, what the clock does."""

from datetime import timedelta
from uuid import UUID

from xinyidai.audit import service as audit
from xinyidai.catalogue.commitments import COMMITMENTS
from xinyidai.commitments import queries, rules
from xinyidai.commitments.models import Commitment, CommitmentFile
from xinyidai.commitments.service import steps, telling
from xinyidai.commitments.service.signing import THE_OFFICE, is_whole
from xinyidai.commitments.values import OPEN_STATES, CommitmentState
from xinyidai.commitments.values import CommitmentAction as A
from xinyidai.credit_records.service import made_here
from xinyidai.credit_records.service.made_here import MadeRecord
from xinyidai.credit_records.values import PLATFORM
from xinyidai.institutions import queries as institutions
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM, Actor
from xinyidai.kernel.db import db
from xinyidai.kernel.errors import Conflict, InvalidInput, RuleBroken, require_sound
from xinyidai.kernel.uploads import read_upload
from xinyidai.notifications import service as notifications

KEPT_KIND, BROKEN_KIND = "credit_commitment", "broken_commitment"


def attach_evidence(actor: Actor, commitment_id: UUID, name: str, content: bytes) -> CommitmentFile:
    """Attach a file of evidence; the same content a second time is the file that is there.

    Raises:
        NotFound, Forbidden: not the actor's.
        InvalidInput: no PDF, JPEG or PNG by its content, too large, or too many files.
        Conflict: the finding was made already.

    """
    commitment = steps.load(actor, A.SUPPLY, commitment_id)
    _require_undecided(commitment)
    upload = read_upload(name, content, most_mib=COMMITMENTS.most_mib)
    there = queries.files_of(commitment.id)
    for one in there:
        if one.sha256 == upload.sha256:
            return one
    if len(there) >= COMMITMENTS.most_files:
        words = f"最多 {COMMITMENTS.most_files} 个附件，可以合并成一个 PDF。"
        raise InvalidInput(words, fields={"file": words})
    file = CommitmentFile(
        commitment_id=commitment.id,
        enterprise_id=commitment.enterprise_id,
        name=upload.name,
        type=upload.type,
        size=len(content),
        sha256=upload.sha256,
        content=upload.content,
        uploaded_by=actor.account_id,
    )
    db.session.add(file)
    db.session.flush()
    details = {"number": commitment.number, "sha256": file.sha256}
    audit.record(actor, "commitment:attach", "commitment", commitment.id, details)
    return file


def supply_evidence(actor: Actor, commitment_id: UUID, note: str) -> Commitment:
    """Tell how the commitment was kept, 提交履行证明; whoever finds is told.

    Raises:
        InvalidInput: nothing is said.
        InvalidTransition: the finding was made already.

    """
    commitment = steps.load(actor, A.SUPPLY, commitment_id)
    _require_undecided(commitment)
    require_sound(rules.words_faults("note", note, "请写明怎样履行的"))
    steps.take(actor, A.SUPPLY, commitment, note)
    telling.tell_finders(commitment)
    return commitment


def find_kept(actor: Actor, commitment_id: UUID, basis: str) -> Commitment:
    """Find a commitment kept, 已履行: a good record of the firm in this transaction.

    Raises:
        NotFound, Forbidden: not the actor's to decide.
        InvalidInput: nothing is said of how it was checked.
        InvalidTransition: it was decided before.
        RuleBroken: it is not what was signed, or belongs to a repair.

    """
    commitment = _to_find(actor, A.KEEP, commitment_id, basis)
    content = {
        "commitment_kind": commitment.kind.value,
        "matter": f"{commitment.matter}（{commitment.number}）",
        "committed_on": clock.local(commitment.signed_at).date().isoformat(),
        "valid_until": commitment.due_on.isoformat() if commitment.due_on else None,
        "fulfilment": "kept",
        "organ": _organ(commitment),
    }
    return _conclude(actor, A.KEEP, commitment, _made(commitment, KEPT_KIND, content), basis)


def find_broken(actor: Actor, commitment_id: UUID, basis: str) -> Commitment:
    """Find a commitment broken, 违背承诺: a negative record, open to objection and repair.

    Raises as `find_kept` does.
    """
    commitment = _to_find(actor, A.BREAK, commitment_id, basis)
    content = {
        "commitment_no": commitment.number,
        "commitment_kind": commitment.kind.value,
        "matter": commitment.matter,
        "due_on": commitment.due_on.isoformat() if commitment.due_on else None,
        "decided_on": clock.today().isoformat(),
        "basis": basis.strip(),
        "organ": _organ(commitment),
    }
    return _conclude(actor, A.BREAK, commitment, _made(commitment, BROKEN_KIND, content), basis)


def record_ended(actor: Actor, enterprise_id: UUID, record_key: str, why: str) -> None:
    """Annul the finding whose record somebody took out of force: objection upheld, or repaired."""
    commitment = queries.find_by_record(enterprise_id, record_key)
    decided = {CommitmentState.KEPT, CommitmentState.BROKEN}
    if commitment is not None and commitment.state in decided:
        steps.take(actor, A.ANNUL, commitment, why)
        telling.tell_firm(commitment, A.ANNUL)


def watch() -> None:
    """Remind before the last day and note what nobody found; run twice, it does nothing more."""
    today = clock.today()
    last = today + timedelta(days=max(COMMITMENTS.reminders))
    messages = []
    for commitment in queries.due_between(today, last):
        left = (commitment.due_on - today).days if commitment.due_on else 0
        days = rules.reminder_due(left, COMMITMENTS.reminders)
        if days is not None:
            messages.append(telling.reminder(commitment, days))
    notifications.send_all(messages)
    for commitment in queries.unfound(today - timedelta(days=COMMITMENTS.grace_days)):
        steps.take(SYSTEM, A.EXPIRE, commitment, "期限已过，没有核实结果")
        telling.tell_firm(commitment, A.EXPIRE)


def _to_find(actor: Actor, action: A, commitment_id: UUID, basis: str) -> Commitment:
    commitment = steps.load(actor, action, commitment_id)
    require_sound(rules.words_faults("basis", basis, "请写明核实的情况和依据"))
    _require_undecided(commitment)
    if not is_whole(commitment):
        raise RuleBroken("承诺书与签署时不一致，不能据此认定。", code="commitment_broken")
    return commitment


def _made(commitment: Commitment, kind: str, content: dict[str, str | None]) -> MadeRecord:
    told = {name: value for name, value in content.items() if value is not None}
    return MadeRecord(commitment.enterprise_id, kind, PLATFORM, commitment.number, told)


def _conclude(
    actor: Actor, action: A, commitment: Commitment, made: MadeRecord, basis: str
) -> Commitment:
    """Take the step and enter its record; neither stands without the other."""
    commitment.record_kind, commitment.record_key = made.kind, made_here.key_of(made)
    commitment.result, commitment.decided_at = basis.strip(), clock.now()
    steps.take(actor, action, commitment, basis)
    made_here.enter(made)
    telling.tell_firm(commitment, action)
    return commitment


def _organ(commitment: Commitment) -> str:
    if commitment.department_id is None:
        return THE_OFFICE
    return institutions.get_department(commitment.department_id).name


def _require_undecided(commitment: Commitment) -> None:
    if commitment.origin_no is not None:
        raise RuleBroken("信用修复承诺随修复申请办理，不在这里核实。", code="repair_commitment")
    if commitment.state not in OPEN_STATES:
        raise Conflict("这份承诺已经认定，请刷新页面查看。", code="decided")
