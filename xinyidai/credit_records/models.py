"""Credit records, collection batches, snapshots and the log of queries as tables.

Everything in the schema `credit` is reachable by the role `xinyidai_door` alone. The log
`query_event` stands outside, append only, and without foreign keys: it must outlive what it
tells of.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Identity,
    Index,
    LargeBinary,
    Numeric,
    PrimaryKeyConstraint,
    String,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from xinyidai.credit_records.values import (
    BatchState,
    DisclosureSubject,
    QueryKind,
    QueryOutcome,
    RecordStatus,
)
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import Model, new_id, state_type

IN_FORCE = text("status = 'in_force'")


class CollectionBatch(Model):
    """One file or delivery of one kind from one source, 归集批次.

    While it runs in blocks, `rows_due` were found to be written and `rows_written` are committed,
    `rows_superseded` of them in place of another; each block renews `heartbeat_at`.
    """

    __tablename__ = "collection_batch"
    __table_args__ = (
        Index(
            "uq_collection_batch_finished",
            "source",
            "kind",
            "sha256",
            unique=True,
            postgresql_where=text("state = 'finished'"),
        ),
        Index("ix_collection_batch_kind_finished", "kind", "finished_at"),
        {"schema": "credit"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    source: Mapped[str]
    kind: Mapped[str] = mapped_column(String(64))
    file_name: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    state: Mapped[BatchState] = mapped_column(state_type(BatchState), default=BatchState.RUNNING)
    rows_total: Mapped[int] = mapped_column(default=0)
    rows_accepted: Mapped[int] = mapped_column(default=0)
    rows_rejected: Mapped[int] = mapped_column(default=0)
    rows_unchanged: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime] = mapped_column(default=clock.now)
    finished_at: Mapped[datetime | None]
    account_id: Mapped[UUID | None]
    actor_name: Mapped[str]
    file_sha256: Mapped[str | None] = mapped_column(String(64))
    rows_due: Mapped[int] = mapped_column(server_default="0")
    rows_written: Mapped[int] = mapped_column(server_default="0")
    rows_superseded: Mapped[int] = mapped_column(server_default="0")
    blocks_done: Mapped[int] = mapped_column(server_default="0")
    heartbeat_at: Mapped[datetime | None]


class CreditRecord(Model):
    """One fact about one firm from one source; a change adds a row and never overwrites one.

    A record that is no longer in force says since when, who ended it and why.
    """

    # No foreign keys: a check for each row would halve the speed of collection;
    # `service.write.apply_staged` checks the whole batch in one statement instead.
    __tablename__ = "credit_record"
    # Two indexes for each partition, no more: they are most of what taking a record in costs. The
    # primary key serves a firm's page, counted and chosen without a look at the rows, and the
    # versions of a record; the unique index finds the one that a delivery replaces.
    __table_args__ = (
        PrimaryKeyConstraint(
            "enterprise_id",
            "kind",
            "occurred_on",
            "id",
            name="pk_credit_record",
            postgresql_include=["valid_until", "status"],
        ),
        Index(
            "uq_credit_record_in_force",
            "enterprise_id",
            "kind",
            "source",
            "natural_key",
            unique=True,
            postgresql_where=IN_FORCE,
        ),
        # What ended has to be told to other nodes: few rows, found without walking through all.
        Index(
            "ix_credit_record_ended",
            "kind",
            "id",
            postgresql_where=text("status in ('corrected', 'withdrawn', 'repaired')"),
        ),
        {"schema": "credit", "postgresql_partition_by": "HASH (enterprise_id)"},
    )

    id: Mapped[int] = mapped_column(Identity(always=True))
    enterprise_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(String(64))
    source: Mapped[str]
    natural_key: Mapped[str] = mapped_column(Text)
    occurred_on: Mapped[date]
    valid_until: Mapped[date | None]
    amount_fen: Mapped[int | None]
    quantity: Mapped[Decimal | None] = mapped_column(Numeric(18, 4))
    level: Mapped[str | None]
    status: Mapped[RecordStatus] = mapped_column(
        state_type(RecordStatus), server_default=RecordStatus.IN_FORCE.value
    )
    content: Mapped[dict[str, Any]]
    row_hash: Mapped[bytes] = mapped_column(LargeBinary)
    batch_id: Mapped[UUID]
    collected_at: Mapped[datetime]
    status_changed_at: Mapped[datetime | None]
    status_changed_by: Mapped[str | None]
    status_reason: Mapped[str | None] = mapped_column(Text)


class CollectionRejection(Model):
    """One rule that one row of a delivery broke, 退回明细; the value is stored masked.

    `occurred_on` is the day of the fact as far as the row told it.
    """

    __tablename__ = "collection_rejection"
    __table_args__ = (
        Index("ix_collection_rejection_batch", "batch_id", "row_number"),
        {"schema": "credit"},
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    batch_id: Mapped[UUID]
    row_number: Mapped[int]
    field: Mapped[str] = mapped_column(Text)
    shown_value: Mapped[str] = mapped_column(Text)
    rule: Mapped[str] = mapped_column(String(64))
    occurred_on: Mapped[date | None]


class DisclosureSnapshot(Model):
    """What one institution was shown in one look, 查询快照."""

    __tablename__ = "disclosure_snapshot"
    __table_args__ = (
        Index("ix_disclosure_snapshot_enterprise", "enterprise_id"),
        Index("ix_disclosure_snapshot_expires", "expires_at"),
        {"schema": "credit"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    enterprise_id: Mapped[UUID]
    institution_id: Mapped[UUID]
    consent_id: Mapped[UUID]
    event_id: Mapped[UUID]
    subject: Mapped[DisclosureSubject] = mapped_column(state_type(DisclosureSubject))
    content: Mapped[dict[str, Any]]
    content_hash: Mapped[str] = mapped_column(String(64))
    facts_version: Mapped[int]
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class DoorReading(Model):
    """One opening of the door on one firm's records, 开门记录: counted against the events.

    Written by the door itself, in the transaction of the reading; nothing but the nightly
    reconciliation reads it.
    """

    __tablename__ = "door_reading"
    __table_args__ = (
        Index("ix_door_reading_at", "opened_at"),
        {"schema": "credit"},
    )

    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    enterprise_id: Mapped[UUID | None]
    opened_at: Mapped[datetime] = mapped_column(default=clock.now)


class QueryEvent(Model):
    """One look, also a refused one, or one run of platform processing, 查询留痕."""

    __tablename__ = "query_event"
    __table_args__ = (
        Index("ix_query_event_enterprise", "enterprise_id", "happened_at"),
        Index("ix_query_event_institution", "institution_id", "happened_at"),
        Index("ix_query_event_snapshot", "snapshot_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    happened_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    kind: Mapped[QueryKind] = mapped_column(state_type(QueryKind))
    outcome: Mapped[QueryOutcome] = mapped_column(state_type(QueryOutcome))
    reasons: Mapped[list[str]] = mapped_column(default=list)
    account_id: Mapped[UUID | None]
    role: Mapped[Role] = mapped_column(state_type(Role))
    party_id: Mapped[UUID | None]
    actor_name: Mapped[str]
    institution_id: Mapped[UUID | None]
    enterprise_id: Mapped[UUID | None]
    consent_id: Mapped[UUID | None] = mapped_column(index=True)
    consent_hash: Mapped[str | None] = mapped_column(String(64))
    purpose: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str] = mapped_column(String(64))
    items: Mapped[list[str]] = mapped_column(default=list)
    kinds: Mapped[list[str]] = mapped_column(default=list)
    record_count: Mapped[int | None]
    firm_count: Mapped[int | None]
    rule_version: Mapped[str] = mapped_column(String(64))
    result_hash: Mapped[str | None] = mapped_column(String(64))
    snapshot_id: Mapped[UUID | None]
    batch_id: Mapped[UUID | None]
    client_address: Mapped[str | None] = mapped_column(String(64))
