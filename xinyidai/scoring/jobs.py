"""Jobs of the score, and of looks ordered in a batch."""

from datetime import timedelta
from uuid import UUID

from xinyidai.kernel import clock
from xinyidai.kernel.db import db
from xinyidai.kernel.jobs import job
from xinyidai.scoring import queries, service
from xinyidai.scoring.service import batch_looks, looks

FIRMS_A_RUN = 200
KEYS_KEPT_DAYS = 2


@job("scoring.refresh")
def refresh(enterprise_id: str) -> None:
    """Bring one firm's profile and score up to its present facts."""
    service.refresh_firm(UUID(enterprise_id))


@job("scoring.refresh_stale", cron="* * * * *")
def refresh_stale() -> None:
    """Every minute: signed-up firms whose facts changed get a new profile and score."""
    for enterprise_id in queries.stale_firms(FIRMS_A_RUN):
        service.refresh_firm(enterprise_id)
        db.session.flush()


@job("scoring.run_look_batch")
def run_look_batch(batch_id: str) -> None:
    """Run the looks of a batch that are not done yet."""
    batch_looks.run_batch(UUID(batch_id))


@job("scoring.forget_look_requests", cron="40 3 * * *")
def forget_look_requests() -> None:
    """Every night: keys of orders that nobody sends again any more are forgotten."""
    looks.forget_requests(clock.now() - timedelta(days=KEYS_KEPT_DAYS))
