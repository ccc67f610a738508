"""Tables of joint results: a bank's models, their versions, runs, and what left."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Float, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column, relationship

from xinyidai.joint_results.values import ModelKind, RowOutcome, RunState, VersionState
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import Model, new_id, state_type


class JointModel(Model):
    """A bank's own model through all its versions, 联合模型."""

    __tablename__ = "joint_model"
    __table_args__ = (UniqueConstraint("institution_id", "code"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    institution_id: Mapped[UUID] = mapped_column(ForeignKey("institution.id"))
    code: Mapped[str] = mapped_column(String(40))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class JointModelVersion(Model):
    """One version, 联合模型版本; its document never changes, `content_hash` is of the whole of it.

    `report` is what was counted when it was handed in: population, nearest version, faults.
    `seal` is the platform's signature of hash and approvers, made at the approval.
    """

    __tablename__ = "joint_model_version"
    __table_args__ = (
        UniqueConstraint("model_id", "number"),
        Index(
            "uq_joint_model_version_active",
            "model_id",
            unique=True,
            postgresql_where=sql("state = 'active'"),
        ),
        Index("ix_joint_model_version_state", "state", "submitted_at"),
        CheckConstraint(
            "state in ('draft', 'under_review', 'retired')"
            " or (num_nonnulls(approved_party, submitted_party) = 2"
            " and approved_party <> submitted_party)",
            name="approved_by_another_party",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    model_id: Mapped[UUID] = mapped_column(ForeignKey("joint_model.id"))
    number: Mapped[int]
    state: Mapped[VersionState] = mapped_column(state_type(VersionState))
    kind: Mapped[ModelKind] = mapped_column(state_type(ModelKind))
    name: Mapped[str] = mapped_column(String(40))
    purpose: Mapped[str] = mapped_column(String(64))
    plain_purpose: Mapped[str] = mapped_column(String(120))
    inputs: Mapped[list[str]]
    items: Mapped[list[str]]
    band_names: Mapped[list[str]]
    document: Mapped[dict[str, Any]]
    content_hash: Mapped[str] = mapped_column(String(64))
    report: Mapped[dict[str, Any] | None]
    drafted_by: Mapped[UUID | None]
    drafted_by_name: Mapped[str]
    drafted_at: Mapped[datetime] = mapped_column(default=clock.now)
    submitted_by: Mapped[UUID | None]
    submitted_party: Mapped[UUID | None]
    submitted_at: Mapped[datetime | None]
    returned_reason: Mapped[str | None] = mapped_column(Text)
    approved_by: Mapped[UUID | None]
    approved_party: Mapped[UUID | None]
    approved_by_name: Mapped[str | None]
    approved_at: Mapped[datetime | None]
    approval_note: Mapped[str | None] = mapped_column(Text)
    seal: Mapped[dict[str, Any] | None]
    activated_at: Mapped[datetime | None]
    retired_at: Mapped[datetime | None]
    retired_reason: Mapped[str | None] = mapped_column(Text)

    model: Mapped[JointModel] = relationship(lazy="joined", innerjoin=True)

    @property
    def label(self) -> str:
        """Return name and number as people read them."""
        return f"{self.name} 第 {self.number} 版"


class JointRun(Model):
    """One run over several firms, 批量运行, with what left in it: the privacy log.

    `account_id` None is the institution's own system; `bits` is the most one result can tell;
    `spread` counts results by band when the run ended.
    """

    __tablename__ = "joint_run"
    __table_args__ = (
        Index("ix_joint_run_institution", "institution_id", "created_at"),
        Index("ix_joint_run_created", "created_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    version_id: Mapped[UUID] = mapped_column(ForeignKey("joint_model_version.id"))
    institution_id: Mapped[UUID] = mapped_column(ForeignKey("institution.id"))
    account_id: Mapped[UUID | None]
    role: Mapped[Role] = mapped_column(state_type(Role))
    actor_name: Mapped[str]
    state: Mapped[RunState] = mapped_column(state_type(RunState))
    inputs: Mapped[list[str]]
    bits: Mapped[float] = mapped_column(Float(53))
    row_count: Mapped[int]
    given: Mapped[int] = mapped_column(default=0)
    spread: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]

    version: Mapped[JointModelVersion] = relationship(lazy="joined", innerjoin=True)


class JointRunRow(Model):
    """One firm of a run: the authorization used, and the snapshot or why there is none."""

    __tablename__ = "joint_run_row"

    run_id: Mapped[UUID] = mapped_column(ForeignKey("joint_run.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    consent_id: Mapped[UUID] = mapped_column(ForeignKey("consent.id"))
    outcome: Mapped[RowOutcome | None] = mapped_column(state_type(RowOutcome))
    reasons: Mapped[list[str]] = mapped_column(default=list)
    snapshot_id: Mapped[UUID | None]
    done_at: Mapped[datetime | None]


class JointResult(Model):
    """One result that left for a bank, 联合结果: what the firm is shown of it; append only.

    `inputs` are the indicators the authorization covered, `withheld` those counted at their
    least. One a day for each firm and version.
    """

    __tablename__ = "joint_result"
    __table_args__ = (
        UniqueConstraint("version_id", "enterprise_id", "made_on"),
        Index("ix_joint_result_firm", "enterprise_id", "institution_id", "made_on"),
        Index("ix_joint_result_snapshot", "snapshot_id"),
    )

    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    snapshot_id: Mapped[UUID]
    version_id: Mapped[UUID] = mapped_column(ForeignKey("joint_model_version.id"))
    institution_id: Mapped[UUID] = mapped_column(ForeignKey("institution.id"))
    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprise.id"))
    consent_id: Mapped[UUID] = mapped_column(ForeignKey("consent.id"))
    run_id: Mapped[UUID | None]
    made_on: Mapped[date]
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    band: Mapped[str] = mapped_column(String(12))
    inputs: Mapped[list[str]]
    withheld: Mapped[list[str]]
    bits: Mapped[float] = mapped_column(Float(53))

    version: Mapped[JointModelVersion] = relationship(lazy="joined", innerjoin=True)
