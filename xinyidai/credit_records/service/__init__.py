"""Use cases of credit records: the one door, who gets through it, and how records come in."""

from xinyidai.credit_records.publicity import public_kinds
from xinyidai.credit_records.service import cases, write
from xinyidai.credit_records.service.disclose import (
    Build,
    Disclosure,
    disclose,
    disclose_many,
    read_snapshot,
)
from xinyidai.credit_records.service.look import Look
from xinyidai.credit_records.service.own import read_own
from xinyidai.credit_records.service.platform import PlatformRun, collected_kinds, platform_run
from xinyidai.credit_records.service.public import collected_sources, read_public, removed_since
from xinyidai.credit_records.service.retention import forget_expired_snapshots
from xinyidai.credit_records.service.staging import NewRecord

__all__ = [
    "Build",
    "Disclosure",
    "Look",
    "NewRecord",
    "PlatformRun",
    "cases",
    "collected_kinds",
    "collected_sources",
    "disclose",
    "disclose_many",
    "forget_expired_snapshots",
    "platform_run",
    "public_kinds",
    "read_own",
    "read_public",
    "read_snapshot",
    "removed_since",
    "write",
]
