"""Check a whole file against its kind with DuckDB, column by column instead of row by row.

Tables made here, all keyed by `row_number`:
`texts` (t_<field>, raw code and name), `typed` (t_ and v_ of every field, `uscc`, `name`),
`rejects` (row_number, field, value, rule), `sound` (the rows without rejects; v_ columns only).
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import duckdb
import pyarrow as pa

from xinyidai.credit_records.collecting import codes, expressions
from xinyidai.credit_records.collecting.expressions import literal
from xinyidai.credit_records.collecting.fields import DAYS, FieldSpec, FieldType, KindSpec
from xinyidai.credit_records.collecting.mapping import Binding, SourceMapping
from xinyidai.credit_records.collecting.reading import RawTable
from xinyidai.kernel.uscc import compact, invented_for

LONGEST_NAME = 200
MOST_OPTIONS = 2000
SUBJECT = "subject"
MEMORY = "300MB"
THREADS = 2
GROUP_ROWS = 20_480


@dataclass(frozen=True)
class Check:
    """One file on its way: the engine, what was found where, and by which rules it is checked."""

    engine: duckdb.DuckDBPyConnection
    raw: RawTable
    kind: KindSpec
    mapping: SourceMapping
    binding: Binding
    today: dt.date

    def count(self, query: str) -> int:
        """Run a query that returns one number."""
        [[number]] = self.engine.execute(query).fetchall()
        return int(number or 0)

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """Return another connection to the same tables, for a long result or another thread."""
        cursor = self.engine.cursor()
        cursor.execute(f"use {self._database}")
        return cursor

    @cached_property
    def _database(self) -> str:
        [[name]] = self.engine.execute("select current_database()").fetchall()
        return str(name)

    @property
    def relaxed(self) -> frozenset[str | None]:
        """Return the fields that the source is known not to fill in every row."""
        day = {self.kind.occurred_on} if self.mapping.undated else set()
        return frozenset(self.mapping.absent | day)

    @property
    def fields(self) -> tuple[FieldSpec, ...]:
        """Return the facts that this file has, from columns or constants."""
        given = {*self.binding.columns, *self.binding.constants}
        return tuple(spec for spec in self.kind.facts if spec.code in given)


def open_engine(folder: Path | None = None) -> duckdb.DuckDBPyConnection:
    """Return a DuckDB with our macros, which never reaches for the network.

    With a `folder` its tables lie there, and it keeps to `MEMORY`; else they lie in memory.
    """
    config: dict[str, str | bool | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
    }
    engine = duckdb.connect(config=config)
    if folder is not None:
        engine.execute(f"set memory_limit = '{MEMORY}'")
        engine.execute(f"set threads = {THREADS}")
        engine.execute(f"set temp_directory = {literal(str(folder))}")
        # Wide rows of a usual group of 122,880 would not fit into the memory.
        engine.execute(
            f"attach {literal(str(folder / 'work.duckdb'))} as work (row_group_size {GROUP_ROWS})"
        )
        engine.execute("use work")
    for macro in expressions.MACROS:
        engine.execute(macro)
    return engine


def validate(check: Check) -> None:
    """Fill `texts`, `typed`, `rejects` and `sound`."""
    if check.raw.stored is None:
        check.engine.register("raw", check.raw.rows)
    _make_texts(check)
    if check.raw.stored is not None:
        check.engine.execute("drop view raw")
        check.engine.execute("drop table raw_rows")
    _make_codes(check)
    _make_typed(check)
    _make_rejects(check)
    unneeded = ", ".join(["code_rule", *(f"t_{spec.code}" for spec in check.fields)])
    check.engine.execute(
        f"""
        create table sound as select * exclude ({unneeded}) from typed
        where row_number not in (select row_number from rejects)
        """  # noqa: S608 - field codes of the catalogue
    )


def _make_texts(check: Check) -> None:
    blanks = check.mapping.blanks
    columns = [f"{_source(check, spec, blanks)} as t_{spec.code}" for spec in check.fields]
    for name, places in (
        ("raw_code", check.binding.code_columns),
        ("raw_name", check.binding.name_columns),
    ):
        text = expressions.text_of(places, blanks) if places else "cast(null as varchar)"
        columns.append(f"{text} as {name}")
    cells = [f"c{n}" for n in range(len(check.raw.headings))]
    filled = " or ".join(f"{cell} <> ''" for cell in cells)
    stripped = ", ".join(f"bare({cell}) as {cell}" for cell in cells)
    check.engine.execute(
        f"create table texts as select row_number, {', '.join(columns)}"  # noqa: S608 - our own column names
        f" from (select row_number, {stripped} from raw) where {filled}"
    )


def _source(check: Check, spec: FieldSpec, blanks: tuple[str, ...]) -> str:
    if spec.code in check.binding.constants:
        return literal(check.binding.constants[spec.code])
    text = expressions.text_of(check.binding.columns[spec.code], blanks)
    if check.mapping.day_first and spec.type in DAYS:
        return f"regexp_replace({text}, '^(\\d{{1,2}})/(\\d{{1,2}})/(\\d{{4}})', '\\3-\\2-\\1')"
    if spec.code not in check.mapping.wording:
        return text
    before, after = map(literal, check.mapping.wording[spec.code])
    return f"{before} || {text} || {after}"


def _make_codes(check: Check) -> None:
    """Check every distinct code once: `codes(raw_code, uscc, rule)`."""
    seen = _strings(check, "select distinct raw_code from texts where raw_code is not null")
    namespace = check.mapping.subject.namespace
    if namespace is None:
        found = [compact(code) for code in seen]
        rules = codes.broken_rules(found)
    else:
        found = [invented_for(namespace, code) for code in seen]
        rules = [None] * len(seen)
    table = pa.table(
        {
            "raw_code": pa.array(seen, pa.string()),
            "uscc": pa.array(found, pa.string()),
            "rule": pa.array(rules, pa.string()),
        }
    )
    check.engine.register("codes", table)


def _strings(check: Check, query: str) -> list[str]:
    return [text for (text,) in check.engine.execute(query).fetchall()]


def _make_typed(check: Check) -> None:
    values = "".join(
        f", {expressions.value_of(spec, f't_{spec.code}', _options(check, spec))} as v_{spec.code}"
        for spec in check.fields
    )
    check.engine.execute(
        f"""
        create table typed as
        select texts.*, codes.rule as code_rule,
            case when codes.rule is null then codes.uscc end as uscc,
            {_name(check)} as name{values}
        from texts left join codes using (raw_code)
        """  # noqa: S608 - field codes of the catalogue and quoted literals
    )


def _name(check: Check) -> str:
    subject = check.mapping.subject
    if not subject.name_prefix:
        return "raw_name"
    made = f"{literal(subject.name_prefix)} || left(raw_code, 12)"
    return f"case when raw_name is null then {made} else raw_name || '（' || raw_code || '）' end"


def _options(check: Check, spec: FieldSpec) -> dict[str, str]:
    """Translate the texts of an enum that the file has, as the catalogue and the mapping say."""
    if spec.type is not FieldType.ENUM:
        return {}
    own = check.mapping.values.get(spec.code, {})
    seen = _strings(
        check,
        f"select t_{spec.code} from texts where t_{spec.code} is not null"  # noqa: S608 - as above
        f" group by all order by count(*) desc limit {MOST_OPTIONS}",
    )
    codes_of = {text: own.get(expressions.cleaned(text)) or spec.option(text) for text in seen}
    return {text: code for text, code in codes_of.items() if code is not None}


def _make_rejects(check: Check) -> None:
    check.engine.execute(
        "create table rejects(row_number bigint, field varchar, value varchar, rule varchar)"
    )
    flaws = [(flaw.row, flaw.heading, flaw.value, flaw.rule) for flaw in check.raw.flaws]
    names = ("row_number", "field", "value", "rule")
    types = (pa.int64(), pa.string(), pa.string(), pa.string())
    columns = zip(*flaws, strict=True) if flaws else [()] * len(names)
    check.engine.register(
        "flaws",
        pa.table(
            {
                name: pa.array(list(values), kind)
                for name, values, kind in zip(names, columns, types, strict=True)
            }
        ),
    )
    check.engine.execute("insert into rejects select row_number, field, value, rule from flaws")
    for field, value, rule in _rules(check):
        check.engine.execute(
            f"""
            insert into rejects select row_number, {literal(field)}, {value}, rule
            from (select row_number, {value}, {rule} as rule from typed) where rule is not null
            """  # noqa: S608 - as above
        )


def _rules(check: Check) -> Iterable[tuple[str, str, str]]:
    """Yield field code, column that shows the value, and the expression that names the rule."""
    yield SUBJECT, "raw_code", _code_rule(check)
    yield SUBJECT, "raw_name", _name_rule(may_have_controls=check.raw.has_controls)
    for spec in check.fields:
        text, value = f"t_{spec.code}", f"v_{spec.code}"
        relaxed = spec.code in check.relaxed
        rule = expressions.rule_of(
            spec,
            text,
            value,
            check.today,
            relaxed=relaxed,
            may_have_controls=check.raw.has_controls,
        )
        yield spec.code, text, rule


def _code_rule(check: Check) -> str:
    wrong = "when code_rule is not null then code_rule"
    if check.mapping.subject.by_name_if_bad:
        wrong = "when code_rule is not null and raw_name is null then code_rule"
    return f"case when raw_code is null and raw_name is null then 'no_subject' {wrong} end"


def _name_rule(*, may_have_controls: bool) -> str:
    long = f"when length(raw_name) > {LONGEST_NAME - 40} then 'too_long'"
    if not may_have_controls:
        return f"case {long} end"
    unprintable = f"regexp_matches(raw_name, '{expressions.UNPRINTABLE}')"
    return f"case {long} when {unprintable} then 'control_characters' end"
