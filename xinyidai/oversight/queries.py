"""Read alarms, samples and reconciliations; and the business that gives a reason for looks."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select, text
from sqlalchemy.orm import aliased

from xinyidai.applications.models import ApplicationStep, LoanApplication
from xinyidai.applications.values import FINAL_STATES
from xinyidai.financing_needs.models import FinancingNeed
from xinyidai.kernel.db import db
from xinyidai.kernel.errors import NotFound
from xinyidai.kernel.http import Page
from xinyidai.matchmaking_events.models import EventRegistration, MatchmakingEvent, Meeting
from xinyidai.oversight.models import QueryAlarm, Reconciliation, SampledQuery
from xinyidai.oversight.rules import start_of
from xinyidai.oversight.values import AlarmRule, AlarmState, Case, CaseKind
from xinyidai.whitelist.models import WhitelistEntry

# A day or a month may hold a million events; the limits that guard web requests do not fit that.
PATIENCE = text("select set_config('statement_timeout', '5min', true)")


@dataclass(frozen=True)
class SampleMonth:
    """A month's sample: how many were drawn, and how many of them are judged."""

    month: str
    drawn: int
    judged: int
    seed: str
    drawn_at: datetime


def alarms(
    page: Page, *, rule: AlarmRule | None = None, state: AlarmState | None = None
) -> tuple[Sequence[QueryAlarm], int]:
    """Return alarms, newest first, and how many there are."""
    wanted: list[ColumnElement[bool]] = []
    if rule is not None:
        wanted.append(QueryAlarm.rule == rule)
    if state is not None:
        wanted.append(QueryAlarm.state == state)
    statement = select(QueryAlarm).where(*wanted)
    ordered = statement.order_by(QueryAlarm.raised_at.desc(), QueryAlarm.id.desc())
    rows = db.session.scalars(ordered.offset(page.offset).limit(page.size)).all()
    counted = select(func.count()).select_from(QueryAlarm).where(*wanted)
    return rows, db.session.scalar(counted) or 0


def get_alarm(alarm_id: UUID, *, for_update: bool = False) -> QueryAlarm:
    """Return the alarm, or raise `NotFound`; `for_update` locks it."""
    statement = select(QueryAlarm).where(QueryAlarm.id == alarm_id)
    if for_update:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    found = db.session.scalar(statement)
    if found is None:
        raise NotFound("没有找到这条预警。")
    return found


def open_alarms() -> dict[AlarmRule, int]:
    """Return how many alarms of each rule wait for review."""
    statement = (
        select(QueryAlarm.rule, func.count())
        .where(QueryAlarm.state == AlarmState.OPEN)
        .group_by(QueryAlarm.rule)
    )
    return {rule: int(number) for rule, number in db.session.execute(statement)}


def alarms_since(day: date) -> Sequence[QueryAlarm]:
    """Return the alarms of a day and later, locked, in the order in which they were raised."""
    statement = select(QueryAlarm).where(QueryAlarm.happened_on >= day)
    return db.session.scalars(statement.order_by(QueryAlarm.id).with_for_update()).all()


def sample_months() -> Sequence[SampleMonth]:
    """Return the months with a sample, newest first."""
    statement = (
        select(
            SampledQuery.month,
            func.count(),
            func.count(SampledQuery.verdict),
            func.min(SampledQuery.draw_seed),
            func.min(SampledQuery.drawn_at),
        )
        .group_by(SampledQuery.month)
        .order_by(SampledQuery.month.desc())
    )
    return [SampleMonth(*row) for row in db.session.execute(statement)]


def samples(month: str, page: Page) -> Sequence[SampledQuery]:
    """Return a month's sample, those not yet judged first."""
    statement = (
        select(SampledQuery)
        .where(SampledQuery.month == month)
        .order_by(SampledQuery.verdict.is_not(None), SampledQuery.id)
    )
    return db.session.scalars(statement.offset(page.offset).limit(page.size)).all()


def get_sample(sample_id: UUID, *, for_update: bool = False) -> SampledQuery:
    """Return a sampled query, or raise `NotFound`; `for_update` locks it."""
    statement = select(SampledQuery).where(SampledQuery.id == sample_id)
    if for_update:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    found = db.session.scalar(statement)
    if found is None:
        raise NotFound("没有找到这条抽查记录。")
    return found


def is_drawn(month: str) -> bool:
    """Tell whether the month's sample is drawn."""
    statement = select(SampledQuery.id).where(SampledQuery.month == month).limit(1)
    return db.session.scalar(statement) is not None


def last_reconciliation() -> Reconciliation | None:
    """Return the newest comparison of readings, events and ledger."""
    statement = select(Reconciliation).order_by(Reconciliation.run_at.desc(), Reconciliation.id)
    return db.session.scalars(statement.limit(1)).first()


def reconciliations(page: Page) -> tuple[Sequence[Reconciliation], int]:
    """Return comparisons, newest first, and how many there were."""
    statement = select(Reconciliation).order_by(Reconciliation.run_at.desc(), Reconciliation.id)
    rows = db.session.scalars(statement.offset(page.offset).limit(page.size)).all()
    return rows, db.session.scalar(select(func.count()).select_from(Reconciliation)) or 0


def cases_of_firms(ids: Collection[UUID]) -> list[Case]:
    """Return the business of these firms, past and present."""
    if not ids:
        return []
    return [
        *_lending(ids),
        *_cases(CaseKind.MEETING, _meetings(ids)),
        *_cases(CaseKind.MEETING, _shared_events(ids)),
        *_cases(CaseKind.WHITELIST, _recommended(ids)),
        *_needs(ids),
    ]


CaseRows = Select[UUID, UUID | None, datetime, datetime | None]


def _lending(ids: Collection[UUID]) -> Iterable[Case]:
    """Yield applications until they end or are paid out, and loans from then until settled."""
    ended = (
        select(func.min(ApplicationStep.taken_at))
        .where(
            ApplicationStep.application_id == LoanApplication.id,
            ApplicationStep.to_state.in_(FINAL_STATES),
        )
        .scalar_subquery()
    )
    statement = select(
        LoanApplication.enterprise_id,
        LoanApplication.institution_id,
        LoanApplication.submitted_at,
        LoanApplication.disbursed_at,
        LoanApplication.settled_at,
        func.coalesce(ended, LoanApplication.decided_at).label("ended_at"),
        LoanApplication.state.in_(FINAL_STATES).label("is_over"),
    ).where(LoanApplication.enterprise_id.in_(ids), LoanApplication.submitted_at.is_not(None))
    for row in db.session.execute(statement):
        # An application that is over but tells no end ended at the latest when it began.
        until = row.disbursed_at or ((row.ended_at or row.submitted_at) if row.is_over else None)
        firm, bank = row.enterprise_id, row.institution_id
        yield Case(CaseKind.APPLICATION, firm, bank, row.submitted_at, until)
        yield Case(CaseKind.ANY_APPLICATION, firm, None, row.submitted_at, until)
        if row.disbursed_at is not None:
            yield Case(CaseKind.LOAN, firm, bank, row.disbursed_at, row.settled_at)


def _cases(kind: CaseKind, statement: CaseRows) -> Iterable[Case]:
    return (Case(kind, *row) for row in db.session.execute(statement))


def _meetings(ids: Collection[UUID]) -> CaseRows:
    return (
        select(
            Meeting.enterprise_id,
            Meeting.institution_id,
            MatchmakingEvent.starts_at,
            func.greatest(MatchmakingEvent.ends_at, Meeting.recorded_at),
        )
        .join(MatchmakingEvent, MatchmakingEvent.id == Meeting.event_id)
        .where(Meeting.enterprise_id.in_(ids))
    )


def _shared_events(ids: Collection[UUID]) -> CaseRows:
    """Select events for which both have registered; whoever cancelled does not meet."""
    firm, bank = aliased(EventRegistration), aliased(EventRegistration)
    return (
        select(
            firm.enterprise_id,
            bank.institution_id,
            func.greatest(firm.registered_at, bank.registered_at),
            MatchmakingEvent.ends_at,
        )
        .join(bank, bank.event_id == firm.event_id)
        .join(MatchmakingEvent, MatchmakingEvent.id == firm.event_id)
        .where(
            firm.enterprise_id.in_(ids),
            bank.institution_id.is_not(None),
            firm.cancelled_at.is_(None),
            bank.cancelled_at.is_(None),
        )
    )


def _recommended(ids: Collection[UUID]) -> CaseRows:
    return select(
        WhitelistEntry.enterprise_id,
        db.null(),
        WhitelistEntry.nominated_at,
        WhitelistEntry.removed_at,
    ).where(WhitelistEntry.enterprise_id.in_(ids))


def _needs(ids: Collection[UUID]) -> Iterable[Case]:
    statement = select(
        FinancingNeed.enterprise_id,
        FinancingNeed.published_at,
        FinancingNeed.closed_at,
        FinancingNeed.expires_on,
    ).where(FinancingNeed.enterprise_id.in_(ids), FinancingNeed.published_at.is_not(None))
    for firm, since, closed_at, expires_on in db.session.execute(statement):
        last = None if expires_on is None else start_of(expires_on + timedelta(days=1))
        if since is not None:
            yield Case(CaseKind.NEED, firm, None, since, closed_at or last)
