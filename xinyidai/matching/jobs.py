"""Background jobs of matching."""

from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.jobs import job
from xinyidai.matching import service

FIRMS_A_RUN = 20_000


@job("matching.shadow_run")
def shadow_run(**told: str | None) -> None:
    """Try a product version on the past months for the person who asked."""
    service.run_queued_shadow(told)


@job("matching.shadow_due", cron="*/5 * * * *")
def shadow_due() -> None:
    """Every five minutes: what waits for review without a trial of its rules is tried out."""
    service.run_due_shadows()


@job("matching.match_due", cron="*/5 * * * *")
def match_due() -> None:
    """Every five minutes: firms or products that changed are matched anew, a share each time."""
    service.match_due(limit=FIRMS_A_RUN, step=own_transaction)


@job("matching.match_new_day", cron="0 6 * * *")
def match_new_day() -> None:
    """Every morning, when profiles and scores are there: all firms against the day's products."""
    service.match_due(step=own_transaction)
