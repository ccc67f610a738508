"""Jobs of the objections."""

from xinyidai.kernel.jobs import job
from xinyidai.objections import service


@job("objections.watch", cron="20 8 * * *")
def watch() -> None:
    """Every morning: remind of answers due soon, escalate late ones, end pauses, close."""
    service.watch()
