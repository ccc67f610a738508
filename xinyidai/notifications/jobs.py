"""Jobs of the messages."""

from xinyidai.kernel.jobs import job
from xinyidai.notifications import service


@job("notifications.forget_old", cron="50 3 * * *")
def forget_old() -> None:
    """Every night: delete messages that were read more than a year ago."""
    service.forget_old()
