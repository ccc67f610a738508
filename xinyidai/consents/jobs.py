"""Jobs of the authorizations: they tell, and change nothing."""

from xinyidai.consents.service import reminding
from xinyidai.kernel.jobs import job


@job("consents.watch", cron="*/5 * * * *")
def watch() -> None:
    """Every five minutes: tell whose authorization a fact has suspended, or no longer does."""
    reminding.watch()


@job("consents.remind", cron="0 8 * * *")
def remind() -> None:
    """Every morning: tell what expires soon, and what waits for an answer."""
    reminding.remind()
