"""How a need ends: withdrawn in one click, past its day, or turned into an application."""

from uuid import UUID

from xinyidai.financing_needs import policies, queries, rules
from xinyidai.financing_needs.models import FinancingNeed
from xinyidai.financing_needs.service import authorizing, steps, telling
from xinyidai.financing_needs.service.steps import Deed
from xinyidai.financing_needs.values import (
    OPEN_STATES,
    FinancingNeedAction,
    FinancingNeedState,
    OfferEnd,
)
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM, Actor

A, S = FinancingNeedAction, FinancingNeedState


def withdraw_need(actor: Actor, need_id: UUID, *, revoke: bool = True) -> FinancingNeed:
    """Withdraw a draft or an open need, 撤回需求; a second click changes nothing.

    The banks that hold it are told. With `revoke` the authorizations given for it alone are
    revoked too; one on which an application rests stays.
    """
    need = steps.load_own(actor, need_id)
    if need.state is S.WITHDRAWN:
        return need
    _end_offers(actor, need, OfferEnd.NEED_WITHDRAWN, revoke=revoke)
    steps.take(actor, A.WITHDRAW, need)
    need.closed_at = clock.now()
    return need


def expire_needs(actor: Actor) -> int:
    """End every open need whose last day has passed or whose firm is gone; return how many."""
    policies.require_system(actor)
    overdue = queries.list_overdue_needs(clock.today())
    for need in overdue:
        gone = queries.get_firm(need.enterprise_id).status in rules.GONE
        end = OfferEnd.FIRM_GONE if gone else OfferEnd.NEED_EXPIRED
        _end_offers(actor, need, end, revoke=True)
        steps.take(actor, A.EXPIRE, need, "企业已注销或吊销" if gone else "")
        need.closed_at = clock.now()
        telling.tell_expired(need)
    return len(overdue)


def convert(
    need_id: UUID, application_id: UUID, *, institution_id: UUID, actor: Actor = SYSTEM
) -> FinancingNeed:
    """Note that the need has become an application to one bank, 转为申请; told once only.

    That bank's place is converted; the places of the others end, and with them what the firm had
    authorized for this need alone. A need that is over already stays as it is.
    """
    need = steps.load_own(actor, need_id)
    if need.state not in OPEN_STATES:
        return need
    for offer in steps.open_offers(need):
        if offer.institution_id == institution_id:
            offer.application_id, offer.due_on = application_id, None
            steps.move(Deed(actor, A.CONVERT, offer), need)
    _end_offers(actor, need, OfferEnd.NEED_CONVERTED, revoke=True)
    steps.take(actor, A.CONVERT, need)
    need.closed_at = clock.now()
    return need


def _end_offers(actor: Actor, need: FinancingNeed, end: OfferEnd, *, revoke: bool) -> None:
    for offer in steps.open_offers(need):
        steps.move(Deed(actor, A.END, offer), need, end=end)
        if revoke:
            authorizing.end_authorization(actor, need, offer)
        telling.tell_ended(need, offer)
