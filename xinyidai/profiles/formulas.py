"""The shapes an indicator's formula may have, over records and register facts, in Ibis.

An engine returns only exact integers and decimals; the single division of a share or a change
happens afterwards, in `rules.finish`, so every engine ends at the same digit.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import ibis
from ibis.expr.types import BooleanValue, IntegerValue, NumericValue, Table, Value

PACK = 10**9  # values packed behind a date are below this; 20 years of growth leave room

RECORD_SCHEMA = {
    "enterprise_id": "string",
    "kind": "string",
    "occurred_on": "date",
    "valid_until": "date",
    "amount_fen": "int64",
    "quantity": "decimal(18,4)",
    "level": "string",
    "void_count": "int64",
    "negative_count": "int64",
    "counterparty_count": "int64",
    "top_counterparty_fen": "int64",
    "overdue_fen": "int64",
}
FIRM_SCHEMA = {
    "enterprise_id": "string",
    "established_on": "date",
    "registered_capital_fen": "int64",
    "employees": "int64",
    "revenue_fen": "int64",
}


@dataclass(frozen=True)
class Scene:
    """Records up to the day, and the dates of `values.bounds_of` as Ibis values.

    Beside the columns of `RECORD_SCHEMA` the records have `is_valid` (the last day, 有效期至, is
    not past), `month_number` and `day_number` (both grow with time).
    """

    records: Table
    bounds: Mapping[str, Value]

    def of(self, *kinds: str, months: int | None = None, ended: bool = False) -> BooleanValue:
        """Select valid records of some kinds, within the last `months`; `ended` keeps past ones."""
        chosen = self._kind_is(kinds)
        if not ended:
            chosen = chosen & self.records.is_valid
        if months is not None:
            chosen = chosen & (self.records.occurred_on > self.bounds[f"from_{months}"])
        return chosen

    def monthly(self, *kinds: str, first: int, last: int = 0) -> BooleanValue:
        """Select whole months: from `first` months back until `last` months back, exclusive."""
        day = self.records.occurred_on
        start, end = self.bounds[f"month_{first}"], self.bounds[f"month_{last}"]
        return self._kind_is(kinds) & (day >= start) & (day < end)

    def _kind_is(self, kinds: tuple[str, ...]) -> BooleanValue:
        if len(kinds) == 1:
            return self.records.kind == kinds[0]
        return self.records.kind.isin(kinds)

    def count(self, where: BooleanValue) -> IntegerValue:
        """Count records."""
        return self.records.count(where=where)

    def amount(self, where: BooleanValue) -> NumericValue:
        """Sum amounts in 分; nothing to sum is zero."""
        return self.total(self.records.amount_fen, where).fill_null(0)

    def total(self, column: NumericValue, where: BooleanValue) -> NumericValue:
        """Sum a column; NULL where no record carries it."""
        return column.sum(where=where)

    def told(self, column: NumericValue, where: BooleanValue) -> NumericValue:
        """Sum a column; no record is zero, NULL where there are records and none carries it."""
        return (self.count(where) == 0).ifelse(0, self.total(column, where))

    def months(self, where: BooleanValue) -> IntegerValue:
        """Count the different months the records fall in."""
        return self.records.month_number.nunique(where=where)

    def newest(self, column: NumericValue, where: BooleanValue) -> IntegerValue:
        """Pack date and value of the newest record into one number, the larger of two that tie.

        One integer maximum means the same on every engine; an ordered aggregate does not.
        """
        packed = self.records.day_number * PACK + column.cast("int64")
        return packed.max(where=where)


Aggregate = Callable[[Scene], NumericValue]
FirmColumn = Callable[[Table, Mapping[str, Value]], NumericValue]


@dataclass(frozen=True)
class Total:
    """A count or a sum; no record in the window is zero."""

    aggregate: Aggregate


@dataclass(frozen=True)
class Newest:
    """The value of the newest record; `divisor` undoes the scaling that made it an integer."""

    packed: Aggregate
    divisor: int = 1


@dataclass(frozen=True)
class Share:
    """Numerator over denominator; no value unless the denominator is above zero."""

    numerator: Aggregate
    denominator: Aggregate


@dataclass(frozen=True)
class Change:
    """(now − before) ÷ before of two sums; no value unless before is above zero."""

    now: Aggregate
    before: Aggregate


@dataclass(frozen=True)
class NewestChange:
    """(now − before) ÷ before of two newest values."""

    now: Aggregate
    before: Aggregate


@dataclass(frozen=True)
class Register:
    """A fact of the register, divided by `divisor` when that is not 1."""

    column: FirmColumn
    divisor: int = 1


Formula = Total | Newest | Share | Change | NewestChange | Register


def aggregates_of(code: str, formula: Formula) -> dict[str, Aggregate]:
    """Return the columns a formula needs from the records, by column name."""
    match formula:
        case Total(aggregate):
            return {code: aggregate}
        case Newest(packed):
            return {code: packed}
        case Share(first, second) | Change(first, second) | NewestChange(first, second):
            return {f"{code}__a": first, f"{code}__b": second}
        case Register():
            return {}


def build(
    records: Table,
    firms: Table,
    bounds: Mapping[str, Value],
    *,
    formulas: Mapping[str, Formula],
    kinds: tuple[str, ...],
) -> Table:
    """Return one row for each firm of `firms`, also for a firm without records.

    Columns: `enterprise_id`, the columns of the formulas, and for each kind `<kind>__n` (valid
    records) and `<kind>__on` (date of the newest, valid or not). NULL where nothing was found.
    """
    scene = Scene(_up_to_the_day(records, bounds), bounds)
    columns: dict[str, Value] = {}
    for code, formula in formulas.items():
        for name, aggregate in aggregates_of(code, formula).items():
            columns[name] = aggregate(scene)
    for kind in kinds:
        columns[f"{kind}__n"] = scene.count(scene.of(kind))
        columns[f"{kind}__on"] = scene.records.occurred_on.max(where=scene.records.kind == kind)
    grouped = scene.records.group_by("enterprise_id").agg(**columns)
    joined = firms.left_join(grouped, "enterprise_id")
    facts = {
        code: formula.column(firms, bounds)
        for code, formula in formulas.items()
        if isinstance(formula, Register)
    }
    return joined.select(firms.enterprise_id, *columns, **facts)


def _up_to_the_day(records: Table, bounds: Mapping[str, Value]) -> Table:
    day, until = records.occurred_on, records.valid_until
    month = day.year().cast("int64") * 100 + day.month().cast("int64")
    return records.filter(day <= bounds["as_of"]).mutate(
        is_valid=until.isnull() | (until >= bounds["as_of"]),
        month_number=month,
        day_number=month * 100 + day.day().cast("int64"),
    )


def graded(levels: Mapping[str, int]) -> Callable[[Value], IntegerValue]:
    """Turn a text level into its number; an unknown level is NULL, hence no record."""
    return lambda level: ibis.cases(*((level == key, number) for key, number in levels.items()))
