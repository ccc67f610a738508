"""Releases, entries and correction notices as tables, 名单批次、条目和更正公告.

An entry that rests on a record names it by kind, source and natural key, all of them public by
the list's own purpose, and is in force only while that record is: `queries.in_force` asks the
record itself at each reading, so nothing has to be carried over when one is repaired.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from xinyidai.credit_lists.values import OutReason, ReleaseAction, ReleaseKind, ReleaseState
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import Model, new_id, state_type


class ListRelease(Model):
    """One release of one list, 发布批次; `department_id` is the office that drafted it."""

    __tablename__ = "credit_list_release"
    __table_args__ = (
        CheckConstraint(
            "checked_by is null or checked_by <> drafted_by", name="checked_by_another"
        ),
        Index("ix_credit_list_release_state", "state", "drafted_at"),
        Index("ix_credit_list_release_department", "department_id", "drafted_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    number: Mapped[str] = mapped_column(String(32), unique=True)
    kind: Mapped[ReleaseKind] = mapped_column(state_type(ReleaseKind))
    list_type: Mapped[str] = mapped_column(String(64))
    title: Mapped[str]
    state: Mapped[ReleaseState] = mapped_column(state_type(ReleaseState))
    catalogue_version: Mapped[str] = mapped_column(String(32))
    department_id: Mapped[UUID] = mapped_column(ForeignKey("department.id"))
    drafted_by: Mapped[UUID]
    drafted_at: Mapped[datetime] = mapped_column(default=clock.now)
    checked_by: Mapped[UUID | None]
    checked_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    row_count: Mapped[int] = mapped_column(default=0)


class ReleaseStep(Model):
    """One step of a release: who did what, when and why; append only."""

    __tablename__ = "credit_list_step"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    release_id: Mapped[UUID] = mapped_column(ForeignKey("credit_list_release.id"), index=True)
    action: Mapped[ReleaseAction] = mapped_column(state_type(ReleaseAction))
    to_state: Mapped[ReleaseState] = mapped_column(state_type(ReleaseState))
    account_id: Mapped[UUID | None]
    role: Mapped[Role] = mapped_column(state_type(Role))
    actor_name: Mapped[str]
    reason: Mapped[str] = mapped_column(Text)
    taken_at: Mapped[datetime] = mapped_column(default=clock.now)


class ListEntry(Model):
    """One firm on one list, 名单条目; public from `listed_at` on.

    `out_at` is set by a release or a correction; where the record ended or the term is over the
    entry is out without it, and the nightly job only writes down the day.
    """

    __tablename__ = "credit_list_entry"
    __table_args__ = (
        Index(
            "uq_credit_list_entry_live",
            "list_type",
            "enterprise_id",
            text("coalesce(record_source, '')"),
            text("coalesce(record_natural_key, document)"),
            unique=True,
            postgresql_where=text("listed_at is not null and out_at is null"),
        ),
        Index(
            "ix_credit_list_entry_firm",
            "enterprise_id",
            postgresql_where=text("listed_at is not null"),
        ),
        Index("ix_credit_list_entry_type", "list_type", "in_on", "id"),
        CheckConstraint(
            "num_nonnulls(record_kind, record_source, record_natural_key) in (0, 3)",
            name="record_whole",
        ),
        CheckConstraint("(out_at is null) = (out_reason is null)", name="out_whole"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    release_id: Mapped[UUID] = mapped_column(ForeignKey("credit_list_release.id"), index=True)
    list_type: Mapped[str] = mapped_column(String(64))
    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprise.id"))
    document: Mapped[str] = mapped_column(Text)
    organ: Mapped[str]
    in_on: Mapped[date]
    out_planned_on: Mapped[date | None]
    record_kind: Mapped[str | None] = mapped_column(String(64))
    record_source: Mapped[str | None]
    record_natural_key: Mapped[str | None] = mapped_column(Text)
    record_level: Mapped[str | None]
    drafted_at: Mapped[datetime] = mapped_column(default=clock.now)
    listed_at: Mapped[datetime | None]
    out_at: Mapped[datetime | None]
    out_reason: Mapped[OutReason | None] = mapped_column(state_type(OutReason))


class EntryRemoval(Model):
    """One entry that a removal release takes off, 移出明细."""

    __tablename__ = "credit_list_removal"

    release_id: Mapped[UUID] = mapped_column(ForeignKey("credit_list_release.id"), primary_key=True)
    entry_id: Mapped[UUID] = mapped_column(
        ForeignKey("credit_list_entry.id"), primary_key=True, index=True
    )
    reason: Mapped[OutReason] = mapped_column(state_type(OutReason))


class CorrectionNotice(Model):
    """A public notice that firms were listed wrongly, 更正公告; append only."""

    __tablename__ = "credit_list_notice"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    number: Mapped[str] = mapped_column(String(32), unique=True)
    release_id: Mapped[UUID] = mapped_column(ForeignKey("credit_list_release.id"), unique=True)
    list_type: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(Text)
    published_by: Mapped[UUID | None]
    published_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)


class NoticeFirm(Model):
    """One firm that a notice clears, 被更正的企业."""

    __tablename__ = "credit_list_notice_firm"

    notice_id: Mapped[UUID] = mapped_column(ForeignKey("credit_list_notice.id"), primary_key=True)
    entry_id: Mapped[UUID] = mapped_column(ForeignKey("credit_list_entry.id"), primary_key=True)
    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprise.id"), index=True)
