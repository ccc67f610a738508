"""Sign a commitment, 签署承诺: the text is put together, signed and public from this moment."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from xinyidai.accounts import service as accounts
from xinyidai.accounts.values import Position
from xinyidai.catalogue.commitments import CODE, DUE, FIRM, MATTER, OFFICE, CommitmentKind
from xinyidai.commitments import queries, rules
from xinyidai.commitments.models import Commitment, CommitmentTemplate
from xinyidai.commitments.service import steps, telling
from xinyidai.commitments.service.templates import require_template_in_force
from xinyidai.commitments.values import (
    CommitmentAction,
    CommitmentState,
    Promise,
    RepairPromise,
)
from xinyidai.enterprises import queries as enterprises
from xinyidai.enterprises.models import Enterprise
from xinyidai.institutions import queries as institutions
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db, new_id, readable_number
from xinyidai.kernel.errors import NotFound, require_sound
from xinyidai.ledger import service as ledger
from xinyidai.ledger.service import SignedText

FORM = "xinyidai-commitment/1"
THE_OFFICE = "信用管理部门"
REPAIR_TITLE, REPAIR_MATTER = "信用修复承诺书", "申请信用修复"


@dataclass(frozen=True)
class _Signer:
    """Who stands under the text; at the counter the clerk's account signs for the person named."""

    account_id: UUID | None
    name: str
    position: Position | None


def sign_commitment(actor: Actor, promise: Promise) -> Commitment:
    """Sign a commitment for the own firm; the same form a second time is the same commitment.

    Raises:
        Forbidden: the actor acts for no firm, or the template is not in force.
        RuleBroken: the agent's mandate is over.
        InvalidInput: matter, last day or agreement.

    """
    signer = accounts.signer_of(actor)
    twin = queries.find_by_key(signer.enterprise_id, promise.request_key)
    if twin is not None:
        return twin
    template = require_template_in_force(promise.template_id)
    require_sound(rules.promise_faults(promise, template.term_days, clock.today()))
    commitment = _blank(_firm(signer.enterprise_id), promise.request_key)
    commitment.kind, commitment.title = template.kind, template.title
    commitment.template_id, commitment.template_version = template.id, str(template.version)
    commitment.department_id, commitment.due_on = template.department_id, promise.due_on
    commitment.matter = promise.matter.strip()
    commitment.text = preview(_firm(signer.enterprise_id), template, promise)
    who = _Signer(signer.account_id, signer.name, signer.position)
    return _seal(actor, commitment, who)


def preview(firm: Enterprise, template: CommitmentTemplate, promise: Promise) -> str:
    """Return the text as it would be signed; what is not filled in yet shows as a line."""
    due = promise.due_on
    values = {
        FIRM: firm.name,
        CODE: firm.uscc,
        MATTER: promise.matter.strip() or "________",
        DUE: f"{due.year}年{due.month}月{due.day}日" if due else "________",
        OFFICE: _office_name(template.department_id),
    }
    return rules.fill(template.body, values)


def publish_repair_commitment(
    actor: Actor, enterprise_id: UUID, promise: RepairPromise
) -> Commitment:
    """Publish the commitment of an application for repair, once; it says nothing of the record.

    The caller has checked that the actor may apply for this firm.
    """
    found = queries.find_by_origin(promise.repair_no)
    if found is not None:
        return found
    commitment = _blank(_firm(enterprise_id), new_id())
    commitment.kind, commitment.origin_no = CommitmentKind.REPAIR, promise.repair_no
    commitment.title, commitment.matter = REPAIR_TITLE, REPAIR_MATTER
    commitment.template_version, commitment.text = promise.version, promise.text
    return _seal(actor, commitment, _Signer(actor.account_id, promise.signed_name, None))


def close_repair_commitment(actor: Actor, repair_no: str, why: str) -> None:
    """Take the commitment of a repair out of publicity when the application has ended.

    A repaired firm would otherwise go on being known by its repair.
    """
    found = queries.find_by_origin(repair_no)
    if found is not None and found.state is not CommitmentState.CLOSED:
        steps.take(actor, CommitmentAction.CLOSE, found, why)


def is_whole(commitment: Commitment) -> bool:
    """Tell whether the row still says what was signed, and the signature is good."""
    kept = SignedText(
        commitment.artefact,
        commitment.artefact_hash,
        commitment.signature_algorithm,
        commitment.signature_key_id,
        commitment.signature,
    )
    same = sha256(commitment.text.encode()).hexdigest() == commitment.text_hash
    return same and ledger.is_sound(FORM, kept, _terms(commitment))


def _blank(firm: Enterprise, request_key: UUID) -> Commitment:
    commitment_id = new_id()
    return Commitment(
        id=commitment_id,
        number=readable_number("CN", commitment_id),
        enterprise_id=firm.id,
        request_key=request_key,
        state=CommitmentState.ACTIVE,
    )


def _seal(actor: Actor, commitment: Commitment, signer: _Signer) -> Commitment:
    commitment.signer_account_id, commitment.signer_name = signer.account_id, signer.name
    commitment.signer_position, commitment.signed_at = signer.position, clock.now()
    commitment.text_hash = sha256(commitment.text.encode()).hexdigest()
    made = ledger.sign_text(FORM, _terms(commitment))
    commitment.artefact, commitment.artefact_hash = made.text, made.sha256
    commitment.signature_algorithm, commitment.signature_key_id = made.algorithm, made.key_id
    commitment.signature = made.signature
    firm, key = commitment.enterprise_id, commitment.request_key
    try:
        with db.session.begin_nested():
            db.session.add(commitment)
    except IntegrityError as error:
        twin = queries.find_by_key(firm, key)
        if twin is None or "request_key" not in str(error.orig):
            raise
        return twin
    steps.note(actor, CommitmentAction.SIGN, commitment)
    telling.tell_firm(commitment, CommitmentAction.SIGN)
    return commitment


def _terms(commitment: Commitment) -> dict[str, Any]:
    return {
        "form": FORM,
        "number": commitment.number,
        "principal": str(commitment.enterprise_id),
        "kind": str(commitment.kind),
        "template": str(commitment.template_id or commitment.origin_no),
        "template_version": commitment.template_version,
        "title": commitment.title,
        "matter": commitment.matter,
        "due_on": commitment.due_on.isoformat() if commitment.due_on else None,
        "text": {"sha256": commitment.text_hash},
        "signer": {
            "account": str(commitment.signer_account_id),
            "name": commitment.signer_name,
            "position": str(commitment.signer_position) if commitment.signer_position else None,
        },
        "signed_at": clock.local(commitment.signed_at).isoformat(timespec="seconds"),
    }


def _firm(enterprise_id: UUID) -> Enterprise:
    firm = enterprises.find_enterprise(enterprise_id)
    if firm is None:
        raise NotFound("没有找到这家企业。")
    return firm


def _office_name(department_id: UUID | None) -> str:
    return institutions.get_department(department_id).name if department_id else THE_OFFICE
