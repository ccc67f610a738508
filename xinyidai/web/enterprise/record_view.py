"""The firm's own records, 信用信息, as tables in the words of the catalogue."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from flask import url_for

from xinyidai.catalogue.kinds import get_kind
from xinyidai.catalogue.values import Field, FieldType, RecordKind
from xinyidai.credit_records.values import Fact
from xinyidai.kernel.money import format_yuan
from xinyidai.web.chrome import format_day

MOST_SHOWN = 50


@dataclass(frozen=True)
class RecordGroup:
    """The newest records of one kind and their number; each row is a list of label and value."""

    kind: RecordKind
    total: int
    rows: list[dict[str, Any]]
    dispute_url: str


def groups_of(facts: Sequence[Fact]) -> list[RecordGroup]:
    """Return the records by kind, newest first within each."""
    by_kind = groupby(facts, key=lambda fact: fact.kind)
    return [_group(code, list(group)) for code, group in by_kind]


def _group(code: str, facts: Sequence[Fact]) -> RecordGroup:
    kind = get_kind(code)
    newest = sorted(facts, key=lambda fact: fact.occurred_on, reverse=True)
    return RecordGroup(
        kind,
        len(newest),
        [_row(kind, fact) for fact in newest[:MOST_SHOWN]],
        url_for("enterprise.dispute", item="records", kind=code),
    )


def _row(kind: RecordKind, fact: Fact) -> dict[str, Any]:
    names = {kind.map.subject_code, kind.map.subject_name}
    shown = [entry for entry in kind.fields if entry.code not in names]
    return {
        "on": format_day(fact.occurred_on),
        "source": fact.source,
        "collected": format_day(fact.collected_at),
        "facts": [
            {"label": entry.name, "value": _text(entry, fact.content)}
            for entry in shown
            if fact.content.get(entry.code) is not None
        ],
    }


def _text(entry: Field, content: Mapping[str, Any]) -> str:
    value = content[entry.code]
    if entry.type.is_amount:
        return format_yuan(int(value))
    if entry.type is FieldType.BOOLEAN:
        return "是" if value else "否"
    if entry.type is FieldType.ENUM:
        return entry.values.get(str(value), str(value))
    return str(value)
