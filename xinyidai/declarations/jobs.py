"""Jobs of voluntary registration."""

from xinyidai.declarations import service
from xinyidai.kernel.jobs import job


@job("declarations.watch", cron="40 8 * * *")
def watch() -> None:
    """Every morning: end declarations beyond their validity, or returned and not supplied."""
    service.watch()
