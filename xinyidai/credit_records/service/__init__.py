"""Use cases of credit records: the one door, who gets through it, and how records come in."""

from xinyidai.credit_records.publicity import public_kinds
from xinyidai.credit_records.service import cases, made_here, write
from xinyidai.credit_records.service.batches import Batch, count_batches, get_batch, list_batches
from xinyidai.credit_records.service.disclose import (
    Build,
    Disclosure,
    Limits,
    disclose,
    disclose_many,
    read_snapshot,
)
from xinyidai.credit_records.service.history import Knowledge
from xinyidai.credit_records.service.look import Look
from xinyidai.credit_records.service.own import OwnPage, read_own, read_own_page
from xinyidai.credit_records.service.platform import PlatformRun, collected_kinds, platform_run
from xinyidai.credit_records.service.public import collected_sources, last_removals, read_public
from xinyidai.credit_records.service.rejections import count_rejections, rejections_of
from xinyidai.credit_records.service.retention import forget_expired_snapshots
from xinyidai.credit_records.service.staging import NewRecord
from xinyidai.credit_records.values import Rejection

__all__ = [
    "Batch",
    "Build",
    "Disclosure",
    "Knowledge",
    "Limits",
    "Look",
    "NewRecord",
    "OwnPage",
    "PlatformRun",
    "Rejection",
    "cases",
    "collected_kinds",
    "collected_sources",
    "count_batches",
    "count_rejections",
    "disclose",
    "disclose_many",
    "forget_expired_snapshots",
    "get_batch",
    "last_removals",
    "list_batches",
    "made_here",
    "platform_run",
    "public_kinds",
    "read_own",
    "read_own_page",
    "read_public",
    "read_snapshot",
    "rejections_of",
    "write",
]
