"""Read the counted outcomes of products."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import func, select

from xinyidai.kernel.db import db
from xinyidai.matching.models import ProductStandingRow
from xinyidai.products.models import LoanProduct


def newest_day(on: date) -> date | None:
    """Return the last day up to `on` on which outcomes were counted, or None."""
    return db.session.scalar(
        select(func.max(ProductStandingRow.counted_on)).where(ProductStandingRow.counted_on <= on)
    )


def newest_rows(on: date, institution_id: UUID | None = None) -> Sequence[ProductStandingRow]:
    """Return the rows of that day, by product; of one institution's products if asked."""
    day = newest_day(on)
    if day is None:
        return []
    statement = select(ProductStandingRow).where(ProductStandingRow.counted_on == day)
    if institution_id is not None:
        own = select(LoanProduct.id).where(LoanProduct.institution_id == institution_id)
        statement = statement.where(ProductStandingRow.product_id.in_(own))
    return db.session.scalars(statement.order_by(ProductStandingRow.product_id)).all()


def history_of(product_id: UUID, *, limit: int = 12) -> Sequence[ProductStandingRow]:
    """Return what was counted of one product, newest day first."""
    statement = select(ProductStandingRow).where(ProductStandingRow.product_id == product_id)
    return db.session.scalars(
        statement.order_by(ProductStandingRow.counted_on.desc()).limit(limit)
    ).all()
