"""Background jobs of matching."""

from xinyidai.kernel.actor import SYSTEM
from xinyidai.kernel.jobs import job
from xinyidai.matching import service


@job("matching.shadow_run")
def shadow_run(**told: str | None) -> None:
    """Try a product version on the past months for the person who asked."""
    service.run_queued_shadow(told)


@job("matching.expire_needs", cron="20 0 * * *")
def expire_needs() -> None:
    """End the published needs whose last day has passed, every night."""
    service.expire_needs(SYSTEM)
