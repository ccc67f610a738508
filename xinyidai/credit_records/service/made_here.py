"""Records that a use case of the platform itself makes: verified declarations, results of promises.

One record at a time, in the transaction of the deed that makes or ends it; the firm's
`facts_version` rises with it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

from xinyidai.catalogue.kinds import get_kind
from xinyidai.credit_records import field_texts
from xinyidai.credit_records import rules as record_rules
from xinyidai.credit_records.service import cases, write
from xinyidai.credit_records.service.staging import NewRecord
from xinyidai.credit_records.values import BatchCounts, RecordStatus
from xinyidai.enterprises import queries as enterprises
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM
from xinyidai.kernel.errors import NotFound


@dataclass(frozen=True)
class MadeRecord:
    """What is entered: whose, of which kind, under which number, and what it says."""

    enterprise_id: UUID
    kind: str
    source: str
    number: str
    content: Mapping[str, Any]


def read_texts(kind: str, texts: Mapping[str, str]) -> dict[str, Any]:
    """Return the fields typed as the content of a record keeps them.

    Raises:
        InvalidInput: with one sentence for each field that is not sound.

    """
    return field_texts.read_fields(get_kind(kind), texts, clock.today())


def key_of(made: MadeRecord) -> str:
    """Return the name that a record entered here has through all its versions."""
    name = _natural_key(made.kind, made.content)
    return record_rules.record_key(made.enterprise_id, made.kind, made.source, name)


def enter(made: MadeRecord) -> str:
    """Enter one record and return its name through all its versions.

    Raises:
        NotFound: no such firm.

    """
    firm = enterprises.find_enterprise(made.enterprise_id)
    if firm is None:
        raise NotFound("没有找到这家企业。")
    kind = get_kind(made.kind)
    subject = {kind.map.subject_code: firm.uscc, kind.map.subject_name: firm.name}
    row = _row(made, {**subject, **made.content})
    key = key_of(made)
    digest = sha256(f"{key}\n".encode() + row.row_hash()).hexdigest()
    batch = write.open_batch(
        SYSTEM, source=made.source, kind=kind.code, file_name=made.number, sha256=digest
    )
    if not batch.is_done:
        counts = write.add_records(batch.id, [row])
        taken = counts.inserted + counts.superseded
        write.close_batch(SYSTEM, batch.id, BatchCounts(1, taken, 0, counts.unchanged))
    return key


def take_back(enterprise_id: UUID, kind: str, key: str, reason: str) -> bool:
    """Withdraw a record entered here; False when it is no longer in force."""
    try:
        present = cases.trace_record(enterprise_id, kind, key).present_id
    except NotFound:
        return False
    if present is None:
        return False
    write.retire_record(SYSTEM, enterprise_id, present, RecordStatus.WITHDRAWN, reason)
    return True


def _row(made: MadeRecord, content: dict[str, Any]) -> NewRecord:
    columns = get_kind(made.kind).map
    level = content.get(columns.level) if columns.level else None
    return NewRecord(
        enterprise_id=made.enterprise_id,
        kind=made.kind,
        source=made.source,
        natural_key=_natural_key(made.kind, content),
        occurred_on=cases.day_of(content[columns.occurred_on]),
        valid_until=cases.day_of(content.get(columns.valid_until) if columns.valid_until else None),
        amount_fen=content.get(columns.amount) if columns.amount else None,
        level=None if level is None else str(level)[:200],
        content=content,
    )


def _natural_key(code: str, content: Mapping[str, Any]) -> str:
    kind = get_kind(code)
    names = kind.map.natural_key
    return "|".join(field_texts.key_text(kind.field(name), content.get(name)) for name in names)
