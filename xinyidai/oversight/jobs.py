"""Jobs of oversight."""

from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM
from xinyidai.kernel.jobs import job
from xinyidai.oversight import queries, service


@job("oversight.watch", cron="*/5 * * * *")
def watch() -> None:
    """Every five minutes: raise alarms about suspicious looks."""
    service.watch()


@job("oversight.reconcile", cron="40 3 * * *")
def reconcile() -> None:
    """Every night: compare readings, events, snapshots, consents and the evidence log."""
    service.reconcile()


@job("oversight.draw_sample", cron="20 4 * * *")
def draw_sample() -> None:
    """Every night: draw last month's sample, unless that is done."""
    month = service.last_month(clock.today())
    if not queries.is_drawn(month):
        service.draw_sample(month, SYSTEM)
