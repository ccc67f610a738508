"""The platform offers a need to banks, 派单: by the public order of matching, or by a clerk."""

from dataclasses import dataclass
from uuid import UUID

from xinyidai.financing_needs import policies, queries, rules
from xinyidai.financing_needs.models import FinancingNeed, NeedOffer
from xinyidai.financing_needs.queries import places as place_queries
from xinyidai.financing_needs.queries.places import BestBank
from xinyidai.financing_needs.service import steps, telling
from xinyidai.financing_needs.service.steps import Deed
from xinyidai.financing_needs.values import (
    CLAIM_DAYS,
    NEVER_AGAIN,
    OPEN_OFFERS,
    OPEN_STATES,
    FinancingNeedAction,
    OfferEnd,
    OfferState,
    OfferWay,
)
from xinyidai.institutions.queries import get_institution
from xinyidai.institutions.values import InstitutionKind, InstitutionStatus
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM, Actor
from xinyidai.kernel.errors import Conflict, Forbidden, InvalidInput
from xinyidai.kernel.working_days import add_working_days
from xinyidai.matching import service as matching

LONGEST_REASON = 500


@dataclass(frozen=True)
class _Invitation:
    """Which bank gets a place, how it was found, for which product, and why."""

    institution_id: UUID
    way: OfferWay
    product_version_id: UUID | None = None
    reason: str = ""


def dispatch_best(actor: Actor, need_id: UUID) -> list[NeedOffer]:
    """Offer the free places to the banks whose products fit the firm best, in public order.

    From then on a place that becomes free goes to the next bank by itself. Nothing is shown to
    the clerk of why a product fits: only which banks are offered.
    """
    policies.require_dispatcher(actor)
    need = steps.load(need_id)
    _require_open(need)
    need.dispatched_at = need.dispatched_at or clock.now()
    return _offer_free_places(actor, need)


def dispatch_to(actor: Actor, need_id: UUID, institution_id: UUID, reason: str) -> NeedOffer:
    """Offer a place to a bank that a clerk picked, with the clerk's reason, 人工派单."""
    policies.require_dispatcher(actor)
    if not reason.strip() or len(reason) > LONGEST_REASON:
        words = f"请写明派给这家银行的理由，不超过 {LONGEST_REASON} 字。"
        raise InvalidInput(words, fields={"reason": words})
    need = steps.load(need_id)
    _require_open(need)
    if institution_id in _met(need):
        raise Conflict("这家银行已有或已放弃这项需求的名额。", code="already_offered")
    require_active(institution_id)
    if len(steps.open_offers(need)) >= need.most_banks:
        raise Conflict("名额已满，不能再派单；有银行放弃以后可以再派。", code="need_full")
    invitation = _Invitation(institution_id, OfferWay.CLERK, reason=reason.strip())
    return _invite(actor, need, invitation)


def reoffer(need: FinancingNeed) -> None:
    """Offer free places of a dispatched need to the next banks; others wait in the pool."""
    if need.dispatched_at is not None and _is_open(need):
        _offer_free_places(SYSTEM, need)


def require_active(institution_id: UUID) -> None:
    """Raise `Forbidden` unless the institution is a bank that may work on the platform."""
    bank = get_institution(institution_id)
    if bank.status is not InstitutionStatus.ACTIVE:
        raise Forbidden("您所在的机构已被暂停使用平台，不能接单。", code="institution_suspended")
    if bank.kind is not InstitutionKind.BANK:
        raise Forbidden("融资需求只由银行接单。")


def _offer_free_places(actor: Actor, need: FinancingNeed) -> list[NeedOffer]:
    free = need.most_banks - len(steps.open_offers(need))
    best = _best_banks(need)[: max(free, 0)]
    return [
        _invite(actor, need, _Invitation(b.institution_id, OfferWay.BEST, b.product_version_id))
        for b in best
    ]


def _best_banks(need: FinancingNeed) -> list[BestBank]:
    run = matching.read_current_run(SYSTEM, need.enterprise_id, need_id=need.id)
    if run is None:
        result = matching.match_own_firm(SYSTEM, need.enterprise_id, need.wish, need_id=need.id)
        run = result.run
    return place_queries.best_banks(run.id, without=_met(need))


def _met(need: FinancingNeed) -> set[UUID]:
    """Return the banks that hold this need, gave it up, or let it lie when it was offered."""
    return {
        offer.institution_id
        for offer in place_queries.offers_of(need.id)
        if offer.state in OPEN_OFFERS | NEVER_AGAIN or offer.end_reason is OfferEnd.NOT_TAKEN
    }


def _invite(actor: Actor, need: FinancingNeed, invitation: _Invitation) -> NeedOffer:
    offer = NeedOffer(
        need_id=need.id,
        institution_id=invitation.institution_id,
        way=invitation.way,
        state=OfferState.DISPATCHED,
        product_version_id=invitation.product_version_id,
        offered_at=clock.now(),
        due_on=add_working_days(clock.today(), CLAIM_DAYS),
    )
    deed = Deed(actor, FinancingNeedAction.DISPATCH, reason=invitation.reason)
    steps.begin(deed, need, offer)
    telling.tell_dispatched(need, offer)
    return offer


def _is_open(need: FinancingNeed) -> bool:
    firm = queries.get_firm(need.enterprise_id)
    lives = need.expires_on is None or need.expires_on >= clock.today()
    return need.state in OPEN_STATES and lives and firm.status not in rules.GONE


def _require_open(need: FinancingNeed) -> None:
    policies.require_known(need)
    if not _is_open(need):
        raise Conflict("这项需求已经结束，不能派单。", code="need_closed")
