"""Nodes, what flows to and from them, packages and errors as tables.

Packages carry firms' records, so their bytes stand in the schema `credit`, behind the same door;
what stands outside counts and names, and says nothing of any record.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from xinyidai.kernel import clock
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import Model, new_id, state_type
from xinyidai.node_exchange.values import (
    NodeAction,
    NodeDirection,
    NodeLevel,
    NodeState,
    PackageState,
    Way,
)


class ExchangeSelf(Model):
    """Who this node is, 本节点; exactly one row."""

    __tablename__ = "exchange_self"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    code: Mapped[str] = mapped_column(String(32))
    name: Mapped[str]
    level: Mapped[NodeLevel] = mapped_column(state_type(NodeLevel))
    base_url: Mapped[str | None] = mapped_column(Text)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now, onupdate=clock.now)


class ExchangeNode(Model):
    """A peer and the link to it, 对接节点: papers, state, and how far both chains have come."""

    __tablename__ = "exchange_node"
    __table_args__ = (
        CheckConstraint(
            "state in ('proposed', 'ended') or approved_by_name is not null", name="two_persons"
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str]
    level: Mapped[NodeLevel] = mapped_column(state_type(NodeLevel))
    direction: Mapped[NodeDirection] = mapped_column(state_type(NodeDirection))
    verifier: Mapped[str] = mapped_column(Text)
    base_url: Mapped[str | None] = mapped_column(Text)
    pulls: Mapped[bool] = mapped_column(default=False)
    protocol: Mapped[int]
    frequency: Mapped[str]
    legal_basis: Mapped[str] = mapped_column(Text)
    agreement_no: Mapped[str]
    allows_government: Mapped[bool] = mapped_column(default=False)
    security_assessed_on: Mapped[date | None]
    agreement_on: Mapped[date | None]
    data_list_on: Mapped[date | None]
    expires_on: Mapped[date | None]
    is_invented: Mapped[bool] = mapped_column(default=False)
    state: Mapped[NodeState] = mapped_column(state_type(NodeState))
    proposed_by: Mapped[UUID | None]
    proposed_by_name: Mapped[str]
    approved_by: Mapped[UUID | None]
    approved_by_name: Mapped[str | None]
    approved_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    heard_at: Mapped[datetime | None]
    heartbeat: Mapped[dict[str, Any]] = mapped_column(default=dict)
    in_sequence: Mapped[int] = mapped_column(default=0)
    in_digest: Mapped[str] = mapped_column(String(64), default="")
    out_sequence: Mapped[int] = mapped_column(default=0)
    out_digest: Mapped[str] = mapped_column(String(64), default="")
    built_at: Mapped[datetime | None]


class ExchangeStep(Model):
    """One step of a link: who did what, when and why; append only."""

    __tablename__ = "exchange_step"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    node_id: Mapped[UUID] = mapped_column(ForeignKey("exchange_node.id"), index=True)
    action: Mapped[NodeAction] = mapped_column(state_type(NodeAction))
    to_state: Mapped[NodeState] = mapped_column(state_type(NodeState))
    account_id: Mapped[UUID | None]
    role: Mapped[Role] = mapped_column(state_type(Role))
    actor_name: Mapped[str]
    reason: Mapped[str] = mapped_column(Text)
    taken_at: Mapped[datetime] = mapped_column(default=clock.now)


class ExchangeFlow(Model):
    """One kind that goes to a peer, or comes from it under a code of its own, 交换目录对照."""

    __tablename__ = "exchange_flow"
    __table_args__ = (
        Index("uq_exchange_flow", "node_id", "way", "remote_kind", unique=True),
        Index(
            "uq_exchange_flow_out",
            "node_id",
            "kind",
            unique=True,
            postgresql_where=text("way = 'out'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    node_id: Mapped[UUID] = mapped_column(ForeignKey("exchange_node.id"))
    way: Mapped[Way] = mapped_column(state_type(Way))
    kind: Mapped[str] = mapped_column(String(64))
    remote_kind: Mapped[str] = mapped_column(String(64))
    cursor: Mapped[dict[str, Any]] = mapped_column(default=dict)


class ExchangePackage(Model):
    """One package, sent or taken in, with its receipt, 交换包; says nothing of any record."""

    __tablename__ = "exchange_package"
    __table_args__ = (
        Index("uq_exchange_package_sequence", "node_id", "way", "sequence", unique=True),
        Index("ix_exchange_package_created", "node_id", "created_at"),
        Index(
            "ix_exchange_package_open",
            "node_id",
            "sequence",
            postgresql_where=text("state in ('waiting', 'dead')"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    node_id: Mapped[UUID] = mapped_column(ForeignKey("exchange_node.id"))
    way: Mapped[Way] = mapped_column(state_type(Way))
    sequence: Mapped[int]
    state: Mapped[PackageState] = mapped_column(state_type(PackageState))
    manifest: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(String(64))
    rows: Mapped[int]
    size: Mapped[int]
    receipt: Mapped[dict[str, Any]] = mapped_column(default=dict)
    receipt_key_id: Mapped[str | None] = mapped_column(String(8))
    receipt_signature: Mapped[str | None] = mapped_column(Text)
    accepted: Mapped[int | None]
    rejected: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    done_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    tried_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(Text)


class ExchangeBody(Model):
    """The bytes of a package, or of a refused one, behind the door; erased after a time."""

    __tablename__ = "exchange_body"
    __table_args__ = (Index("ix_exchange_body_kept", "kept_at"), {"schema": "credit"})

    id: Mapped[UUID] = mapped_column(primary_key=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    kept_at: Mapped[datetime] = mapped_column(default=clock.now)


class ExchangeError(Model):
    """Something that did not go through and waits for somebody, 交换差错; open until resolved.

    `reference` is the package as the sender named it; the same trouble again is counted.
    """

    __tablename__ = "exchange_error"
    __table_args__ = (
        Index(
            "uq_exchange_error_open",
            text("coalesce(node_id::text, claimed)"),
            "way",
            "code",
            "reference",
            unique=True,
            postgresql_where=text("resolved_at is null"),
        ),
        Index("ix_exchange_error_last", "last_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    node_id: Mapped[UUID | None] = mapped_column(ForeignKey("exchange_node.id"))
    claimed: Mapped[str]
    way: Mapped[Way] = mapped_column(state_type(Way))
    code: Mapped[str] = mapped_column(String(64))
    message: Mapped[str] = mapped_column(Text)
    reference: Mapped[str]
    sequence: Mapped[int | None]
    has_body: Mapped[bool] = mapped_column(default=False)
    times: Mapped[int] = mapped_column(default=1)
    first_at: Mapped[datetime] = mapped_column(default=clock.now)
    last_at: Mapped[datetime] = mapped_column(default=clock.now)
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[str | None]
    resolution: Mapped[str | None] = mapped_column(Text)
