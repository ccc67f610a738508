"""Read models, versions, runs, results, and the profiles a model is checked on."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Row, Select, func, select
from sqlalchemy.dialects.postgresql import distinct_on

from xinyidai.consents.models import Consent
from xinyidai.enterprises.models import Enterprise
from xinyidai.institutions.models import Institution
from xinyidai.joint_results.models import (
    JointModel,
    JointModelVersion,
    JointResult,
    JointRun,
    JointRunRow,
)
from xinyidai.joint_results.values import VersionState
from xinyidai.kernel.db import db
from xinyidai.kernel.http import Page
from xinyidai.profiles.models import ProfileSnapshot

WHOLE = "all"
M = TypeVar("M")


def find_version(version_id: UUID, *, locked: bool = False) -> JointModelVersion | None:
    """Return a version as it stands now; `locked` until the transaction ends."""
    statement = select(JointModelVersion).where(JointModelVersion.id == version_id)
    if locked:
        statement = statement.with_for_update(of=JointModelVersion)
    return db.session.scalar(statement.execution_options(populate_existing=True))


def hold_version(version_id: UUID) -> JointModelVersion | None:
    """Return a version and keep it from changing until the transaction ends."""
    statement = select(JointModelVersion).where(JointModelVersion.id == version_id)
    statement = statement.with_for_update(read=True, of=JointModelVersion)
    return db.session.scalar(statement.execution_options(populate_existing=True))


def find_model(institution_id: UUID, code: str) -> JointModel | None:
    """Return a bank's model by its code, locked, or None."""
    statement = select(JointModel).where(
        JointModel.institution_id == institution_id, JointModel.code == code
    )
    return db.session.scalar(statement.with_for_update())


def find_draft(model_id: UUID, content_hash: str) -> JointModelVersion | None:
    """Return the model's draft with this content, or None."""
    statement = select(JointModelVersion).where(
        JointModelVersion.model_id == model_id,
        JointModelVersion.content_hash == content_hash,
        JointModelVersion.state == VersionState.DRAFT,
    )
    return db.session.scalar(statement.order_by(JointModelVersion.number).limit(1))


def last_number(model_id: UUID) -> int:
    """Return the number of the model's newest version; 0 when it has none."""
    statement = select(func.max(JointModelVersion.number))
    return db.session.scalar(statement.where(JointModelVersion.model_id == model_id)) or 0


def count_drafts(institution_id: UUID) -> int:
    """Count a bank's drafts."""
    statement = (
        select(func.count())
        .select_from(JointModelVersion)
        .where(
            JointModelVersion.model.has(JointModel.institution_id == institution_id),
            JointModelVersion.state == VersionState.DRAFT,
        )
    )
    return db.session.scalar(statement) or 0


def count_handed_in(institution_id: UUID, since: datetime) -> int:
    """Count a bank's versions handed in since a moment, whatever became of them."""
    statement = (
        select(func.count())
        .select_from(JointModelVersion)
        .where(
            JointModelVersion.model.has(JointModel.institution_id == institution_id),
            JointModelVersion.submitted_at >= since,
        )
    )
    return db.session.scalar(statement) or 0


def one_at_a_time(key: str) -> None:
    """Wait until no other transaction holds this key; hold it until this one ends."""
    db.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))


def active_of(model_id: UUID) -> JointModelVersion | None:
    """Return the version in use, locked, or None."""
    statement = select(JointModelVersion).where(
        JointModelVersion.model_id == model_id, JointModelVersion.state == VersionState.ACTIVE
    )
    return db.session.scalar(statement.with_for_update(of=JointModelVersion))


def versions_of(institution_id: UUID, page: Page) -> tuple[Sequence[JointModelVersion], int]:
    """Return a page of a bank's versions, newest first, and their number."""
    statement = select(JointModelVersion).where(
        JointModelVersion.model.has(JointModel.institution_id == institution_id)
    )
    return _paged(statement, page, JointModelVersion.drafted_at.desc())


def active_versions(institution_id: UUID) -> Sequence[JointModelVersion]:
    """Return a bank's versions in use, by name."""
    statement = select(JointModelVersion).where(
        JointModelVersion.model.has(JointModel.institution_id == institution_id),
        JointModelVersion.state == VersionState.ACTIVE,
    )
    return db.session.scalars(statement.order_by(JointModelVersion.name)).all()


def versions_in(state: VersionState | None, page: Page) -> tuple[Sequence[JointModelVersion], int]:
    """Return a page of all banks' versions ever handed in, newest first, and their number."""
    statement = select(JointModelVersion).where(JointModelVersion.submitted_at.is_not(None))
    if state is not None:
        statement = statement.where(JointModelVersion.state == state)
    return _paged(statement, page, JointModelVersion.submitted_at.desc())


def handed_in_before(version: JointModelVersion) -> Sequence[JointModelVersion]:
    """Return the bank's other versions that were ever handed in, newest first."""
    statement = select(JointModelVersion).where(
        JointModelVersion.model.has(JointModel.institution_id == version.model.institution_id),
        JointModelVersion.id != version.id,
        JointModelVersion.submitted_at.is_not(None),
    )
    return db.session.scalars(statement.order_by(JointModelVersion.submitted_at.desc())).all()


def newest_profiles(as_of: date, limit: int) -> Sequence[ProfileSnapshot]:
    """Return the newest whole profile of firms on their present facts, since a day."""
    statement = (
        select(ProfileSnapshot)
        .join(Enterprise, Enterprise.id == ProfileSnapshot.enterprise_id)
        .where(
            ProfileSnapshot.scope == WHOLE,
            ProfileSnapshot.as_of >= as_of,
            ProfileSnapshot.facts_version == Enterprise.facts_version,
        )
        .ext(distinct_on(ProfileSnapshot.enterprise_id))
        .order_by(
            ProfileSnapshot.enterprise_id,
            ProfileSnapshot.as_of.desc(),
            ProfileSnapshot.created_at.desc(),
        )
        .limit(limit)
    )
    return db.session.scalars(statement).all()


def find_run(run_id: UUID) -> JointRun | None:
    """Return a run as it stands now."""
    statement = select(JointRun).where(JointRun.id == run_id)
    return db.session.scalar(statement.execution_options(populate_existing=True))


def runs_of(institution_id: UUID, page: Page) -> tuple[Sequence[JointRun], int]:
    """Return a page of a bank's runs, newest first, and their number."""
    statement = select(JointRun).where(JointRun.institution_id == institution_id)
    return _paged(statement, page, JointRun.created_at.desc())


def left_by_day(page: Page) -> tuple[Sequence[Row[date, UUID, str, int, int, float]], int]:
    """Return what left, by day and version, newest first: results, runs, bits."""
    statement = select(
        JointResult.made_on,
        JointResult.version_id,
        Institution.name.label("bank"),
        func.count().label("results"),
        func.count(JointResult.run_id.distinct()).label("runs"),
        func.sum(JointResult.bits).label("bits"),
    )
    statement = statement.join(Institution, Institution.id == JointResult.institution_id)
    statement = statement.group_by(JointResult.made_on, JointResult.version_id, Institution.name)
    total = db.session.scalar(select(func.count()).select_from(statement.subquery()))
    ordered = statement.order_by(JointResult.made_on.desc(), JointResult.version_id)
    return db.session.execute(ordered.limit(page.size).offset(page.offset)).all(), total or 0


def versions_by_id(ids: Collection[UUID]) -> dict[UUID, JointModelVersion]:
    """Return these versions by id."""
    statement = select(JointModelVersion).where(JointModelVersion.id.in_(ids))
    return {version.id: version for version in db.session.scalars(statement)}


def open_positions(run_id: UUID) -> Sequence[int]:
    """Return the places of the rows that are not done yet."""
    statement = select(JointRunRow.position).where(
        JointRunRow.run_id == run_id, JointRunRow.done_at.is_(None)
    )
    return db.session.scalars(statement.order_by(JointRunRow.position)).all()


def locked_row(run_id: UUID, position: int) -> JointRunRow | None:
    """Return one row of a run, locked until the transaction ends."""
    statement = (
        select(JointRunRow)
        .where(JointRunRow.run_id == run_id, JointRunRow.position == position)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return db.session.scalar(statement)


def rows_of(run_id: UUID, page: Page) -> Sequence[Row[JointRunRow, Consent, Enterprise]]:
    """Return rows of a run with authorization and firm, in their order."""
    statement = (
        select(JointRunRow, Consent, Enterprise)
        .join(Consent, Consent.id == JointRunRow.consent_id)
        .join(Enterprise, Enterprise.id == Consent.enterprise_id)
        .where(JointRunRow.run_id == run_id)
        .order_by(JointRunRow.position)
        .limit(page.size)
        .offset(page.offset)
        .execution_options(populate_existing=True)
    )
    return db.session.execute(statement).all()


def bands_of_run(run_id: UUID) -> dict[str, int]:
    """Count the results of a run by band."""
    statement = (
        select(JointResult.band, func.count())
        .where(JointResult.run_id == run_id)
        .group_by(JointResult.band)
    )
    return {band: number for band, number in db.session.execute(statement)}  # noqa: C416 - typed


def consents_and_bands(run_id: UUID) -> Sequence[Row[Consent, str]]:
    """Return the results of a run, each with the authorization it was given under."""
    statement = (
        select(Consent, JointResult.band)
        .join(JointResult, JointResult.consent_id == Consent.id)
        .where(JointResult.run_id == run_id)
        .execution_options(populate_existing=True)
    )
    return db.session.execute(statement).all()


def result_of_event(event_id: UUID) -> JointResult | None:
    """Return the result that a look gave, or None."""
    return db.session.get(JointResult, event_id)


def given_on(version_id: UUID, enterprise_ids: Collection[UUID], day: date) -> set[UUID]:
    """Return those of the firms of which this version gave a result on this day."""
    statement = select(JointResult.enterprise_id).where(
        JointResult.version_id == version_id,
        JointResult.made_on == day,
        JointResult.enterprise_id.in_(enterprise_ids),
    )
    return set(db.session.scalars(statement))


def bits_since(enterprise_id: UUID, institution_id: UUID, since: date) -> float:
    """Return how many bits about a firm a bank has got since a day, at most."""
    statement = select(func.coalesce(func.sum(JointResult.bits), 0.0)).where(
        JointResult.enterprise_id == enterprise_id,
        JointResult.institution_id == institution_id,
        JointResult.made_on >= since,
    )
    return float(db.session.scalar(statement) or 0.0)


def results_of_firm(enterprise_id: UUID, page: Page) -> tuple[Sequence[JointResult], int]:
    """Return a page of what left about a firm, newest first, and their number."""
    statement = select(JointResult).where(JointResult.enterprise_id == enterprise_id)
    return _paged(statement, page, JointResult.made_at.desc())


def told_of_firm(enterprise_id: UUID) -> Sequence[Row[UUID, str, int, float]]:
    """Return for each bank its name, how many results it got of the firm, and how many bits."""
    statement = (
        select(
            Institution.id,
            Institution.name,
            func.count().label("results"),
            func.sum(JointResult.bits).label("bits"),
        )
        .join(Institution, Institution.id == JointResult.institution_id)
        .where(JointResult.enterprise_id == enterprise_id)
        .group_by(Institution.id, Institution.name)
        .order_by(func.count().desc(), Institution.name)
    )
    return db.session.execute(statement).all()


def most_told(since: datetime, page: Page) -> tuple[Sequence[Row[str, UUID, str, int, float]], int]:
    """Return pairs of bank and firm by the bits that left since a moment, most first."""
    statement = (
        select(
            Institution.name.label("bank"),
            Enterprise.id.label("enterprise_id"),
            Enterprise.name.label("firm"),
            func.count().label("results"),
            func.sum(JointResult.bits).label("bits"),
        )
        .join(Institution, Institution.id == JointResult.institution_id)
        .join(Enterprise, Enterprise.id == JointResult.enterprise_id)
        .where(JointResult.made_at >= since)
        .group_by(Institution.name, Enterprise.id, Enterprise.name)
    )
    total = db.session.scalar(select(func.count()).select_from(statement.subquery()))
    ordered = statement.order_by(func.sum(JointResult.bits).desc(), Enterprise.id)
    return db.session.execute(ordered.limit(page.size).offset(page.offset)).all(), total or 0


def institution_names(ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the names of these institutions."""
    statement = select(Institution.id, Institution.name).where(Institution.id.in_(ids))
    return {found.id: found.name for found in db.session.execute(statement)}


def _paged(statement: Select[M], page: Page, order: Any) -> tuple[Sequence[M], int]:
    total = db.session.scalar(select(func.count()).select_from(statement.subquery()))
    ordered = statement.order_by(order).limit(page.size).offset(page.offset)
    return db.session.scalars(ordered).all(), total or 0
