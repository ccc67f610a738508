"""What the firm's own cases (异议, 修复) need of records: see one, follow one, correct one.

A firm that objects, or asks for a repair, lets the office and the source see the records it
names. Each such look is an event of its own kind that the firm finds in its list.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, insert

from xinyidai.catalogue import kinds as catalogue
from xinyidai.catalogue.kinds import KINDS, Field, RecordKind, get_kind
from xinyidai.credit_records import case_queries, field_texts, policies, queries, rules
from xinyidai.credit_records.models import CreditRecord, QueryEvent
from xinyidai.credit_records.service import door, log, write
from xinyidai.credit_records.service.door import Aperture
from xinyidai.credit_records.service.platform import PlatformRun
from xinyidai.credit_records.service.staging import NewRecord
from xinyidai.credit_records.values import (
    HANDLING_PURPOSES,
    DisclosureSubject,
    Fact,
    HandledCase,
    QueryKind,
    QueryOutcome,
    RecordStatus,
    RecordTrace,
    RecordVersion,
)
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import new_id
from xinyidai.kernel.errors import Conflict, InvalidInput, NotFound

ABSENT = "没有找到这条有效的信息。"


def key_of(enterprise_id: UUID, fact: Fact) -> str:
    """Return the name of a record through all its versions."""
    return rules.record_key(enterprise_id, fact.kind, fact.source, fact.natural_key)


def read_for_case(
    actor: Actor, case: HandledCase, kinds: Collection[str], key: str | None = None
) -> tuple[Fact, ...]:
    """Return the records in force of these kinds, or the one named by `key`, for a firm's case.

    The look is an event that the firm sees. The caller has checked that the case is the actor's.

    Raises:
        Forbidden: the actor's role handles no cases.

    """
    policies.require_handling(actor)
    if case.purpose not in HANDLING_PURPOSES:
        raise InvalidInput("没有这种办理事项。")
    event_id, firm = new_id(), case.enterprise_id
    aperture = Aperture(firm, kinds=frozenset(kinds), event_id=event_id)
    found = queries.as_facts(door.read(aperture, queries.facts_in_force(firm, kinds)))
    facts = tuple(fact for fact in found if key is None or key_of(firm, fact) == key)
    log.write(
        QueryEvent(
            id=event_id,
            happened_at=clock.now(),
            kind=QueryKind.HANDLING,
            outcome=QueryOutcome.ALLOWED,
            account_id=actor.account_id,
            role=actor.role,
            party_id=actor.party_id,
            actor_name=actor.name,
            enterprise_id=firm,
            purpose=case.purpose,
            subject=DisclosureSubject.RECORDS,
            kinds=sorted(kinds),
            record_count=len(facts),
            rule_version=catalogue.VERSION,
            batch_id=case.case_id,
        )
    )
    return facts


def trace_record(enterprise_id: UUID, kind: str, key: str) -> RecordTrace:
    """Follow one record through its versions; nobody is shown what it says.

    Raises:
        NotFound: the firm never had such a record.

    """
    rows = door.read(Aperture(enterprise_id), case_queries.versions_of(enterprise_id, kind))
    versions = [row for row in rows if _name(enterprise_id, row) == key]
    if not versions:
        raise NotFound(ABSENT)
    present = [row.id for row in versions if row.status is RecordStatus.IN_FORCE]
    return RecordTrace(
        key=key,
        kind=kind,
        present_id=present[0] if present else None,
        first_collected_at=versions[0].collected_at,
        occurred_on=max(row.occurred_on for row in versions),
        valid_until=versions[-1].valid_until,
    )


def history_of(enterprise_id: UUID, kind: str, key: str) -> Sequence[RecordVersion]:
    """Return every version of one record, oldest first: who ended it, when and why, 历史版本.

    Nothing that a version says is shown. An unknown key has no versions.
    """
    rows = door.read(Aperture(enterprise_id), case_queries.versions_of(enterprise_id, kind))
    return [
        RecordVersion(
            id=row.id,
            status=row.status,
            batch_id=row.batch_id,
            collected_at=row.collected_at,
            ended_at=row.status_changed_at,
            ended_by=row.status_changed_by,
            reason=row.status_reason,
        )
        for row in rows
        if _name(enterprise_id, row) == key
    ]


def names_within(
    enterprise_id: UUID, kinds: Collection[str], data_from: date | None
) -> Sequence[tuple[str, str]]:
    """Return name and kind of each record in force within a look; nothing of what they say."""
    aperture = Aperture(enterprise_id, kinds=frozenset(kinds), data_from=data_from)
    rows = door.read(aperture, case_queries.names_in_force(enterprise_id, kinds))
    return [(_name(enterprise_id, row), row.kind) for row in rows]


def happened_between(
    run: PlatformRun, kind: str, first: date, last: date
) -> Iterator[tuple[UUID, str, date]]:
    """Yield firm, name and day of each record in force of a kind that happened in a time."""
    for row in run.execute(case_queries.happened_between(kind, first, last)):
        yield row.enterprise_id, _name(row.enterprise_id, row), row.occurred_on


def recipients_of(enterprise_id: UUID, trace: RecordTrace) -> Sequence[UUID]:
    """Return the institutions whose looks reached a record, for news of its end."""
    is_lasting = KINDS[trace.kind].map.valid_until is not None
    return case_queries.recipients_of(enterprise_id, trace, is_lasting=is_lasting)


def correction_form(kind: str, content: Mapping[str, Any]) -> Sequence[tuple[Field, str]]:
    """Return the fields a correction may change, each with its value as a person would type it."""
    fields = field_texts.correctable(get_kind(kind))
    return [(field, field_texts.typed_form(field, content.get(field.code))) for field in fields]


def correct_record(
    actor: Actor, enterprise_id: UUID, record_id: int, texts: Mapping[str, str], reason: str
) -> None:
    """Put a record right, 更正: the wrong version goes, the right one stands, in one transaction.

    Raises:
        Forbidden: the actor may not.
        NotFound: no such record in force, or another department delivers it.
        InvalidInput: a field typed is not sound, or nothing was changed.
        Conflict: the firm already has the record that this one would become.

    """
    rows = door.read(
        Aperture(enterprise_id), case_queries.record_in_force(enterprise_id, record_id)
    )
    if not rows:
        raise NotFound(ABSENT)
    old = rows[0]
    kind = get_kind(old.kind)
    content = _kept(kind, old.content) | field_texts.read_fields(kind, texts, clock.today())
    if content == old.content:
        raise InvalidInput("内容没有变化。没有错请选择“维持”。", code="nothing_corrected")
    write.retire_record(actor, enterprise_id, record_id, RecordStatus.CORRECTED, reason)
    _insert(_corrected(kind, old, content), old.batch_id)


def _kept(kind: RecordKind, content: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a form does not show: whom the record is about."""
    shown = {field.code for field in field_texts.correctable(kind)}
    return {code: value for code, value in content.items() if code not in shown}


def _corrected(kind: RecordKind, old: Row[*tuple[Any, ...]], content: dict[str, Any]) -> NewRecord:
    columns = kind.map
    key = [field_texts.key_text(kind.field(c), content.get(c)) for c in columns.natural_key]
    is_renamed = any(content.get(c) != old.content.get(c) for c in columns.natural_key)
    level = _of(content, columns.level)
    return NewRecord(
        enterprise_id=old.enterprise_id,
        kind=old.kind,
        source=old.source,
        natural_key="|".join(key) if is_renamed else old.natural_key,
        occurred_on=day_of(content[columns.occurred_on]),
        valid_until=day_of(_of(content, columns.valid_until)),
        amount_fen=_of(content, columns.amount),
        quantity=_of(content, columns.quantity),
        level=None if level is None else str(level)[:200],
        content=content,
    )


def _insert(record: NewRecord, batch_id: UUID) -> None:
    """Write one version; it stands in the batch of the one it replaces, for it is no delivery."""
    firm = record.enterprise_id
    twin = rules.record_key(firm, record.kind, record.source, record.natural_key)
    if twin in {name for name, _ in names_within(firm, [record.kind], None)}:
        raise Conflict("企业已有一条同样编号的信息，请核对编号后重新填写。", code="record_twin")
    values = {**vars(record), "row_hash": record.row_hash()}
    values |= {"batch_id": batch_id, "collected_at": clock.now()}
    with door.with_door(Aperture(firm)) as connection:
        connection.execute(insert(CreditRecord).values(**values))


def _of(content: Mapping[str, Any], code: str | None) -> Any:
    return None if code is None else content.get(code)


def day_of(text: str | None) -> Any:
    """Return a day or the first of a month as stored in a record's content; None stays None."""
    if text is None:
        return None
    return date.fromisoformat(text if len(text) > len("2026-05") else f"{text}-01")


def _name(enterprise_id: UUID, row: Row[*tuple[Any, ...]]) -> str:
    return rules.record_key(enterprise_id, row.kind, row.source, row.natural_key)
