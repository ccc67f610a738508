"""The one expression of `compiling.profile_expression` taken apart into measures.

A measure (度量) is one aggregate over the records of a firm: a count, a sum, a maximum, a set of
months. Every column of a profile is an expression over measures. What does not come apart this
way is named in `Plan.left` and computed by the SQL engine from the records.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property, lru_cache

import ibis
import ibis.expr.operations as ops
import numpy as np

from xinyidai.catalogue.indicators import indicator_dictionary
from xinyidai.profiles.compiling import MARKERS, profile_expression
from xinyidai.profiles.formulas import FIRM_SCHEMA, RECORD_SCHEMA, Formula, aggregates_of
from xinyidai.profiles.grid.evaluating import OPERATIONS, Cells, Node, Unreducible, Words
from xinyidai.profiles.indicators import FORMULAS
from xinyidai.profiles.values import bounds_of

RECORDS, FIRMS = "records", "firms"
MONTH_COLUMN = "month_number"


class How(StrEnum):
    """How a measure takes in one more record."""

    COUNT = "count"  # 计数
    SUM = "sum"  # 求和
    MAX = "max"  # 取最大
    MIN = "min"  # 取最小
    MONTHS = "months"  # 月份集合


HOW: Mapping[type[Node], How] = {
    ops.CountStar: How.COUNT,
    ops.Count: How.COUNT,
    ops.Sum: How.SUM,
    ops.Max: How.MAX,
    ops.Min: How.MIN,
    ops.CountDistinct: How.MONTHS,
}


@dataclass(frozen=True)
class Measure:
    """One aggregate: of which kinds of records, of what, where."""

    node: Node
    how: How
    kinds: frozenset[str]
    argument: Node | None
    where: Node | None

    @property
    def is_small(self) -> bool:
        """Tell whether 32 bits hold every value: counts and days."""
        if self.how is How.COUNT:
            return True
        return self.how is How.MAX and self.argument is not None and self.argument.dtype.is_date()


@dataclass(frozen=True)
class Plan:
    """All measures, and each column of `compiling.column_names` as an expression over them.

    `filters` hold for every record. `left` are the codes of formulas that did not come apart.
    """

    measures: tuple[Measure, ...]
    columns: Mapping[str, Node]
    filters: tuple[Node, ...]
    left: frozenset[str]

    @cached_property
    def words(self) -> Mapping[str, int]:
        """Return a code for every text that is compared with, the kinds among them; 0 is none."""
        nodes = (*self.columns.values(), *self.filters)
        literals = {n.value for node in nodes for n in parts_of(node) if isinstance(n, ops.Literal)}
        texts = {value for value in literals if isinstance(value, str)}
        ordered = sorted(texts.union(indicator_dictionary().kinds))
        return {text: code for code, text in enumerate(ordered, start=1)}

    @cached_property
    def by_kind(self) -> Mapping[str, tuple[int, ...]]:
        """Return the places of the measures that take in records of a kind."""
        return {
            kind: tuple(i for i, measure in enumerate(self.measures) if kind in measure.kinds)
            for kind in indicator_dictionary().kinds
        }

    def measures_of(self, column: str) -> tuple[int, ...]:
        """Return the places of the measures a column is made of."""
        return self._measures_by_column[column]

    @cached_property
    def rows(self) -> tuple[tuple[bool, int], ...]:
        """Return for each measure whether its cells are small, and its row among such."""
        counts, found = [0, 0], []
        for measure in self.measures:
            found.append((measure.is_small, counts[measure.is_small]))
            counts[measure.is_small] += 1
        return tuple(found)

    @cached_property
    def heights(self) -> tuple[int, int]:
        """Return the numbers of small and of large measures."""
        small = sum(is_small for is_small, _ in self.rows)
        return small, len(self.rows) - small

    @cached_property
    def starts(self) -> tuple[tuple[bool, int, int], ...]:
        """Return the rows whose cells are not 0 before any record, and what they are."""
        return tuple(
            (is_small, row, start)
            for measure, (is_small, row) in zip(self.measures, self.rows, strict=True)
            if (start := empty(measure))
        )

    @cached_property
    def families(self) -> tuple[frozenset[str], ...]:
        """Return the kinds in the smallest groups that share no indicator."""
        families: list[frozenset[str]] = []
        for kinds in (*self._kinds_by_indicator.values(), *({k} for k in self.by_kind)):
            met = [family for family in families if family & kinds]
            families = [family for family in families if not family & kinds]
            families.append(frozenset(kinds).union(*met))
        return tuple(families)

    def kinds_of_indicator(self, code: str) -> frozenset[str]:
        """Return the kinds of records that can change an indicator."""
        return self._kinds_by_indicator[code]

    @cached_property
    def _kinds_by_indicator(self) -> Mapping[str, frozenset[str]]:
        found = {}
        for code, entry in indicator_dictionary().indicators.items():
            names = [name for name in _names(code, FORMULAS[code]) if name in self.columns]
            places = {place for name in names for place in self.measures_of(name)}
            read = [self.measures[place].kinds for place in places]
            found[code] = frozenset(entry.kinds).union(*read)
        return found

    @cached_property
    def _measures_by_column(self) -> Mapping[str, tuple[int, ...]]:
        places = {measure.node: place for place, measure in enumerate(self.measures)}
        return {
            name: tuple(places[part] for part in parts_of(node) if part in places)
            for name, node in self.columns.items()
        }

    @cached_property
    def record_columns(self) -> tuple[str, ...]:
        """Return the columns of the records that any measure reads, in the order of the schema."""
        nodes = [n for m in self.measures for n in (m.argument, m.where) if n is not None]
        used = {
            part.name
            for node in (*nodes, *self.filters)
            for part in parts_of(node)
            if isinstance(part, ops.Field) and isinstance(part.rel, ops.UnboundTable)
        }
        return tuple(name for name in RECORD_SCHEMA if name in used | {"kind", "enterprise_id"})

    def words_on(self, as_of: date) -> Words:
        """Return the literals as they are on that day."""
        bounds = bounds_of(as_of)
        return Words(self.words, {marker: bounds[name] for name, marker in MARKERS.items()})


@lru_cache
def plan() -> Plan:
    """Return the plan of this version's dictionary."""
    return plan_of(FORMULAS)


def plan_of(formulas: Mapping[str, Formula]) -> Plan:
    """Take the expression of these formulas apart."""
    expression, aggregate = _taken_apart(formulas)
    columns = {**aggregate.metrics, **_register_columns(expression, formulas)}
    left = frozenset(code for code in formulas if not _comes_apart(code, formulas[code], columns))
    dropped = {name for code in left for name in _names(code, formulas[code])}
    kept = {name: node for name, node in columns.items() if name not in dropped}
    reductions = {
        part: None
        for node in kept.values()
        for part in parts_of(node)
        if isinstance(part, ops.Reduction)
    }
    return Plan(
        tuple(measure_of(node) for node in reductions),
        kept,
        tuple(_filters(aggregate.parent)),
        left,
    )


def _taken_apart(formulas: Mapping[str, Formula]) -> tuple[Node, ops.Aggregate]:
    expression = profile_expression(
        ibis.table(RECORD_SCHEMA, name=RECORDS),
        ibis.table(FIRM_SCHEMA, name=FIRMS),
        {name: ibis.literal(day) for name, day in MARKERS.items()},
        formulas,
    ).op()
    [aggregate] = expression.find(ops.Aggregate)
    return expression, aggregate


@lru_cache
def is_decimal(code: str) -> bool:
    """Tell whether a sum is one of decimals."""
    expression, aggregate = _taken_apart({code: FORMULAS[code]})
    columns = {**aggregate.metrics, **_register_columns(expression, {code: FORMULAS[code]})}
    return bool(columns[code].dtype.is_decimal())


def _register_columns(expression: Node, formulas: Mapping[str, Formula]) -> dict[str, Node]:
    """Return the columns that come from the register alone."""
    if not isinstance(expression, ops.JoinChain | ops.Project):
        raise Unreducible(type(expression).__name__)
    return {
        code: expression.values[code]
        for code, formula in formulas.items()
        if not aggregates_of(code, formula)
    }


def _comes_apart(code: str, formula: Formula, columns: Mapping[str, Node]) -> bool:
    try:
        for name in _names(code, formula):
            for part in parts_of(columns[name]):
                if isinstance(part, ops.Reduction):
                    measure_of(part)
                elif not isinstance(part, ops.Field) and type(part) not in OPERATIONS:
                    return False
    except Unreducible:
        return False
    return True


def _names(code: str, formula: Formula) -> tuple[str, ...]:
    return tuple(aggregates_of(code, formula)) or (code,)


def measure_of(node: Node) -> Measure:
    """Read one aggregate; raises `Unreducible` when it is of another form."""
    how = HOW.get(type(node))
    if how is None:
        raise Unreducible(type(node).__name__)
    argument = None if isinstance(node, ops.CountStar) else node.arg
    if how is How.MONTHS and getattr(argument, "name", None) != MONTH_COLUMN:
        raise Unreducible("different values of something that is not a month")
    kinds = kinds_of(node.where)
    if kinds is None:
        raise Unreducible("an aggregate over all kinds of records")
    used = kinds.intersection(indicator_dictionary().kinds)
    return Measure(node, how, used, argument, node.where)


def kinds_of(condition: Node | None) -> frozenset[str] | None:
    """Return the kinds a condition can be true for; `None` when it may be any."""
    match condition:
        case ops.And(left, right):
            sides = [kinds for kinds in (kinds_of(left), kinds_of(right)) if kinds is not None]
            return frozenset.intersection(*sides) if sides else None
        case ops.Or(left, right):
            first, second = kinds_of(left), kinds_of(right)
            return None if first is None or second is None else first | second
        case ops.Equals(ops.Field(_, "kind"), ops.Literal(value)):
            return frozenset({value})
        case ops.InValues(ops.Field(_, "kind"), options):
            return frozenset(option.value for option in options)
    return None


def _filters(relation: Node) -> Iterator[Node]:
    while not isinstance(relation, ops.UnboundTable):
        if isinstance(relation, ops.Filter):
            yield from relation.predicates
        elif not isinstance(relation, ops.Project):
            raise Unreducible(type(relation).__name__)
        relation = relation.parent


@lru_cache(maxsize=10_000)
def behind(field: ops.Field) -> Node | None:
    """Return what a field of a derived table stands for; nothing for a stored column."""
    relation = field.rel
    while isinstance(relation, ops.Filter | ops.JoinReference):
        relation = relation.parent
    if isinstance(relation, ops.UnboundTable):
        return None
    values: Mapping[str, Node] = relation.values
    return values[field.name]


def parts_of(node: Node) -> Iterator[Node]:
    """Yield a row expression and all its parts, through derived columns, each once."""
    seen, waiting = set(), [node]
    while waiting:
        part = waiting.pop()
        if part in seen:
            continue
        seen.add(part)
        if isinstance(part, ops.Field):
            origin = behind(part)
            waiting += [] if origin is None else [origin]
            if origin is None:
                yield part if isinstance(part.rel, ops.UnboundTable) else _stored(part)
            continue
        yield part
        waiting += list(_arguments(part))


def _stored(field: ops.Field) -> Node:
    relation = field.rel
    while not isinstance(relation, ops.UnboundTable):
        relation = relation.parent
    return ops.Field(relation, field.name)


def _arguments(node: Node) -> Iterator[Node]:
    for argument in node.__args__:
        for part in argument if isinstance(argument, tuple) else (argument,):
            if isinstance(part, ops.Value):
                yield part


def empty(measure: Measure) -> int:
    """Return what a cell holds before any record, which for a maximum means no value."""
    kind = np.iinfo(np.int32 if measure.is_small else np.int64)
    return {How.MAX: int(kind.min), How.MIN: int(kind.max)}.get(measure.how, 0)


def constant(code: int) -> Cells:
    """Return a column of one known value."""
    return Cells(np.array(code))
