"""Read loans with their outcomes, snapshots, shadow scores, drift figures and alarms."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Row, Select, Uuid, and_, any_, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on

from xinyidai.applications.models import (
    CreditDecision,
    Disbursement,
    LoanApplication,
    RepaymentReport,
)
from xinyidai.enterprises.models import Enterprise
from xinyidai.enterprises.values import EnterpriseScale
from xinyidai.kernel.db import db
from xinyidai.kernel.http import Page
from xinyidai.model_monitoring.models import (
    DriftFigure,
    ModelAlarm,
    ModelReference,
    MonitoringRun,
    ShadowAssignment,
    ShadowScore,
)
from xinyidai.model_monitoring.values import AlarmState
from xinyidai.profiles.models import ProfileSnapshot
from xinyidai.profiles.queries import WHOLE
from xinyidai.scoring.models import ModelVersion, ScoreResult
from xinyidai.scoring.values import ModelState

SNAPSHOTS_AT_ONCE = 500
Loan = Row[LoanApplication, CreditDecision, date]


def loans() -> Sequence[Loan]:
    """Return every loan paid out with its approval and the day of its first payout, by number."""
    first = (
        select(Disbursement.application_id, func.min(Disbursement.disbursed_on).label("day"))
        .group_by(Disbursement.application_id)
        .subquery()
    )
    newest = (
        select(CreditDecision)
        .where(CreditDecision.outcome == "approved")
        .ext(distinct_on(CreditDecision.application_id))
        .order_by(CreditDecision.application_id, CreditDecision.decided_at.desc())
        .subquery()
    )
    statement = (
        select(LoanApplication, CreditDecision, first.c.day)
        .join(first, first.c.application_id == LoanApplication.id)
        .join(newest, newest.c.application_id == LoanApplication.id)
        .join(CreditDecision, CreditDecision.id == newest.c.id)
        .order_by(LoanApplication.application_no)
    )
    return db.session.execute(statement).all()


def repayments() -> Sequence[RepaymentReport]:
    """Return for each loan and day the newest report, by loan and day."""
    return db.session.scalars(
        select(RepaymentReport)
        .ext(distinct_on(RepaymentReport.application_id, RepaymentReport.as_of))
        .order_by(
            RepaymentReport.application_id, RepaymentReport.as_of, RepaymentReport.number.desc()
        )
    ).all()


def snapshot_at(enterprise_id: UUID, moment: datetime, day: date) -> ProfileSnapshot | None:
    """Return the newest whole profile that had been stored at a moment, of that day or before."""
    return db.session.scalar(
        select(ProfileSnapshot)
        .where(
            ProfileSnapshot.enterprise_id == enterprise_id,
            ProfileSnapshot.scope == WHOLE,
            ProfileSnapshot.as_of <= day,
            ProfileSnapshot.created_at <= moment,
        )
        .order_by(ProfileSnapshot.as_of.desc(), ProfileSnapshot.created_at.desc())
        .limit(1)
    )


def score_at(enterprise_id: UUID, model: ModelVersion, moment: datetime) -> ScoreResult | None:
    """Return the newest score of a firm by this version that existed at a moment."""
    return db.session.scalar(
        select(ScoreResult)
        .where(
            ScoreResult.enterprise_id == enterprise_id,
            ScoreResult.model_code == model.code,
            ScoreResult.model_version == model.version,
            ScoreResult.scored_at <= moment,
        )
        .order_by(ScoreResult.scored_at.desc(), ScoreResult.id.desc())
        .limit(1)
    )


def snapshots_between(first: date, last: date) -> Iterator[ProfileSnapshot]:
    """Yield each firm's newest whole profile of a day in the period, by firm."""
    statement = (
        select(ProfileSnapshot)
        .where(ProfileSnapshot.scope == WHOLE, ProfileSnapshot.as_of.between(first, last))
        .ext(distinct_on(ProfileSnapshot.enterprise_id))
        .order_by(
            ProfileSnapshot.enterprise_id,
            ProfileSnapshot.as_of.desc(),
            ProfileSnapshot.created_at.desc(),
        )
        .execution_options(yield_per=SNAPSHOTS_AT_ONCE)
    )
    yield from db.session.scalars(statement)


def present_snapshots() -> Iterator[ProfileSnapshot]:
    """Yield each firm's newest whole profile on its present facts, by firm."""
    statement = (
        select(ProfileSnapshot)
        .join(Enterprise, Enterprise.id == ProfileSnapshot.enterprise_id)
        .where(
            ProfileSnapshot.scope == WHOLE,
            ProfileSnapshot.facts_version == Enterprise.facts_version,
        )
        .ext(distinct_on(ProfileSnapshot.enterprise_id))
        .order_by(
            ProfileSnapshot.enterprise_id,
            ProfileSnapshot.as_of.desc(),
            ProfileSnapshot.created_at.desc(),
        )
        .execution_options(yield_per=SNAPSHOTS_AT_ONCE)
    )
    yield from db.session.scalars(statement)


def earliest_profile_day(since: date) -> date | None:
    """Return the first day from then on of which profiles are stored."""
    return db.session.scalar(
        select(func.min(ProfileSnapshot.as_of)).where(
            ProfileSnapshot.scope == WHOLE, ProfileSnapshot.as_of >= since
        )
    )


def open_assignments() -> Sequence[ShadowAssignment]:
    """Return who runs in the shadow now."""
    return db.session.scalars(
        select(ShadowAssignment)
        .where(ShadowAssignment.ended_at.is_(None))
        .order_by(ShadowAssignment.started_at, ShadowAssignment.id)
    ).all()


def open_assignment(model_id: UUID) -> ShadowAssignment | None:
    """Return the shadow run of a version that is under way, locked, or None."""
    return db.session.scalar(
        select(ShadowAssignment)
        .where(ShadowAssignment.model_id == model_id, ShadowAssignment.ended_at.is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def has_open_assignment(model_id: UUID) -> bool:
    """Tell whether a version runs in the shadow now."""
    return any(row.model_id == model_id for row in open_assignments())


def assignments_of(model_id: UUID) -> Sequence[ShadowAssignment]:
    """Return every shadow run of a version, newest first."""
    return db.session.scalars(
        select(ShadowAssignment)
        .where(ShadowAssignment.model_id == model_id)
        .order_by(ShadowAssignment.started_at.desc())
    ).all()


def _pairs(model_id: UUID) -> Select[ShadowScore, ScoreResult, Enterprise]:
    """Select firms that both have scored on the same facts, with both scores."""
    champion = (
        select(ScoreResult.id)
        .join(
            ModelVersion,
            and_(
                ModelVersion.code == ScoreResult.model_code,
                ModelVersion.version == ScoreResult.model_version,
                ModelVersion.state == ModelState.ACTIVE,
            ),
        )
        .ext(distinct_on(ScoreResult.enterprise_id))
        .order_by(ScoreResult.enterprise_id, ScoreResult.scored_at.desc(), ScoreResult.id.desc())
        .subquery()
    )
    return (
        select(ShadowScore, ScoreResult, Enterprise)
        .join(ScoreResult, ScoreResult.enterprise_id == ShadowScore.enterprise_id)
        .join(champion, champion.c.id == ScoreResult.id)
        .join(Enterprise, Enterprise.id == ShadowScore.enterprise_id)
        .where(
            ShadowScore.model_id == model_id,
            ScoreResult.facts_version == ShadowScore.facts_version,
        )
    )


def grade_pairs(model_id: UUID) -> Sequence[Row[str | None, str | None, int]]:
    """Count firms by the champion's grade and the shadow's."""
    pairs = _pairs(model_id).with_only_columns(
        ScoreResult.grade.label("champion"), ShadowScore.grade.label("shadow")
    )
    found = pairs.subquery()
    return db.session.execute(
        select(found.c.champion, found.c.shadow, func.count()).group_by(
            found.c.champion, found.c.shadow
        )
    ).all()


def probability_pairs(model_id: UUID) -> Sequence[Row[float | None, float | None]]:
    """Return champion's and shadow's probabilities of the firms that both could judge."""
    statement = _pairs(model_id).with_only_columns(
        ScoreResult.default_probability, ShadowScore.default_probability
    )
    statement = statement.where(
        ScoreResult.default_probability.is_not(None), ShadowScore.default_probability.is_not(None)
    )
    return db.session.execute(statement.order_by(ShadowScore.enterprise_id)).all()


def groups_with(
    model_id: UUID, cells: Collection[tuple[str | None, str | None]]
) -> Sequence[Row[str | None, EnterpriseScale | None, int]]:
    """Count the firms in these cells of the migration table by industry section and size."""
    words = [f"{champion or '-'}>{shadow or '-'}" for champion, shadow in cells]
    cell = func.concat(
        func.coalesce(ScoreResult.grade, "-"), ">", func.coalesce(ShadowScore.grade, "-")
    )
    columns = (Enterprise.section, Enterprise.scale)
    return db.session.execute(
        _pairs(model_id)
        .with_only_columns(*columns, func.count())
        .where(cell.in_(words))
        .group_by(*columns)
        .order_by(func.count().desc(), *columns)
    ).all()


def references_of(model_id: UUID) -> Sequence[ModelReference]:
    """Return the reference of a version, by feature."""
    return db.session.scalars(
        select(ModelReference)
        .where(ModelReference.model_id == model_id)
        .order_by(ModelReference.feature)
    ).all()


def find_run(model_id: UUID, month: str) -> MonitoringRun | None:
    """Return one month's run of a version, or None."""
    return db.session.scalar(
        select(MonitoringRun).where(
            MonitoringRun.model_id == model_id, MonitoringRun.month == month
        )
    )


def runs_of(model_id: UUID) -> Sequence[MonitoringRun]:
    """Return the runs of a version, oldest first."""
    return db.session.scalars(
        select(MonitoringRun)
        .where(MonitoringRun.model_id == model_id)
        .order_by(MonitoringRun.month)
    ).all()


def figures_of(run_ids: Collection[UUID]) -> Sequence[DriftFigure]:
    """Return the figures of several runs, by feature."""
    chosen = literal(list(run_ids), ARRAY(Uuid))
    return db.session.scalars(
        select(DriftFigure)
        .where(DriftFigure.run_id == any_(chosen))
        .order_by(DriftFigure.feature, DriftFigure.run_id)
    ).all()


def alarms(
    page: Page, state: AlarmState | None = None, model_id: UUID | None = None
) -> tuple[Sequence[ModelAlarm], int]:
    """Return alarms, newest first, and how many there are."""
    statement = select(ModelAlarm)
    if state is not None:
        statement = statement.where(ModelAlarm.state == state)
    if model_id is not None:
        statement = statement.where(ModelAlarm.model_id == model_id)
    total = db.session.scalar(select(func.count()).select_from(statement.subquery())) or 0
    ordered = statement.order_by(ModelAlarm.raised_at.desc(), ModelAlarm.id.desc())
    return db.session.scalars(ordered.offset(page.offset).limit(page.size)).all(), total


def find_alarm(alarm_id: UUID) -> ModelAlarm | None:
    """Return one alarm."""
    return db.session.get(ModelAlarm, alarm_id)


def locked_alarm(alarm_id: UUID) -> ModelAlarm | None:
    """Return one alarm, locked until the transaction ends."""
    return db.session.scalar(
        select(ModelAlarm)
        .where(ModelAlarm.id == alarm_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
