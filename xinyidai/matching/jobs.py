"""Background jobs of matching."""

from xinyidai.kernel.actor import SYSTEM
from xinyidai.kernel.jobs import job
from xinyidai.matching import service


@job("matching.expire_needs", cron="20 0 * * *")
def expire_needs() -> None:
    """End the published needs whose last day has passed, every night."""
    service.expire_needs(SYSTEM)
