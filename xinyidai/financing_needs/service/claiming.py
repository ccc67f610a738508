"""What a bank does with a need: claim a place, take what was dispatched, contact, decline."""

from collections.abc import Sequence
from uuid import UUID

from xinyidai.catalogue.refusals import DenialGiven, decision_reasons, denial_faults
from xinyidai.financing_needs import policies, queries, rules
from xinyidai.financing_needs.models import FinancingNeed, NeedOffer
from xinyidai.financing_needs.queries import places as place_queries
from xinyidai.financing_needs.service import authorizing, dispatching, steps, telling
from xinyidai.financing_needs.service.steps import Deed
from xinyidai.financing_needs.values import (
    ANSWER_DAYS,
    NEVER_AGAIN,
    OFFER_STATE_NAMES,
    OPEN_OFFERS,
    OPEN_STATES,
    FinancingNeedAction,
    OfferEnd,
    OfferState,
    OfferWay,
)
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.errors import Conflict, InvalidInput
from xinyidai.kernel.working_days import add_working_days

A = FinancingNeedAction


def claim_need(actor: Actor, need_id: UUID) -> NeedOffer:
    """Claim a place, 抢单, or take the one that was dispatched, 接单.

    The row of the need is locked, so of two banks at the last place one comes first; a second
    click of the same bank finds its place and changes nothing.

    Raises:
        Forbidden: not a bank, or the bank is suspended.
        NotFound: no such need, or it was never published.
        Conflict: closed, past its day, full, or the bank has given this need up before.

    """
    bank_id = policies.require_bank(actor)
    need = steps.load(need_id)
    policies.require_known(need)
    dispatching.require_active(bank_id)
    mine = place_queries.offers_of_bank(need_id, bank_id)
    held = next((offer for offer in mine if offer.state in OPEN_OFFERS), None)
    if held is not None and held.state is not OfferState.DISPATCHED:
        return held
    _require_open(need)
    if held is not None:
        _name_officer(actor, held)
        steps.move(Deed(actor, A.TAKE, held), need)
        telling.tell_claimed(need, held)
        return held
    _require_new(mine)
    if len(steps.open_offers(need)) >= need.most_banks:
        raise Conflict("名额已满：已有其他银行先接单。请看需求池里的其他需求。", code="need_full")
    offer = NeedOffer(
        need_id=need.id,
        institution_id=bank_id,
        way=OfferWay.CLAIM,
        state=OfferState.CLAIMED,
        offered_at=clock.now(),
    )
    _name_officer(actor, offer)
    steps.begin(Deed(actor, A.CLAIM), need, offer)
    telling.tell_claimed(need, offer)
    return offer


def report_contact(actor: Actor, need_id: UUID) -> NeedOffer:
    """Note that the bank has contacted the firm, 已联系; a second report changes nothing."""
    need, offer = _load_place(actor, need_id)
    if offer.state is OfferState.CONTACTED:
        return offer
    authorizing.notice_signature(need, offer)
    if offer.state in {OfferState.DISPATCHED, OfferState.CLAIMED}:
        raise Conflict("企业还没有授权本机构，授权后才能联系企业并报告。", code="not_authorized")
    steps.move(Deed(actor, A.CONTACT, offer), need)
    offer.contacted_at, offer.due_on = clock.now(), None
    offer.officer_account_id = actor.account_id or offer.officer_account_id
    offer.officer_name = actor.name
    telling.tell_contacted(need, offer)
    return offer


def decline_need(actor: Actor, need_id: UUID, reasons: Sequence[DenialGiven]) -> NeedOffer:
    """Decline with one to four coded reasons, 婉拒; the place goes to the next bank.

    What the firm had authorized for this need alone is given up with it.
    """
    faults = denial_faults(reasons)
    if faults:
        raise InvalidInput(f"有 {len(faults)} 处需要修改。", fields=faults)
    need, offer = _load_place(actor, need_id)
    offer.reasons = [dict(reason) for reason in decision_reasons(reasons)]
    words = "、".join(reason["name"] for reason in offer.reasons)
    steps.move(Deed(actor, A.DECLINE, offer, words), need, end=OfferEnd.BANK_DECLINED)
    authorizing.end_authorization(actor, need, offer)
    telling.tell_declined(need, offer)
    dispatching.reoffer(need)
    return offer


def _load_place(actor: Actor, need_id: UUID) -> tuple[FinancingNeed, NeedOffer]:
    """Return the locked need and the bank's open place in it."""
    bank_id = policies.require_bank(actor)
    need = steps.load(need_id)
    mine = place_queries.offers_of_bank(need_id, bank_id)
    offer = policies.require_place(mine[0] if mine else None)
    dispatching.require_active(bank_id)
    if offer.state not in OPEN_OFFERS:
        words = OFFER_STATE_NAMES[offer.state]
        raise Conflict(f"本机构的名额已经结束（{words}），不能再办理。", code="offer_ended")
    return need, offer


def _require_open(need: FinancingNeed) -> None:
    firm = queries.get_firm(need.enterprise_id)
    if need.state not in OPEN_STATES or firm.status in rules.GONE:
        raise Conflict("这项需求已经结束，不能再接单。", code="need_closed")
    if need.expires_on is not None and need.expires_on < clock.today():
        raise Conflict("这项需求已经到期，不能再接单。", code="need_expired")


def _require_new(mine: Sequence[NeedOffer]) -> None:
    for offer in mine:
        if offer.state in NEVER_AGAIN:
            words = OFFER_STATE_NAMES[offer.state]
            raise Conflict(
                f"本机构在这项需求上的名额已结束（{words}），不能再接单。", code="never_again"
            )


def _name_officer(actor: Actor, offer: NeedOffer) -> None:
    offer.officer_account_id, offer.officer_name = actor.account_id, actor.name
    offer.claimed_at = clock.now()
    offer.due_on = add_working_days(clock.today(), ANSWER_DAYS)
