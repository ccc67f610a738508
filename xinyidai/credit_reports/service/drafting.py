"""What a report says, edition by edition: plain JSON without fractions, ready to be signed.

No edition says more than was read: the caller brings what the actor may see.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from xinyidai.catalogue.credit_reports import REPORTS, ReportEdition
from xinyidai.catalogue.kinds import CLASSES, DEPARTMENTS, KINDS
from xinyidai.catalogue.values import RecordKind
from xinyidai.credit_records import service as credit_records
from xinyidai.credit_records.values import Fact
from xinyidai.credit_reports import rules, showing
from xinyidai.credit_reports.values import (
    FINDING_NAMES,
    Draft,
    Finding,
    PublicCredit,
    ReportOrder,
    ShownRecord,
)
from xinyidai.kernel import clock
from xinyidai.objections import service as objections
from xinyidai.objections.service.marking import is_marked

ACROSS = "across"
ACROSS_NAME = "跨部门归集的信息（含各部门作出的决定）"
Sources = Mapping[str, Mapping[str, datetime]]


def of_public(credit: PublicCredit) -> Draft:
    """Return the public edition: what anybody may see, section by section."""
    sections = [
        {
            "code": section.code,
            "name": section.name,
            "finding": _section_words(section.records, is_collected=section.is_collected),
            "records": [showing.as_json(record) for record in section.records],
        }
        for section in credit.sections
    ]
    return Draft(
        {"sections": sections, "scope": _scope(credit_records.public_kinds(), None)},
        credit_records.public_kinds(),
        credit.record_count,
    )


def of_records(
    enterprise_id: UUID, facts: Sequence[Fact], kinds: Collection[str] | None = None
) -> Draft:
    """Return the authorized edition: every record by class; `kinds` None means all kinds."""
    reached = frozenset(KINDS) if kinds is None else frozenset(kinds)
    marks = objections.marks_of(enterprise_id)
    by_class: dict[str, list[ShownRecord]] = {}
    for fact in _newest_first(facts):
        shown = showing.of_fact(fact, is_marked=is_marked(marks, enterprise_id, fact))
        by_class.setdefault(KINDS[fact.kind].class_code, []).append(shown)
    classes = [code for code in CLASSES if any(KINDS[k].class_code == code for k in reached)]
    collected = {KINDS[k].class_code for k in credit_records.collected_kinds() if k in reached}
    sections = [
        {
            "code": code,
            "name": CLASSES[code],
            "finding": _section_words(by_class.get(code, ()), is_collected=code in collected),
            "records": [showing.as_json(record) for record in by_class.get(code, ())],
        }
        for code in classes
    ]
    counts = _counts(facts)
    return Draft({"sections": sections, "scope": _scope(reached, counts)}, reached, len(facts))


def of_violations(enterprise_id: UUID, facts: Sequence[Fact], order: ReportOrder) -> Draft:
    """Return the edition in place of certificates: per department what was looked for and found."""
    first, last = _period(order)
    marks = objections.marks_of(enterprise_id)
    sources = credit_records.collected_sources()
    groups = searched(order.departments)
    found = [fact for fact in facts if _is_within(fact, first, last)]
    departments = []
    total = 0
    for code, kinds in groups.items():
        records = _newest_first(f for f in found if f.kind in {kind.code for kind in kinds})
        total += len(records)
        lines = [_line(kind, sources, records, first) for kind in kinds]
        conclusion = rules.summed([Finding(line["finding"]) for line in lines])
        departments.append(
            {
                "code": code,
                "name": ACROSS_NAME if code == ACROSS else DEPARTMENTS[code].name,
                "finding": conclusion.value,
                "finding_name": FINDING_NAMES[conclusion],
                "is_whole": all(not line["faults"] for line in lines),
                "searched": lines,
                "records": [
                    showing.as_json(
                        showing.of_fact(f, is_marked=is_marked(marks, enterprise_id, f))
                    )
                    for f in records
                ],
            }
        )
    content = {
        "departments": departments,
        "not_counted": [
            {"name": KINDS[code].name, "why": why} for code, why in REPORTS.not_violations.items()
        ],
    }
    reached = frozenset(kind.code for group in groups.values() for kind in group)
    return Draft(content, reached, total)


def offered_departments() -> Mapping[str, str]:
    """Return the departments that a certificate can be asked of: those with violations to tell."""
    kinds = [k for k in REPORTS.violation_kinds() if k.code not in REPORTS.across_departments]
    codes = {kind.department.code for kind in kinds}
    return {code: office.name for code, office in DEPARTMENTS.items() if code in codes}


def searched(departments: Collection[str]) -> Mapping[str, Sequence[RecordKind]]:
    """Return which kinds are looked for, by department; those across all offices always are."""
    groups: dict[str, list[RecordKind]] = {code: [] for code in DEPARTMENTS if code in departments}
    groups[ACROSS] = []
    for kind in REPORTS.violation_kinds():
        if kind.code in REPORTS.across_departments:
            groups[ACROSS].append(kind)
        elif kind.department.code in groups:
            groups[kind.department.code].append(kind)
    return groups


def _line(
    kind: RecordKind, sources: Sources, records: Iterable[Fact], first: date
) -> dict[str, Any]:
    """Return what is said of one kind: sources with their last day, what was found, what lacks."""
    today, delivered = clock.today(), sources.get(kind.code, {})
    faults = []
    newest = max(delivered.values(), default=None)
    if newest is None:
        faults.append("还没有归集")
    elif rules.is_stale(kind, newest, today):
        faults.append(f"{newest.date().isoformat()} 以后没有更新")
    if rules.reaches_beyond_retention(kind, first, today):
        faults.append(f"只保存最近 {kind.retention_months} 个月的信息")
    count = sum(fact.kind == kind.code for fact in records)
    finding = rules.finding_of(has_records=bool(count), faults=faults)
    return {
        "kind": kind.code,
        "name": kind.name,
        "sources": [
            {"name": showing.source_name(code), "collected_on": at.date().isoformat()}
            for code, at in sorted(delivered.items())
        ],
        "collected_on": newest.date().isoformat() if newest else None,
        "count": count,
        "finding": finding.value,
        "finding_name": FINDING_NAMES[finding],
        "faults": faults,
    }


def _period(order: ReportOrder) -> tuple[date, date]:
    if order.edition is not ReportEdition.NO_VIOLATION or not (order.first and order.last):
        raise ValueError("only the edition in place of certificates has a period")
    return order.first, order.last


def _is_within(fact: Fact, first: date, last: date) -> bool:
    """Tell whether a record falls into the period: it happened in it, or still held in it."""
    if fact.occurred_on > last:
        return False
    is_lasting = KINDS[fact.kind].map.valid_until is not None and fact.valid_until is None
    held = is_lasting or (fact.valid_until is not None and fact.valid_until >= first)
    return fact.occurred_on >= first or held


def _scope(kinds: Collection[str], counts: Mapping[str, int] | None) -> list[dict[str, Any]]:
    """Return kind by kind whether it was ever collected; `counts` None leaves numbers out."""
    collected = credit_records.collected_kinds()
    return [
        {
            "kind": kind.code,
            "name": kind.name,
            "department": kind.department.name,
            "collected_on": _day(collected.get(kind.code)),
            "count": None if counts is None else counts.get(kind.code, 0),
        }
        for kind in KINDS.values()
        if kind.code in kinds
    ]


def _section_words(records: Collection[ShownRecord], *, is_collected: bool) -> str:
    if records:
        return f"{len(records)} 条"
    return "没有记录" if is_collected else "数据不足：还没有归集"


def _counts(facts: Iterable[Fact]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for fact in facts:
        counts[fact.kind] = counts.get(fact.kind, 0) + 1
    return counts


def _newest_first(facts: Iterable[Fact]) -> list[Fact]:
    known = [fact for fact in facts if fact.kind in KINDS]
    # Not by number: those are the database's own, and the same records give the same report.
    return sorted(
        known, key=lambda f: (f.occurred_on, f.kind, f.source, f.natural_key), reverse=True
    )


def _day(moment: datetime | None) -> str | None:
    return moment.date().isoformat() if moment else None
