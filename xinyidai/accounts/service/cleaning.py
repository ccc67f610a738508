"""Forget what is of no more use, every night."""

from datetime import timedelta

from sqlalchemy import delete, text

from xinyidai.accounts.models import ApiToken, AuthSession
from xinyidai.kernel import clock
from xinyidai.kernel.db import db

KEPT = timedelta(days=30)
CLEAN_UP = (
    text("delete from rate_window where window_start < :before"),
    text(
        "delete from procrastinate_jobs j where j.status in ('succeeded', 'cancelled')"
        " and not exists (select 1 from procrastinate_events e"
        " where e.job_id = j.id and e.at >= :before)"
    ),
)


def clean_up() -> None:
    """Delete what is of no more use: old rate windows, tokens, sessions and finished jobs."""
    moment = clock.now()
    db.session.execute(delete(ApiToken).where(ApiToken.expires_at < moment - KEPT))
    db.session.execute(delete(AuthSession).where(AuthSession.expires_at < moment - KEPT))
    for statement in CLEAN_UP:
        db.session.execute(statement, {"before": moment - KEPT})
