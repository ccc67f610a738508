"""How much was collected, 归集总量: from the batches alone; no record is read for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from xinyidai.credit_records import volume_queries
from xinyidai.credit_records.service import door, write
from xinyidai.credit_records.service.door import Aperture
from xinyidai.kernel import clock

VOLUMES = Aperture(platform_run="volumes")


@dataclass(frozen=True)
class MonthVolume:
    """What one source delivered of one kind in one month (its first day): rows taken and batches.

    A row that replaced an earlier one counts again; one that changed nothing does not.
    """

    kind: str
    source: str
    month: date
    records: int
    batches: int
    last_at: datetime


def read_volumes() -> tuple[MonthVolume, ...]:
    """Return every month in which anything was delivered, by kind, source and month."""
    rows = door.read(VOLUMES, volume_queries.taken_by_month())
    found = [
        MonthVolume(kind, source, month, int(records), batches, clock.local(last_at))
        for kind, source, month, records, batches, last_at in rows
    ]
    return tuple(sorted(found, key=lambda one: (one.kind, one.source, one.month)))


def read_deliveries(kind: str, *, limit: int, offset: int = 0) -> Sequence[write.Batch]:
    """Return the finished batches of a kind, the newest first."""
    return write.batches_of(door.read(VOLUMES, volume_queries.batches_of(kind, limit, offset)))
