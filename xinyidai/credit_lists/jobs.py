"""Jobs of the credit lists."""

from xinyidai.catalogue.credit_lists import CREDIT_LISTS
from xinyidai.credit_lists import service
from xinyidai.kernel.jobs import job


@job("credit_lists.note_ended", cron="50 0 * * *")
def note_ended() -> None:
    """Every night: write down which entries are out by themselves, so that the day can be shown."""
    service.note_ended(CREDIT_LISTS)
