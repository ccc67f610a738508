"""What a delivery changes, found in DuckDB, and handed over to be written block by block."""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from threading import Lock
from uuid import UUID

from xinyidai.credit_records.collecting.expressions import literal
from xinyidai.credit_records.collecting.staging import FOUND
from xinyidai.credit_records.collecting.validating import Check
from xinyidai.credit_records.service import loading
from xinyidai.credit_records.service.loading import Origin

BLOCK_ROWS = 250_000
PIECE_ROWS = 50_000
CHUNK = 1 << 20
AS_CSV = "(format csv, header false, nullstr '\\N')"
# A source that delivers once more what was repaired, or unchanged what was corrected or withdrawn,
# does not bring it back.
JUDGED = """
    select s.row_number, s.enterprise_id, s.natural_key, s.occurred_on, s.valid_until,
        s.amount_fen, s.quantity, s.level, s.content, s.digest, e.digest is not null as replaces
    from staged s
    left join existing e on e.enterprise_id = s.enterprise_id and e.natural_key = s.natural_key
        and e.status = 'in_force'
    where s.outcome = 'found' and e.digest is distinct from s.digest
        and not exists (
            select 1 from existing gone
            where gone.enterprise_id = s.enterprise_id and gone.natural_key = s.natural_key
                and (gone.status = 'repaired'
                    or gone.status in ('corrected', 'withdrawn') and gone.digest = s.digest))
"""
NEW = """
    select row_number, enterprise_id, natural_key, occurred_on, valid_until, amount_fen, quantity,
        level, content, digest, false as replaces
    from staged where outcome = 'found'
"""
EXISTING = "enterprise_id uuid, natural_key varchar, digest varchar, status varchar"
VERSIONS = "enterprise_id uuid, version bigint"


@dataclass(frozen=True)
class Changes:
    """The rows that change something, in the table `change`, ordered by firm."""

    check: Check
    origin: Origin
    folder: Path
    is_first: bool
    one_at_a_time: Lock = field(default_factory=Lock)

    def find(self) -> None:
        """Compare the staged rows with what the platform holds; fill `change`.

        The order by firm keeps the pages of an index together, and whole firms in one block.
        """
        engine = self.check.engine
        engine.execute(f"create table existing ({EXISTING})")
        engine.execute(f"create table firm_version ({VERSIONS})")
        self._pull(
            f"select distinct enterprise_id, null from staged where {FOUND}",  # noqa: S608 - a constant
            is_first=self.is_first,
        )
        judged = NEW if self.is_first else JUDGED
        engine.execute(f"create table change as {judged} order by enterprise_id")

    def total(self) -> int:
        """Count the changed rows."""
        return self.check.count("select count(*) from change")

    def blocks(self, size: int = BLOCK_ROWS) -> "Iterator[ChangedBlock]":
        """Cut the changed rows into blocks of about `size`, never within a firm."""
        total, first = self.total(), 0
        while first < total:
            last = self._end_of_firm(min(first + size, total) - 1)
            yield ChangedBlock(self, first, last)
            first = last + 1

    def judge_again(self, firms: Sequence[UUID], name: str) -> None:
        """Compare the rows of some firms anew, into the tables `stale_…` and `again_…`."""
        with self.one_at_a_time:
            engine = self.check.cursor()
            engine.execute(f"create or replace table stale_{name} (enterprise_id uuid)")
            listed = [[str(firm)] for firm in firms]
            engine.executemany(f"insert into stale_{name} values (?)", listed)  # noqa: S608 - our own table
            for table in ("existing", "firm_version"):
                engine.execute(
                    f"delete from {table} where enterprise_id in (from stale_{name})"  # noqa: S608 - our own tables
                )
            self._pull(f"select enterprise_id, null from stale_{name}", is_first=False)  # noqa: S608 - our own table
            engine.execute(
                f"create or replace table again_{name} as select * from ({JUDGED})"  # noqa: S608 - our own tables
                f" where enterprise_id in (from stale_{name})"
            )

    def _end_of_firm(self, place: int) -> int:
        """Return the place of the last row of the firm that has the row at `place`."""
        return self.check.count(
            f"select max(rowid) from change where rowid >= {place} and enterprise_id ="  # noqa: S608 - a number of our own
            f" (select enterprise_id from change where rowid = {place})"
        )

    def _pull(self, firms: str, *, is_first: bool) -> None:
        """Read versions, and then records, of the firms that a query lists, into our tables."""
        listed = self.exported(firms, "firms.csv")
        with loading.existing_of(self.origin, chunks(listed), is_first=is_first) as existing:
            self._import("firm_version", VERSIONS, existing.versions)
            self._import("existing", EXISTING, existing.records)

    def _import(self, table: str, columns: str, pieces: Iterable[bytes]) -> None:
        path = self.folder / f"{table}.csv"
        with path.open("wb") as stream:
            stream.writelines(pieces)
        if path.stat().st_size:
            named = ", ".join(
                "'{}': '{}'".format(*column.split()) for column in columns.split(", ")
            )
            self.check.cursor().execute(
                f"insert into {table} select * from read_csv({literal(str(path))}, header=false,"  # noqa: S608 - a path of our own
                f" columns={{{named}}}, auto_detect=false, quote='\"', escape='\"', nullstr='\\N',"
                " strict_mode=false)"
            )
        path.unlink()

    def exported(self, query: str, name: str) -> Path:
        """Write the result of a query as CSV, on a cursor of its own so that threads may."""
        path = self.folder / name
        self.check.cursor().execute(f"copy ({query}) to {literal(str(path))} {AS_CSV}")
        return path


@dataclass
class ChangedBlock:
    """The rows from `first` to `last` of the table `change`; blocks may be written side by side.

    The rows of firms that were judged again stand apart.
    """

    changes: Changes
    first: int
    last: int
    is_judged_again: bool = False

    def firms(self) -> Iterator[bytes]:
        """Return id and known version of each firm of which something changes."""
        return chunks(
            self.changes.exported(
                "select enterprise_id, version from firm_version semi join"  # noqa: S608 - a query of our own
                f" ({self._rows()}) using (enterprise_id)",
                f"firms{self.first}.csv",
            )
        )

    def replaced(self) -> Iterator[bytes]:
        """Return firm and natural key of each record in force that a row takes the place of."""
        return chunks(
            self.changes.exported(
                f"select enterprise_id, natural_key from ({self._rows()}) where replaces",  # noqa: S608 - a query of our own
                f"old{self.first}.csv",
            )
        )

    def rows(self, batch_id: UUID, now: datetime) -> Iterator[bytes]:
        """Return the rows as records, each piece written while the one before is on its way."""
        pieces = [
            (first, min(first + PIECE_ROWS - 1, self.last))
            for first in range(self.first, self.last + 1, PIECE_ROWS)
        ]
        queries = [
            self._records(self._between(first, last), batch_id, now) for first, last in pieces
        ]
        if self.is_judged_again:
            again = f"select * from again_{self.first}"  # noqa: S608 - our own table
            queries.append(self._records(again, batch_id, now))
        with ThreadPoolExecutor(1) as writer:
            ahead: Future[Path] | None = None
            for number, query in enumerate(queries):
                name = f"rows{self.first}-{number % 2}.csv"
                done, ahead = ahead, writer.submit(self.changes.exported, query, name)
                if done is not None:
                    yield from chunks(done.result())
            if ahead is not None:
                yield from chunks(ahead.result())

    def judge_again(self, firms: Iterable[UUID]) -> None:
        """Find out anew what changes for these firms, which are locked now."""
        self.changes.judge_again(list(firms), str(self.first))
        self.is_judged_again = True

    def _rows(self) -> str:
        rows = self._between(self.first, self.last)
        if not self.is_judged_again:
            return rows
        return f"{rows} union all select * from again_{self.first}"  # noqa: S608 - our own table

    def _between(self, first: int, last: int) -> str:
        rows = f"select * from change where rowid between {first} and {last}"  # noqa: S608 - numbers of our own
        if not self.is_judged_again:
            return rows
        return f"{rows} and enterprise_id not in (from stale_{self.first})"

    def _records(self, rows: str, batch_id: UUID, now: datetime) -> str:
        origin = self.changes.origin
        return (
            f"select enterprise_id, {literal(origin.kind)}, {literal(origin.source)}, natural_key,"  # noqa: S608 - quoted literals
            " occurred_on, valid_until, amount_fen, quantity, level, content, '\\x' || digest,"
            f" '{batch_id}', '{now.isoformat()}' from ({rows})"
        )


def chunks(path: Path) -> Iterator[bytes]:
    """Yield a file piece by piece, and remove it."""
    with path.open("rb") as stream:
        while piece := stream.read(CHUNK):
            yield piece
    path.unlink()
