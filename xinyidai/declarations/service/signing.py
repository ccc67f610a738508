"""Sign and hand in a declaration, 签署提交: statement, content and files in one signed text."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from xinyidai.accounts import service as accounts
from xinyidai.accounts.service import Signer
from xinyidai.accounts.values import Position
from xinyidai.catalogue.declarations import DECLARATIONS, get_category
from xinyidai.credit_records.service import made_here
from xinyidai.declarations import queries, rules
from xinyidai.declarations.models import Declaration
from xinyidai.declarations.service import filling, steps, telling
from xinyidai.declarations.values import DeclarationAction, DeclarationState
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.errors import require_sound
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
    require_sound(faults)
    _sign(declaration, _deed(declaration, signer))
    steps.take(actor, DeclarationAction.SUBMIT, declaration)
    telling.tell_firm(declaration, DeclarationAction.SUBMIT)
    telling.tell_verifiers(declaration)
    return declaration


def is_whole(declaration: Declaration) -> bool:
    """Tell whether fields and files are still what was signed, and the signature is good."""
    kept, deed = _kept(declaration), _signed_deed(declaration)
    return (
        kept is not None
        and deed is not None
        and ledger.is_sound(FORM, kept, _terms(declaration, deed))
    )


@dataclass(frozen=True)
class _Deed:
    """What is signed beside number and files: content, statement, person and moment."""

    content: dict[str, Any]
    statement_version: str
    statement_hash: str
    account_id: UUID
    name: str
    position: Position
    signed_at: datetime


def _deed(declaration: Declaration, signer: Signer) -> _Deed:
    typed = {**declaration.texts, filling.NUMBER: declaration.number}
    return _Deed(
        made_here.read_texts(get_category(declaration.category).kind.code, typed),
        DECLARATIONS.version,
        DECLARATIONS.statement_hash,
        signer.account_id,
        signer.name,
        signer.position,
        clock.now(),
    )


def _sign(declaration: Declaration, deed: _Deed) -> None:
    made = ledger.sign_text(
        FORM, _terms(declaration, deed)
    )  # before the row is touched: it flushes
    declaration.content = deed.content
    declaration.submitted_at = declaration.signed_at = deed.signed_at
    declaration.catalogue_version = declaration.statement_version = deed.statement_version
    declaration.statement_hash = deed.statement_hash
    declaration.signer_account_id = deed.account_id
    declaration.signer_name, declaration.signer_position = deed.name, deed.position
    declaration.artefact, declaration.artefact_hash = made.text, made.sha256
    declaration.signature_algorithm, declaration.signature_key_id = made.algorithm, made.key_id
    declaration.signature = made.signature


def _signed_deed(declaration: Declaration) -> _Deed | None:
    parts = (
        declaration.content,
        declaration.statement_version,
        declaration.statement_hash,
        declaration.signer_account_id,
        declaration.signer_name,
        declaration.signer_position,
        declaration.signed_at,
    )
    if any(part is None for part in parts):
        return None
    return _Deed(*parts)  # type: ignore[arg-type] # none of them is None


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


def _terms(declaration: Declaration, deed: _Deed) -> dict[str, Any]:
    return {
        "form": FORM,
        "number": declaration.number,
        "principal": str(declaration.enterprise_id),
        "category": declaration.category,
        "content": {name: _text(value) for name, value in deed.content.items()},
        "files": [file.sha256 for file in queries.files_of(declaration.id)],
        "statement": {"version": deed.statement_version, "sha256": deed.statement_hash},
        "signer": {
            "account": str(deed.account_id),
            "name": deed.name,
            "position": str(deed.position),
        },
        "signed_at": clock.local(deed.signed_at).isoformat(timespec="seconds"),
    }


def _text(value: Any) -> str | int | bool | None:
    return value if value is None or isinstance(value, bool | int) else str(value)
