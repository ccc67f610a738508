"""One credit record in the words of the catalogue, as every page shows it."""

from typing import Any

from xinyidai.catalogue.kinds import DEPARTMENTS, get_kind
from xinyidai.credit_records.presentation import shown_text
from xinyidai.credit_records.values import SOURCE_NAMES, Fact
from xinyidai.web.chrome import format_day


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
        "facts": [
            {"label": entry.name, "value": shown_text(entry, fact.content[entry.code])}
            for entry in shown
            if fact.content.get(entry.code) is not None
        ],
    }


def source_name(source: str) -> str:
    """Return how a record's source is called; what a firm declared itself is labelled so."""
    if source in SOURCE_NAMES:
        return SOURCE_NAMES[source]
    return DEPARTMENTS[source].name if source in DEPARTMENTS else source


def in_one_line(fact: Fact) -> str:
    """Return day and first fields of a record, to tell it from others in a list."""
    row = record_row(fact)
    return "；".join([row["on"], *(f"{f['label']}：{f['value']}" for f in row["facts"][:3])])
