"""One credit record in the words of the catalogue, as every page shows it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from xinyidai.catalogue.dictionary import NATURES
from xinyidai.catalogue.kinds import DEPARTMENTS, get_kind
from xinyidai.catalogue.values import RecordKind
from xinyidai.credit_records.presentation import shown_text
from xinyidai.credit_records.values import SOURCE_NAMES, STATUS_NAMES, Fact, RecordVersion
from xinyidai.web.chrome import format_day, format_moment


@dataclass(frozen=True)
class Seen:
    """What a look at one record brought: the record, if still in force, and its versions."""

    fact: Fact | None
    versions: Sequence[RecordVersion]


def record_row(fact: Fact) -> dict[str, Any]:
    """Return day, source and the fields that say something, each with label and value."""
    kind = get_kind(fact.kind)
    names = {kind.map.subject_code, kind.map.subject_name}
    shown = [entry for entry in kind.fields if entry.code not in names]
    return {
        "id": fact.id,
        "on": format_day(fact.occurred_on),
        "source": source_name(fact.source),
        "collected": format_day(fact.collected_at),
        "nature": f"{NATURES[kind.nature]}信息",
        "trace": _trace(fact, kind),
        "facts": [
            {"label": entry.name, "value": shown_text(entry, fact.content[entry.code])}
            for entry in shown
            if fact.content.get(entry.code) is not None
        ],
    }


def _trace(fact: Fact, kind: RecordKind) -> list[dict[str, str | None]]:
    """Return where a record comes from, 查可追溯: kind of source, batch, paper, organ and basis."""
    columns = kind.map
    organ = fact.content.get(columns.organ) if columns.organ else None
    return [
        {"label": "信息来源", "value": NATURES[kind.nature]},
        {"label": "归集批次", "value": batch_number(fact)},
        {"label": "文书号", "value": fact.content.get(columns.document or "")},
        {"label": "机关", "value": organ or source_name(fact.source)},
        {"label": "依据", "value": kind.legal_basis},
    ]


def batch_number(fact: Fact | RecordVersion) -> str | None:
    """Return the number and day of the batch that brought a record."""
    if fact.batch_id is None:
        return None
    return f"{fact.batch_id.hex[-12:].upper()}（{format_day(fact.collected_at)}）"


def version_rows(versions: Iterable[RecordVersion]) -> list[dict[str, Any]]:
    """Return the versions of one record as lines: state, time in force, who ended it and why."""
    return [
        {
            "state": STATUS_NAMES[one.status],
            "from": format_moment(one.collected_at),
            "until": format_moment(one.ended_at) if one.ended_at else "至今",
            "who": one.ended_by,
            "reason": one.reason,
            "batch": batch_number(one),
        }
        for one in versions
    ]


def source_name(source: str) -> str:
    """Return how a record's source is called; what a firm declared itself is labelled so."""
    if source in SOURCE_NAMES:
        return SOURCE_NAMES[source]
    return DEPARTMENTS[source].name if source in DEPARTMENTS else source


def in_one_line(fact: Fact) -> str:
    """Return day and first fields of a record, to tell it from others in a list."""
    row = record_row(fact)
    return "；".join([row["on"], *(f"{f['label']}：{f['value']}" for f in row["facts"][:3])])
