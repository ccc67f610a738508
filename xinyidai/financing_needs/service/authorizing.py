"""What the firm says to the banks that claimed its need: sign for some, refuse others.

One signature makes a separate authorization for each accepted bank, as an application does; until
then a bank sees the need without the firm's name.
"""

from datetime import timedelta
from uuid import UUID

from xinyidai.consents import queries as consent_queries
from xinyidai.consents import rules as consent_rules
from xinyidai.consents import service as consents
from xinyidai.consents.lifecycle import LIFECYCLE as CONSENT_LIFECYCLE
from xinyidai.consents.models import Consent
from xinyidai.consents.values import ConsentAction, ConsentDraft, ConsentState
from xinyidai.financing_needs import policies
from xinyidai.financing_needs.models import FinancingNeed, NeedOffer
from xinyidai.financing_needs.queries import places as place_queries
from xinyidai.financing_needs.service import dispatching, steps, telling
from xinyidai.financing_needs.service.steps import Deed
from xinyidai.financing_needs.values import (
    CONTACT_DAYS,
    OPEN_OFFERS,
    BankAnswers,
    FinancingNeedAction,
    OfferEnd,
    OfferState,
)
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM, Actor, Role
from xinyidai.kernel.errors import Conflict, InvalidInput, NotFound
from xinyidai.kernel.working_days import add_working_days
from xinyidai.whitelist import priority_queries

PURPOSE = "pre_loan"
A = FinancingNeedAction


def answer_banks(actor: Actor, need_id: UUID, answers: BankAnswers) -> list[NeedOffer]:
    """Sign for the accepted banks and refuse the others named; return the places touched.

    A second click finds the banks answered and changes nothing.

    Raises:
        InvalidInput: nobody was chosen, a bank was both accepted and refused, or the
            authorization breaks a cap of its purpose.
        NotFound: a bank that has no place in this need.

    """
    need = steps.load(need_id)
    policies.require_firm(actor, need)
    if (not answers.accepted and not answers.refused) or answers.accepted & answers.refused:
        raise InvalidInput(
            "请对每家银行选择同意或谢绝。", fields={"answers": "请至少答复一家银行。"}
        )
    held = {offer.institution_id: offer for offer in steps.open_offers(need)}
    if not (answers.accepted | answers.refused) <= held.keys():
        raise NotFound("所选银行没有这项需求的名额，请刷新页面。")
    refused = [held[bank] for bank in sorted(answers.refused)]
    accepted = [held[bank] for bank in sorted(answers.accepted)]
    for offer in refused:
        refuse(actor, need, offer)
    _sign(actor, need, [o for o in accepted if _waits_for_firm(o)], answers.items)
    return [*accepted, *refused]


def draft_for(need: FinancingNeed, institution_id: UUID, items: frozenset[str]) -> ConsentDraft:
    """Return the authorization one bank gets for a need: the defaults of 贷前审查 in force."""
    offered = consents.purpose_in_force(PURPOSE).purpose.defaults
    today = clock.today()
    return ConsentDraft(
        enterprise_id=need.enterprise_id,
        institution_id=institution_id,
        purpose=PURPOSE,
        item_codes=tuple(sorted(items or frozenset(offered.items))),
        valid_until=today + timedelta(days=offered.valid_days),
        data_from=consent_rules.months_before(today, offered.range_months),
        data_life_days=offered.data_life_days,
        mode=offered.mode,
        max_uses=offered.uses,
        max_per_month=offered.per_month,
        application_no=need.number,
    )


def notice_signature(need: FinancingNeed, offer: NeedOffer) -> None:
    """Let a place go on once the authorization that waited for a second signature is in force."""
    if offer.state is not OfferState.CLAIMED or offer.consent_id is None:
        return
    consent = consent_queries.find(offer.consent_id)
    if consent is not None and consents.state_of(consent) is ConsentState.ACTIVE:
        _authorize(SYSTEM, need, offer, consent)


def taken_back(offer: NeedOffer) -> OfferEnd | None:
    """Return why a place must end when its authorization is over before its time, else None.

    The firm took it back or its second person declined to sign, or the bank gave it up.
    """
    consent = consent_queries.find(offer.consent_id) if offer.consent_id else None
    if consent is None:
        return None
    if consent.revoked_at is not None or consent.declined_at is not None:
        return OfferEnd.FIRM_REFUSED
    return OfferEnd.BANK_DECLINED if consent.ended_at is not None else None


def may_know(offer: NeedOffer | None) -> bool:
    """Tell whether the firm has told this bank, at this moment, whose need it is."""
    if offer is None or offer.consent_id is None or offer.state not in OPEN_OFFERS:
        return offer is not None and offer.state is OfferState.CONVERTED
    consent = consent_queries.find(offer.consent_id)
    return (
        consent is not None
        and consent.granted_at is not None
        and consents.state_of(consent)
        in {ConsentState.ACTIVE, ConsentState.SUSPENDED, ConsentState.USED_UP}
    )


def confirm_contact(
    actor: Actor, need_id: UUID, institution_id: UUID, *, contacted: bool
) -> NeedOffer:
    """Note what the firm itself says: this bank has contacted it, or has not."""
    need, offer = _load_place(actor, need_id, institution_id)
    if offer.state not in {OfferState.AUTHORIZED, OfferState.CONTACTED}:
        raise Conflict("授权以后才能说明这家银行是否联系过您。", code="not_authorized")
    offer.firm_confirms, offer.firm_said_at = contacted, clock.now()
    if contacted and offer.state is OfferState.AUTHORIZED:
        offer.contacted_at, offer.due_on = clock.now(), None
        steps.move(Deed(actor, A.CONTACT, offer, "企业说明已联系"), need)
        return offer
    words = "已联系" if contacted else "没有联系"
    steps.note(Deed(actor, A.CONFIRM, offer, words), need)
    telling.tell_denied(need, offer)
    return offer


def refuse_bank(actor: Actor, need_id: UUID, institution_id: UUID) -> NeedOffer:
    """Refuse one bank, 谢绝: its place and its authorization end; others may claim."""
    need, offer = _load_place(actor, need_id, institution_id)
    refuse(actor, need, offer)
    return offer


def refuse(actor: Actor, need: FinancingNeed, offer: NeedOffer) -> None:
    """End a place because the firm does not want this bank."""
    steps.move(Deed(actor, A.REFUSE, offer), need, end=OfferEnd.FIRM_REFUSED)
    end_authorization(actor, need, offer)
    telling.tell_ended(need, offer)
    dispatching.reoffer(need)


def end_authorization(actor: Actor, need: FinancingNeed, offer: NeedOffer) -> None:
    """End the authorization that a place rests on, unless an application rests on it too.

    The firm revokes, 撤回; a bank or the system ends it, 终止. One that the firm gave this bank for
    something else stays.
    """
    consent = consent_queries.find(offer.consent_id) if offer.consent_id else None
    if consent is None or consent.application_no != need.number:
        return
    if place_queries.rests_application_on(consent.id):
        return
    possible = CONSENT_LIFECYCLE.actions_from(consents.state_of(consent))
    words = f"融资需求 {need.number} 对这家机构已结束"
    if actor.role is not Role.ENTERPRISE_USER:
        if ConsentAction.END in possible:
            consents.end_consent(actor, consent.id, words)
    elif ConsentAction.REVOKE in possible:
        consents.revoke_consent(actor, consent.id, words)
    elif ConsentAction.DECLINE in possible:
        consents.decline_consent(actor, consent.id, words)


def _waits_for_firm(offer: NeedOffer) -> bool:
    return offer.state is OfferState.CLAIMED and offer.consent_id is None


def _sign(
    actor: Actor, need: FinancingNeed, offers: list[NeedOffer], items: frozenset[str]
) -> None:
    if not offers:
        return
    drafts = [draft_for(need, offer.institution_id, items) for offer in offers]
    signed = consents.grant_directly(actor, drafts)
    for offer, consent in zip(offers, signed, strict=True):
        offer.consent_id = consent.id
        if consents.state_of(consent) is ConsentState.ACTIVE:
            _authorize(actor, need, offer, consent)


def _authorize(actor: Actor, need: FinancingNeed, offer: NeedOffer, consent: Consent) -> None:
    offer.authorized_at = consent.granted_at
    priority = priority_queries.find_priority(need.enterprise_id)
    offer.priority_entry_id = priority.entry_id if priority else None
    days = min(CONTACT_DAYS, priority.contact_days) if priority else CONTACT_DAYS
    offer.contact_until = add_working_days(clock.today(), days)
    offer.due_on = offer.contact_until
    steps.move(Deed(actor, A.AUTHORIZE, offer), need)
    telling.tell_authorized(need, offer)


def _load_place(
    actor: Actor, need_id: UUID, institution_id: UUID
) -> tuple[FinancingNeed, NeedOffer]:
    need = steps.load(need_id)
    policies.require_firm(actor, need)
    held = [o for o in steps.open_offers(need) if o.institution_id == institution_id]
    return need, policies.require_place(held[0] if held else None)
