"""Show a profile to the firm itself, or to a bank within one look."""

from uuid import UUID

from xinyidai.kernel.actor import Actor
from xinyidai.profiles import policies, presentation, queries
from xinyidai.profiles.presentation import ProfileView
from xinyidai.profiles.service.building import current_profile, facts_of
from xinyidai.profiles.values import ProfileFacts


def read_own_profile(actor: Actor, enterprise_id: UUID) -> ProfileView:
    """Return the firm's own profile for its page, with its rank among peers.

    Raises:
        NotFound: neither the firm itself nor the platform asks.

    """
    policies.require_own_or_system(actor, enterprise_id)
    return _show(facts_of(current_profile(enterprise_id)))


def _show(facts: ProfileFacts) -> ProfileView:
    firm = queries.get_firm(facts.enterprise_id)
    return presentation.show(facts, queries.distributions_for(firm, facts.dictionary_version))
