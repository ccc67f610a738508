"""自愿注册 as tables: declarations, their attachments and steps.

A file stands in the database, so that it comes and goes with the transaction that names it and is
in every backup ([ADR 0020]); its content is loaded only when somebody downloads it.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from xinyidai.accounts.values import Position
from xinyidai.declarations.values import DeclarationAction, DeclarationState
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import Model, new_id, state_type
from xinyidai.kernel.uploads import FileType

SIGNED = "num_nonnulls(artefact, artefact_hash, signature, signer_account_id, signed_at) in (0, 5)"


class Declaration(Model):
    """What a firm declares of itself in one category, 自愿填报.

    `texts` is what was typed, `content` what was signed; the statement is kept as version and
    digest, the whole as a canonical text that the platform signed.
    """

    __tablename__ = "declaration"
    __table_args__ = (
        Index(
            "uq_declaration_one_draft",
            "enterprise_id",
            "category",
            unique=True,
            postgresql_where=text("state = 'draft'"),
        ),
        Index("ix_declaration_enterprise", "enterprise_id", "created_at"),
        Index(
            "ix_declaration_waiting", "submitted_at", postgresql_where=text("state = 'submitted'")
        ),
        Index("ix_declaration_record", "record_key"),
        CheckConstraint(SIGNED, name="signed_whole"),
        CheckConstraint("state <> 'verified' or record_key is not null", name="record"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    number: Mapped[str] = mapped_column(String(32), unique=True)
    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprise.id"))
    category: Mapped[str] = mapped_column(String(64))
    catalogue_version: Mapped[str] = mapped_column(String(32))
    texts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    content: Mapped[dict[str, Any] | None]
    state: Mapped[DeclarationState] = mapped_column(state_type(DeclarationState))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    created_by: Mapped[UUID | None]
    submitted_at: Mapped[datetime | None]
    statement_version: Mapped[str | None] = mapped_column(String(32))
    statement_hash: Mapped[str | None] = mapped_column(String(64))
    signer_account_id: Mapped[UUID | None]
    signer_name: Mapped[str | None]
    signer_position: Mapped[Position | None] = mapped_column(state_type(Position))
    signed_at: Mapped[datetime | None]
    artefact: Mapped[str | None] = mapped_column(Text)
    artefact_hash: Mapped[str | None] = mapped_column(String(64))
    signature_algorithm: Mapped[str | None] = mapped_column(String(32))
    signature_key_id: Mapped[str | None] = mapped_column(String(8))
    signature: Mapped[str | None] = mapped_column(Text)
    decided_at: Mapped[datetime | None]
    result: Mapped[str | None] = mapped_column(Text)
    record_key: Mapped[str | None] = mapped_column(String(64))
    valid_until: Mapped[date | None]
    ended_at: Mapped[datetime | None]


class DeclarationFile(Model):
    """One attachment, 附件; the same content twice is one file."""

    __tablename__ = "declaration_file"
    __table_args__ = (
        Index("uq_declaration_file_content", "declaration_id", "sha256", unique=True),
        Index("ix_declaration_file_enterprise", "enterprise_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    declaration_id: Mapped[UUID] = mapped_column(ForeignKey("declaration.id"))
    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprise.id"))
    name: Mapped[str]
    type: Mapped[FileType] = mapped_column(state_type(FileType))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    uploaded_at: Mapped[datetime] = mapped_column(default=clock.now)
    uploaded_by: Mapped[UUID | None]


class DeclarationStep(Model):
    """One step of a declaration: who did what, when and why; append only."""

    __tablename__ = "declaration_step"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    declaration_id: Mapped[UUID] = mapped_column(ForeignKey("declaration.id"), index=True)
    action: Mapped[DeclarationAction] = mapped_column(state_type(DeclarationAction))
    to_state: Mapped[DeclarationState] = mapped_column(state_type(DeclarationState))
    account_id: Mapped[UUID | None]
    role: Mapped[Role] = mapped_column(state_type(Role))
    actor_name: Mapped[str]
    reason: Mapped[str] = mapped_column(Text)
    taken_at: Mapped[datetime] = mapped_column(default=clock.now)
