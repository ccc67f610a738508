"""Look at one firm."""

from uuid import UUID

from xinyidai.enterprises import policies, queries
from xinyidai.enterprises.models import Enterprise
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.errors import NotFound


def get_enterprise(actor: Actor, enterprise_id: UUID) -> Enterprise:
    """Return a firm; an unknown one and one that is none of the actor's business look alike."""
    policies.require_see(actor, enterprise_id)
    enterprise = queries.find_enterprise(enterprise_id)
    if enterprise is None:
        raise NotFound("没有找到这家企业。")
    return enterprise
