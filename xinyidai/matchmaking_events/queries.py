"""Read matchmaking events: the calendar, who takes part, and what came of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, case, cast, func, or_, select

from xinyidai.enterprises.models import Enterprise
from xinyidai.institutions.models import Institution
from xinyidai.kernel.db import db
from xinyidai.kernel.errors import NotFound
from xinyidai.kernel.http import Page
from xinyidai.matchmaking_events.models import EventRegistration, MatchmakingEvent, Meeting
from xinyidai.matchmaking_events.values import EventState, MeetingOutcome

PUBLIC_STATES = frozenset(EventState) - {EventState.PLANNED}


@dataclass(frozen=True)
class CalendarRow:
    """An event with the number of live registrations."""

    event: MatchmakingEvent
    taken: int

    @property
    def seats_left(self) -> int:
        """Return how many places remain, 剩余名额."""
        return max(0, self.event.capacity - self.taken)


@dataclass(frozen=True)
class AttendanceRow:
    """A registration with the firm or the institution it stands for."""

    registration: EventRegistration
    enterprise: Enterprise | None
    institution: Institution | None

    @property
    def name(self) -> str:
        """Return the party's name."""
        party = self.enterprise or self.institution
        return party.name if party else ""


@dataclass(frozen=True)
class MeetingRow:
    """A talk with the names of both sides."""

    meeting: Meeting
    enterprise_name: str
    institution_name: str


@dataclass(frozen=True)
class EventResults:
    """What came of an event; cancelled registrations are not counted, amounts in 分."""

    enterprises: int
    institutions: int
    enterprises_attended: int
    institutions_attended: int
    meetings: Mapping[MeetingOutcome, int]
    intention_amount_fen: int


def get_event(event_id: UUID, *, for_update: bool = False) -> MatchmakingEvent:
    """Return the event, or raise `NotFound`; `for_update` locks it, and with it its seats."""
    statement = select(MatchmakingEvent).where(MatchmakingEvent.id == event_id)
    if for_update:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    found = db.session.scalar(statement)
    if found is None:
        raise NotFound("没有找到这场活动。")
    return found


def calendar(
    page: Page,
    *,
    states: Collection[EventState] = PUBLIC_STATES,
    ends_after: datetime | None = None,
) -> tuple[Sequence[CalendarRow], int]:
    """Return events by their beginning, and how many there are.

    With `ends_after` what is still to come stands first; without it the newest does.
    """
    taken = (
        select(func.count())
        .where(
            EventRegistration.event_id == MatchmakingEvent.id,
            EventRegistration.cancelled_at.is_(None),
        )
        .scalar_subquery()
    )
    chosen: list[ColumnElement[bool]] = [MatchmakingEvent.state.in_(states)]
    order = MatchmakingEvent.starts_at.desc()
    if ends_after is not None:
        chosen.append(MatchmakingEvent.ends_at > ends_after)
        order = MatchmakingEvent.starts_at.asc()
    statement = select(MatchmakingEvent, taken).where(*chosen).order_by(order, MatchmakingEvent.id)
    rows = db.session.execute(statement.offset(page.offset).limit(page.size))
    total = db.session.scalar(select(func.count()).select_from(MatchmakingEvent).where(*chosen))
    return [CalendarRow(event, number) for event, number in rows], total or 0


def count_taken(event_id: UUID) -> int:
    """Return how many registrations of an event are live."""
    return (
        db.session.scalar(
            select(func.count()).where(
                EventRegistration.event_id == event_id, EventRegistration.cancelled_at.is_(None)
            )
        )
        or 0
    )


def find_registration(event_id: UUID, party_id: UUID) -> EventRegistration | None:
    """Return a party's registration, cancelled or not, or None."""
    return db.session.scalar(
        select(EventRegistration).where(
            EventRegistration.event_id == event_id, _is_of_party(party_id)
        )
    )


def registrations_of_party(party_id: UUID) -> Sequence[tuple[EventRegistration, MatchmakingEvent]]:
    """Return a firm's or an institution's live registrations with their events, newest first."""
    statement = (
        select(EventRegistration, MatchmakingEvent)
        .join(MatchmakingEvent, MatchmakingEvent.id == EventRegistration.event_id)
        .where(_is_of_party(party_id), EventRegistration.cancelled_at.is_(None))
        .order_by(MatchmakingEvent.starts_at.desc(), EventRegistration.id)
    )
    return [(registration, event) for registration, event in db.session.execute(statement)]


def live_registrations(event_id: UUID) -> Sequence[EventRegistration]:
    """Return the registrations of an event that were not cancelled, in the order they came."""
    return db.session.scalars(
        select(EventRegistration)
        .where(EventRegistration.event_id == event_id, EventRegistration.cancelled_at.is_(None))
        .order_by(EventRegistration.registered_at, EventRegistration.id)
    ).all()


def attendance(event_id: UUID) -> Sequence[AttendanceRow]:
    """Return who signed up, with names, in the order they came; cancelled ones are left out."""
    statement = (
        select(EventRegistration, Enterprise, Institution)
        .outerjoin(Enterprise, Enterprise.id == EventRegistration.enterprise_id)
        .outerjoin(Institution, Institution.id == EventRegistration.institution_id)
        .where(EventRegistration.event_id == event_id, EventRegistration.cancelled_at.is_(None))
        .order_by(EventRegistration.registered_at, EventRegistration.id)
    )
    return [AttendanceRow(*row) for row in db.session.execute(statement)]


def count_attended(event_id: UUID, enterprise_id: UUID, institution_id: UUID) -> int:
    """Return how many of the two sides of a talk attended, from 0 to 2."""
    return (
        db.session.scalar(
            select(func.count()).where(
                EventRegistration.event_id == event_id,
                EventRegistration.attended_at.is_not(None),
                or_(
                    EventRegistration.enterprise_id == enterprise_id,
                    EventRegistration.institution_id == institution_id,
                ),
            )
        )
        or 0
    )


def find_meeting(event_id: UUID, enterprise_id: UUID, institution_id: UUID) -> Meeting | None:
    """Return what was recorded of a talk, or None."""
    return db.session.scalar(
        select(Meeting).where(
            Meeting.event_id == event_id,
            Meeting.enterprise_id == enterprise_id,
            Meeting.institution_id == institution_id,
        )
    )


def meetings_of(event_id: UUID) -> Sequence[MeetingRow]:
    """Return the talks of an event with both names, in the order they were recorded."""
    statement = (
        select(Meeting, Enterprise.name, Institution.name)
        .join(Enterprise, Enterprise.id == Meeting.enterprise_id)
        .join(Institution, Institution.id == Meeting.institution_id)
        .where(Meeting.event_id == event_id)
        .order_by(Meeting.recorded_at, Meeting.id)
    )
    return [MeetingRow(*row) for row in db.session.execute(statement)]


def results(event_id: UUID) -> EventResults:
    """Return what came of an event."""
    attended = EventRegistration.attended_at.is_not(None)
    sides = db.session.execute(
        select(
            func.count(EventRegistration.enterprise_id),
            func.count(EventRegistration.institution_id),
            func.count(case((attended, EventRegistration.enterprise_id))),
            func.count(case((attended, EventRegistration.institution_id))),
        ).where(EventRegistration.event_id == event_id, EventRegistration.cancelled_at.is_(None))
    ).one()
    talks = db.session.execute(
        select(
            Meeting.outcome,
            func.count(),
            cast(func.coalesce(func.sum(Meeting.amount_fen), 0), BigInteger),
        )
        .where(Meeting.event_id == event_id)
        .group_by(Meeting.outcome)
    ).all()
    counts = dict.fromkeys(MeetingOutcome, 0) | {outcome: number for outcome, number, _ in talks}
    amount = sum([intended or 0 for _, _, intended in talks])
    return EventResults(sides[0], sides[1], sides[2], sides[3], counts, amount)


def _is_of_party(party_id: UUID) -> ColumnElement[bool]:
    return or_(
        EventRegistration.enterprise_id == party_id, EventRegistration.institution_id == party_id
    )
