"""Jobs of loan applications."""

from uuid import UUID

from xinyidai.applications import service
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM
from xinyidai.kernel.jobs import job


@job("applications.deliver_submission")
def deliver_submission(application_id: str) -> None:
    """Tell the bank's system of a submission."""
    service.deliver_submission(UUID(application_id))


@job("applications.count_outcomes", cron="35 0 * * *")
def count_outcomes() -> None:
    """Count what came of products, for the public order, every night."""
    service.count_outcomes(SYSTEM, clock.today())


@job("applications.watch", cron="40 * * * *")
def watch() -> None:
    """Tell who is late, time out what no bank accepted, let lapse what nobody took, every hour."""
    service.watch_applications(SYSTEM)
