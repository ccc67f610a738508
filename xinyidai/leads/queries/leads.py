"""Read searches, counts, leads and firms' choices."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.dialects.postgresql import distinct_on

from xinyidai.consents import queries as consents
from xinyidai.consents.models import Consent
from xinyidai.enterprises.models import Enterprise
from xinyidai.institutions.models import Institution
from xinyidai.kernel import clock
from xinyidai.kernel.db import db
from xinyidai.kernel.http import Page
from xinyidai.leads.models import (
    ContactChoice,
    Lead,
    LeadCount,
    LeadFeedback,
    LeadSearch,
)
from xinyidai.leads.rules import QUIET_DAYS, REMEMBERED_DAYS
from xinyidai.leads.values import Choice, FeedbackReason, LeadOrigin, LeadState, SearchOrder
from xinyidai.products.values import Outcome


@dataclass(frozen=True)
class LeadRow:
    """A firm under its signed authorization, as the institution may read it."""

    lead: Lead
    enterprise: Enterprise
    consent: Consent
    feedback: LeadFeedback | None


def find_search(search_id: UUID) -> LeadSearch | None:
    """Return one search."""
    return db.session.get(LeadSearch, search_id)


def find_lead(lead_id: UUID, *, for_update: bool = False) -> Lead | None:
    """Return one lead, locked if asked."""
    return db.session.get(
        Lead, lead_id, with_for_update=for_update or None, populate_existing=for_update
    )


def searches_of(institution_id: UUID, page: Page) -> tuple[Sequence[LeadSearch], int]:
    """Return an institution's searches, saved ones first, and how many there are."""
    mine = select(LeadSearch).where(LeadSearch.institution_id == institution_id)
    total = db.session.scalar(mine.with_only_columns(func.count())) or 0
    ordered = mine.order_by(
        LeadSearch.saved_at.is_(None), LeadSearch.created_at.desc(), LeadSearch.id.desc()
    )
    return db.session.scalars(ordered.offset(page.offset).limit(page.size)).all(), total


def search_like(
    institution_id: UUID, order: SearchOrder, fingerprint: str, since: datetime
) -> LeadSearch | None:
    """Return the institution's search of the same name, product and conditions since a moment."""
    statement = select(LeadSearch).where(
        LeadSearch.institution_id == institution_id,
        LeadSearch.name == order.name.strip(),
        LeadSearch.product_id.is_not_distinct_from(order.product_id),
        LeadSearch.fingerprint == fingerprint,
        LeadSearch.created_at >= since,
    )
    return db.session.scalar(statement.order_by(LeadSearch.created_at).limit(1))


def one_at_a_time(institution_id: UUID) -> None:
    """Let the searches and invitations of an institution come one after another.

    An advisory lock, held to the end of the transaction: a row lock would keep its officers from
    looking meanwhile.
    """
    key = func.hashtextextended(f"leads:{institution_id}", 0)
    db.session.execute(select(func.pg_advisory_xact_lock(key)))


def counts_since(institution_id: UUID, since: datetime) -> int:
    """Return how many counts an institution has made since a moment."""
    runs = select(func.count(func.distinct(LeadCount.run_id))).where(
        LeadCount.institution_id == institution_id, LeadCount.counted_at >= since
    )
    return db.session.scalar(runs) or 0


def numbers_of_its_own(institution_id: UUID, outcome: Outcome) -> Sequence[LeadCount]:
    """Return the counts of the last 30 days that repeat no other, newest first."""
    since = clock.now() - timedelta(days=REMEMBERED_DAYS)
    return db.session.scalars(
        select(LeadCount)
        .where(
            LeadCount.institution_id == institution_id,
            LeadCount.outcome == outcome,
            LeadCount.repeats.is_(None),
            LeadCount.counted_at >= since,
        )
        .order_by(LeadCount.counted_at.desc(), LeadCount.id.desc())
    ).all()


def newest_counts(search_ids: Collection[UUID]) -> dict[UUID, dict[Outcome, LeadCount]]:
    """Return the last count of each search, by outcome."""
    statement = (
        select(LeadCount)
        .where(LeadCount.search_id.in_(search_ids))
        .ext(distinct_on(LeadCount.search_id, LeadCount.outcome))
        .order_by(LeadCount.search_id, LeadCount.outcome, LeadCount.counted_at.desc())
    )
    found: dict[UUID, dict[Outcome, LeadCount]] = {}
    for row in db.session.scalars(statement):
        found.setdefault(row.search_id, {})[row.outcome] = row
    return found


def dates_of(count_ids: Collection[UUID]) -> dict[UUID, date]:
    """Return the days on which counts were made."""
    found = db.session.execute(
        select(LeadCount.id, LeadCount.counted_at).where(LeadCount.id.in_(count_ids))
    )
    return {count_id: clock.local(moment).date() for count_id, moment in found}


def choice_of(enterprise_id: UUID) -> ContactChoice | None:
    """Return a firm's newest choice, or None when it never made one."""
    return db.session.scalar(
        select(ContactChoice)
        .where(ContactChoice.enterprise_id == enterprise_id)
        .order_by(ContactChoice.chosen_at.desc(), ContactChoice.id.desc())
        .limit(1)
    )


def open_choices() -> dict[UUID, Choice]:
    """Return the choices of all firms that are willing to be approached now."""
    newest = (
        select(ContactChoice)
        .ext(distinct_on(ContactChoice.enterprise_id))
        .order_by(
            ContactChoice.enterprise_id, ContactChoice.chosen_at.desc(), ContactChoice.id.desc()
        )
    )
    return {row.enterprise_id: row.choice for row in db.session.scalars(newest) if row.is_open}


def lock_firm(enterprise_id: UUID) -> None:
    """Let a firm's choice and an invitation to it come one after another."""
    db.session.execute(
        select(Enterprise.id).where(Enterprise.id == enterprise_id).with_for_update(key_share=True)
    )


def not_to_be_asked(institution_id: UUID, search_id: UUID) -> set[UUID]:
    """Return firms this institution has an open invitation with, or that declined lately."""
    since = clock.now() - timedelta(days=QUIET_DAYS)
    waiting = select(Lead.enterprise_id).where(
        Lead.institution_id == institution_id, Lead.state == LeadState.SENT
    )
    declined = select(Lead.enterprise_id).where(
        Lead.institution_id == institution_id,
        Lead.state.in_((LeadState.DECLINED, LeadState.EXPIRED)),
        Lead.answered_at >= since,
    )
    return {
        *db.session.scalars(waiting),
        *db.session.scalars(declined),
        *met_by(search_id),
    }


def met_by(search_id: UUID) -> set[UUID]:
    """Return the firms that are leads of a search already."""
    return set(db.session.scalars(select(Lead.enterprise_id).where(Lead.search_id == search_id)))


def open_invitations_by_firm(enterprise_ids: Collection[UUID]) -> dict[UUID, int]:
    """Return how many invitations wait in each firm's inbox."""
    found = db.session.execute(
        select(Lead.enterprise_id, func.count())
        .where(Lead.enterprise_id.in_(enterprise_ids), Lead.state == LeadState.SENT)
        .group_by(Lead.enterprise_id)
    )
    return {firm: number for firm, number in found}  # noqa: C416 - rows are no pairs for mypy


def named_leads(
    institution_id: UUID, page: Page, *, search_id: UUID | None = None
) -> tuple[Sequence[LeadRow], int]:
    """Return the leads whose firm has signed for this institution, newest first.

    Nothing of any other lead leaves here: a firm that has not signed has no row.
    """
    statement = _named().where(Lead.institution_id == institution_id)
    if search_id is not None:
        statement = statement.where(Lead.search_id == search_id)
    total = db.session.scalar(statement.with_only_columns(func.count())) or 0
    ordered = statement.order_by(LeadFeedback.id.is_not(None), Lead.made_at.desc(), Lead.id.desc())
    rows = db.session.execute(ordered.offset(page.offset).limit(page.size))
    return [LeadRow(*row) for row in rows], total


def judged_within(since: datetime, before: datetime) -> ColumnElement[bool]:
    """Return the condition on leads that were judged by their product's own conditions in a span.

    有效 and 不符合条件 say whether the conditions were true to what the bank wants; the other
    reasons speak of the firm.
    """
    return and_(
        Lead.origin == LeadOrigin.INVITED,
        LeadFeedback.given_at >= since,
        LeadFeedback.given_at < before,
        LeadFeedback.is_valid | (LeadFeedback.reason == FeedbackReason.NOT_MATCHING),
    )


def judged_of_product(
    institution_id: UUID, product_id: UUID, since: datetime, before: datetime
) -> Sequence[LeadRow]:
    """Return the judged leads of an institution's product, latest feedback first."""
    statement = _named().where(
        Lead.institution_id == institution_id,
        Lead.product_id == product_id,
        judged_within(since, before),
    )
    ordered = statement.order_by(LeadFeedback.given_at.desc(), Lead.id.desc())
    return [LeadRow(*row) for row in db.session.execute(ordered)]


def find_named(lead_id: UUID) -> LeadRow | None:
    """Return one lead whose firm has signed for its institution, or None."""
    row = db.session.execute(_named().where(Lead.id == lead_id)).one_or_none()
    return None if row is None else LeadRow(*row)


def _named() -> Select[Lead, Enterprise, Consent, LeadFeedback]:
    return (
        select(Lead, Enterprise, Consent, LeadFeedback)
        .join(Enterprise, Enterprise.id == Lead.enterprise_id)
        .join(Consent, Consent.id == Lead.consent_id)
        .outerjoin(LeadFeedback, LeadFeedback.lead_id == Lead.id)
        .where(
            Lead.state == LeadState.AUTHORIZED,
            Consent.institution_id == Lead.institution_id,
            Consent.enterprise_id == Lead.enterprise_id,
            Consent.granted_at.is_not(None),
        )
    )


def accepted_reasons(
    institution_id: UUID, enterprise_ids: Collection[UUID]
) -> dict[UUID, list[str]]:
    """Return the conditions that firms met when they accepted this institution's invitation."""
    rows = db.session.execute(
        select(Lead.enterprise_id, Lead.reasons)
        .where(
            Lead.institution_id == institution_id,
            Lead.enterprise_id.in_(enterprise_ids),
            Lead.origin == LeadOrigin.INVITED,
            Lead.state == LeadState.AUTHORIZED,
        )
        .order_by(Lead.made_at)
    )
    return {firm: list(reasons) for firm, reasons in rows}


def invited_by(search_id: UUID) -> dict[UUID, LeadState]:
    """Return the firms a search invited and where each stands; not for pages as they are."""
    found = db.session.execute(
        select(Lead.enterprise_id, Lead.state).where(
            Lead.search_id == search_id, Lead.origin == LeadOrigin.INVITED
        )
    )
    return {firm: state for firm, state in found}  # noqa: C416 - as above


def invitations_of(
    enterprise_id: UUID, page: Page
) -> tuple[Sequence[tuple[Lead, Institution]], int]:
    """Return who invited a firm, newest first, and how many there were."""
    statement = (
        select(Lead, Institution)
        .join(Institution, Institution.id == Lead.institution_id)
        .where(Lead.enterprise_id == enterprise_id, Lead.origin == LeadOrigin.INVITED)
    )
    total = db.session.scalar(statement.with_only_columns(func.count())) or 0
    ordered = statement.order_by(Lead.state != LeadState.SENT, Lead.made_at.desc(), Lead.id.desc())
    rows = db.session.execute(ordered.offset(page.offset).limit(page.size))
    return [(lead, institution) for lead, institution in rows], total


def waiting_of(enterprise_id: UUID) -> Sequence[tuple[Lead, Institution]]:
    """Return the invitations that wait for a firm's answer, locked."""
    rows = db.session.execute(
        select(Lead, Institution)
        .join(Institution, Institution.id == Lead.institution_id)
        .where(Lead.enterprise_id == enterprise_id, Lead.state == LeadState.SENT)
        .with_for_update(of=Lead)
    )
    return [(lead, institution) for lead, institution in rows]


def overdue(on: date, *, limit: int = 500) -> Sequence[Lead]:
    """Return invitations whose last day has passed, locked for the caller."""
    return db.session.scalars(
        select(Lead)
        .where(Lead.state == LeadState.SENT, Lead.expires_on < on)
        .order_by(Lead.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()


def find_feedback(lead_id: UUID) -> LeadFeedback | None:
    """Return what was said of a lead."""
    return db.session.scalar(select(LeadFeedback).where(LeadFeedback.lead_id == lead_id))


def firms_authorizing(institution_id: UUID, purpose: str) -> dict[UUID, UUID]:
    """Return firms with a live consent for this institution and purpose, and the consent's id."""
    live = consents.active_of_institution(institution_id, purpose)
    return {consent.enterprise_id: consent.id for consent in live}
