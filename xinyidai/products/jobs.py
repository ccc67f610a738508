"""Background jobs of products."""

from xinyidai.kernel.jobs import job
from xinyidai.products import service


@job("products.end_replaced", cron="1 0 * * *")
def end_replaced() -> None:
    """Take off the shelf what a newer version replaces from today on, every night."""
    service.end_replaced()
