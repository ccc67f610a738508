"""All indicators by pandas group-bys: the baseline of `indicators_vs_pandas`, and a second opinion.

It reads the same formulas and writes them as a good analyst would: one frame for each kind of
records, a mask for each condition, a group-by for each aggregate, plain floats.
"""

from datetime import date
from functools import reduce
from pathlib import Path

import ibis.expr.operations as ops
import numpy as np
import pandas as pd

from xinyidai.catalogue.indicators import WhenAbsent, indicator_dictionary
from xinyidai.profiles import formulas
from xinyidai.profiles.compiling import MARKERS
from xinyidai.profiles.formulas import PACK, aggregates_of
from xinyidai.profiles.grid.planning import behind, kinds_of, plan
from xinyidai.profiles.indicators import FORMULAS
from xinyidai.profiles.values import bounds_of

COMPARE = {
    ops.Equals: lambda left, right: left == right,
    ops.NotEquals: lambda left, right: left != right,
    ops.Greater: lambda left, right: left > right,
    ops.GreaterEqual: lambda left, right: left >= right,
    ops.Less: lambda left, right: left < right,
    ops.LessEqual: lambda left, right: left <= right,
    ops.Add: lambda left, right: left + right,
    ops.Subtract: lambda left, right: left - right,
    ops.Multiply: lambda left, right: left * right,
    ops.And: lambda left, right: left & right,
    ops.Or: lambda left, right: left | right,
}
PARTS = {ops.ExtractYear: "year", ops.ExtractMonth: "month", ops.ExtractDay: "day"}


class Pandas:
    """The records of a city in frames, and the indicators of its firms."""

    def __init__(self, records: Path, firms: Path, as_of: date) -> None:
        bounds = bounds_of(as_of)
        self.days = {marker: pd.Timestamp(bounds[name]) for name, marker in MARKERS.items()}
        self.as_of = pd.Timestamp(as_of)
        self.firms = pd.read_parquet(firms).set_index("enterprise_id").sort_index()
        self.firms["established_on"] = pd.to_datetime(self.firms["established_on"])
        frame = pd.read_parquet(records)
        self.collected = set(frame["kind"].unique())
        for name in ("occurred_on", "valid_until"):
            frame[name] = pd.to_datetime(frame[name])
        frame["quantity"] = frame["quantity"].astype("float64")
        frame["firm"] = self.firms.index.get_indexer(frame["enterprise_id"])
        frame = frame[(frame["occurred_on"] <= self.as_of) & (frame["firm"] >= 0)]
        self.kinds = dict(list(frame.groupby("kind")))
        self.nothing = frame.iloc[:0]
        self.frames: dict[frozenset[str], pd.DataFrame] = {}
        self.known: dict[object, object] = {}

    def frame(self, kinds: frozenset[str]) -> pd.DataFrame:
        if kinds not in self.frames:
            parts = [self.kinds.get(kind, self.nothing) for kind in sorted(kinds)]
            self.frames[kinds] = parts[0] if len(parts) == 1 else pd.concat(parts)
        return self.frames[kinds]

    def run(self, node: ops.Node, frame: pd.DataFrame, name: object):
        key = (node, name)
        if key not in self.known:
            self.known[key] = self._run(node, frame, name)
        return self.known[key]

    def _run(self, node, frame, name):
        def part(inner):
            return self.run(inner, frame, name)

        kind = type(node)
        if kind in COMPARE:
            return COMPARE[kind](part(node.left), part(node.right))
        if kind in PARTS:
            column = part(node.arg)
            dates = column.dt if isinstance(column, pd.Series) else column
            return getattr(dates, PARTS[kind])
        if isinstance(node, ops.Reduction):
            return self._reduced(node)
        return getattr(self, f"_{kind.__name__}")(node, frame, part)

    def _Field(self, node, frame, part):  # noqa: N802 - named after the operation
        origin = behind(node)
        return frame[node.name] if origin is None else part(origin)

    def _Literal(self, node, _frame, _part):  # noqa: N802 - as above
        return self.days.get(node.value, node.value)

    def _IsNull(self, node, _frame, part):  # noqa: N802 - as above
        return part(node.arg).isna()

    def _Not(self, node, _frame, part):  # noqa: N802 - as above
        return ~part(node.arg)

    def _InValues(self, node, _frame, part):  # noqa: N802 - as above
        return part(node.value).isin([option.value for option in node.options])

    def _Cast(self, node, _frame, part):  # noqa: N802 - as above
        return _whole(part(node.arg))

    def _SearchedCase(self, node, frame, part):  # noqa: N802 - as above
        return self._cases(node, frame, part)

    def _IfElse(self, node, frame, part):  # noqa: N802 - as above
        chosen, otherwise = part(node.true_expr), part(node.false_null_expr)
        if isinstance(otherwise, pd.Series):
            return otherwise.mask(part(node.bool_expr), chosen)
        return pd.Series(np.where(part(node.bool_expr), chosen, otherwise), frame.index)

    def _Coalesce(self, node, _frame, part):  # noqa: N802 - as above
        return reduce(lambda first, other: first.fillna(other), map(part, node.arg))

    def _cases(self, node, frame, part):
        default = part(node.default)
        found = np.select(
            [part(case) for case in node.cases],
            [part(result) for result in node.results],
            np.nan if default is None else default,
        )
        return _whole(pd.Series(found, frame.index))

    def _reduced(self, node):
        kinds = kinds_of(node.where)
        frame = self.frame(kinds)
        mask = self.run(node.where, frame, kinds)
        if isinstance(node, ops.CountStar):
            counts = frame.loc[mask, "firm"].value_counts(sort=False)
            return self._all(counts, 0)
        column = self.run(node.arg, frame, kinds)
        groups = column[mask].groupby(frame.loc[mask, "firm"], sort=False)
        match node:
            case ops.Sum():
                return self._all(groups.sum(min_count=1))
            case ops.Max():
                return self._all(groups.max())
            case ops.CountDistinct():
                return self._all(groups.nunique(), 0)
        raise AssertionError(type(node))

    def _all(self, column: pd.Series, absent: int | None = None) -> pd.Series:
        if absent is None and pd.api.types.is_integer_dtype(column.dtype):
            column = column.astype("Int64")
        wide = column.reindex(range(len(self.firms)), fill_value=absent)
        wide.index = self.firms.index
        return wide

    def column(self, name: str) -> pd.Series:
        return self.run(plan().columns[name], self.firms, None)

    def indicators(self) -> pd.DataFrame:
        """Return every indicator of every firm, NaN where missing."""
        return pd.DataFrame({code: self._indicator(code) for code in FORMULAS})

    def _indicator(self, code: str) -> pd.Series:
        entry, formula = indicator_dictionary()[code], FORMULAS[code]
        value = self._value(code, formula)
        if isinstance(formula, formulas.Register):
            return value
        newest = pd.concat([self.column(f"{kind}__on") for kind in entry.kinds], axis=1).max(axis=1)
        if entry.when_absent is WhenAbsent.ZERO:
            silent = value.isna() & newest.notna()
            known = (value.fillna(0) != 0) | self.collected.issuperset(entry.kinds)
            return value.fillna(0).where(known & ~silent)  # records that do not say are no zero
        if entry.fresh_within_days is None:
            return value.where(newest.notna())
        old = self.as_of - newest > pd.Timedelta(days=entry.fresh_within_days)
        return value.where(newest.notna() & ~old)

    def _value(self, code, formula):
        names = tuple(aggregates_of(code, formula)) or (code,)
        first, *rest = [self.column(name) for name in names]
        match formula:
            case formulas.Total():
                return first
            case formulas.Newest(divisor=divisor):
                return first % PACK / divisor
            case formulas.Register(divisor=divisor):
                return first if divisor == 1 else _rounded(first / divisor)
            case formulas.Share():
                return _share(first, rest[0])
            case formulas.Change():
                return _share(first - rest[0], rest[0])
            case formulas.NewestChange():
                now, before = first % PACK, rest[0] % PACK
                return _share(now - before, before)


def _share(numerator, denominator):
    return _rounded((numerator / denominator).where(denominator > 0))


def _whole(column):
    """Return whole numbers as 64-bit integers: a day with a value behind it is beyond floats."""
    if not isinstance(column, pd.Series):
        return column
    if pd.api.types.is_float_dtype(column.dtype):
        column = column.round()
    return column.astype("Int64" if column.isna().any() else "int64")


def _rounded(column):
    return np.floor(column * 1e9 + 0.5) / 1e9
