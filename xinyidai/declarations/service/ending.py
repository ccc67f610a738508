"""How a declaration ends: the firm withdraws it, it runs out, or its record was taken away."""

from datetime import timedelta
from uuid import UUID

from xinyidai.catalogue.declarations import DECLARATIONS
from xinyidai.declarations import queries, rules
from xinyidai.declarations.models import Declaration
from xinyidai.declarations.service import steps, telling
from xinyidai.declarations.service.deciding import take_record_back
from xinyidai.declarations.values import DeclarationAction as A
from xinyidai.declarations.values import DeclarationState
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM, Actor


def withdraw_declaration(actor: Actor, declaration_id: UUID, reason: str = "") -> Declaration:
    """Withdraw a declaration; a verified one takes its record along in this transaction."""
    declaration = steps.load(actor, A.WITHDRAW, declaration_id)
    if declaration.state is DeclarationState.WITHDRAWN:
        return declaration
    steps.take(actor, A.WITHDRAW, declaration, reason[: rules.LONGEST_WORDS])
    take_record_back(declaration, f"企业撤回自愿填报 {declaration.number}")
    declaration.ended_at = clock.now()
    return declaration


def watch() -> None:
    """End what runs out today; run twice, it does nothing the second time."""
    last = clock.now() - timedelta(days=DECLARATIONS.supply_days)
    for declaration in queries.over(clock.today(), last):
        is_verified = declaration.state is DeclarationState.VERIFIED
        why = "已过有效期" if is_verified else "退回后逾期未补正"
        steps.take(SYSTEM, A.LAPSE, declaration, why)
        take_record_back(declaration, f"自愿填报 {declaration.number} {why}")
        declaration.ended_at = clock.now()
        telling.tell_firm(declaration, A.LAPSE)


def record_ended(actor: Actor, enterprise_id: UUID, record_key: str, why: str) -> None:
    """End the declaration whose record somebody else took out of force: an objection upheld."""
    declaration = queries.find_by_record(enterprise_id, record_key)
    if declaration is not None:
        steps.take(actor, A.END_RECORD, declaration, why)
        declaration.ended_at = clock.now()
        telling.tell_firm(declaration, A.END_RECORD)
