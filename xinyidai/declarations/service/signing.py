"""Sign and hand in a declaration, 签署提交: statement, content and files in one signed text."""

from typing import Any
from uuid import UUID

from xinyidai.accounts import service as accounts
from xinyidai.accounts.service import Signer
from xinyidai.catalogue.declarations import DECLARATIONS, get_category
from xinyidai.credit_records.service import made_here
from xinyidai.declarations import queries, rules
from xinyidai.declarations.models import Declaration
from xinyidai.declarations.service import filling, steps, telling
from xinyidai.declarations.values import DeclarationAction, DeclarationState
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.ledger import service as ledger
from xinyidai.ledger.service import SignedText

FORM = "xinyidai-declaration/1"


def submit_declaration(actor: Actor, declaration_id: UUID, *, agreed: bool) -> Declaration:
    """Sign a declaration and hand it in; sent a second time it stays as it was signed.

    Raises:
        NotFound: none of the actor's business.
        InvalidInput: fields, files or the statement, each with its sentence.
        RuleBroken: the agent's mandate is over.
        InvalidTransition: it is not to be handed in any more.

    """
    declaration = steps.load(actor, DeclarationAction.SUBMIT, declaration_id)
    if declaration.state is DeclarationState.SUBMITTED:
        return declaration
    signer = accounts.signer_of(actor)
    category = get_category(declaration.category)
    faults = filling.faults_of(declaration)
    faults |= rules.files_fault(category, len(queries.files_of(declaration.id)))
    if not agreed:
        faults["statement"] = "请阅读并勾选真实性承诺和授权。"
    steps.require_sound(faults)
    steps.take(actor, DeclarationAction.SUBMIT, declaration)
    typed = {**declaration.texts, filling.NUMBER: declaration.number}
    declaration.content = made_here.read_texts(category.kind.code, typed)
    _sign(declaration, signer)
    telling.tell_firm(declaration, DeclarationAction.SUBMIT)
    telling.tell_verifiers(declaration)
    return declaration


def is_whole(declaration: Declaration) -> bool:
    """Tell whether fields and files are still what was signed, and the signature is good."""
    kept = _kept(declaration)
    return kept is not None and ledger.is_sound(FORM, kept, _terms(declaration))


def _sign(declaration: Declaration, signer: Signer) -> None:
    moment = clock.now()
    declaration.submitted_at = declaration.signed_at = moment
    declaration.catalogue_version = declaration.statement_version = DECLARATIONS.version
    declaration.statement_hash = DECLARATIONS.statement_hash
    declaration.signer_account_id = signer.account_id
    declaration.signer_name, declaration.signer_position = signer.name, signer.position
    made = ledger.sign_text(FORM, _terms(declaration))
    declaration.artefact, declaration.artefact_hash = made.text, made.sha256
    declaration.signature_algorithm, declaration.signature_key_id = made.algorithm, made.key_id
    declaration.signature = made.signature


def _kept(declaration: Declaration) -> SignedText | None:
    parts = (
        declaration.artefact,
        declaration.artefact_hash,
        declaration.signature_algorithm,
        declaration.signature_key_id,
        declaration.signature,
    )
    if any(part is None for part in parts):
        return None
    return SignedText(*(str(part) for part in parts))


def _terms(declaration: Declaration) -> dict[str, Any]:
    signed_at = declaration.signed_at
    return {
        "form": FORM,
        "number": declaration.number,
        "principal": str(declaration.enterprise_id),
        "category": declaration.category,
        "content": {k: _text(v) for k, v in (declaration.content or {}).items()},
        "files": [file.sha256 for file in queries.files_of(declaration.id)],
        "statement": {
            "version": declaration.statement_version,
            "sha256": declaration.statement_hash,
        },
        "signer": {
            "account": str(declaration.signer_account_id),
            "name": declaration.signer_name,
            "position": str(declaration.signer_position),
        },
        "signed_at": clock.local(signed_at).isoformat(timespec="seconds") if signed_at else None,
    }


def _text(value: Any) -> str | int | bool | None:
    return value if value is None or isinstance(value, bool | int) else str(value)
