"""Jobs of the accounts."""

from xinyidai.accounts import service
from xinyidai.kernel.jobs import job


@job("accounts.clean_up", cron="40 3 * * *")
def clean_up() -> None:
    """Every night: delete tokens, sessions, rate windows and finished jobs older than a month."""
    service.clean_up()
