"""Read standing matches: which run, what each week found, and which products are new."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on

from xinyidai.enterprises.models import Enterprise
from xinyidai.kernel.db import db
from xinyidai.leads.models import LeadSearch, LeadWeek, LeadWeekFirm, StandingOffer
from xinyidai.products.models import ProductVersion


def count_saved(institution_id: UUID) -> int:
    """Count an institution's standing matches."""
    saved = select(func.count()).where(
        LeadSearch.institution_id == institution_id, LeadSearch.saved_at.is_not(None)
    )
    return db.session.scalar(saved) or 0


def saved_before(moment: datetime) -> Sequence[LeadSearch]:
    """Return the standing matches that were saved before a moment, by id."""
    return db.session.scalars(
        select(LeadSearch).where(LeadSearch.saved_at < moment).order_by(LeadSearch.id)
    ).all()


def searches_done(week: date) -> set[UUID]:
    """Return the standing matches that have run in a week."""
    return set(db.session.scalars(select(LeadWeek.search_id).where(LeadWeek.week == week)))


def weeks_of(search_id: UUID, *, limit: int = 12) -> Sequence[LeadWeek]:
    """Return what a standing match found, newest week first."""
    statement = select(LeadWeek).where(LeadWeek.search_id == search_id)
    return db.session.scalars(statement.order_by(LeadWeek.week.desc()).limit(limit)).all()


def newest_weeks(search_ids: Collection[UUID]) -> dict[UUID, LeadWeek]:
    """Return the last week of each standing match."""
    statement = (
        select(LeadWeek)
        .where(LeadWeek.search_id.in_(search_ids))
        .ext(distinct_on(LeadWeek.search_id))
        .order_by(LeadWeek.search_id, LeadWeek.week.desc())
    )
    return {row.search_id: row for row in db.session.scalars(statement)}


def met_before(search_id: UUID) -> set[UUID]:
    """Return the firms that a standing match has met already."""
    return set(
        db.session.scalars(
            select(LeadWeekFirm.enterprise_id).where(LeadWeekFirm.search_id == search_id)
        )
    )


def members() -> Sequence[UUID]:
    """Return the firms that have signed up and are in operation, by id."""
    return db.session.scalars(
        select(Enterprise.id).where(Enterprise.registered_at.is_not(None)).order_by(Enterprise.id)
    ).all()


def offered_before(version_ids: Collection[UUID]) -> set[tuple[UUID, UUID]]:
    """Return the pairs of firm and product version that were told already."""
    rows = db.session.execute(
        select(StandingOffer.enterprise_id, StandingOffer.product_version_id).where(
            StandingOffer.product_version_id.in_(version_ids)
        )
    )
    return {(firm, version) for firm, version in rows}


def offers_of(
    enterprise_id: UUID, *, limit: int = 20
) -> Sequence[tuple[StandingOffer, ProductVersion]]:
    """Return the new products a firm was told of, newest week first."""
    rows = db.session.execute(
        select(StandingOffer, ProductVersion)
        .join(ProductVersion, ProductVersion.id == StandingOffer.product_version_id)
        .where(StandingOffer.enterprise_id == enterprise_id)
        .order_by(StandingOffer.week.desc(), ProductVersion.name)
        .limit(limit)
    )
    return [(offer, version) for offer, version in rows]


def listed_between(first: datetime, before: datetime) -> set[UUID]:
    """Return the product versions that were put on sale in a span of time."""
    return set(
        db.session.scalars(
            select(ProductVersion.id).where(
                ProductVersion.listed_at >= first, ProductVersion.listed_at < before
            )
        )
    )
