"""The evidence log as tables; every one of them is append only for the application.

What an entry tells of stays in the slice that wrote it. Here are its salted commitments, its
place in the tree, and who vouched for the tree.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from xinyidai.kernel import clock
from xinyidai.kernel.db import Model, new_id


class SigningKey(Model):
    """A public key of the platform, 签名公钥; the private half never enters the database."""

    __tablename__ = "signing_key"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(64), index=True)
    algorithm: Mapped[str] = mapped_column(String(16))
    key_id: Mapped[str] = mapped_column(String(8), unique=True)
    verifier: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class LedgerEntry(Model):
    """One entry: two salted commitments under the id of the event it stands for, 存证条目."""

    __tablename__ = "ledger_entry"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(String(32))
    happened_at: Mapped[datetime] = mapped_column(index=True)
    matter_hash: Mapped[bytes] = mapped_column(LargeBinary)
    matter_salt: Mapped[bytes] = mapped_column(LargeBinary)
    person_hash: Mapped[bytes] = mapped_column(LargeBinary)
    # None once the personal data was erased: the commitment then opens to nothing.
    person_salt: Mapped[bytes | None] = mapped_column(LargeBinary)
    leaf_hash: Mapped[bytes] = mapped_column(LargeBinary)


class LedgerPending(Model):
    """An entry that waits for the next sealing, 待封存."""

    __tablename__ = "ledger_pending"

    entry_id: Mapped[UUID] = mapped_column(primary_key=True)


class LedgerSegment(Model):
    """One month of the log, 月段: a tree of its own that names the end of the month before."""

    __tablename__ = "ledger_segment"

    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    origin: Mapped[str] = mapped_column(Text)
    header: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[datetime]


class LedgerLeaf(Model):
    """The place of an entry in its month's tree; the header's has no entry."""

    __tablename__ = "ledger_leaf"

    month: Mapped[str] = mapped_column(ForeignKey("ledger_segment.month"), primary_key=True)
    leaf_index: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entry_id: Mapped[UUID | None] = mapped_column(unique=True)
    leaf_hash: Mapped[bytes] = mapped_column(LargeBinary)


class LedgerNode(Model):
    """The hash of a complete subtree of 256 or 65,536 leaves (level 8 or 16), for short proofs."""

    __tablename__ = "ledger_node"

    month: Mapped[str] = mapped_column(ForeignKey("ledger_segment.month"), primary_key=True)
    level: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    node_index: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    node_hash: Mapped[bytes] = mapped_column(LargeBinary)


class LedgerCheckpoint(Model):
    """A signed statement of how large the tree was and what its root was, 检查点."""

    __tablename__ = "ledger_checkpoint"

    month: Mapped[str] = mapped_column(ForeignKey("ledger_segment.month"), primary_key=True)
    size: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    root: Mapped[bytes] = mapped_column(LargeBinary)
    sealed_at: Mapped[datetime]
    note: Mapped[str] = mapped_column(Text)


class LedgerWitness(Model):
    """Somebody outside who co-signs checkpoints, 见证方; `party_id` is a bank or an office."""

    __tablename__ = "ledger_witness"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(unique=True)
    verifier: Mapped[str] = mapped_column(Text)
    party_id: Mapped[UUID] = mapped_column(index=True)
    added_at: Mapped[datetime] = mapped_column(default=clock.now)
    retired_at: Mapped[datetime | None]


class LedgerCosignature(Model):
    """A witness's signature under one checkpoint, 见证签名."""

    __tablename__ = "ledger_cosignature"
    __table_args__ = (
        UniqueConstraint("month", "size", "witness_id"),
        ForeignKeyConstraint(
            ["month", "size"], ["ledger_checkpoint.month", "ledger_checkpoint.size"]
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    month: Mapped[str] = mapped_column(String(7))
    size: Mapped[int]
    witness_id: Mapped[UUID] = mapped_column(ForeignKey("ledger_witness.id"))
    signed_at: Mapped[datetime]
    line: Mapped[str] = mapped_column(Text)
    received_at: Mapped[datetime] = mapped_column(default=clock.now)
