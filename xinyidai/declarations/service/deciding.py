"""What whoever verifies does with a declaration: return, verify, refuse, find untrue."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from xinyidai.catalogue.declarations import get_category
from xinyidai.credit_records.service import made_here
from xinyidai.credit_records.service.made_here import MadeRecord
from xinyidai.credit_records.values import SELF_DECLARED
from xinyidai.declarations import rules
from xinyidai.declarations.models import Declaration
from xinyidai.declarations.service import signing, steps, telling
from xinyidai.declarations.service.filling import NUMBER
from xinyidai.declarations.values import DeclarationAction as A
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.errors import RuleBroken, require_sound


def return_declaration(actor: Actor, declaration_id: UUID, reason: str) -> Declaration:
    """Give a declaration back to the firm, saying what is lacking, 退回补正."""
    return _decide(actor, A.RETURN, declaration_id, reason, "请写明还缺什么、怎样补")


def refuse_declaration(actor: Actor, declaration_id: UUID, reason: str) -> Declaration:
    """Conclude that it cannot be verified, with the reason that the firm is told."""
    return _decide(actor, A.REFUSE, declaration_id, reason, "请写明不通过的理由")


def verify_declaration(actor: Actor, declaration_id: UUID, basis: str) -> Declaration:
    """Find a declaration true, 核验通过: it becomes a record of the firm in this transaction.

    Raises:
        NotFound, Forbidden: not the actor's to decide.
        InvalidInput: nothing is said of how it was verified.
        InvalidTransition: it was decided before.
        RuleBroken: fields or files are not what was signed.

    """
    declaration = steps.load(actor, A.VERIFY, declaration_id)
    require_sound(rules.words_faults("reason", basis, "请写明怎样核验的"))
    content = declaration.content
    if content is None or not signing.is_whole(declaration):
        raise RuleBroken(
            "内容或附件与签署时不一致，请退回企业重新签署。", code="declaration_broken"
        )
    made = _made(declaration, content)
    declaration.record_key = made_here.key_of(made)
    steps.take(actor, A.VERIFY, declaration, basis)
    made_here.enter(made)
    until = content.get("valid_until")
    declaration.valid_until = None if until is None else date.fromisoformat(until)
    _conclude(declaration, basis)
    telling.tell_firm(declaration, A.VERIFY)
    return declaration


def revoke_declaration(actor: Actor, declaration_id: UUID, reason: str) -> Declaration:
    """Find a verified declaration untrue, 认定不实: its record goes in this transaction."""
    declaration = _decide(actor, A.REVOKE, declaration_id, reason, "请写明哪里不实、依据是什么")
    take_record_back(declaration, f"自愿填报 {declaration.number} 认定不实")
    declaration.ended_at = clock.now()
    return declaration


def take_record_back(declaration: Declaration, why: str) -> None:
    """Withdraw the record of a declaration, if there is one in force."""
    if declaration.record_key is not None:
        kind = get_category(declaration.category).kind.code
        made_here.take_back(declaration.enterprise_id, kind, declaration.record_key, why)


def _made(declaration: Declaration, content: Mapping[str, Any]) -> MadeRecord:
    kind = get_category(declaration.category).kind.code
    told = {**content, NUMBER: declaration.number}
    return MadeRecord(declaration.enterprise_id, kind, SELF_DECLARED, declaration.number, told)


def _decide(actor: Actor, action: A, declaration_id: UUID, reason: str, ask: str) -> Declaration:
    declaration = steps.load(actor, action, declaration_id)
    require_sound(rules.words_faults("reason", reason, ask))
    steps.take(actor, action, declaration, reason)
    _conclude(declaration, reason)
    telling.tell_firm(declaration, action)
    return declaration


def _conclude(declaration: Declaration, words: str) -> None:
    declaration.result, declaration.decided_at = words.strip(), clock.now()
