"""Model versions and score results as tables."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Float, ForeignKey, Identity, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from xinyidai.kernel import clock
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import Model, new_id, state_type
from xinyidai.scoring.lifecycle import ModelAction
from xinyidai.scoring.values import BatchLookState, ModelState


class ModelVersion(Model):
    """A trained model that was registered here, 模型版本; at most one is active."""

    __tablename__ = "model_version"
    __table_args__ = (
        UniqueConstraint("code", "version"),
        Index(
            "uq_model_version_one_active",
            "state",
            unique=True,
            postgresql_where=text("state = 'active'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(String(64))
    version: Mapped[str] = mapped_column(String(32))
    title: Mapped[str]
    state: Mapped[ModelState] = mapped_column(state_type(ModelState))
    is_demo: Mapped[bool] = mapped_column(default=False)
    folder: Mapped[str] = mapped_column(String(500))
    manifest_hash: Mapped[str] = mapped_column(String(64))
    validation_hash: Mapped[str | None] = mapped_column(String(64))
    metrics: Mapped[dict[str, Any]] = mapped_column(default=dict)
    registered_by: Mapped[UUID | None]
    registered_at: Mapped[datetime] = mapped_column(default=clock.now)
    validated_by: Mapped[UUID | None]
    validated_at: Mapped[datetime | None]
    approved_by: Mapped[UUID | None]
    approved_at: Mapped[datetime | None]
    activated_by: Mapped[UUID | None]
    activated_at: Mapped[datetime | None]
    retired_at: Mapped[datetime | None]
    signature: Mapped[str | None] = mapped_column(Text)
    signature_algorithm: Mapped[str | None] = mapped_column(String(32))
    signature_key_id: Mapped[str | None] = mapped_column(String(8))


class ModelStep(Model):
    """One step in the life of a model version: who, when, why; append only.

    `opinion` is the person's own words; `details` name what the step rested on, for example the
    digest of the validation report or the version that was replaced.
    """

    __tablename__ = "model_step"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    number: Mapped[int] = mapped_column(Identity(), unique=True)  # order within one moment
    model_id: Mapped[UUID] = mapped_column(ForeignKey("model_version.id"), index=True)
    action: Mapped[ModelAction] = mapped_column(state_type(ModelAction))
    from_state: Mapped[ModelState | None] = mapped_column(state_type(ModelState, name="from_state"))
    to_state: Mapped[ModelState] = mapped_column(state_type(ModelState, name="to_state"))
    account_id: Mapped[UUID | None]
    actor_name: Mapped[str]
    role: Mapped[Role] = mapped_column(state_type(Role))
    opinion: Mapped[str] = mapped_column(Text, default="")
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    taken_at: Mapped[datetime] = mapped_column(default=clock.now)


class ScoreResult(Model):
    """One score of one firm with all that is needed to compute it again, 信用评分.

    `inputs_hash` is over what the model read (values, causes, days); empty in rows older than it.
    Where not `is_explained`, the reasons are still to be computed from the snapshot, before the
    score is shown to anybody.
    """

    __tablename__ = "score_result"
    __table_args__ = (Index("ix_score_result_current", "enterprise_id", "scored_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprise.id"))
    snapshot_id: Mapped[UUID | None]
    model_code: Mapped[str] = mapped_column(String(64))
    model_version: Mapped[str] = mapped_column(String(32))
    facts_version: Mapped[int]
    is_insufficient: Mapped[bool]
    default_probability: Mapped[float | None] = mapped_column(Float(53))
    grade: Mapped[str | None] = mapped_column(String(3))
    points: Mapped[int | None]
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    missing: Mapped[dict[str, Any]] = mapped_column(default=dict)
    scored_at: Mapped[datetime] = mapped_column(default=clock.now)
    is_explained: Mapped[bool] = mapped_column(default=True)
    inputs_hash: Mapped[str] = mapped_column(String(64), default="")


class ScoreHead(Model):
    """A firm's newest score and what it rests on, 最新评分: what differs from it is to be scored.

    Nothing here is not in `score_result` and `profile_snapshot`; it is kept so that finding the
    firms whose facts changed costs one pass over firms, not over all scores ever made.
    """

    __tablename__ = "score_head"

    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprise.id"), primary_key=True)
    score_id: Mapped[UUID]
    model_code: Mapped[str] = mapped_column(String(64))
    model_version: Mapped[str] = mapped_column(String(32))
    facts_version: Mapped[int]
    content_hash: Mapped[str] = mapped_column(String(64))


class LookBasis(Model):
    """What the model read in a look that showed its result only, 查询评分依据.

    The look's own snapshot shows no indicator then, so it alone could not be recomputed. By
    feature: value, cause of absence, day of the newest record. Nobody is shown it but the firm.
    """

    __tablename__ = "look_basis"

    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprise.id"))
    inputs: Mapped[dict[str, Any]]
    made_at: Mapped[datetime] = mapped_column(default=clock.now)


class LookBatch(Model):
    """Looks at several firms that one officer ordered together, 批量查询; run row by row."""

    __tablename__ = "look_batch"
    __table_args__ = (Index("ix_look_batch_institution", "institution_id", "created_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    institution_id: Mapped[UUID] = mapped_column(ForeignKey("institution.id"))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    state: Mapped[BatchLookState] = mapped_column(state_type(BatchLookState))
    row_count: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    finished_at: Mapped[datetime | None]


class LookBatchRow(Model):
    """One row of a batch: the consent asked for, and the snapshot or the reasons it was refused."""

    __tablename__ = "look_batch_row"

    batch_id: Mapped[UUID] = mapped_column(ForeignKey("look_batch.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    consent_id: Mapped[UUID]
    snapshot_id: Mapped[UUID | None]
    refusal: Mapped[str | None]
    reasons: Mapped[list[str]] = mapped_column(default=list)
    done_at: Mapped[datetime | None]


class LookRequest(Model):
    """An order for a look under a key of its sender's, 查询请求: sent twice, it looks once.

    `account_id` None is the institution's own system; `order_hash` is of what was ordered, so
    that one key never answers for another order.
    """

    __tablename__ = "look_request"
    __table_args__ = (Index("ix_look_request_made", "made_at"),)

    institution_id: Mapped[UUID] = mapped_column(ForeignKey("institution.id"), primary_key=True)
    request_key: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[UUID | None]
    order_hash: Mapped[str] = mapped_column(String(64))
    snapshot_id: Mapped[UUID | None]
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
