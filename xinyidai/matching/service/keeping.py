"""What a process keeps of the firms between searches: the register, and indicators of the day.

Never more than a memory of what the database says now. The register is kept under a mark that
changes with every firm and every profile; a snapshot never changes, so its indicators are kept by
its id. A process that has just started, or a new day, reads what the search asks for, once.

Memory: about 20 MB of the register for 100,000 firms, and `MOST_BYTES` of indicators.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from threading import Lock
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from xinyidai.matching import seeking_queries
from xinyidai.matching.columns import Column
from xinyidai.matching.packed import (
    BYTES_EACH,
    KEY,
    Coded,
    Keys,
    Numbers,
    Table,
    coded,
    places_in,
    table_of,
)
from xinyidai.matching.seeking_queries import PackedFirms

# So many snapshots are read by their ids; for more of them the whole day is read.
MOST_LOOKED_UP = 5_000
MOST_BYTES = 64 << 20
AT_ONCE = 16  # indicators; what one pass hands over stays below 40 MB for 100,000 firms
NOTHING = Table(np.zeros(0, dtype=KEY), {})


@dataclass(frozen=True)
class Firms:
    """The firms of a search on a day; `only` where it goes through some of them alone."""

    on: date
    packed: PackedFirms
    only: Collection[UUID] | None
    # What follows from the register alone is worked out once.
    columns: dict[str, Column] = field(default_factory=dict)

    @cached_property
    def ids(self) -> NDArray[np.object_]:
        """Return the firms' ids in their order."""
        found = np.empty(len(self.packed.keys), dtype=object)
        raw = self.packed.keys.tobytes()
        for place in range(len(found)):
            found[place] = UUID(bytes=raw[place * KEY.itemsize : (place + 1) * KEY.itemsize])
        return found

    def known(self, facts: Mapping[UUID, Any], absent: Any) -> Coded:
        """Return for each firm what is known of it, or what stands for nothing."""
        keys = np.array([firm.bytes for firm in facts], dtype=KEY)
        return self.aligned(keys, list(facts.values()), absent)

    def aligned(self, keys: Keys, values: Sequence[Any], absent: Any) -> Coded:
        """Bring values of firms in any order into the order of these firms."""
        order = np.argsort(keys)
        places = places_in(keys[order], self.packed.keys)
        found = coded([*values, absent])
        at = np.where(places < 0, len(values), np.append(order, len(values))[places])
        return Coded(found.places[at], found.values)


@dataclass
class _Memory:
    """The process's own copy; replaced as a whole under the lock, never changed in place."""

    lock: Lock = field(default_factory=Lock)
    mark: Any = None
    firms: Firms | None = None
    grade_mark: Any = None
    graded: tuple[Firms, Coded] | None = None
    on: date | None = None
    table: Table = NOTHING


_memory = _Memory()


def forget() -> None:
    """Keep nothing: the next search reads all it asks for."""
    with _memory.lock:
        _memory.mark, _memory.firms, _memory.grade_mark, _memory.graded = None, None, None, None
        _memory.on, _memory.table = None, NOTHING


def firms_of(on: date, only: Collection[UUID] | None) -> Firms:
    """Return the firms with a profile of the day; all of them are kept until one changes."""
    if only is not None:
        return Firms(on, seeking_queries.packed_firms(on, only), only)
    # The mark first: what changes between the two is newer than its mark, and is read again.
    mark = on, seeking_queries.mark_of(on)
    with _memory.lock:
        if _memory.firms is not None and _memory.mark == mark:
            return _memory.firms
    firms = Firms(on, seeking_queries.packed_firms(on), None)
    with _memory.lock:
        _memory.mark, _memory.firms = mark, firms
    return firms


def grades_of(firms: Firms) -> Coded:
    """Return the firms' grades on present facts by the active model; None where there is none."""
    if firms.only is not None:
        return firms.aligned(*seeking_queries.packed_grades(firms.only), None)
    mark = seeking_queries.mark_of_grades()
    with _memory.lock:
        # Grades hang on the firms' facts too: those of another register are not these.
        kept = _memory.graded if _memory.grade_mark == mark else None
    if kept is not None and kept[0] is firms:
        return kept[1]
    grades = firms.aligned(*seeking_queries.packed_grades(None), None)
    with _memory.lock:
        _memory.grade_mark, _memory.graded = mark, (firms, grades)
    return grades


def indicators_of(firms: Firms, codes: Collection[str]) -> Mapping[str, Numbers]:
    """Return these indicators of the firms' profiles, in the firms' order."""
    asked = firms.packed.snapshot_keys
    if not codes or not len(asked):
        return dict.fromkeys(codes, Numbers.unknown(0))
    if firms.only is not None and len(asked) <= MOST_LOOKED_UP:
        return _read(firms.on, codes, _ids(asked)).take(asked).columns
    with _memory.lock:
        table = _memory.table if _memory.on == firms.on else NOTHING
    table = _completed(table, firms.on, codes, np.sort(asked))
    if firms.only is None:
        with _memory.lock:
            _memory.on, _memory.table = firms.on, _bounded(table, codes)
    wanted = Table(table.keys, {code: table.columns[code] for code in codes})
    return wanted.take(asked).columns


def _completed(table: Table, on: date, codes: Collection[str], keys: Keys) -> Table:
    """Return a table of exactly these snapshots with what it had and these indicators."""
    lacking = keys[places_in(table.keys, keys) < 0]
    if len(lacking) > MOST_LOOKED_UP:
        table = NOTHING
    elif len(lacking) and table.columns:
        table = _with_rows(table, _read(on, tuple(table.columns), _ids(lacking)))
    columns = dict(table.take(keys).columns)
    new = sorted(set(codes) - columns.keys())
    if new:
        few = len(keys) <= MOST_LOOKED_UP
        columns |= _read(on, new, _ids(keys) if few else None).take(keys).columns
    return Table(keys, columns)


def _with_rows(table: Table, more: Table) -> Table:
    keys = np.concatenate([table.keys, more.keys])
    order = np.argsort(keys)
    columns = {
        code: Numbers(
            np.concatenate([one.values, more.columns[code].values])[order],
            np.concatenate([one.causes, more.columns[code].causes])[order],
        )
        for code, one in table.columns.items()
    }
    return Table(keys[order], columns)


def _read(on: date, codes: Collection[str], only: Collection[UUID] | None) -> Table:
    """Read indicators of the day's snapshots, some in each pass."""
    asked, whole = tuple(codes), NOTHING
    for start in range(0, len(asked), AT_ONCE):
        some = asked[start : start + AT_ONCE]
        found = table_of(seeking_queries.packed_indicators(some, on, only), some)
        # Profiles may be built between two passes; the first pass says which ones count.
        keys = whole.keys if whole.columns else found.keys
        whole = Table(keys, {**whole.columns, **found.take(keys).columns})
    return whole


def _bounded(table: Table, codes: Collection[str]) -> Table:
    """Let go of what was kept longest and is not asked now, as far as memory wants it."""
    columns = dict(table.columns)
    most = max(1, MOST_BYTES // (BYTES_EACH * max(1, len(table.keys))))
    # Asked now is kept last, so that it is let go of last.
    for code in codes:
        columns[code] = columns.pop(code)
    for code in list(columns)[: max(0, len(columns) - most)]:
        del columns[code]
    return Table(table.keys, columns)


def _ids(keys: Keys) -> list[UUID]:
    raw = keys.tobytes()
    size = KEY.itemsize
    return [UUID(bytes=raw[start : start + size]) for start in range(0, len(raw), size)]
