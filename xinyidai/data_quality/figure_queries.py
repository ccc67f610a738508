"""Read the figures of data quality by month and department, as the boards add them up."""

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import ColumnElement, Date, cast, func, select, true
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import InstrumentedAttribute

from xinyidai.data_quality.models import (
    ConcealmentSuspect,
    LateRecord,
    MissedDelivery,
    QualityFigure,
    QualityRun,
)
from xinyidai.data_quality.values import (
    OPEN_SUSPECTS,
)
from xinyidai.kernel.db import db


def figures(month: date, department: str | None = None) -> Sequence[QualityFigure]:
    """Return the newest figures of a month, of one department or of all."""
    return figures_of_months([month], department)


def figures_of_months(
    months: Collection[date], department: str | None = None
) -> Sequence[QualityFigure]:
    """Return the newest figures of each of these months, of one department or of all."""
    month = func.unnest(QualityRun.months).table_valued("value", name="month").render_derived()
    newest = (
        select(QualityRun.id, cast(month.c.value, Date).label("month"))
        .ext(distinct_on(month.c.value))
        .join(month, true())
        .where(month.c.value.in_([one.isoformat() for one in months]))
        .order_by(month.c.value, QualityRun.day.desc())
        .subquery()
    )
    statement = select(QualityFigure).join(
        newest, (QualityFigure.run_id == newest.c.id) & (QualityFigure.month == newest.c.month)
    )
    if department is not None:
        statement = statement.where(QualityFigure.department_code == department)
    order = (QualityFigure.department_code, QualityFigure.kind, QualityFigure.measure)
    return db.session.scalars(statement.order_by(QualityFigure.month, *order)).all()


def late_by_department(month: date) -> dict[str, int]:
    """Count the late records of a month by department."""
    return _by(LateRecord.department_code, LateRecord.month == month)


def missed_by_department(month: date) -> dict[str, int]:
    """Count the deliveries of a month that did not come, by department."""
    return _by(MissedDelivery.department_code, MissedDelivery.month == month)


def suspects_by_department() -> dict[str, int]:
    """Count the suspects that are not closed, by department."""
    return _by(ConcealmentSuspect.organ_code, ConcealmentSuspect.state.in_(OPEN_SUSPECTS))


def _by(code: InstrumentedAttribute[str], condition: ColumnElement[bool]) -> dict[str, int]:
    rows = db.session.execute(select(code, func.count()).where(condition).group_by(code))
    return {row[0]: row[1] for row in rows}
