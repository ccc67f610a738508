"""Background jobs of financing needs."""

from xinyidai.financing_needs import service
from xinyidai.kernel.actor import SYSTEM
from xinyidai.kernel.jobs import job


@job("financing_needs.expire_needs", cron="20 0 * * *")
def expire_needs() -> None:
    """End the open needs whose last day has passed, every night."""
    service.expire_needs(SYSTEM)


@job("financing_needs.watch", cron="*/10 * * * *")
def watch() -> None:
    """Release places past their day and offer them on, every ten minutes."""
    service.watch_needs(SYSTEM)
