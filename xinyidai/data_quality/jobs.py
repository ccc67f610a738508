"""Jobs of data quality: 日监测, 周提醒, 月通报."""

from xinyidai.data_quality import service
from xinyidai.data_quality.service import reminding
from xinyidai.kernel.jobs import job


@job("data_quality.measure", cron="20 5 * * *")
def measure() -> None:
    """Every night: measure this month and the last, open and settle tickets and suspects."""
    service.measure()


@job("data_quality.remind", cron="40 8 * * *")
def remind() -> None:
    """Every morning: tickets due or late; on Mondays the week's reminder; the month's bulletin."""
    reminding.remind()
