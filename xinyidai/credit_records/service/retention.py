"""Forget what was shown when its data life is over, 留存期限."""

from sqlalchemy import func, update

from xinyidai.credit_records.models import DisclosureSnapshot
from xinyidai.credit_records.service import door
from xinyidai.credit_records.service.door import Aperture
from xinyidai.kernel import clock

RETENTION = Aperture(platform_run="retention")


def forget_expired_snapshots() -> int:
    """Empty the snapshots whose data life is over, keeping digests as proof; return how many."""
    statement = (
        update(DisclosureSnapshot)
        .where(
            DisclosureSnapshot.expires_at <= clock.now(),
            DisclosureSnapshot.content != func.jsonb_build_object(),
        )
        .values(content={})
    )
    with door.with_door(RETENTION) as connection:
        forgotten: int = connection.execute(statement).rowcount
        return forgotten
