"""Use cases of credit records: the one door, who gets through it, and how records come in."""

from xinyidai.credit_records.service import cases, made_here, write
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
    "disclose",
    "disclose_many",
    "forget_expired_snapshots",
    "made_here",
    "platform_run",
    "read_own",
    "read_snapshot",
    "write",
]
