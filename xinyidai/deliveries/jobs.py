"""Jobs of the deliveries."""

from uuid import UUID

from xinyidai.deliveries import service
from xinyidai.kernel.jobs import job


@job("deliveries.collect")
def collect(delivery_id: str) -> None:
    """Examine and collect one delivery; a step that was taken is not taken again."""
    service.work_on(UUID(delivery_id))


@job("deliveries.sweep", cron="* * * * *")
def sweep() -> None:
    """Every minute: take what lies in the drop folder and no longer grows."""
    service.sweep()


@job("deliveries.pull", cron="*/10 * * * *")
def pull() -> None:
    """Every ten minutes: fetch what the gateways offer."""
    service.pull_all()


@job("deliveries.watch", cron="*/5 * * * *")
def watch() -> None:
    """Every five minutes: tell the departments whose delivery could not be handled."""
    service.tell_given_up()


@job("deliveries.clean_up", cron="20 3 * * *")
def clean_up() -> None:
    """Every night: delete files that were kept long enough, their counts stay."""
    service.clean_up()
