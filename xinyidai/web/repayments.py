"""How a loan stands after it was paid out, 还款情况, in words for firm, bank and office."""

from typing import Any
from uuid import UUID

from xinyidai.applications import queries
from xinyidai.applications.models import RepaymentReport
from xinyidai.kernel.money import format_wan
from xinyidai.web import wording
from xinyidai.web.chrome import format_day, format_moment


def lines_of(application_id: UUID) -> list[dict[str, Any]]:
    """Return every report, newest first; a day that was corrected says so."""
    seen = set()
    lines = []
    for row in queries.repayments_of(application_id):
        lines.append(
            {
                "as_of": format_day(row.as_of),
                "words": _words(row),
                "at": format_moment(row.reported_at),
                "is_replaced": row.as_of in seen,
            }
        )
        seen.add(row.as_of)
    return lines


def _words(row: RepaymentReport) -> str:
    words = wording.REPAYMENT_STATES[row.state]
    if row.days_overdue:
        words += f" {row.days_overdue} 天"
    if row.overdue_fen:
        words += f"，金额 {format_wan(row.overdue_fen)}"
    return words
