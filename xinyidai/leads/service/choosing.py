"""A firm says whether institutions may approach it, 联系意愿; closed unless it says so."""

from xinyidai.audit import service as audit
from xinyidai.institutions import queries as institutions
from xinyidai.institutions.values import InstitutionStatus
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM, Actor
from xinyidai.kernel.db import db
from xinyidai.kernel.errors import NotFound, require_sound
from xinyidai.leads import policies, queries, rules
from xinyidai.leads.lifecycle import LIFECYCLE
from xinyidai.leads.models import ContactChoice
from xinyidai.leads.values import Choice, ContactScope, LeadAction


def choose_contact(actor: Actor, choice: Choice) -> ContactChoice:
    """Keep the firm's choice; invitations it no longer allows are taken back at once.

    Raises:
        InvalidInput: it names institutions, and none is chosen.
        NotFound: a chosen institution does not exist or is suspended.

    """
    firm_id = policies.require_firm(actor)
    queries.lock_firm(firm_id)
    require_sound(rules.choice_faults(choice))
    chosen = choice.institution_ids if choice.scope is ContactScope.CHOSEN else ()
    for institution_id in chosen:
        if institutions.get_institution(institution_id).status is not InstitutionStatus.ACTIVE:
            raise NotFound("没有找到这家机构，请重新选择。")
    row = ContactChoice(
        enterprise_id=firm_id,
        is_open=choice.is_open,
        scope=choice.scope,
        institution_ids=sorted(set(chosen), key=str),
        chosen_by=actor.account_id,
    )
    db.session.add(row)
    db.session.flush()
    audit.record(
        actor,
        LeadAction.CHOOSE,
        "contact_choice",
        row.id,
        {"is_open": choice.is_open, "scope": choice.scope.value},
    )
    _take_back(actor, row.choice)
    return row


def read_choice(actor: Actor) -> ContactChoice | None:
    """Return the firm's choice as it stands, or None when it never made one."""
    return queries.choice_of(policies.require_firm(actor))


def _take_back(actor: Actor, choice: Choice) -> None:
    firm_id = policies.require_firm(actor)
    for lead, institution in queries.waiting_of(firm_id):
        if rules.lets_near(choice, institution.id, institution.kind):
            continue
        lead.state = LIFECYCLE.next_state(lead.state, LeadAction.WITHDRAW)
        lead.answered_at = clock.now()
        audit.record(SYSTEM, LeadAction.WITHDRAW, "lead", lead.id, {"why": "choice"})
