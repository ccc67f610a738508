"""Each quarter tell firms with live authorizations how often their data were looked at, 授权小结.

The authorizations are known one slice below, the looks are counted here.
"""

from collections import defaultdict
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select

from xinyidai.consents.service import reminding
from xinyidai.consents.service.reminding import SUMMARY_DAYS, LookCount
from xinyidai.credit_records.models import QueryEvent
from xinyidai.credit_records.values import QueryKind, QueryOutcome
from xinyidai.kernel import clock
from xinyidai.kernel.db import db


def summarise_consents() -> None:
    """Send what is due; whoever got this quarter's summary gets no second one."""
    firms = reminding.firms_due_summary()
    if firms:
        reminding.send_summaries(firms, _looks())


def _looks() -> dict[UUID, LookCount]:
    """Count the last 90 days' looks at all firms, in one statement."""
    statement = (
        select(QueryEvent.enterprise_id, QueryEvent.outcome, func.count())
        .where(
            QueryEvent.kind == QueryKind.DISCLOSURE,
            QueryEvent.happened_at >= clock.now() - timedelta(days=SUMMARY_DAYS),
        )
        .group_by(QueryEvent.enterprise_id, QueryEvent.outcome)
    )
    counts: dict[UUID, dict[QueryOutcome, int]] = defaultdict(dict)
    for firm, outcome, count in db.session.execute(statement):
        if firm is not None:
            counts[firm][outcome] = count
    return {
        firm: LookCount(found.get(QueryOutcome.ALLOWED, 0), found.get(QueryOutcome.REFUSED, 0))
        for firm, found in counts.items()
    }
