"""One Ibis expression compiled for each engine, once for the life of the process.

Ibis writes a date literal into the SQL, so every bound is compiled as a marker date that no
record has and replaced by a bind parameter; a marker left over, or one never found, is an error.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache

import ibis
from ibis.expr.types import Table, Value

from xinyidai.catalogue.indicators import indicator_dictionary
from xinyidai.profiles.formulas import (
    FIRM_SCHEMA,
    RECORD_SCHEMA,
    Formula,
    Register,
    aggregates_of,
    build,
)
from xinyidai.profiles.indicators import FORMULAS
from xinyidai.profiles.values import bounds_of

MARKERS = {name: date(1, 1, day) for day, name in enumerate(bounds_of(date(2000, 1, 1)), start=1)}


def profile_expression(
    records: Table,
    firms: Table,
    bounds: Mapping[str, Value],
    formulas: Mapping[str, Formula] = FORMULAS,
) -> Table:
    """Return the one expression every engine runs, over its own two tables."""
    kinds = indicator_dictionary().kinds
    return build(records, firms, bounds, formulas=formulas, kinds=kinds)


def literal_bounds(as_of: date) -> dict[str, Value]:
    """Return the bounds as literals, for an engine that compiles each time (Spark)."""
    return {name: ibis.literal(day) for name, day in bounds_of(as_of).items()}


@lru_cache
def compiled_sql(dialect: str, parameter: str) -> str:
    """Return the SQL over the tables `records` and `firms`; `parameter` formats a bind name.

    Raises:
        RuntimeError: when this version of Ibis writes dates in another way.

    """
    sql = _sql_of(FORMULAS, indicator_dictionary().kinds, dialect, parameter)
    if any(parameter.format(name) not in sql for name in MARKERS):
        raise RuntimeError("a bound is not in the compiled SQL")
    return sql


def partial_sql(codes: Iterable[str], dialect: str, parameter: str) -> str:
    """Return the SQL of some formulas only, without the columns of the kinds."""
    return _sql_of({code: FORMULAS[code] for code in sorted(codes)}, (), dialect, parameter)


def _sql_of(
    formulas: Mapping[str, Formula], kinds: tuple[str, ...], dialect: str, parameter: str
) -> str:
    expression = build(
        ibis.table(RECORD_SCHEMA, name="records"),
        ibis.table(FIRM_SCHEMA, name="firms"),
        {name: ibis.literal(day) for name, day in MARKERS.items()},
        formulas=formulas,
        kinds=kinds,
    )
    sql = str(ibis.to_sql(expression, dialect=dialect))
    for name, day in MARKERS.items():
        marker = f"MAKE_DATE({day.year}, {day.month}, {day.day})"
        sql = sql.replace(marker, f"CAST({parameter.format(name)} AS DATE)")
    if "MAKE_DATE" in sql:
        raise RuntimeError("a date of the compiled SQL was not replaced")
    return sql


@lru_cache
def column_names() -> tuple[str, ...]:
    """Return the columns of a row in order, `enterprise_id` first."""
    kinds = indicator_dictionary().kinds
    columns = [name for code, formula in FORMULAS.items() for name in aggregates_of(code, formula)]
    columns += [f"{kind}__{part}" for kind in kinds for part in ("n", "on")]
    facts = [code for code, formula in FORMULAS.items() if isinstance(formula, Register)]
    return ("enterprise_id", *columns, *facts)
