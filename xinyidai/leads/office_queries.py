"""Leads of all institutions in numbers, for the office and for the public order."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from xinyidai.institutions.models import Institution
from xinyidai.kernel.db import db
from xinyidai.kernel.http import Page
from xinyidai.leads.models import Lead, LeadCount, LeadFeedback, LeadSearch
from xinyidai.leads.queries import judged_within
from xinyidai.leads.values import FeedbackReason, LeadOrigin, LeadState

InstitutionNumbers = tuple[UUID, str, int, int, int, int, int]


def numbers_by_institution() -> Sequence[InstitutionNumbers]:
    """Return per institution: searches, counts, invited, authorized, valid leads."""
    searches = (
        select(func.count())
        .where(LeadSearch.institution_id == Institution.id)
        .correlate(Institution)
        .scalar_subquery()
    )
    counts = (
        select(func.count(func.distinct(LeadCount.run_id)))
        .where(LeadCount.institution_id == Institution.id)
        .correlate(Institution)
        .scalar_subquery()
    )
    leads = select(func.count()).select_from(Lead).where(Lead.institution_id == Institution.id)
    invited = leads.where(Lead.origin == LeadOrigin.INVITED).correlate(Institution)
    authorized = leads.where(Lead.state == LeadState.AUTHORIZED).correlate(Institution)
    valid = (
        leads.join(LeadFeedback, LeadFeedback.lead_id == Lead.id)
        .where(LeadFeedback.is_valid)
        .correlate(Institution)
    )
    statement = (
        select(
            Institution.id,
            Institution.name,
            searches.label("searches"),
            counts,
            invited.scalar_subquery(),
            authorized.scalar_subquery(),
            valid.scalar_subquery(),
        )
        .where(searches > 0)
        .order_by(searches.desc(), Institution.name)
    )
    return [tuple(row) for row in db.session.execute(statement)]


def invalid_by_reason() -> dict[UUID, dict[FeedbackReason, int]]:
    """Return per institution how many leads were of no use, by reason."""
    rows = db.session.execute(
        select(Lead.institution_id, LeadFeedback.reason, func.count())
        .join(LeadFeedback, LeadFeedback.lead_id == Lead.id)
        .where(LeadFeedback.reason.is_not(None))
        .group_by(Lead.institution_id, LeadFeedback.reason)
    )
    found: dict[UUID, dict[FeedbackReason, int]] = {}
    for institution_id, reason, number in rows:
        if reason is not None:
            found.setdefault(institution_id, {})[reason] = number
    return found


def searches_behind(
    institution_id: UUID, page: Page
) -> tuple[Sequence[tuple[LeadSearch, int, int]], int]:
    """Return an institution's searches with how often each was counted, and its invitations."""
    counted = (
        select(func.count(func.distinct(LeadCount.run_id)))
        .where(LeadCount.search_id == LeadSearch.id)
        .correlate(LeadSearch)
        .scalar_subquery()
    )
    invited = (
        select(func.count())
        .where(Lead.search_id == LeadSearch.id, Lead.origin == LeadOrigin.INVITED)
        .correlate(LeadSearch)
        .scalar_subquery()
    )
    mine = LeadSearch.institution_id == institution_id
    total = db.session.scalar(select(func.count()).select_from(LeadSearch).where(mine)) or 0
    statement = (
        select(LeadSearch, counted, invited)
        .where(mine)
        .order_by(LeadSearch.created_at.desc(), LeadSearch.id.desc())
    )
    rows = db.session.execute(statement.offset(page.offset).limit(page.size))
    return [(search, times, sent) for search, times, sent in rows], total


def feedback_behind(
    institution_id: UUID, page: Page
) -> tuple[Sequence[tuple[LeadFeedback, Lead, str]], int]:
    """Return what an institution said of its leads, newest first, with the search's name."""
    statement = (
        select(LeadFeedback, Lead, LeadSearch.name)
        .join(Lead, Lead.id == LeadFeedback.lead_id)
        .join(LeadSearch, LeadSearch.id == Lead.search_id)
        .where(Lead.institution_id == institution_id)
    )
    total = db.session.scalar(statement.with_only_columns(func.count())) or 0
    ordered = statement.order_by(LeadFeedback.given_at.desc(), LeadFeedback.id.desc())
    rows = db.session.execute(ordered.offset(page.offset).limit(page.size))
    return [(said, lead, name) for said, lead, name in rows], total


def judged_leads(since: datetime, before: datetime) -> Sequence[tuple[Lead, LeadFeedback]]:
    """Return the leads of products that an institution judged by the product's own conditions."""
    statement = (
        select(Lead, LeadFeedback)
        .join(LeadFeedback, LeadFeedback.lead_id == Lead.id)
        .where(Lead.product_id.is_not(None), judged_within(since, before))
        .order_by(LeadFeedback.given_at, LeadFeedback.id)
    )
    return [(lead, said) for lead, said in db.session.execute(statement)]
