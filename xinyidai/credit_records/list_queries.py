"""Statements that tell whether records on which list entries rest still stand, 名单依据.

They are built here, joined by `credit_lists` with its own entries, and run through the door; the
answer says that a record is in force, and nothing of what it says.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Select,
    Text,
    Uuid,
    any_,
    exists,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from xinyidai.credit_records.models import CreditRecord
from xinyidai.credit_records.queries import REMOVED
from xinyidai.credit_records.values import RecordStatus


@dataclass(frozen=True, kw_only=True)
class RecordColumns:
    """Which columns of an entry name its record, what it was listed by, and since when."""

    enterprise_id: Any
    kind: Any
    source: Any
    natural_key: Any
    level: Any
    occurred_on: Any
    since: Any


def stands(named: RecordColumns, on: date) -> ColumnElement[bool]:
    """Tell whether the record is in force as it was listed, and was not put right since.

    A record that was repaired, withdrawn or corrected after the listing never carries the entry
    again, also when it is delivered anew: the next release has to list it as it then stands.
    """
    present = aliased(CreditRecord)  # the statement around may itself select records
    holds = exists().where(
        *_same(present, named),
        present.status == RecordStatus.IN_FORCE,
        present.level.is_not_distinct_from(named.level),
        present.occurred_on == named.occurred_on,
        _not_over(present, on),
    )
    return holds & ~put_right(named)


def put_right(named: RecordColumns) -> ColumnElement[bool]:
    """Tell whether the record was repaired, withdrawn or corrected since it was listed."""
    past = aliased(CreditRecord)
    return exists().where(
        *_same(past, named),
        past.status.in_(REMOVED),
        past.status_changed_at >= named.since,
    )


def candidates(
    kind: str,
    on: date,
    narrowed: tuple[str, Collection[str], bool] | None,
    covered: Callable[[type[CreditRecord]], ColumnElement[bool]],
) -> Select[*tuple[Any, ...]]:
    """Select the records of a kind that a release could list, less those that are covered.

    `narrowed` is a field of the kind, its words, and whether a code must equal one of them.
    """
    statement = select(
        CreditRecord.enterprise_id,
        CreditRecord.source,
        CreditRecord.natural_key,
        CreditRecord.occurred_on,
        CreditRecord.valid_until,
        CreditRecord.level,
        CreditRecord.content,
    ).where(
        CreditRecord.kind == kind,
        CreditRecord.status == RecordStatus.IN_FORCE,
        _not_over(CreditRecord, on),
        ~covered(CreditRecord),
    )
    if narrowed is not None:
        field, words, is_exact = narrowed
        text = CreditRecord.content[field].astext
        statement = statement.where(
            text.in_(words) if is_exact else or_(*(text.contains(word) for word in words))
        )
    return statement.order_by(
        CreditRecord.occurred_on,
        CreditRecord.enterprise_id,
        CreditRecord.source,
        CreditRecord.natural_key,
    )


def uncovered(
    enterprise_ids: Collection[UUID],
    since: Mapping[str, date],
    on: date,
    covered: Callable[[type[CreditRecord]], ColumnElement[bool]],
) -> Select[UUID, int]:
    """Count by firm the records in force of these kinds that nothing covers.

    `since` gives for each kind the first day of the longest term: older ones are out of any list.
    """
    in_term = [
        (CreditRecord.kind == kind) & (CreditRecord.occurred_on >= day)
        for kind, day in since.items()
    ]
    return (
        select(CreditRecord.enterprise_id, func.count())
        .where(
            CreditRecord.enterprise_id == any_(literal(list(enterprise_ids), ARRAY(Uuid))),
            CreditRecord.kind == any_(literal(sorted(since), ARRAY(Text))),
            or_(*in_term),
            CreditRecord.status == RecordStatus.IN_FORCE,
            _not_over(CreditRecord, on),
            ~covered(CreditRecord),
        )
        .group_by(CreditRecord.enterprise_id)
    )


def _same(record: Any, named: RecordColumns) -> tuple[ColumnElement[bool], ...]:
    return (
        record.enterprise_id == named.enterprise_id,
        record.kind == named.kind,
        record.source == named.source,
        record.natural_key == named.natural_key,
    )


def _not_over(record: Any, on: date) -> ColumnElement[bool]:
    return or_(record.valid_until.is_(None), record.valid_until >= on)
