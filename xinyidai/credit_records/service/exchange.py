"""Records for another node of the network, and from it, 节点交换: within the open attribute.

What goes out is read through the door under an event of its own; what comes in is checked by the
catalogue's own rules before it becomes a record.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, literal

from xinyidai.catalogue import kinds as catalogue
from xinyidai.catalogue.kinds import OpenAttribute, get_kind
from xinyidai.catalogue.purposes import get_platform_purpose
from xinyidai.catalogue.values import Field, RecordKind
from xinyidai.credit_records import exchange_queries as statements
from xinyidai.credit_records import field_texts, rules
from xinyidai.credit_records.exchange_queries import Stretch
from xinyidai.credit_records.models import QueryEvent
from xinyidai.credit_records.service import door, log
from xinyidai.credit_records.service.door import Aperture
from xinyidai.credit_records.service.staging import NewRecord
from xinyidai.credit_records.values import QueryKind, QueryOutcome
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.errors import RuleBroken

__all__ = [
    "ExchangeEvent",
    "Stretch",
    "find_record",
    "has_any",
    "horizon",
    "key_of",
    "note_reading",
    "read_record",
    "read_stretch",
    "strange_fields",
    "texts_of",
]

PURPOSE = "exchange"
PROBE = "exchange_probe"
LONGEST_LEVEL = 200


@dataclass(frozen=True)
class ExchangeEvent:
    """One package that is being made; its reading is logged under `event_id`."""

    event_id: UUID
    package_id: UUID
    kinds: frozenset[str]

    @property
    def aperture(self) -> Aperture:
        """Return how far the door opens: these kinds of all firms."""
        return Aperture(platform_run=str(self.event_id), kinds=self.kinds, event_id=self.event_id)


def horizon(kind: str) -> tuple[int, int, int]:
    """Return the horizons of the present snapshot and the highest record number of a kind."""
    aperture = Aperture(platform_run=PROBE, kinds=_exchangeable([kind]))
    lower, upper, record_id = door.read(aperture, statements.HORIZON)[0]
    return int(lower), int(upper), int(record_id)


def has_any(stretch: Stretch, *, ended: bool) -> bool:
    """Tell whether a stretch holds anything; no record is read."""
    aperture = Aperture(platform_run=PROBE, kinds=_exchangeable([stretch.kind]))
    statement = _statement(stretch, 1, ended=ended).with_only_columns(literal(1))
    return bool(door.read(aperture, statement))


def read_stretch(
    event: ExchangeEvent, stretch: Stretch, limit: int, *, ended: bool
) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return the next records of a stretch, by number, or what names the ended ones.

    Raises:
        RuleBroken: the kind is one that only an authorization opens.

    """
    _exchangeable(event.kinds)
    return door.read(event.aperture, _statement(stretch, limit, ended=ended))


def note_reading(
    actor: Actor, event: ExchangeEvent, *, firms: int, records: int, digest: str
) -> None:
    """Write the event of a package's reading, once what was read is known."""
    log.write(
        QueryEvent(
            id=event.event_id,
            happened_at=clock.now(),
            kind=QueryKind.EXCHANGE,
            outcome=QueryOutcome.ALLOWED,
            account_id=actor.account_id,
            role=actor.role,
            party_id=actor.party_id,
            actor_name=actor.name,
            purpose=get_platform_purpose(PURPOSE).code,
            subject="node_package",
            kinds=sorted(event.kinds),
            record_count=records,
            firm_count=firms,
            rule_version=catalogue.VERSION,
            result_hash=digest,
            batch_id=event.package_id,
        )
    )


def texts_of(kind: str, content: Mapping[str, Any]) -> dict[str, str]:
    """Return a record's fields as the catalogue writes them; nothing about persons."""
    return {
        field.code: field_texts.typed_form(field, content[field.code])
        for field in _open_fields(get_kind(kind))
        if content.get(field.code) is not None
    }


def read_record(
    kind: str, enterprise_id: UUID, source: str, key: str, texts: Mapping[str, str]
) -> NewRecord:
    """Return the record that the fields of a line come to.

    Raises:
        InvalidInput: with one sentence for each field that the catalogue does not allow so.

    """
    found = get_kind(kind)
    known = {field.code for field in _open_fields(found)}
    content = field_texts.read_fields(
        found, {code: text for code, text in texts.items() if code in known}, clock.today()
    )
    columns = found.map
    level = _of(content, columns.level)
    return NewRecord(
        enterprise_id=enterprise_id,
        kind=kind,
        source=source,
        natural_key=key,
        occurred_on=_day(content[columns.occurred_on]) or clock.today(),
        valid_until=_day(_of(content, columns.valid_until)),
        amount_fen=_of(content, columns.amount),
        quantity=_of(content, columns.quantity),
        level=None if level is None else str(level)[:LONGEST_LEVEL],
        content=content,
    )


def strange_fields(kind: str, texts: Mapping[str, str]) -> list[str]:
    """Return the field codes of a line that the catalogue has not, or that tell of a person."""
    known = {field.code for field in _open_fields(get_kind(kind))}
    return sorted(set(texts) - known)


def find_record(enterprise_id: UUID, kind: str, source: str, key: str) -> int | None:
    """Return the number of the record in force under a name, or None."""
    statement = statements.named(enterprise_id, kind, source, key)
    rows = door.read(Aperture(enterprise_id, kinds=frozenset({kind})), statement)
    return rows[0].id if rows else None


def key_of(enterprise_id: UUID, kind: str, source: str, key: str) -> str:
    """Return the name under which a record is known through all its versions."""
    return rules.record_key(enterprise_id, kind, source, key)


def _statement(stretch: Stretch, limit: int, *, ended: bool) -> Select[*tuple[Any, ...]]:
    select = statements.ended_since if ended else statements.in_force_since
    return select(stretch, limit)


def _exchangeable(kinds: Collection[str]) -> frozenset[str]:
    closed = [k for k in kinds if get_kind(k).open_attribute is OpenAttribute.AUTHORIZED]
    if closed:
        names = "、".join(get_kind(kind).name for kind in closed)
        raise RuleBroken(f"“{names}”须企业授权，不能在节点间交换。", code="needs_authorization")
    return frozenset(kinds)


def _open_fields(kind: RecordKind) -> tuple[Field, ...]:
    return tuple(field for field in field_texts.correctable(kind) if not field.personal)


def _of(content: Mapping[str, Any], code: str | None) -> Any:
    return None if code is None else content.get(code)


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    return date.fromisoformat(text if len(text) > len("2026-05") else f"{text}-01")
