"""Row expressions of Ibis run on NumPy columns, with SQL's three-valued logic.

Only what can be exact: integers, dates as day numbers, decimals as scaled integers, texts as
codes. An operation that is not listed raises `Unreducible`, a number that could leave 64 bits
raises `TooLarge`; either way the SQL engine computes instead.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import reduce
from typing import Any, TypeAlias

import ibis.expr.operations as ops
import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[Any]
Node: TypeAlias = ops.Node

EPOCH = date(1970, 1, 1)
MOST = 2**62
MONTHS_A_YEAR = 12


class Unreducible(Exception):
    """The expression has a part that the grid does not know."""


class TooLarge(Exception):
    """A number might not fit 64 bits."""


@dataclass(frozen=True, slots=True)
class Cells:
    """A column: values, where they are known (`None`: everywhere), decimal places of the scale.

    Whatever is computed with has 0 where nothing is known, so that no chance value is too large.
    """

    values: Array
    valid: Array | None = None
    scale: int = 0

    @property
    def known(self) -> Array:
        """Return where there is a value."""
        return np.ones(np.shape(self.values), bool) if self.valid is None else self.valid

    def scaled(self, scale: int) -> Array:
        """Return the values with more decimal places."""
        if scale == self.scale:
            return self.values
        return times(self.values, 10 ** (scale - self.scale))

    def take(self, chosen: Array) -> "Cells":
        """Return some of the rows, by place or by mask, with 0 where nothing is known."""
        values = self.values[chosen]
        if self.valid is None:
            return Cells(values, None, self.scale)
        valid = self.valid[chosen]
        if valid.all():
            return Cells(values, None, self.scale)
        return Cells(np.where(valid, values, values.dtype.type(0)), valid, self.scale)


@dataclass(frozen=True)
class Words:
    """Codes of the texts and day numbers of the dates an expression compares with."""

    codes: Mapping[str, int]
    days: Mapping[date, date]

    def of(self, value: object) -> Cells:
        """Return a literal as a column of one value."""
        match value:
            case None:
                return Cells(np.array(0), np.zeros((), bool))
            case str():
                return Cells(np.array(self.codes[value]))
            case date():
                return Cells(np.array(day_number(self.days.get(value, value))))
            case Decimal():
                scale = max(0, -int(value.as_tuple().exponent))
                return Cells(np.array(int(value.scaleb(scale))), None, scale)
            case bool():
                return Cells(np.array(value))
            case int():
                return Cells(np.array(value))
        raise Unreducible(f"a literal of type {type(value).__name__}")


def day_number(day: date) -> int:
    """Return the days since 1970-01-01, as Arrow keeps dates."""
    return (day - EPOCH).days


class Evaluator:
    """Runs expressions over one set of columns; every part is computed once."""

    def __init__(self, field: Callable[[ops.Field], Cells | Node], words: Words) -> None:
        """`field` returns the column of a field, or the expression it stands for."""
        self.known: dict[Node, Cells] = {}
        self._field = field
        self.words = words

    def __call__(self, node: Node) -> Cells:
        """Return the column of an expression."""
        found = self.known.get(node)
        if found is None:
            found = self.known[node] = self._run(node)
        return found

    def _run(self, node: Node) -> Cells:
        if isinstance(node, ops.Field):
            column = self._field(node)
            return column if isinstance(column, Cells) else self(column)
        operation = OPERATIONS.get(type(node))
        if operation is None:
            raise Unreducible(type(node).__name__)
        return operation(self, node)

    def chosen(self, condition: Node | None, rows: int) -> Array | None:
        """Return where a condition is true; `None` means everywhere."""
        if condition is None:
            return None
        cells = self(condition)
        true = cells.values if cells.valid is None else cells.values & cells.valid
        return None if np.ndim(true) == 0 and bool(true) else spread(true, rows)


def spread(values: Array, rows: int) -> Array:
    """Repeat a single value for every row."""
    return np.broadcast_to(values, rows) if np.ndim(values) == 0 else values


def both(*valids: Array | None) -> Array | None:
    """Return where all are known."""
    given = [valid for valid in valids if valid is not None]
    return reduce(np.logical_and, given) if given else None


def times(values: Array, factor: int) -> Array:
    """Multiply, or raise `TooLarge`."""
    if largest(values) * abs(factor) >= MOST:
        raise TooLarge
    return np.asarray(values, np.int64) * factor


def largest(values: Array) -> int:
    """Return the largest absolute value of a column."""
    if np.size(values) == 0:
        return 0
    return max(abs(int(np.max(values))), abs(int(np.min(values))))


def _literal(run: Evaluator, node: Any) -> Cells:
    return run.words.of(node.value)


def _compare(operation: Callable[[Array, Array], Array]) -> Callable[[Evaluator, Any], Cells]:
    def compare(run: Evaluator, node: Any) -> Cells:
        left, right, valid, _ = _pair(run, node)
        return Cells(operation(left, right), valid)

    return compare


def _pair(run: Evaluator, node: Any) -> tuple[Array, Array, Array | None, int]:
    left, right = run(node.left), run(node.right)
    scale = max(left.scale, right.scale)
    valid = both(left.valid, right.valid)
    return left.scaled(scale), right.scaled(scale), valid, scale


def _arithmetic(operation: Callable[[Array, Array], Array]) -> Callable[[Evaluator, Any], Cells]:
    def compute(run: Evaluator, node: Any) -> Cells:
        left, right, valid, scale = _pair(run, node)
        if largest(left) + largest(right) >= MOST:
            raise TooLarge
        return Cells(operation(left.astype(np.int64), right.astype(np.int64)), valid, scale)

    return compute


def _multiply(run: Evaluator, node: Any) -> Cells:
    left, right = run(node.left), run(node.right)
    if largest(left.values) * largest(right.values) >= MOST:
        raise TooLarge
    product = left.values.astype(np.int64) * right.values.astype(np.int64)
    return Cells(product, both(left.valid, right.valid), left.scale + right.scale)


def _and(run: Evaluator, node: Any) -> Cells:
    left, right = run(node.left), run(node.right)
    if left.valid is None and right.valid is None:
        return Cells(left.values & right.values)
    false = (left.known & ~left.values) | (right.known & ~right.values)
    true = left.known & left.values & right.known & right.values
    return Cells(true, true | false)


def _or(run: Evaluator, node: Any) -> Cells:
    left, right = run(node.left), run(node.right)
    if left.valid is None and right.valid is None:
        return Cells(left.values | right.values)
    true = (left.known & left.values) | (right.known & right.values)
    false = left.known & ~left.values & right.known & ~right.values
    return Cells(true, true | false)


def _not(run: Evaluator, node: Any) -> Cells:
    cells = run(node.arg)
    return Cells(~cells.values, cells.valid)


def _is_null(run: Evaluator, node: Any) -> Cells:
    valid = run(node.arg).valid
    return Cells(np.zeros((), bool) if valid is None else ~valid)


def _not_null(run: Evaluator, node: Any) -> Cells:
    valid = run(node.arg).valid
    return Cells(np.ones((), bool) if valid is None else valid)


def _in_values(run: Evaluator, node: Any) -> Cells:
    cells = run(node.value)
    options = [run(option) for option in node.options]
    if any(option.valid is not None or option.scale != cells.scale for option in options):
        raise Unreducible("a list with an unknown or a scaled value")
    found = [cells.values == option.values for option in options]
    return Cells(reduce(np.logical_or, found), cells.valid)


def _cast(run: Evaluator, node: Any) -> Cells:
    if not (node.to.is_integer() or node.to == node.arg.dtype):
        raise Unreducible(f"a cast to {node.to}")
    cells = run(node.arg)
    if cells.scale == 0 or not node.to.is_integer():
        return cells
    # Half away from zero, as DuckDB and PostgreSQL cast a decimal.
    unit = 10**cells.scale
    rounded = (np.abs(cells.values) + unit // 2) // unit
    return Cells(np.sign(cells.values) * rounded, cells.valid)


def _searched_case(run: Evaluator, node: Any) -> Cells:
    arms = [(run(case), run(result)) for case, result in zip(node.cases, node.results, strict=True)]
    return _choose(arms, run(node.default))


def _if_else(run: Evaluator, node: Any) -> Cells:
    return _choose([(run(node.bool_expr), run(node.true_expr))], run(node.false_null_expr))


def _coalesce(run: Evaluator, node: Any) -> Cells:
    *first, last = [run(part) for part in node.arg]
    if first[0].valid is None:
        return first[0]
    return _choose([(Cells(part.known), part) for part in first], last)


def _choose(arms: list[tuple[Cells, Cells]], otherwise: Cells) -> Cells:
    scale = max(otherwise.scale, *(result.scale for _, result in arms))
    values, known = otherwise.scaled(scale), otherwise.known
    for condition, result in reversed(arms):
        valid = condition.valid
        is_true = condition.values if valid is None else condition.values & valid
        values = np.where(is_true, result.scaled(scale), values)
        known = np.where(is_true, result.known, known)
    return Cells(values, None if known.all() else spread(known, len(values)), scale)


def _date_part(part: Callable[[Array], Array]) -> Callable[[Evaluator, Any], Cells]:
    def extract(run: Evaluator, node: Any) -> Cells:
        cells = run(node.arg)
        return Cells(part(np.asarray(cells.values).astype("datetime64[D]")), cells.valid)

    return extract


def months_of(days: Array) -> Array:
    """Return the months since January 1970 of `datetime64[D]` values."""
    months: Array = days.astype("datetime64[M]").astype(np.int64)
    return months


def _day_of_month(days: Array) -> Array:
    since: Array = days - days.astype("datetime64[M]").astype("datetime64[D]")
    return np.asarray(since.astype(np.int64) + 1)


OPERATIONS: Mapping[type[Node], Callable[[Evaluator, Any], Cells]] = {
    ops.Literal: _literal,
    ops.Equals: _compare(np.equal),
    ops.NotEquals: _compare(np.not_equal),
    ops.Greater: _compare(np.greater),
    ops.GreaterEqual: _compare(np.greater_equal),
    ops.Less: _compare(np.less),
    ops.LessEqual: _compare(np.less_equal),
    ops.Add: _arithmetic(np.add),
    ops.Subtract: _arithmetic(np.subtract),
    ops.Multiply: _multiply,
    ops.And: _and,
    ops.Or: _or,
    ops.Not: _not,
    ops.IsNull: _is_null,
    ops.NotNull: _not_null,
    ops.InValues: _in_values,
    ops.Cast: _cast,
    ops.SearchedCase: _searched_case,
    ops.IfElse: _if_else,
    ops.Coalesce: _coalesce,
    ops.ExtractYear: _date_part(lambda days: months_of(days) // MONTHS_A_YEAR + 1970),
    ops.ExtractMonth: _date_part(lambda days: months_of(days) % MONTHS_A_YEAR + 1),
    ops.ExtractDay: _date_part(_day_of_month),
}
