"""Sources, their keys and gateways, mappings and deliveries as tables.

No row holds a record: the bytes of a delivery are a file of the store until they are forgotten,
samples in a proposal are masked. Private keys are never here.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from xinyidai.deliveries.values import DeliveryChannel, DeliveryState, Interface
from xinyidai.kernel import clock
from xinyidai.kernel.db import Model, new_id, state_type

UNDER_WAY = "state in ('received', 'awaiting_mapping', 'queued', 'collecting')"


class DeliverySource(Model):
    """Where records come from, 数据来源; `name` is how records name their source."""

    __tablename__ = "delivery_source"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(64))
    department_id: Mapped[UUID] = mapped_column(ForeignKey("department.id"), index=True)
    is_enabled: Mapped[bool] = mapped_column(default=True)
    added_at: Mapped[datetime] = mapped_column(default=clock.now)
    last_success_at: Mapped[datetime | None]


class SourceKey(Model):
    """A public key with which a source signs, 来源公钥; Ed25519, 32 bytes."""

    __tablename__ = "delivery_source_key"
    __table_args__ = (UniqueConstraint("source_id", "key_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    source_id: Mapped[UUID] = mapped_column(ForeignKey("delivery_source.id"))
    key_id: Mapped[str] = mapped_column(String(16))
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    added_at: Mapped[datetime] = mapped_column(default=clock.now)
    added_by: Mapped[UUID | None]
    retired_at: Mapped[datetime | None]


class GatewayLink(Model):
    """A gateway from which the platform fetches, 拉取网关; `cursor` is the last batch taken."""

    __tablename__ = "delivery_gateway"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    source_id: Mapped[UUID] = mapped_column(ForeignKey("delivery_source.id"), unique=True)
    url: Mapped[str] = mapped_column(Text)
    cursor: Mapped[str] = mapped_column(String(200), default="")
    is_enabled: Mapped[bool] = mapped_column(default=True)
    last_success_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)
    message: Mapped[str | None] = mapped_column(Text)


class SavedMapping(Model):
    """A confirmed mapping, 归集映射: of one source, for files with these very headings.

    A new one supersedes the present one; what was confirmed is never overwritten.
    """

    __tablename__ = "saved_mapping"
    __table_args__ = (
        UniqueConstraint("source_id", "signature", "version"),
        Index(
            "uq_saved_mapping_present",
            "source_id",
            "signature",
            unique=True,
            postgresql_where=text("superseded_at is null"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    source_id: Mapped[UUID] = mapped_column(ForeignKey("delivery_source.id"))
    signature: Mapped[str] = mapped_column(String(64))
    headings: Mapped[list[str]]
    version: Mapped[int]
    kind: Mapped[str] = mapped_column(String(64))
    content: Mapped[str] = mapped_column(Text)
    confirmed_by: Mapped[UUID | None]
    confirmed_name: Mapped[str]
    confirmed_at: Mapped[datetime] = mapped_column(default=clock.now)
    superseded_at: Mapped[datetime | None]


class Delivery(Model):
    """One file or one push that came in, 报送; its counts stay when its file is forgotten.

    `stored` is the name of the file in the store, None once it was deleted; `mapping` is the YAML
    it is collected with, `saved_mapping_id` where that came from.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        Index(
            "uq_delivery_under_way",
            "source_id",
            "sha256",
            unique=True,
            postgresql_where=text(UNDER_WAY),
        ),
        Index("uq_delivery_idempotency", "source_id", "idempotency_key", unique=True),
        Index("ix_delivery_department", "department_id", "received_at"),
        Index("ix_delivery_received", "received_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    source_id: Mapped[UUID] = mapped_column(ForeignKey("delivery_source.id"))
    department_id: Mapped[UUID] = mapped_column(ForeignKey("department.id"))
    channel: Mapped[DeliveryChannel] = mapped_column(state_type(DeliveryChannel))
    file_name: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    stored: Mapped[str | None] = mapped_column(String(64))
    state: Mapped[DeliveryState] = mapped_column(state_type(DeliveryState))
    kind: Mapped[str | None] = mapped_column(String(64))
    proposal: Mapped[dict[str, Any] | None]
    mapping: Mapped[str | None] = mapped_column(Text)
    saved_mapping_id: Mapped[UUID | None] = mapped_column(ForeignKey("saved_mapping.id"))
    batch_id: Mapped[UUID | None] = mapped_column(index=True)
    message: Mapped[str | None] = mapped_column(Text)
    progress: Mapped[str | None]
    rows_total: Mapped[int | None]
    rows_accepted: Mapped[int | None]
    rows_unchanged: Mapped[int | None]
    rows_rejected: Mapped[int | None]
    rows_pending: Mapped[int | None]
    reasons: Mapped[dict[str, Any] | None]
    idempotency_key: Mapped[str | None] = mapped_column(String(100))
    replaces_id: Mapped[UUID | None] = mapped_column(ForeignKey("delivery.id"))
    account_id: Mapped[UUID | None]
    actor_name: Mapped[str]
    received_at: Mapped[datetime] = mapped_column(default=clock.now)
    finished_at: Mapped[datetime | None]


class PushNonce(Model):
    """A nonce that a source has used, 随机数; kept as long as its time would still be believed."""

    __tablename__ = "delivery_nonce"

    source_id: Mapped[UUID] = mapped_column(primary_key=True)
    nonce: Mapped[str] = mapped_column(String(64), primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)


class InterfaceCall(Model):
    """One call of an interface, 接口调用: how long it took and how it ended, for the board."""

    __tablename__ = "interface_call"
    __table_args__ = (Index("ix_interface_call_at", "called_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    interface: Mapped[Interface] = mapped_column(state_type(Interface))
    source_id: Mapped[UUID | None]
    called_at: Mapped[datetime] = mapped_column(default=clock.now)
    milliseconds: Mapped[int]
    code: Mapped[str | None] = mapped_column(String(64))
