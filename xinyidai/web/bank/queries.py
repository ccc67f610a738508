"""What the bank's pages read across slices; everything is narrowed to one institution."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import aliased

from xinyidai.accounts.models import Account
from xinyidai.applications.models import LoanApplication
from xinyidai.applications.values import OPEN_STATES
from xinyidai.catalogue.kinds import ITEMS
from xinyidai.consents import queries as consents
from xinyidai.consents.models import Consent
from xinyidai.enterprises.models import Enterprise
from xinyidai.kernel import clock
from xinyidai.kernel.db import db
from xinyidai.kernel.http import Page
from xinyidai.matchmaking_events import queries as events
from xinyidai.matchmaking_events.models import EventRegistration
from xinyidai.matchmaking_events.queries import MeetingRow

PRE_LOAN = "pre_loan"
ENDING_WITHIN_DAYS = 14


class ConsentView(StrEnum):
    """Tabs of the bank's list of consents."""

    ALL = "all"  # 全部
    PENDING = "pending"  # 待企业确认
    LIVE = "live"  # 可查询
    CLOSED = "closed"  # 已结束


@dataclass(frozen=True)
class ConsentRow:
    """A consent with its firm."""

    consent: Consent
    enterprise: Enterprise

    @property
    def covered(self) -> int:
        """Return how many items of the catalogue are authorized."""
        return len(set(self.consent.item_codes) & set(ITEMS))


@dataclass(frozen=True)
class EndingConsent:
    """A live consent about to end that an application under way rests on."""

    consent: Consent
    enterprise: Enterprise
    application: LoanApplication


def leads(institution_id: UUID, page: Page) -> tuple[list[ConsentRow], int]:
    """Return firms that authorized this bank and have not applied to it, and how many they are.

    The newest consent comes first; a firm that signed twice stands with the newer one.
    """
    applied = exists().where(
        LoanApplication.enterprise_id == Consent.enterprise_id,
        LoanApplication.institution_id == institution_id,
        LoanApplication.submitted_at.is_not(None),
    )
    newest = (
        consents.live_of_institution(institution_id, PRE_LOAN)
        .where(~applied)
        .ext(distinct_on(Consent.enterprise_id))
        .order_by(Consent.enterprise_id, Consent.created_at.desc(), Consent.id.desc())
        .with_only_columns(Consent.id)
        .subquery()
    )
    statement = (
        select(Consent, Enterprise, func.count().over())
        .join(Enterprise, Enterprise.id == Consent.enterprise_id)
        .where(Consent.id.in_(select(newest.c.id)))
        .order_by(Consent.created_at.desc(), Consent.id.desc())
    )
    rows = db.session.execute(statement.offset(page.offset).limit(page.size)).all()
    return [ConsentRow(consent, firm) for consent, firm, _ in rows], rows[0][2] if rows else 0


def ending_consents(institution_id: UUID) -> list[EndingConsent]:
    """Return live consents that end within two weeks and carry an open application."""
    last_day = clock.today() + timedelta(days=ENDING_WITHIN_DAYS)
    statement = (
        consents.live_of_institution(institution_id, PRE_LOAN)
        .join(LoanApplication, LoanApplication.consent_id == Consent.id)
        .where(
            Consent.valid_until <= last_day,
            LoanApplication.institution_id == institution_id,
            LoanApplication.submitted_at.is_not(None),
            LoanApplication.state.in_(OPEN_STATES),
        )
        .order_by(Consent.valid_until, Consent.id, LoanApplication.id)
        .with_only_columns(Consent, Enterprise, LoanApplication)
    )
    return [EndingConsent(*row) for row in db.session.execute(statement)]


def consents_of(
    institution_id: UUID, page: Page, *, view: ConsentView, text: str = "", purpose: str = ""
) -> tuple[Sequence[ConsentRow], int]:
    """Return an institution's consents, newest first, and how many there are."""
    conditions = [Consent.institution_id == institution_id, *_of_view(view)]
    if purpose:
        conditions.append(Consent.purpose == purpose)
    if text:
        conditions.append(
            Enterprise.name.contains(text, autoescape=True)
            | (Enterprise.uscc == text.upper())
            | (Consent.consent_no == text.upper())
        )
    joined = select(Consent, Enterprise).join(Enterprise, Enterprise.id == Consent.enterprise_id)
    statement = joined.where(*conditions)
    total = db.session.scalar(statement.with_only_columns(func.count())) or 0
    ordered = statement.order_by(Consent.created_at.desc(), Consent.id.desc())
    rows = db.session.execute(ordered.offset(page.offset).limit(page.size))
    return [ConsentRow(*row) for row in rows], total


def chosen_consents(institution_id: UUID, ids: Collection[UUID]) -> list[ConsentRow]:
    """Return those of the consents that this institution holds, by the firm's name."""
    statement = (
        select(Consent, Enterprise)
        .join(Enterprise, Enterprise.id == Consent.enterprise_id)
        .where(Consent.institution_id == institution_id, Consent.id.in_(ids))
        .order_by(Enterprise.name, Consent.id)
    )
    return [ConsentRow(*row) for row in db.session.execute(statement)]


def officer_name(account_id: UUID) -> str | None:
    """Return the name of one of the bank's people."""
    return db.session.scalar(select(Account.name).where(Account.id == account_id))


def applications_on(institution_id: UUID, consent_id: UUID) -> Sequence[LoanApplication]:
    """Return the submitted applications of this bank that rest on a consent, newest first."""
    return db.session.scalars(
        select(LoanApplication)
        .where(
            LoanApplication.institution_id == institution_id,
            LoanApplication.consent_id == consent_id,
            LoanApplication.submitted_at.is_not(None),
        )
        .order_by(LoanApplication.submitted_at.desc())
    ).all()


def _of_view(view: ConsentView) -> list[ColumnElement[bool]]:
    today = clock.today()
    in_time = and_(
        Consent.ended_at.is_(None), Consent.revoked_at.is_(None), Consent.valid_until >= today
    )
    pending = and_(in_time, Consent.granted_at.is_(None), Consent.declined_at.is_(None))
    live = and_(
        in_time,
        Consent.granted_at.is_not(None),
        or_(Consent.max_uses.is_(None), Consent.use_count < Consent.max_uses),
    )
    return {
        ConsentView.ALL: [],
        ConsentView.PENDING: [pending],
        ConsentView.LIVE: [live],
        ConsentView.CLOSED: [~pending, ~live],
    }[view]


@dataclass(frozen=True)
class Participant:
    """A firm that signed up for an event, and whom it wants to meet."""

    enterprise: Enterprise
    wish: str
    has_attended: bool


def participants(institution_id: UUID, event_id: UUID) -> list[Participant]:
    """Return the firms signed up for an event; nothing unless this bank has signed up too."""
    own = aliased(EventRegistration)
    statement = (
        select(Enterprise, EventRegistration.wish, EventRegistration.attended_at)
        .join(EventRegistration, EventRegistration.enterprise_id == Enterprise.id)
        .join(own, own.event_id == EventRegistration.event_id)
        .where(
            EventRegistration.event_id == event_id,
            EventRegistration.cancelled_at.is_(None),
            own.institution_id == institution_id,
            own.cancelled_at.is_(None),
        )
        .order_by(EventRegistration.registered_at, EventRegistration.id)
    )
    return [
        Participant(firm, wish, attended is not None)
        for firm, wish, attended in db.session.execute(statement)
    ]


def own_meetings(institution_id: UUID, event_id: UUID) -> list[MeetingRow]:
    """Return what was recorded of this bank's own talks at an event."""
    rows = events.meetings_of(event_id)
    return [row for row in rows if row.meeting.institution_id == institution_id]
