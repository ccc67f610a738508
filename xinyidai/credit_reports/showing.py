"""Put records into the words of the catalogue, for public pages and for reports; persons masked."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from xinyidai.catalogue.kinds import DEPARTMENTS, get_kind
from xinyidai.catalogue.values import Field, FieldType, RecordKind
from xinyidai.credit_records.presentation import shown_text
from xinyidai.credit_records.values import Fact, PublicRecord
from xinyidai.credit_reports.values import ShownRecord
from xinyidai.kernel import clock, masking

BATCH_SHOWN = 12
LONGEST_PERSON = 12
NUMBER_WORDS = ("号码", "证号")


def source_name(code: str) -> str:
    """Return the name of a source; one that the catalogue does not list goes by its own."""
    return DEPARTMENTS[code].name if code in DEPARTMENTS else code


def of_public(record: PublicRecord, marked: Collection[str]) -> ShownRecord:
    """Return a record as anybody may see it."""
    kind = get_kind(record.kind)
    return ShownRecord(
        kind=kind.code,
        name=kind.name,
        source=source_name(record.source),
        occurred_on=record.occurred_on,
        ends_on=record.ends_on,
        collected_on=clock.local(record.collected_at).date(),
        legal_basis=kind.legal_basis,
        is_marked=record.key in marked,
        fields=_fields(kind, record.content),
    )


def of_fact(fact: Fact, *, is_marked: bool) -> ShownRecord:
    """Return a record as the firm itself, or who it authorized, may see it."""
    kind = get_kind(fact.kind)
    return ShownRecord(
        kind=kind.code,
        name=kind.name,
        source=source_name(fact.source),
        occurred_on=fact.occurred_on,
        ends_on=fact.valid_until,
        collected_on=clock.local(fact.collected_at).date(),
        legal_basis=kind.legal_basis,
        is_marked=is_marked,
        fields=_fields(kind, fact.content),
        batch=_batch(fact.batch_id),
    )


def as_json(record: ShownRecord) -> dict[str, Any]:
    """Return a record as a report's content holds it: days are texts, nothing is a fraction."""
    return {
        "kind": record.kind,
        "name": record.name,
        "source": record.source,
        "occurred_on": record.occurred_on.isoformat(),
        "ends_on": record.ends_on.isoformat() if record.ends_on else None,
        "collected_on": record.collected_on.isoformat(),
        "batch": record.batch or None,
        "legal_basis": record.legal_basis,
        "under_objection": record.is_marked,
        "fields": [{"label": label, "value": value} for label, value in record.fields],
    }


def _fields(kind: RecordKind, content: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    subject = {kind.map.subject_code, kind.map.subject_name}
    return tuple(
        (field.name, _text(field, content[field.code]))
        for field in kind.fields
        if field.code not in subject and content.get(field.code) is not None
    )


def _text(field: Field, value: Any) -> str:
    text = shown_text(field, value)
    if not field.personal or field.type is not FieldType.TEXT:
        return text
    if any(word in field.name for word in NUMBER_WORDS):
        return masking.mask_id(text)
    return masking.mask_name(text[:LONGEST_PERSON])


def _batch(batch_id: UUID | None) -> str:
    return batch_id.hex[-BATCH_SHOWN:].upper() if batch_id else ""
