"""Whitelist entries and their steps as tables."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from xinyidai.kernel import clock
from xinyidai.kernel.db import Model, new_id, state_type
from xinyidai.whitelist.values import EntryAction, EntryState


class WhitelistEntry(Model):
    """A firm on one list type, 白名单企业; the list type is a code of the catalogue."""

    __tablename__ = "whitelist_entry"
    __table_args__ = (
        Index(
            "uq_whitelist_entry_one_live",
            "list_type",
            "enterprise_id",
            unique=True,
            postgresql_where=text("state <> 'removed'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    list_type: Mapped[str] = mapped_column(String(32), index=True)
    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprise.id"), index=True)
    state: Mapped[EntryState] = mapped_column(state_type(EntryState))
    basis: Mapped[str] = mapped_column(Text)
    standards: Mapped[dict[str, Any]] = mapped_column(default=dict)
    check_result: Mapped[dict[str, Any]] = mapped_column(default=dict)
    rules_version: Mapped[str]
    nominated_by: Mapped[UUID | None]
    nominated_for: Mapped[UUID | None] = mapped_column(ForeignKey("department.id"))
    nominated_at: Mapped[datetime] = mapped_column(default=clock.now)
    listed_by: Mapped[UUID | None]
    listed_at: Mapped[datetime | None]
    removed_by: Mapped[UUID | None]
    removed_at: Mapped[datetime | None]
    removed_reason: Mapped[str | None] = mapped_column(Text)


class WhitelistStep(Model):
    """One step of an entry, with who and why; append only."""

    __tablename__ = "whitelist_step"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    entry_id: Mapped[UUID] = mapped_column(ForeignKey("whitelist_entry.id"), index=True)
    action: Mapped[EntryAction] = mapped_column(state_type(EntryAction))
    to_state: Mapped[EntryState] = mapped_column(state_type(EntryState))
    account_id: Mapped[UUID | None]
    actor_name: Mapped[str]
    reason: Mapped[str] = mapped_column(Text)
    taken_at: Mapped[datetime] = mapped_column(default=clock.now)
