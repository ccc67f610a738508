"""What data quality needs of the store, 数据质量检查: everything within one platform run.

`open_tables` says which deliveries are measured and which departments they are of; `read_reported`,
`read_known` and `read_coverage` then fill temp tables that the caller counts in. Lists of rejected
rows name no firm: their values are stored masked.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Connection, Executable

from xinyidai.credit_records import quality_queries as sql
from xinyidai.credit_records.service import door
from xinyidai.credit_records.service.batches import COLLECTION
from xinyidai.credit_records.service.platform import PlatformRun
from xinyidai.credit_records.service.rejections import as_rejections
from xinyidai.credit_records.values import Rejection
from xinyidai.kernel.db import db


@dataclass(frozen=True)
class Delivered:
    """One finished delivery; `received_on` is the day on which it came in, in Asia/Shanghai."""

    id: UUID
    source: str
    kind: str
    file_name: str
    total: int
    accepted: int
    rejected: int
    unchanged: int
    received_on: date


@dataclass(frozen=True)
class MeasuredBatch:
    """A delivery with the department it is of; only the rows of measured ones are counted."""

    batch: Delivered
    department_code: str
    is_measured: bool


@dataclass(frozen=True)
class MeasuredKind:
    """A kind of decisions: the family in which it is compared, and who decides and who delivers.

    `organ_field` names the deciding organ in a record, or `organ_code` is the one that always
    decides; `office_code` is the department that passes the kind on.
    """

    kind: str
    family: str
    number_field: str
    organ_field: str | None
    organ_code: str | None
    office_code: str


@dataclass(frozen=True)
class ExpectedKind:
    """A kind of which each firm should have facts, and since when they must be to be fresh."""

    kind: str
    class_code: str
    fresh_since: date
    delivered_on: date | None
    is_period: bool


def list_delivered() -> list[Delivered]:
    """Return every finished delivery, the oldest first."""
    return [
        Delivered(
            id=row.id,
            source=row.source,
            kind=row.kind,
            file_name=row.file_name,
            total=row.rows_total,
            accepted=row.rows_accepted,
            rejected=row.rows_rejected,
            unchanged=row.rows_unchanged,
            received_on=row.received_on,
        )
        for row in door.read(COLLECTION, sql.DELIVERED)
    ]


def open_tables(
    batches: Iterable[MeasuredBatch], kinds: Iterable[MeasuredKind], organs: Mapping[str, str]
) -> None:
    """Make and fill the temp tables of one measuring; `organs` maps bare names to departments."""
    db.session.flush()
    connection = db.session.connection()
    connection.execute(door.PATIENCE)
    for statement in (sql.DROP, *sql.CREATE, *sql.GRANTS):
        connection.execute(statement)
    _copy_batches(connection, batches)
    for kind in kinds:
        connection.execute(
            sql.ADD_KIND,
            {
                "kind": kind.kind,
                "family": kind.family,
                "number": kind.number_field,
                "organ": kind.organ_field,
                "organ_code": kind.organ_code,
                "office": kind.office_code,
            },
        )
    for organ, department in organs.items():
        connection.execute(sql.ADD_ORGAN, {"organ": organ, "department": department})
    connection.execute(sql.ANALYZE)


def read_reported(run: PlatformRun) -> int:
    """Fill `staged_report` with what the measured deliveries brought for the first time."""
    return _fill(run, sql.REPORTED, {})


def read_known(run: PlatformRun, since: date, until: date) -> int:
    """Fill `staged_known` with decisions of a department that came from another source."""
    return _fill(run, sql.KNOWN, {"since": since, "until": until})


def read_coverage(run: PlatformRun, kinds: Sequence[ExpectedKind]) -> int:
    """Fill `staged_coverage`: which firms have facts of a domain, and whether fresh ones."""
    return _fill(
        run,
        sql.COVERED,
        {
            "kinds": [one.kind for one in kinds],
            "classes": [one.class_code for one in kinds],
            "fresh": [one.fresh_since for one in kinds],
            "delivered": [one.delivered_on for one in kinds],
            "periods": [one.is_period for one in kinds],
        },
    )


def code_faults(batch_ids: Sequence[UUID], rules: Sequence[str]) -> dict[UUID, dict[str, int]]:
    """Return how many rows of each delivery broke each of these rules."""
    found: dict[UUID, dict[str, int]] = {}
    bounds = {"batches": list(batch_ids), "rules": list(rules)}
    for row in door.read(COLLECTION, sql.CODE_FAULTS, bounds):
        found.setdefault(row.batch_id, {})[row.rule] = int(row.rows)
    return found


def rejected_rows(
    batch_ids: Sequence[UUID], *, rules: Sequence[str] | None = None, limit: int, offset: int
) -> list[Rejection]:
    """Return rejected rows of these deliveries, one entry for each broken rule.

    The caller has checked that the deliveries are the actor's business.
    """
    bounds = {"batches": list(batch_ids), "rules": None if rules is None else list(rules)}
    rows = door.read(COLLECTION, sql.REJECTED, bounds | {"limit": limit, "offset": offset})
    return as_rejections(rows)


def count_rejected(
    batch_ids: Sequence[UUID], *, rules: Sequence[str] | None = None
) -> tuple[int, int]:
    """Return how many entries `rejected_rows` pages through, and how many rows they are of."""
    bounds = {"batches": list(batch_ids), "rules": None if rules is None else list(rules)}
    [row] = door.read(COLLECTION, sql.COUNT_REJECTED, bounds)
    return int(row.entries), int(row.rows)


def _copy_batches(connection: Connection, batches: Iterable[MeasuredBatch]) -> None:
    with door.driver(connection).cursor() as cursor, cursor.copy(sql.COPY_BATCHES) as copy:
        for one in batches:
            batch = one.batch
            facts = (batch.kind, batch.received_on, batch.file_name, one.is_measured)
            copy.write_row((batch.id, one.department_code, *facts))


def _fill(run: PlatformRun, statement: Executable, bounds: Mapping[str, object]) -> int:
    with door.with_door(run.aperture) as connection:
        rows: int = connection.execute(statement, dict(bounds)).rowcount
        return rows
