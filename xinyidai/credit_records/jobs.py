"""Jobs of the credit records."""

from xinyidai.credit_records import service
from xinyidai.kernel.jobs import job


@job("credit_records.forget_expired_snapshots", cron="10 3 * * *")
def forget_expired_snapshots() -> None:
    """Every night: erase what recipients may no longer see, because its data life is over."""
    service.forget_expired_snapshots()
