"""Sound and matched rows become staged records, and go to PostgreSQL by COPY."""

import hashlib
from collections.abc import Set as AbstractSet

from xinyidai.credit_records.collecting.expressions import literal
from xinyidai.credit_records.collecting.fields import AMOUNTS, DAYS, FieldSpec, FieldType
from xinyidai.credit_records.collecting.validating import SUBJECT, Check

FOUND = "outcome = 'found'"


def stage(check: Check, source: str, as_of: str) -> None:
    """Fill `staged` with the columns of `staged_record`, and reject twins within the file.

    Of rows with one natural key the first stands; a later one is a `duplicate_row` when it says
    the same and a `conflicting_row` when it does not.
    """
    kind = check.kind
    check.engine.execute(
        f"""
        create table staged as
        select row_number, raw_name, outcome, enterprise_id, {literal(kind.code)} as kind,
            {literal(source)} as source, {_natural_key(check)} as natural_key,
            {_occurred_on(check, as_of)} as occurred_on,
            {_column(check, kind.valid_until)} as valid_until,
            {_column(check, kind.amount)} as amount_fen,
            {_quantity(check)} as quantity, {_level(check)} as level, content,
            sha256(coalesce(cast(enterprise_id as varchar), coalesce(raw_name, '')) || '|'
                || content) as digest
        from (
            select sound.*, matched.enterprise_id, matched.outcome, {_content(check)} as content
            from sound join matched using (row_number)
            where outcome in ('found', 'pending'))
        """  # noqa: S608 - field codes of the catalogue and quoted literals
    )
    _reject_twins(check)


def _content(check: Check) -> str:
    """Return the JSON of the fields that say something, in the order of the catalogue."""
    parts = [_json(spec) for spec in check.fields]
    if check.mapping.undated:
        parts.append(_flag("date_source", '"batch"', _unsaid(check, {check.kind.occurred_on})))
    if check.mapping.absent:
        parts.append(_flag("incomplete", "true", _unsaid(check, check.mapping.absent)))
    return f"'{{' || concat_ws(',', {', '.join(parts)}) || '}}'"


def _flag(key: str, value: str, condition: str) -> str:
    return f"case when {condition} then '\"{key}\":{value}' end"


def _unsaid(check: Check, codes: AbstractSet[str | None]) -> str:
    """Return the condition under which a row does not say one of the fields."""
    present = {spec.code for spec in check.fields}
    if codes - present:
        return "true"
    return " or ".join(f"v_{code} is null" for code in sorted(filter(None, codes)))


def _json(spec: FieldSpec) -> str:
    value = f"v_{spec.code}"
    return f"case when {value} is not null then '\"{spec.code}\":' || {_json_value(spec)} end"


def _json_value(spec: FieldSpec) -> str:
    value = f"v_{spec.code}"
    if spec.type in DAYS:
        return f"""'"' || {canonical(spec)} || '"'"""
    if spec.type in AMOUNTS or spec.type in {FieldType.INTEGER, FieldType.NUMBER}:
        return canonical(spec)
    if spec.type is FieldType.BOOLEAN:
        return f"cast({value} as varchar)"
    return f"cast(to_json({value}) as varchar)"


def canonical(spec: FieldSpec) -> str:
    """Return the expression for the one text form of a value."""
    value = f"v_{spec.code}"
    match spec.type:
        case FieldType.MONTH:
            return f"strftime({value}, '%Y-%m')"
        case FieldType.NUMBER:
            return f"rtrim(rtrim(cast({value} as varchar), '0'), '.')"
        case _:
            return f"cast({value} as varchar)"


def _natural_key(check: Check) -> str:
    """Join the key fields; where the source lacks one of them, what the row says is its key."""
    key = check.kind.natural_key
    given = {spec.code: spec for spec in check.fields}
    parts = [f"coalesce({canonical(given[code])}, '')" for code in key if code in given]
    if check.mapping.undated:
        parts.append("'undated'")
    if check.mapping.absent & set(key):
        parts.append("left(sha256(content), 16)")
    return f"concat_ws('|', {', '.join(parts or [literal(check.kind.code)])})"


def _occurred_on(check: Check, as_of: str) -> str:
    column = _column(check, check.kind.occurred_on)
    return f"coalesce({column}, date '{as_of}')" if check.mapping.undated else column


def _column(check: Check, code: str | None) -> str:
    present = {spec.code for spec in check.fields}
    return f"v_{code}" if code in present else "null"


def _quantity(check: Check) -> str:
    return f"cast({_column(check, check.kind.quantity)} as decimal(18, 4))"


def _level(check: Check) -> str:
    column = _column(check, check.kind.level)
    return "null" if column == "null" else f"left(cast({column} as varchar), 200)"


def _reject_twins(check: Check) -> None:
    """Look closely only at the keys that come more than once, which few files have."""
    firm = "coalesce(cast(enterprise_id as varchar), digest)"
    check.engine.execute(
        f"""
        create table twin_key as select {firm} as firm, natural_key from staged
        group by all having count(*) > 1
        """  # noqa: S608 - a constant
    )
    if not check.count("select count(*) from twin_key"):
        return
    check.engine.execute(
        f"""
        insert into rejects
        select row_number, '{SUBJECT}', raw_name,
            case when digest = first_digest then 'duplicate_row' else 'conflicting_row' end
        from (select *, row_number() over twins as place,
                first_value(digest) over twins as first_digest
            from (select *, {firm} as firm from staged) semi join twin_key
                using (firm, natural_key)
            window twins as (partition by firm, natural_key order by row_number))
        where place > 1
        """  # noqa: S608 - a constant
    )
    check.engine.execute("delete from staged where row_number in (select row_number from rejects)")


def digest(check: Check) -> str:
    """Return the digest of the file together with what it comes to, in whatever order.

    The same file delivered again is the same batch, unless names were settled or the mapping
    changed in between.
    """
    row = check.engine.execute(
        f"""
        select count(*), bit_xor(md5_number(digest || natural_key || occurred_on)), (
            select count(*) from rejects)
        from staged where {FOUND}
        """  # noqa: S608 - a constant
    ).fetchone()
    return hashlib.sha256(f"{check.raw.sha256}/{check.kind.code}/{row}".encode()).hexdigest()
