"""Jobs of the credit records."""

from xinyidai.credit_records import service
from xinyidai.credit_records.service import summing
from xinyidai.kernel.jobs import job


@job("credit_records.forget_expired_snapshots", cron="10 3 * * *")
def forget_expired_snapshots() -> None:
    """Every night: erase what recipients may no longer see, because its data life is over."""
    service.forget_expired_snapshots()


@job("credit_records.summarise_consents", cron="10 8 * * *")
def summarise_consents() -> None:
    """Every morning: send the firms the quarter's summary of their live authorizations, once."""
    summing.summarise_consents()
