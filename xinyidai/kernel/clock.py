"""The only clock: aware times in Asia/Shanghai, which seeds and tests may move."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

TZ = ZoneInfo("Asia/Shanghai")

_moved_to: ContextVar[datetime | None] = ContextVar("clock_moved_to", default=None)


def now() -> datetime:
    """Return the present moment, aware, in Asia/Shanghai."""
    moved_to = _moved_to.get()
    return moved_to or datetime.now(UTC).astimezone(TZ)  # noqa: TID251 - this is the clock


def today() -> date:
    """Return today's date in Asia/Shanghai."""
    return now().date()


def local(moment: datetime) -> datetime:
    """Return an aware moment in Asia/Shanghai; refuse a naive one."""
    if moment.tzinfo is None:
        raise ValueError("a naive datetime has no moment")
    return moment.astimezone(TZ)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Let the clock stand at `moment`, for seeds that tell a history and for tests."""
    token = _moved_to.set(local(moment))
    try:
        yield
    finally:
        _moved_to.reset(token)
