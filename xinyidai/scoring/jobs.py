"""Jobs of the score."""

from uuid import UUID

from xinyidai.kernel.db import db
from xinyidai.kernel.jobs import job
from xinyidai.scoring import queries, service

FIRMS_A_RUN = 200


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
