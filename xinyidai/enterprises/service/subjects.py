"""Find the firms that the rows of a file speak of, and create those not known yet.

A right code decides; the name must then be the present or a former one. Without a code only a
name that exactly one firm has decides; any other waits, 待核名.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from xinyidai.enterprises.rules import normalise_name
from xinyidai.enterprises.service.copying import copy_rows, cursor
from xinyidai.kernel import clock
from xinyidai.kernel.db import new_id

BY_CODE = """
    select s.number, e.id, e.uscc, e.name, s.name, e.former_names,
        s.normal_name is null or e.normal_name = s.normal_name
    from pg_temp.subject s join enterprise e on e.uscc = s.uscc
"""
UNKNOWN = """
    select s.uscc, s.name, s.rows from pg_temp.subject s
    where s.uscc is not null and s.name is not null
        and not exists (select from enterprise e where e.uscc = s.uscc)
    order by s.number
"""
BY_NAME = """
    with wanted as (select number, normal_name from pg_temp.subject
        where uscc is null and normal_name is not null),
    known as (
        select w.number, e.id, 1 as trust from wanted w join enterprise e using (normal_name)
        union
        select w.number, p.resolved_enterprise_id, 2 from wanted w
        join pending_name p using (normal_name) where p.resolved_enterprise_id is not null),
    best as (select number, min(trust) as trust from known group by number)
    select k.number, min(k.id::text)::uuid as id, count(distinct k.id) as firms
    from known k join best using (number, trust) group by k.number
"""
INSERT = """
    insert into enterprise (id, uscc, name, normal_name, former_names, code_invented, status,
        origin, source, tags, facts_version, created_at)
    select id, uscc, name, normal_name, '{}', code_invented, 'unknown', 'record', source, '{}', 0,
        %(now)s
    from pg_temp.new_subject order by uscc on conflict (uscc) do nothing
"""


class SubjectOutcome(StrEnum):
    """What became of one subject."""

    FOUND = "found"  # 已对应企业
    NAME_MISMATCH = "name_mismatch"  # 代码与名称不一致
    UNKNOWN_CODE = "unknown_code"  # 代码未知且没有名称
    PENDING = "pending"  # 待核名


@dataclass(frozen=True)
class Subject:
    """One pair of code and name as a file has it; `rows` counts how often."""

    number: int
    uscc: str | None
    name: str | None
    rows: int = 1


@dataclass(frozen=True)
class SubjectMatch:
    """The firm of one subject, if any; `registered_name` is the name the platform has."""

    outcome: SubjectOutcome
    enterprise_id: UUID | None = None
    uscc: str | None = None
    registered_name: str | None = None


def match_subjects(
    subjects: Sequence[Subject], *, source: str, code_invented: bool = False
) -> Mapping[int, SubjectMatch]:
    """Return the match of every subject by its number.

    A code not known yet creates a firm of origin `record` under the name that comes most often
    with it in the file. An invented code stands for an id of the source's own, so the id alone
    decides and names are not compared.
    """
    rows = ((s.number, s.uscc, s.name, _normal(s.name), s.rows) for s in subjects)
    copy_rows(
        "subject",
        "number bigint, uscc varchar, name varchar, normal_name varchar, rows bigint",
        rows,
    )
    _create_unknown(source, code_invented=code_invented)
    matches = {subject.number: _without_firm(subject) for subject in subjects}
    matches |= _found_by_code(compare_names=not code_invented)
    return matches | _found_by_name()


def _normal(name: str | None) -> str | None:
    return None if name is None else normalise_name(name)


def _without_firm(subject: Subject) -> SubjectMatch:
    return SubjectMatch(
        SubjectOutcome.UNKNOWN_CODE if subject.uscc is not None else SubjectOutcome.PENDING
    )


def _create_unknown(source: str, *, code_invented: bool) -> None:
    names: dict[str, Counter[str]] = {}
    for uscc, name, rows in cursor().execute(UNKNOWN).fetchall():
        names.setdefault(uscc, Counter())[name] += rows
    work = copy_rows(
        "new_subject",
        "id uuid, uscc varchar, name varchar, normal_name varchar, code_invented boolean,"
        " source varchar",
        _new_rows(names, source, code_invented=code_invented),
    )
    work.execute(INSERT, {"now": clock.now()})


def _new_rows(
    names: Mapping[str, Counter[str]], source: str, *, code_invented: bool
) -> Iterator[Sequence[Any]]:
    for uscc, seen in names.items():
        # Counter keeps the order of first sight among equals.
        name = seen.most_common(1)[0][0]
        yield new_id(), uscc, name, normalise_name(name), code_invented, source


def _found_by_code(*, compare_names: bool) -> dict[int, SubjectMatch]:
    found: dict[int, SubjectMatch] = {}
    rows: Iterable[tuple[Any, ...]] = cursor().execute(BY_CODE).fetchall()
    for number, firm, uscc, registered, name, former, same in rows:
        agrees = same or not compare_names or _normal(name) in map(_normal, former)
        outcome = SubjectOutcome.FOUND if agrees else SubjectOutcome.NAME_MISMATCH
        found[number] = SubjectMatch(outcome, firm, uscc, registered)
    return found


def _found_by_name() -> dict[int, SubjectMatch]:
    rows: Iterable[tuple[Any, ...]] = cursor().execute(BY_NAME).fetchall()
    return {
        number: SubjectMatch(SubjectOutcome.FOUND, firm)
        for number, firm, firms in rows
        if firms == 1
    }
