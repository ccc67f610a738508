"""信用承诺 as tables: templates, signed commitments, evidence of fulfilment, steps."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from xinyidai.accounts.values import Position
from xinyidai.catalogue.commitments import CommitmentKind
from xinyidai.commitments.values import CommitmentAction, CommitmentState, TemplateState
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import Model, new_id, state_type
from xinyidai.kernel.uploads import FileType


class CommitmentTemplate(Model):
    """One version of a template, 承诺书模板; put in force by two clerks."""

    __tablename__ = "commitment_template"
    __table_args__ = (
        UniqueConstraint("code", "version"),
        Index(
            "uq_commitment_template_in_force",
            "code",
            unique=True,
            postgresql_where=text("state = 'in_force'"),
        ),
        CheckConstraint("approved_by is null or approved_by <> drafted_by", name="two_clerks"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(String(64))
    version: Mapped[int]
    kind: Mapped[CommitmentKind] = mapped_column(state_type(CommitmentKind))
    title: Mapped[str]
    body: Mapped[str] = mapped_column(Text)
    term_days: Mapped[int]
    department_id: Mapped[UUID | None] = mapped_column(ForeignKey("department.id"))
    state: Mapped[TemplateState] = mapped_column(state_type(TemplateState))
    drafted_by: Mapped[UUID | None]
    drafted_name: Mapped[str]
    drafted_at: Mapped[datetime] = mapped_column(default=clock.now)
    approved_by: Mapped[UUID | None]
    approved_name: Mapped[str | None]
    approved_at: Mapped[datetime | None]
    retired_at: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(Text)


class Commitment(Model):
    """One signed commitment of one firm, 信用承诺书.

    `text` is what was signed, word for word; the signed artefact names it with everything else.
    `due_on` None is a commitment without an end. One that came with a repair names it in
    `origin_no` and has no template.
    """

    __tablename__ = "commitment"
    __table_args__ = (
        UniqueConstraint("enterprise_id", "request_key"),
        Index("ix_commitment_enterprise", "enterprise_id", "signed_at"),
        Index("ix_commitment_public", "signed_at", postgresql_where=text("state <> 'closed'")),
        Index(
            "ix_commitment_due",
            "due_on",
            postgresql_where=text("state in ('active', 'supplied', 'expired')"),
        ),
        Index("ix_commitment_kind_state", "kind", "state"),
        Index("ix_commitment_record", "record_key"),
        Index("ix_commitment_origin", "origin_no"),
        CheckConstraint(
            "(state in ('kept', 'broken', 'annulled')) = (record_key is not null)", name="finding"
        ),
        CheckConstraint("(template_id is null) = (origin_no is not null)", name="origin"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    number: Mapped[str] = mapped_column(String(32), unique=True)
    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprise.id"))
    request_key: Mapped[UUID] = mapped_column(default=new_id)
    kind: Mapped[CommitmentKind] = mapped_column(state_type(CommitmentKind))
    template_id: Mapped[UUID | None] = mapped_column(ForeignKey("commitment_template.id"))
    template_version: Mapped[str] = mapped_column(String(32))
    origin_no: Mapped[str | None] = mapped_column(String(32))
    title: Mapped[str]
    matter: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    text_hash: Mapped[str] = mapped_column(String(64))
    department_id: Mapped[UUID | None] = mapped_column(ForeignKey("department.id"))
    due_on: Mapped[date | None]
    signer_account_id: Mapped[UUID | None]
    signer_name: Mapped[str]
    signer_position: Mapped[Position | None] = mapped_column(state_type(Position))
    signed_at: Mapped[datetime] = mapped_column(default=clock.now)
    artefact: Mapped[str] = mapped_column(Text)
    artefact_hash: Mapped[str] = mapped_column(String(64))
    signature_algorithm: Mapped[str] = mapped_column(String(32))
    signature_key_id: Mapped[str] = mapped_column(String(8))
    signature: Mapped[str] = mapped_column(Text)
    state: Mapped[CommitmentState] = mapped_column(state_type(CommitmentState))
    result: Mapped[str | None] = mapped_column(Text)
    decided_at: Mapped[datetime | None]
    record_kind: Mapped[str | None] = mapped_column(String(64))
    record_key: Mapped[str | None] = mapped_column(String(64))


class CommitmentFile(Model):
    """One file of evidence of fulfilment, 履行证明; never public."""

    __tablename__ = "commitment_file"
    __table_args__ = (
        Index("uq_commitment_file_content", "commitment_id", "sha256", unique=True),
        Index("ix_commitment_file_enterprise", "enterprise_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    commitment_id: Mapped[UUID] = mapped_column(ForeignKey("commitment.id"))
    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprise.id"))
    name: Mapped[str]
    type: Mapped[FileType] = mapped_column(state_type(FileType))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    uploaded_at: Mapped[datetime] = mapped_column(default=clock.now)
    uploaded_by: Mapped[UUID | None]


class CommitmentStep(Model):
    """One step of a commitment: who did what, when and why; append only."""

    __tablename__ = "commitment_step"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    commitment_id: Mapped[UUID] = mapped_column(ForeignKey("commitment.id"), index=True)
    action: Mapped[CommitmentAction] = mapped_column(state_type(CommitmentAction))
    to_state: Mapped[CommitmentState] = mapped_column(state_type(CommitmentState))
    account_id: Mapped[UUID | None]
    role: Mapped[Role] = mapped_column(state_type(Role))
    actor_name: Mapped[str]
    reason: Mapped[str] = mapped_column(Text)
    taken_at: Mapped[datetime] = mapped_column(default=clock.now)
