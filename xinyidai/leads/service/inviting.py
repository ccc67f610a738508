"""The platform carries an institution's invitation to firms that match and are willing to hear.

The institution learns about how many were invited, and never whom: a firm that does not
answer, or declines, stays unknown to it.
"""

import hashlib
from datetime import timedelta
from uuid import UUID

from xinyidai.audit import service as audit
from xinyidai.catalogue.purposes import get_purpose
from xinyidai.institutions import queries as institutions
from xinyidai.institutions.models import Institution
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db
from xinyidai.leads import policies, queries, rules
from xinyidai.leads.models import Lead, LeadSearch
from xinyidai.leads.service.searching import CONSENT_PURPOSE, criteria_of, find_firms, shown_of
from xinyidai.leads.service.secret import count_secret
from xinyidai.leads.values import RULES_VERSION, LeadAction, LeadOrigin, LeadState, ShownCount
from xinyidai.notifications import service as notifications
from xinyidai.notifications.values import Topic
from xinyidai.products import queries as products
from xinyidai.products.values import Outcome


def invite_firms(actor: Actor, search_id: UUID) -> ShownCount:
    """Send the invitation to every firm that matches now and lets this institution near.

    Firms that wait to answer, declined within 90 days, authorized already or have five other
    invitations waiting are passed over. Which those are is not told.
    """
    search = policies.require_own_search(actor, queries.find_search(search_id))
    queries.one_at_a_time(search.institution_id)
    institution = institutions.get_institution(search.institution_id)
    firms = _reachable(actor, search, institution)
    if not firms:
        audit.record(actor, LeadAction.INVITE, "lead_search", search.id, {"sent": "0"})
        return ShownCount(None)
    leads = [_lead(actor, search, firm_id) for firm_id in firms]
    db.session.add_all(leads)
    db.session.flush()
    _tell(institution, leads)
    audit.record(actor, LeadAction.INVITE, "lead_search", search.id, {"run": str(leads[0].id)})
    return _shown(search, "sent now", {lead.enterprise_id for lead in leads})


def _reachable(actor: Actor, search: LeadSearch, institution: Institution) -> list[UUID]:
    willing = {
        firm_id
        for firm_id, choice in queries.open_choices().items()
        if rules.lets_near(choice, institution.id, institution.kind)
    }
    willing -= queries.not_to_be_asked(institution.id, search.id)
    willing -= set(queries.firms_authorizing(institution.id, CONSENT_PURPOSE))
    crowded = {
        firm_id
        for firm_id, number in queries.open_invitations_by_firm(willing).items()
        if number >= rules.MOST_OPEN_INVITATIONS
    }
    asked = sorted(willing - crowded)
    if not asked:
        return []
    found = find_firms(actor, {search.id: criteria_of(search)}, only=asked)[search.id]
    matching = sorted(found[Outcome.ELIGIBLE], key=lambda firm_id: _lot(search, firm_id))
    chosen = matching[: rules.MOST_INVITED]
    for firm_id in sorted(chosen):
        queries.lock_firm(firm_id)
    # Whoever closed the door meanwhile is not asked.
    still = queries.open_choices()
    return [
        firm_id
        for firm_id in chosen
        if firm_id in still and rules.lets_near(still[firm_id], institution.id, institution.kind)
    ]


def _lot(search: LeadSearch, firm_id: UUID) -> str:
    """Return what orders firms where more match than may be invited at once: a daily lot."""
    text = f"{clock.today().isoformat()}:{search.id}:{firm_id}"
    return hashlib.sha256(text.encode()).hexdigest()


def _lead(actor: Actor, search: LeadSearch, firm_id: UUID) -> Lead:
    return Lead(
        search_id=search.id,
        institution_id=search.institution_id,
        enterprise_id=firm_id,
        product_id=search.product_id,
        origin=LeadOrigin.INVITED,
        state=LeadState.SENT,
        reasons=rules.reasons_of(criteria_of(search)),
        item_codes=_items(search),
        made_by=actor.account_id,
        expires_on=clock.today() + timedelta(days=rules.ANSWER_DAYS),
        rules_version=RULES_VERSION,
    )


def _items(search: LeadSearch) -> list[str]:
    """Return what the firm is asked to open: what the product needs, else the modest default."""
    purpose = get_purpose(CONSENT_PURPOSE)
    version = products.find_listed_version(search.product_id) if search.product_id else None
    wanted = version.required_items if version and version.required_items else None
    return sorted(wanted or purpose.defaults.items)


def _tell(institution: Institution, leads: list[Lead]) -> None:
    notifications.send_all(
        notifications.Message(
            topic=Topic.LEAD,
            title=f"{institution.short_name}想联系符合条件的企业",
            body="平台代为转达，对方还不知道您是谁。请看看条件，再决定是否授权。",
            enterprise_id=lead.enterprise_id,
            link=f"/enterprise/invitations/{lead.id}",
            dedupe_key=f"lead:{lead.id}",
        )
        for lead in leads
    )


def invitation_counts(actor: Actor, search_id: UUID) -> dict[LeadState, ShownCount]:
    """Return how a search's invitations stand, about; who authorized is listed by name.

    Who has not is what is shown as sent less those listed: counted itself, it would step over a
    round number when a known firm signs, and so tell exactly how many were sent.
    """
    search = policies.require_own_search(actor, queries.find_search(search_id))
    invited = queries.invited_by(search.id)
    sent = _shown(search, "sent", set(invited))
    signed = sum(state is LeadState.AUTHORIZED for state in invited.values())
    silent = None if sent.number is None else rules.rounded_down(sent.number - signed)
    return {LeadState.SENT: sent, LeadState.DECLINED: ShownCount(silent)}


def _shown(search: LeadSearch, what: str, firms: set[UUID]) -> ShownCount:
    sketch = rules.sketch_of(firms, count_secret())
    return ShownCount(shown_of(search.institution_id, what, sketch))
