"""Read the firms that a search goes through, and no more of them than it asks for.

A hundred thousand rows cost seconds to hand over one by one and a fraction of one to find. So
PostgreSQL packs them: ids and numbers as their bytes one after another, words as one array.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Float,
    LargeBinary,
    ScalarSelect,
    Subquery,
    Text,
    Uuid,
    any_,
    case,
    cast,
    column,
    func,
    literal,
    literal_column,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB, distinct_on
from sqlalchemy.orm import InstrumentedAttribute

from xinyidai.catalogue.indicators import indicator_dictionary
from xinyidai.catalogue.missing import MissingCause
from xinyidai.enterprises.models import Enterprise
from xinyidai.kernel.db import db
from xinyidai.matching.columns import Floats
from xinyidai.matching.packed import CAUSES, KEY, Coded, Keys, coded
from xinyidai.profiles.models import ProfileSnapshot
from xinyidai.profiles.queries import WHOLE
from xinyidai.scoring.models import ModelVersion, ScoreHead, ScoreResult
from xinyidai.scoring.values import ModelState

WORDS = (
    "region_code", "industry_code", "section", "scale", "enterprise_type", "status",
    "established_on",
)  # fmt: skip
AMOUNTS = ("registered_capital_fen", "employees", "revenue_fen")
NOT_A_NUMBER: ColumnElement[float] = literal_column("'NaN'::float8")


@dataclass(frozen=True)
class PackedFirms:
    """Firms with a profile of the day on their present facts, each list in one and the same order.

    `tags` is among the words, each a tuple; an amount that is not known is NaN.
    """

    keys: Keys
    snapshot_keys: Keys
    words: dict[str, Coded]
    amounts: dict[str, Floats]


def packed_firms(on: date, only: Collection[UUID] | None = None) -> PackedFirms:
    """Return the firms by id with what the register says of them; `only` narrows to these."""
    firm = _profiled(on, only)
    row = db.session.execute(
        select(
            _bytes(func.uuid_send(firm.c.id)).label("keys"),
            _bytes(func.uuid_send(firm.c.snapshot_id)).label("snapshot_keys"),
            *(func.array_agg(firm.c[name]).label(name) for name in WORDS),
            *(
                _bytes(func.float8send(func.coalesce(cast(firm.c[name], Float(53)), NOT_A_NUMBER)))
                .label(name) for name in AMOUNTS
            ),
            func.array_agg(firm.c.tags).label("tags"),
        ).select_from(firm)
    ).one()  # fmt: skip
    read = row._mapping  # noqa: SLF001 - its public name
    return PackedFirms(
        _keys(row.keys),
        _keys(row.snapshot_keys),
        {name: coded(read[name] or []) for name in WORDS} | {"tags": _tags(row.tags or [])},
        {name: _floats(read[name]) for name in AMOUNTS},
    )


def _tags(texts: Sequence[str]) -> Coded:
    found = coded(texts)
    return Coded(found.places, [tuple(json.loads(str(text))) for text in found.values])


def _profiled(on: date, only: Collection[UUID] | None) -> Subquery:
    columns = [getattr(Enterprise, name) for name in (*WORDS, *AMOUNTS)]
    statement = (
        select(
            Enterprise.id,
            ProfileSnapshot.id.label("snapshot_id"),
            *columns,
            cast(func.to_jsonb(Enterprise.tags), Text).label("tags"),
        )
        .join(ProfileSnapshot, ProfileSnapshot.enterprise_id == Enterprise.id)
        .where(*_present(on))
        .ext(distinct_on(Enterprise.id))
        .order_by(Enterprise.id, ProfileSnapshot.created_at.desc())
    )
    if only is not None:
        statement = statement.where(Enterprise.id == any_(_listed(only)))
    return statement.subquery()


def mark_of(on: date) -> Any:
    """Return a mark of all firms that a search of this day goes through.

    It changes with every row of the register and every profile that is added or written anew:
    another version of a row has another place in its table, also within one transaction.
    """
    version: ColumnElement[str] = literal_column("enterprise.xmin::text || enterprise.ctid::text")
    text = cast(Enterprise.id, Text) + cast(ProfileSnapshot.id, Text) + version
    statement = (
        select(func.count(), func.sum(func.hashtextextended(text, 0)))
        .select_from(Enterprise)
        .join(ProfileSnapshot, ProfileSnapshot.enterprise_id == Enterprise.id)
        .where(*_present(on))
    )
    return tuple(db.session.execute(statement).one())


def _present(on: date) -> tuple[ColumnElement[bool], ...]:
    """Return the condition on whole profiles of the day on the firms' present facts."""
    return (
        ProfileSnapshot.as_of == on,
        ProfileSnapshot.scope == WHOLE,
        ProfileSnapshot.dictionary_version == indicator_dictionary().version,
        ProfileSnapshot.facts_version == Enterprise.facts_version,
    )


def packed_indicators(codes: Sequence[str], on: date, only: Collection[UUID] | None) -> bytes:
    """Return the day's snapshots, each its id, the numbers of these indicators and their causes.

    `packed.table_of` reads it. All indicators are read in one pass, because a snapshot has to be
    unpacked as a whole; `only` narrows to these snapshots.
    """
    entries = (
        func.jsonb_to_record(ProfileSnapshot.indicators)
        .table_valued(*(column(code, JSONB) for code in codes), name="entry")
        .render_derived(with_types=True)
    )
    found = [_number_and_cause(entries.c[code]) for code in codes]
    packed: ColumnElement[bytes] = func.uuid_send(ProfileSnapshot.id, type_=LargeBinary)
    for part in (*(number for number, _ in found), *(cause for _, cause in found)):
        packed = packed.op("||")(part)
    statement = (
        select(_bytes(packed))
        .select_from(ProfileSnapshot)
        .join(entries, true())
        .where(ProfileSnapshot.as_of == on, ProfileSnapshot.scope == WHOLE)
    )
    if only is not None:
        statement = statement.where(ProfileSnapshot.id == any_(_listed(only)))
    return db.session.scalar(statement) or b""


def _number_and_cause(
    entry: ColumnElement[Any],
) -> tuple[ColumnElement[bytes], ColumnElement[bytes]]:
    missing, value = entry["missing"].astext, entry["value"].astext
    number = case((missing.is_(None), cast(value, Float(53))))
    names = literal([cause.value for cause in CAUSES], ARRAY(Text))
    # A cause nobody knows has no place, and reading it is an error.
    place = case(
        (number.is_not(None), 0),
        else_=func.array_position(names, func.coalesce(missing, MissingCause.NO_RECORD.value)),
    )
    return (
        func.float8send(func.coalesce(number, NOT_A_NUMBER), type_=LargeBinary),
        func.int2send(func.coalesce(place, -1).op("::")(literal_column("int2")), type_=LargeBinary),
    )


def packed_grades(only: Collection[UUID] | None) -> tuple[Keys, list[str]]:
    """Return the firms with a grade on present facts by the active model, and the grades.

    Says what `queries.present_grades` says. Each firm's newest score is looked up by its index, so
    that years of scores cost nothing.
    """
    newest = (
        select(ScoreResult.grade)
        .where(
            ScoreResult.enterprise_id == Enterprise.id,
            ScoreResult.facts_version == Enterprise.facts_version,
            ScoreResult.model_code == _active(ModelVersion.code),
            ScoreResult.model_version == _active(ModelVersion.version),
        )
        .order_by(ScoreResult.scored_at.desc(), ScoreResult.id.desc())
        .limit(1)
        .lateral()
    )
    statement = (
        select(_bytes(func.uuid_send(Enterprise.id)), func.array_agg(newest.c.grade))
        .join(newest, true())
        .where(newest.c.grade.is_not(None))
    )
    if only is not None:
        statement = statement.where(Enterprise.id == any_(_listed(only)))
    keys, grades = db.session.execute(statement).one()
    return _keys(keys), list(grades or [])


def mark_of_grades() -> Any:
    """Return a mark of all scores: it changes with the active model and with every score written.

    Each score is noted in its firm's row of `score_head`, which is small enough to go through.
    """
    version: ColumnElement[str] = literal_column("score_head.xmin::text || score_head.ctid::text")
    text = cast(ScoreHead.enterprise_id, Text) + version
    heads = select(func.count(), func.sum(func.hashtextextended(text, 0)))
    return *db.session.execute(heads.select_from(ScoreHead)).one(), db.session.scalar(
        select(ModelVersion.id).where(ModelVersion.state == ModelState.ACTIVE)
    )


def _active(column_of_model: InstrumentedAttribute[str]) -> ScalarSelect[str]:
    found = select(column_of_model).where(ModelVersion.state == ModelState.ACTIVE)
    return found.scalar_subquery()


def _bytes(packed: ColumnElement[bytes]) -> ColumnElement[bytes]:
    return func.string_agg(packed, literal_column("''::bytea"), type_=LargeBinary)


def _keys(packed: bytes | None) -> Keys:
    return np.frombuffer(packed or b"", dtype=KEY)


def _floats(packed: bytes | None) -> Floats:
    return np.frombuffer(packed or b"", dtype=">f8").astype(np.float64)


def _listed(ids: Collection[UUID]) -> Any:
    """Return ids as one parameter: a statement holds no more than 65,535 of them."""
    return literal(list(ids), ARRAY(Uuid))
