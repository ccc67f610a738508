"""Jobs of the score, and of looks ordered in a batch."""

from datetime import timedelta
from uuid import UUID

from xinyidai.kernel import clock
from xinyidai.kernel.db import db, own_transaction
from xinyidai.kernel.jobs import job
from xinyidai.scoring import queries, service
from xinyidai.scoring.service import batch_looks, disclosing, looks

FIRMS_A_RUN = 200
SCORED_A_RUN = 2_000
KEYS_KEPT_DAYS = 2


@job("scoring.refresh")
def refresh(enterprise_id: str) -> None:
    """Bring one firm's profile and score up to its present facts."""
    service.refresh_firm(UUID(enterprise_id))


@job("scoring.refresh_stale", cron="* * * * *")
def refresh_stale() -> None:
    """Every minute: firms whose facts changed, or that another model scored, are scored anew.

    So a batch of records is in the scores a minute after it was taken in.
    """
    if service.active_scorer() is not None:
        service.score_dirty(limit=SCORED_A_RUN, step=own_transaction)
        return
    for enterprise_id in queries.stale_firms(FIRMS_A_RUN):
        service.refresh_firm(enterprise_id)
        db.session.flush()


@job("scoring.score_new_day", cron="30 4 * * *")
def score_new_day() -> None:
    """Every night, when profiles are built: firms whose indicators the new day changed."""
    if service.active_scorer() is not None:
        service.score_all(step=own_transaction)


@job("scoring.run_look_batch")
def run_look_batch(batch_id: str) -> None:
    """Run the looks of a batch that are not done yet."""
    batch_looks.run_batch(UUID(batch_id))


@job("scoring.forget_look_requests", cron="40 3 * * *")
def forget_look_requests() -> None:
    """Every night: keys of orders that nobody sends again any more are forgotten."""
    looks.forget_requests(clock.now() - timedelta(days=KEYS_KEPT_DAYS))
    disclosing.forget_bases()
