"""The firm answers an invitation: it authorizes this one institution, or declines."""

from datetime import timedelta
from uuid import UUID

from xinyidai.audit import service as audit
from xinyidai.consents import queries as consent_queries
from xinyidai.consents import service as consents
from xinyidai.consents.models import Consent
from xinyidai.consents.rules import months_before
from xinyidai.consents.values import ConsentDraft
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.errors import Conflict
from xinyidai.leads import policies, queries
from xinyidai.leads.lifecycle import LIFECYCLE
from xinyidai.leads.models import Lead
from xinyidai.leads.service.searching import CONSENT_PURPOSE
from xinyidai.leads.values import LeadAction, LeadState
from xinyidai.notifications import service as notifications
from xinyidai.notifications.values import Topic


def read_invitation(actor: Actor, lead_id: UUID) -> Lead:
    """Return the firm's own invitation; any other does not exist."""
    return policies.require_invited(actor, queries.find_lead(lead_id))


def accept_invitation(actor: Actor, lead_id: UUID) -> Lead:
    """Sign an authorization for the institution that asked; it learns the name by that alone.

    A second click finds the authorization of the first. What is signed is exactly what the page
    showed: purpose, items, and the purpose's own limits of time, looks and data life.

    Raises:
        NotFound: another firm's invitation.
        InvalidTransition: it was declined, taken back or has run out.
        RuleBroken: the purpose is not in force, or the signer's mandate is over.

    """
    lead = policies.require_invited(actor, queries.find_lead(lead_id, for_update=True))
    if lead.state is LeadState.AUTHORIZED:
        return lead
    state = LIFECYCLE.next_state(lead.state, LeadAction.AUTHORIZE)
    if lead.expires_on is not None and lead.expires_on < clock.today():
        raise Conflict("这份邀请已过期。银行还想联系您的，会重新邀请。", code="invitation_expired")
    consent = _consent(actor, lead)
    lead.consent_id = consent.id
    lead.state = state
    _answered(actor, lead, LeadAction.AUTHORIZE)
    if consent.granted_at is not None:
        _tell_bank(lead)
    return lead


def _tell_bank(lead: Lead) -> None:
    """Tell once a day for each search; each authorization has a message of its own already."""
    notifications.send(
        topic=Topic.LEAD,
        title="今天有企业接受了您的邀请",
        body="企业已授权本机构，可以在线索里看到名称，并按授权查看。",
        institution_id=lead.institution_id,
        link=f"/bank/leads/{lead.search_id}",
        dedupe_key=f"lead-yes:{lead.search_id}:{clock.today().isoformat()}",
    )


def decline_invitation(actor: Actor, lead_id: UUID) -> Lead:
    """Decline; the institution is not told which firm it was, nor that one declined."""
    lead = policies.require_invited(actor, queries.find_lead(lead_id, for_update=True))
    if lead.state is LeadState.DECLINED:
        return lead
    lead.state = LIFECYCLE.next_state(lead.state, LeadAction.DECLINE)
    _answered(actor, lead, LeadAction.DECLINE)
    return lead


def expire_invitations(actor: Actor) -> int:
    """End every invitation whose last day has passed; return how many."""
    policies.require_system(actor)
    overdue = queries.overdue(clock.today())
    for lead in overdue:
        lead.state = LIFECYCLE.next_state(lead.state, LeadAction.EXPIRE)
        _answered(actor, lead, LeadAction.EXPIRE)
    return len(overdue)


def _answered(actor: Actor, lead: Lead, action: LeadAction) -> None:
    lead.answered_at, lead.answered_by = clock.now(), actor.account_id
    audit.record(actor, action, "lead", lead.id)


def terms_of(lead: Lead) -> ConsentDraft:
    """Return what the firm would sign: the invitation's items within the purpose's own limits."""
    purpose = consents.purpose_in_force(CONSENT_PURPOSE).purpose
    given, today = purpose.defaults, clock.today()
    return ConsentDraft(
        enterprise_id=lead.enterprise_id,
        institution_id=lead.institution_id,
        purpose=purpose.code,
        item_codes=lead.item_codes,
        valid_until=today + timedelta(days=given.valid_days),
        data_from=months_before(today, given.range_months),
        data_life_days=given.data_life_days,
        mode=given.mode,
        max_uses=given.uses,
        max_per_month=given.per_month,
    )


def _consent(actor: Actor, lead: Lead) -> Consent:
    held = consent_queries.active_for(lead.enterprise_id, lead.institution_id, CONSENT_PURPOSE)
    if held is not None and set(lead.item_codes) <= set(held.item_codes):
        return held
    [signed] = consents.grant_directly(actor, [terms_of(lead)])
    return signed
