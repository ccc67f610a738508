"""Who may search, invite, answer and report, 权限."""

from uuid import UUID

from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.errors import Forbidden, NotFound
from xinyidai.leads.models import Lead, LeadSearch

ABSENT = "没有找到这次查找或线索。"
SEEKERS = frozenset({Role.BANK_OFFICER, Role.BANK_PRODUCT_MANAGER, Role.BANK_CLIENT})
OVERSEERS = frozenset({Role.CREDIT_OFFICE, Role.AUDITOR, Role.SYSTEM})


def require_seeker(actor: Actor) -> UUID:
    """Return the institution the actor seeks firms for, or raise `Forbidden`."""
    if actor.role not in SEEKERS or actor.party_id is None:
        raise Forbidden("只有银行的客户经理和产品经理可以找客户。")
    return actor.party_id


def require_own_search(actor: Actor, search: LeadSearch | None) -> LeadSearch:
    """Return the search of the actor's institution; any other does not exist."""
    institution_id = require_seeker(actor)
    if search is None or search.institution_id != institution_id:
        raise NotFound(ABSENT)
    return search


def require_own_lead(actor: Actor, lead: Lead | None) -> Lead:
    """Return the lead of the actor's institution; any other does not exist."""
    institution_id = require_seeker(actor)
    if lead is None or lead.institution_id != institution_id:
        raise NotFound(ABSENT)
    return lead


def require_firm(actor: Actor) -> UUID:
    """Return the firm the actor speaks for, or raise `Forbidden`."""
    if actor.role is not Role.ENTERPRISE_USER or actor.party_id is None:
        raise Forbidden("只有企业账户可以办理。")
    return actor.party_id


def require_invited(actor: Actor, lead: Lead | None) -> Lead:
    """Return the invitation of the actor's firm; any other does not exist."""
    firm_id = require_firm(actor)
    if lead is None or lead.enterprise_id != firm_id:
        raise NotFound(ABSENT)
    return lead


def require_overseer(actor: Actor) -> None:
    """Raise `Forbidden` unless the actor may see the leads of all institutions, in numbers."""
    if actor.role not in OVERSEERS:
        raise Forbidden("只有信用办和监管可以查看各家机构的线索情况。")


def require_system(actor: Actor) -> None:
    """Raise `Forbidden` unless the platform itself is at work."""
    if actor.role is not Role.SYSTEM:
        raise Forbidden("这项工作由平台定时进行。")
