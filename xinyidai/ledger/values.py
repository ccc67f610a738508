"""Values of the evidence log."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID


class OpeningState(StrEnum):
    """Whether what pages show today is what was sealed, 内容核对."""

    MATCHES = "matches"  # 与存证一致
    ERASED = "erased"  # 个人信息已依法删除
    DIFFERS = "differs"  # 与存证不一致
    MISSING = "missing"  # 内容缺失


class Signature(NamedTuple):
    """A signature with what it takes to verify it; `key_id` is eight hexadecimal digits."""

    algorithm: str
    key_id: str
    value: bytes


@dataclass(frozen=True)
class Checkpoint:
    """What a checkpoint says: how large the tree of a month was and what its root was, 检查点."""

    origin: str
    size: int
    root: bytes
    sealed_at: datetime


@dataclass(frozen=True)
class SealResult:
    """What a sealing did; without `sealed` nothing waited, or (`is_busy`) another one is at it."""

    sealed: int = 0
    month: str | None = None
    size: int = 0
    root: bytes = b""
    sealed_at: datetime | None = None
    is_busy: bool = False


@dataclass(frozen=True)
class InclusionProof:
    """That an entry stands in a signed tree, with all it takes to check that offline, 存在证明.

    `note` is the signed checkpoint with the witnesses' lines, `path` leads from the leaf to its
    root. The texts and salts open the two commitments; what is erased is None.
    """

    entry_id: UUID
    entry_text: str
    month: str
    leaf_index: int
    size: int
    root: bytes
    path: Sequence[bytes]
    sealed_at: datetime
    note: str
    witnesses: Sequence[str]
    matter: OpeningState
    person: OpeningState
    matter_salt: bytes
    matter_text: str | None
    person_salt: bytes | None
    person_text: str | None

    def as_document(self) -> dict[str, Any]:
        """Return the proof as JSON, for download; hashes and salts in hexadecimal."""
        return {
            "entry": self.entry_text,
            "matter_salt": self.matter_salt.hex(),
            "matter": self.matter_text,
            "person_salt": self.person_salt.hex() if self.person_salt else None,
            "person": self.person_text,
            "leaf_index": self.leaf_index,
            "tree_size": self.size,
            "path": [step.hex() for step in self.path],
            "checkpoint": self.note,
        }


@dataclass(frozen=True)
class WitnessStep:
    """One step a witness takes from the checkpoint it knows to a newer one.

    Within a month `proof` leads from `old` leaves to the checkpoint. At a new month `old` is 0,
    and `header` (leaf 0, with its audit path) names the end of the month before.
    """

    note: str
    old: int
    proof: Sequence[bytes]
    header: str | None = None
    header_proof: Sequence[bytes] = ()

    def as_document(self) -> dict[str, Any]:
        """Return the step as JSON, as the witness tool reads it; hashes in base64."""
        return {
            "checkpoint": self.note,
            "old": self.old,
            "proof": [b64encode(step).decode() for step in self.proof],
            "header": self.header,
            "header_proof": [b64encode(step).decode() for step in self.header_proof],
        }


@dataclass(frozen=True)
class Verification:
    """What a check of the whole log found, 台账核验; `problems` are sentences, worst first.

    `report` is that of the stand-alone verifier.
    """

    is_fine: bool
    entries: int
    problems: Sequence[str]
    report: Mapping[str, Any]
