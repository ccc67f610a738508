"""Jobs of the credit reports."""

from xinyidai.credit_reports import service
from xinyidai.kernel.jobs import job


@job("credit_reports.forget_contents", cron="20 3 * * *")
def forget_contents() -> None:
    """Every night: delete the contents of reports that the platform may no longer keep."""
    service.forget_contents()
