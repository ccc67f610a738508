"""Join sound rows to firms: by code, by a name only one firm has, or not yet, 待核名."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from xinyidai.credit_records.collecting.expressions import literal
from xinyidai.credit_records.collecting.validating import SUBJECT, Check
from xinyidai.enterprises.service import (
    HeldName,
    HoldCounts,
    Subject,
    SubjectOutcome,
    hold_names,
    known_firms,
    match_subjects,
)

REFUSED = ("name_mismatch", "unknown_code")
MANY = 2_000  # from here on all firms are fetched once, and most subjects settled by one join
PORTION = 50_000


def match(check: Check, source: str) -> None:
    """Fill `matched` (row_number, enterprise_id, outcome) and reject what fits no firm."""
    check.engine.execute(
        """
        create table subject as select row_number() over (order by first_row) as number, * from (
            select uscc, name, min(row_number) as first_row, count(*) as rows
            from sound group by uscc, name)
        """
    )
    check.engine.execute("create table found (number bigint, enterprise_id uuid, outcome varchar)")
    if check.count("select count(*) from subject") > MANY:
        _match_known(check)
    for some in _unmatched(check):
        _match_some(check, some, source)
    check.engine.execute(
        """
        create table matched as
        select s.row_number, f.enterprise_id, f.outcome
        from sound s join subject on subject.uscc is not distinct from s.uscc
            and subject.name is not distinct from s.name
        join found f using (number)
        """
    )
    check.engine.execute(
        "insert into rejects select row_number, ?, raw_name, outcome from matched"
        " join sound using (row_number) where outcome in (?, ?)",
        [SUBJECT, *REFUSED],
    )


def _match_known(check: Check) -> None:
    """Settle in one join what needs no thought: a known code with the very name, or with none."""
    invented = check.mapping.subject.namespace is not None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "firms.csv"
        with path.open("wb") as stream:
            stream.writelines(known_firms())
        check.engine.execute(
            f"""
            insert into found
            select s.number, k.id, 'found' from subject s join (
                select * from read_csv({literal(str(path))}, header=false, auto_detect=false,
                    columns={{'id': 'uuid', 'uscc': 'varchar', 'name': 'varchar'}}, quote='"',
                    escape='"', strict_mode=false)) k using (uscc)
            where {"true" if invented else "s.name is null or s.name = k.name"}
            """  # noqa: S608 - a path of our own
        )


def _unmatched(check: Check) -> Iterator[list[Subject]]:
    """Yield the other subjects in portions; one code stays together, and bare names come last."""
    rows = check.cursor().execute(
        "select number, uscc, name, rows from subject anti join found using (number)"
        " order by uscc is null, uscc, number"
    )
    held: list[Subject] = []
    while batch := rows.fetchmany(PORTION):
        for row in batch:
            subject = Subject(*row)
            if len(held) >= PORTION and (subject.uscc is None or subject.uscc != held[-1].uscc):
                yield sorted(held, key=lambda one: one.number)
                held = []
            held.append(subject)
    if held:
        yield sorted(held, key=lambda one: one.number)


def _match_some(check: Check, subjects: list[Subject], source: str) -> None:
    invented = check.mapping.subject.namespace is not None
    found = match_subjects(subjects, source=source, code_invented=invented)
    ids = [match.enterprise_id and str(match.enterprise_id) for match in found.values()]
    table = pa.table(
        {
            "number": pa.array(list(found), pa.int64()),
            "enterprise_id": pa.array(ids, pa.string()),
            "outcome": pa.array([match.outcome.value for match in found.values()], pa.string()),
        }
    )
    check.engine.register("some_found", table)
    check.engine.execute("insert into found select * from some_found")
    check.engine.unregister("some_found")


def hold_pending(check: Check, source: str, kind: str) -> HoldCounts:
    """Keep the rows whose firm is not known yet; they are in `staged` with their content."""
    return hold_names(_held(check, source, kind))


def _held(check: Check, source: str, kind: str) -> Iterator[HeldName]:
    rows = check.engine.execute(
        "select raw_name, row_number, content, digest from staged where outcome = ?"
        " order by row_number",
        [SubjectOutcome.PENDING.value],
    )
    while batch := rows.fetchmany(10_000):
        for name, number, content, digest in batch:
            yield HeldName(source, kind, name, number, content, digest)


def duplicate_codes(check: Check) -> int:
    """Return how many codes stand with several names in the file, 重码."""
    return check.count(
        "select count(*) from (select uscc from subject where uscc is not null"
        " group by uscc having count(distinct name) > 1)"
    )
