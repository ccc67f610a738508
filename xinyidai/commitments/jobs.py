"""Jobs of the credit commitments."""

from xinyidai.commitments import service
from xinyidai.kernel.jobs import job


@job("commitments.watch", cron="50 8 * * *")
def watch() -> None:
    """Every morning: reminders before the last day, and commitments that nobody found on."""
    service.watch()
