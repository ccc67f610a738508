"""How far the sending of one kind to one peer has come, pure.

Records get their numbers before their transaction commits, so a higher number may become visible
before a lower one; a cursor that only remembers the last number would lose the lower one for
ever. What is certain instead is the horizon of a snapshot: every transaction below it has ended.
A round therefore sends what was written at or above the horizon of the round before, and may send
a row twice (the receiver finds it unchanged) but never loses one.

Numbers only narrow the search: a transaction at or above `upper` began to write after the mark was
taken, so its records have higher numbers than the highest one seen then. Writers hold a lock, and
with it their transaction number, before they draw record numbers; `SLACK` covers the rest.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

SLACK = 10_000
MOST_MARKS = 50


class Phase(StrEnum):
    """What a round is reading, 读取阶段."""

    RECORDS = "records"  # 有效记录
    ENDINGS = "endings"  # 已失效记录


@dataclass(frozen=True)
class Horizon:
    """One look at the clock of transactions: all below `lower` have ended, none from `upper` began.

    `record_id` is the highest number visible at that moment.
    """

    lower: int
    upper: int
    record_id: int


@dataclass(frozen=True)
class Round:
    """A round under way: where it ends, and the last number already sent."""

    lower: int
    record_id: int
    phase: Phase
    after: int


@dataclass(frozen=True)
class Cursor:
    """How far one kind has come: `since` is the horizon, `low` where numbers begin to matter.

    `sent` is the highest number of the rounds before: only their endings must be told.
    """

    since: int = 0
    low: int = 0
    sent: int = 0
    marks: Sequence[tuple[int, int]] = ()
    round: Round | None = None

    def begun(self, horizon: Horizon) -> "Cursor":
        """Begin a round, unless one is under way.

        A horizon below the one remembered belongs to another database cluster (a restored copy):
        then everything is sent anew.
        """
        if self.round is not None:
            return self
        if horizon.upper < self.since:
            return Cursor().begun(horizon)
        start = Round(horizon.lower, horizon.record_id, Phase.RECORDS, max(0, self.low - SLACK))
        marks = (*self.marks, (horizon.upper, horizon.record_id))
        return replace(self, round=start, marks=marks[-MOST_MARKS:])

    def moved(self, after: int) -> "Cursor":
        """Note the last number sent."""
        return replace(self, round=replace(self._under_way(), after=after))

    def turned(self) -> "Cursor":
        """Go on from records to endings, and from endings to the end of the round."""
        now = self._under_way()
        if now.phase is Phase.RECORDS:
            return replace(self, round=replace(now, phase=Phase.ENDINGS, after=0))
        settled = [number for upper, number in self.marks if upper <= now.lower]
        waiting = tuple(mark for mark in self.marks if mark[0] > now.lower)
        return Cursor(now.lower, max([self.low, *settled]), now.record_id, waiting)

    def as_json(self) -> dict[str, Any]:
        """Return the cursor as a row keeps it."""
        now = self.round
        return {
            "since": self.since,
            "low": self.low,
            "sent": self.sent,
            "marks": [list(mark) for mark in self.marks],
            "round": None if now is None else {**vars(now), "phase": now.phase.value},
        }

    def _under_way(self) -> Round:
        if self.round is None:
            raise ValueError("no round is under way")
        return self.round


def read_cursor(kept: Mapping[str, Any]) -> Cursor:
    """Return the cursor that a row keeps; an empty one has sent nothing yet."""
    if not kept:
        return Cursor()
    now = kept["round"]
    return Cursor(
        kept["since"],
        kept["low"],
        kept["sent"],
        tuple((mark[0], mark[1]) for mark in kept["marks"]),
        None
        if now is None
        else Round(now["lower"], now["record_id"], Phase(now["phase"]), now["after"]),
    )
