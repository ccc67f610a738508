"""Join sound rows to firms: by code, by a name only one firm has, or not yet, 待核名."""

from collections.abc import Iterator

import pyarrow as pa

from xinyidai.credit_records.collecting.validating import SUBJECT, Check
from xinyidai.enterprises.service import (
    HeldName,
    HoldCounts,
    Subject,
    SubjectOutcome,
    hold_names,
    match_subjects,
)

REFUSED = ("name_mismatch", "unknown_code")


def match(check: Check, source: str) -> None:
    """Fill `matched` (row_number, enterprise_id, uscc, outcome) and reject what fits no firm."""
    check.engine.execute(
        """
        create table subject as select row_number() over (order by first_row) as number, * from (
            select uscc, name, min(row_number) as first_row, count(*) as rows
            from sound group by uscc, name)
        """
    )
    subjects = [
        Subject(*row)
        for row in check.engine.execute("select number, uscc, name, rows from subject").fetchall()
    ]
    invented = check.mapping.subject.namespace is not None
    found = match_subjects(subjects, source=source, code_invented=invented)
    table = pa.table(
        {
            "number": pa.array(list(found), pa.int64()),
            "enterprise_id": pa.array(
                [
                    str(match.enterprise_id) if match.enterprise_id else None
                    for match in found.values()
                ],
                pa.string(),
            ),
            "outcome": pa.array([match.outcome.value for match in found.values()], pa.string()),
        }
    )
    check.engine.register("found", table)
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
