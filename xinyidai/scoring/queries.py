"""Read model versions and scores, and the orders for looks."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Row, func, select
from sqlalchemy.dialects.postgresql import distinct_on

from xinyidai.consents.models import Consent
from xinyidai.credit_records import queries as credit_records
from xinyidai.credit_records.values import QueryOutcome
from xinyidai.enterprises.models import Enterprise
from xinyidai.kernel.db import db
from xinyidai.kernel.http import Page
from xinyidai.scoring.models import (
    LookBatch,
    LookBatchRow,
    LookRequest,
    ModelStep,
    ModelVersion,
    ScoreResult,
)
from xinyidai.scoring.values import ModelState


def find_active() -> ModelVersion | None:
    """Return the model that scores firms now, or None."""
    return db.session.scalar(select(ModelVersion).where(ModelVersion.state == ModelState.ACTIVE))


def find_version(code: str, version: str) -> ModelVersion | None:
    """Return one model version."""
    return db.session.scalar(
        select(ModelVersion).where(ModelVersion.code == code, ModelVersion.version == version)
    )


def list_versions() -> Sequence[ModelVersion]:
    """Return all model versions, newest first."""
    return db.session.scalars(
        select(ModelVersion).order_by(ModelVersion.registered_at.desc(), ModelVersion.code)
    ).all()


def find_current(enterprise_id: UUID) -> ScoreResult | None:
    """Return the firm's score by the active model on its present facts, or None."""
    statement = (
        select(ScoreResult)
        .join(Enterprise, Enterprise.id == ScoreResult.enterprise_id)
        .join(
            ModelVersion,
            (ModelVersion.code == ScoreResult.model_code)
            & (ModelVersion.version == ScoreResult.model_version)
            & (ModelVersion.state == ModelState.ACTIVE),
        )
        .where(
            ScoreResult.enterprise_id == enterprise_id,
            ScoreResult.facts_version == Enterprise.facts_version,
        )
        .order_by(ScoreResult.scored_at.desc(), ScoreResult.id.desc())
        .limit(1)
    )
    return db.session.scalar(statement)


def stale_firms(limit: int) -> Sequence[UUID]:
    """Return signed-up firms that have no score on their present facts by the active model."""
    current = (
        select(ScoreResult.id)
        .join(
            ModelVersion,
            (ModelVersion.code == ScoreResult.model_code)
            & (ModelVersion.version == ScoreResult.model_version)
            & (ModelVersion.state == ModelState.ACTIVE),
        )
        .where(
            ScoreResult.enterprise_id == Enterprise.id,
            ScoreResult.facts_version == Enterprise.facts_version,
        )
        .exists()
    )
    statement = (
        select(Enterprise.id)
        .where(Enterprise.registered_at.is_not(None), ~current)
        .order_by(Enterprise.id)
        .limit(limit)
    )
    return db.session.scalars(statement).all()


def grade_counts() -> dict[str, int]:
    """Count present scores by grade; 数据不足 under "insufficient"."""
    active = find_active()
    if active is None:
        return {}
    newest = (
        select(ScoreResult.enterprise_id, ScoreResult.grade)
        .where(ScoreResult.model_code == active.code, ScoreResult.model_version == active.version)
        .ext(distinct_on(ScoreResult.enterprise_id))
        .order_by(ScoreResult.enterprise_id, ScoreResult.scored_at.desc())
        .subquery()
    )
    rows = db.session.execute(
        select(func.coalesce(newest.c.grade, "insufficient"), func.count()).group_by(newest.c.grade)
    )
    return {str(grade): int(count) for grade, count in rows}


def look_request(institution_id: UUID | None, request_key: str | None) -> LookRequest | None:
    """Return the order that took this key, as it stands now."""
    statement = (
        select(LookRequest)
        .where(LookRequest.institution_id == institution_id, LookRequest.request_key == request_key)
        .execution_options(populate_existing=True)
    )
    return db.session.scalars(statement).one_or_none()


def find_batch(batch_id: UUID) -> LookBatch | None:
    """Return one batch of looks as it stands now."""
    statement = select(LookBatch).where(LookBatch.id == batch_id)
    statement = statement.execution_options(populate_existing=True)
    return db.session.scalars(statement).one_or_none()


def batches_of(account_id: UUID, page: Page) -> tuple[Sequence[LookBatch], int]:
    """Return the batches a person ordered, newest first, and how many there are."""
    statement = select(LookBatch).where(LookBatch.account_id == account_id)
    total = db.session.scalar(statement.with_only_columns(func.count())) or 0
    ordered = statement.order_by(LookBatch.created_at.desc(), LookBatch.id.desc())
    return db.session.scalars(ordered.offset(page.offset).limit(page.size)).all(), total


def done_counts(batch_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Count the rows done of each batch; a batch without any is absent."""
    statement = (
        select(LookBatchRow.batch_id, func.count())
        .where(LookBatchRow.batch_id.in_(batch_ids), LookBatchRow.done_at.is_not(None))
        .group_by(LookBatchRow.batch_id)
    )
    return {found[0]: found[1] for found in db.session.execute(statement)}


def lines_of(batch_id: UUID) -> Sequence[Row[LookBatchRow, Consent, Enterprise]]:
    """Return the rows of a batch with consent and firm, in their order."""
    statement = (
        select(LookBatchRow, Consent, Enterprise)
        .join(Consent, Consent.id == LookBatchRow.consent_id)
        .join(Enterprise, Enterprise.id == Consent.enterprise_id)
        .where(LookBatchRow.batch_id == batch_id)
        .order_by(LookBatchRow.position)
    )
    return db.session.execute(statement).all()


def open_positions(batch_id: UUID) -> Sequence[int]:
    """Return the positions of the rows that are not done."""
    statement = select(LookBatchRow.position).where(
        LookBatchRow.batch_id == batch_id, LookBatchRow.done_at.is_(None)
    )
    return db.session.scalars(statement.order_by(LookBatchRow.position)).all()


def locked_row(batch_id: UUID, position: int) -> LookBatchRow | None:
    """Return one row, locked until the transaction ends."""
    statement = (
        select(LookBatchRow)
        .where(LookBatchRow.batch_id == batch_id, LookBatchRow.position == position)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return db.session.scalars(statement).one_or_none()


def snapshot_in_batch(batch_id: UUID, consent_id: UUID) -> UUID | None:
    """Return the snapshot that a look of this batch under the consent has left, or None."""
    for event in credit_records.looks_under_consent(consent_id):
        if event.batch_id == batch_id and event.outcome is QueryOutcome.ALLOWED:
            return event.snapshot_id
    return None


def consents_of(institution_id: UUID, ids: Sequence[UUID]) -> Sequence[Consent]:
    """Return those of the consents that were given to this institution."""
    statement = select(Consent).where(Consent.institution_id == institution_id, Consent.id.in_(ids))
    return db.session.scalars(statement).all()


def consent_by_id(consent_id: UUID) -> Consent:
    """Return the consent of a row, which is never deleted."""
    return db.session.scalars(select(Consent).where(Consent.id == consent_id)).one()


def find_model(model_id: UUID) -> ModelVersion | None:
    """Return one model version by its id."""
    return db.session.get(ModelVersion, model_id)


def steps_of(model_id: UUID) -> Sequence[ModelStep]:
    """Return the steps of a model version, oldest first."""
    return db.session.scalars(
        select(ModelStep).where(ModelStep.model_id == model_id).order_by(ModelStep.number)
    ).all()


def switches() -> Sequence[ModelStep]:
    """Return every step by which a version came into use or went out of it, oldest first."""
    return db.session.scalars(
        select(ModelStep)
        .where(
            (ModelStep.to_state == ModelState.ACTIVE) | (ModelStep.from_state == ModelState.ACTIVE)
        )
        .order_by(ModelStep.number)
    ).all()
