"""Background jobs of leads."""

from xinyidai.kernel.actor import SYSTEM
from xinyidai.kernel.jobs import job
from xinyidai.leads import service


@job("leads.expire_invitations", cron="25 0 * * *")
def expire_invitations() -> None:
    """End the invitations whose last day has passed, every night."""
    service.expire_invitations(SYSTEM)


@job("leads.match_weekly", cron="40 6 * * *")
def match_weekly() -> None:
    """Run the standing matches of the week: on Monday, or as soon after as the worker is up."""
    service.match_weekly(SYSTEM)
    service.offer_weekly(SYSTEM)
