"""Labelled tables: CSV (also .gz) and Parquet, mixed columns, gaps; and how they are split."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedKFold

from xinyidai.kernel.errors import InvalidInput
from xinyidai.scoring.training.encodings import as_utf8
from xinyidai.scoring.training.spec import FeatureSpec, TrainingSpec, with_features
from xinyidai.scoring.transform import level_text
from xinyidai.scoring.values import FeatureKind, Flags, Floats

MOST_LEVELS = 64
# What exporters write for no value; a ratio divided by zero is none either.
GAPS = [
    *("", "NA", "N/A", "n/a", "#N/A", "NaN", "nan", "null", "NULL", "?"),
    *("inf", "-inf", "Inf", "-Inf", "Infinity", "-Infinity"),
]

Rows = NDArray[np.intp]
Split = tuple[Rows, Rows]
"""Row numbers to train on, row numbers to test on."""


@dataclass(frozen=True)
class RawTable:
    """A table as read: one array and one gap mask for each column."""

    name: str
    sha256: str
    columns: Mapping[str, NDArray[np.generic]]
    gaps: Mapping[str, Flags]

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(next(iter(self.gaps.values())))


@dataclass(frozen=True)
class Column:
    """One feature column as float64, NaN where absent; a category is the index of its level."""

    spec: FeatureSpec
    kind: FeatureKind
    values: Floats
    levels: tuple[str, ...] = ()


@dataclass(frozen=True)
class LabelledTable:
    """Features and outcome (1 = default) of the same rows; `times` orders them where asked for."""

    spec: TrainingSpec
    columns: tuple[Column, ...]
    label: NDArray[np.int8]
    times: NDArray[np.generic] | None
    name: str
    sha256: str

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(self.label)

    @property
    def matrix(self) -> Floats:
        """Raw values, rows × features, NaN where absent."""
        return np.column_stack([column.values for column in self.columns])

    def part(self, rows: Rows) -> "LabelledTable":
        """Return the table with some of its rows only."""
        return replace(
            self,
            columns=tuple(replace(c, values=c.values[rows]) for c in self.columns),
            label=self.label[rows],
            times=None if self.times is None else self.times[rows],
        )


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def read_table(path: Path) -> RawTable:
    """Read a CSV, CSV.gz or Parquet file whole, in its order; types come from all of its rows."""
    if not path.is_file():
        raise InvalidInput(f"找不到表：{path}", code="no_table")
    if path.suffix == ".parquet":
        arrays = _arrays("read_parquet(?)", path, path.name)
    else:
        with as_utf8(path) as text:
            arrays = _arrays(_csv_reader(), text, path.name)
    if not arrays or not len(next(iter(arrays.values()))):
        raise InvalidInput(f"表 {path.name} 没有一行数据。", code="bad_table")
    gaps = {name: _gap_mask(values) for name, values in arrays.items()}
    columns = {name: np.ma.getdata(values) for name, values in arrays.items()}
    return RawTable(path.name, file_sha256(path), columns, gaps)


def _arrays(source: str, path: Path, name: str) -> dict[str, NDArray[np.generic]]:
    try:
        with duckdb.connect(config={"threads": 1}) as connection:
            found = connection.execute(f"SELECT * FROM {source}", [str(path)])  # noqa: S608 - fixed texts
            return found.fetchnumpy()
    except duckdb.Error as problem:
        [reason, *_] = str(problem).strip().splitlines() or [""]
        raise InvalidInput(
            f"读不出表 {name}：请检查每行的列数和表头是否一致。（{reason}）", code="bad_table"
        ) from problem


def _csv_reader() -> str:
    gaps = ", ".join(f"'{gap}'" for gap in GAPS)
    return f"read_csv(?, header = true, sample_size = -1, nullstr = [{gaps}])"


def _gap_mask(values: NDArray[np.generic]) -> Flags:
    mask = np.ma.getmaskarray(values).copy()
    data = np.ma.getdata(values)
    if data.dtype.kind == "f":
        mask |= ~np.isfinite(data)
    return mask


def labelled(raw: RawTable, spec: TrainingSpec) -> LabelledTable:
    """Return the features and the outcome the specification names, checked against the table."""
    _refuse_unknown_columns(raw, spec)
    if not spec.features:
        spec = with_features(spec, _free_columns(raw, spec))
    columns = tuple(_column(raw, feature) for feature in spec.features)
    label = _label(raw, spec)
    times = None
    if spec.time_column is not None:
        if raw.gaps[spec.time_column].any():
            raise InvalidInput("时间列有空值，不能按时间划分。", code="bad_time_column")
        times = raw.columns[spec.time_column]
    return LabelledTable(spec, columns, label, times, raw.name, raw.sha256)


def _free_columns(raw: RawTable, spec: TrainingSpec) -> tuple[str, ...]:
    taken = {spec.label.column, spec.time_column, *spec.exclude}
    return tuple(name for name in raw.columns if name not in taken)


def _refuse_unknown_columns(raw: RawTable, spec: TrainingSpec) -> None:
    """Refuse names the table lacks and, where features are listed, columns nobody spoke of."""
    named = {spec.label.column, *(feature.name for feature in spec.features)}
    if spec.time_column is not None:
        named.add(spec.time_column)
    if not spec.features:
        named |= set(spec.exclude)
    absent = sorted(named - set(raw.columns))
    if absent:
        raise InvalidInput(f"表里没有这些列：{'、'.join(absent)}", code="unknown_column")
    stray = sorted(set(raw.columns) - named - set(spec.exclude)) if spec.features else []
    if stray:
        raise InvalidInput(
            f"规格没有提到表里的这些列，请列为特征或用 --exclude 排除：{'、'.join(stray)}",
            code="unknown_column",
        )


def _label(raw: RawTable, spec: TrainingSpec) -> NDArray[np.int8]:
    """Return 1 for default; the label must hold exactly two values and no gap."""
    name = spec.label.column
    if raw.gaps[name].any():
        count = int(raw.gaps[name].sum())
        raise InvalidInput(f"结果列 {name} 有 {count} 个空值。", code="bad_label")
    texts = _texts(raw.columns[name])
    found = sorted(set(texts))
    if len(found) != 2:  # noqa: PLR2004 - binary
        raise InvalidInput(
            f"结果列 {name} 必须恰有两种值，实有 {len(found)} 种。", code="bad_label"
        )
    if spec.label.positive not in found:
        raise InvalidInput(
            f"结果列 {name} 的值是 {found}，没有表示违约的 {spec.label.positive}。",
            code="bad_label",
        )
    return np.array([text == spec.label.positive for text in texts], dtype=np.int8)


def _texts(values: NDArray[np.generic]) -> list[str]:
    return [level_text(value) for value in values.tolist()]


def _column(raw: RawTable, feature: FeatureSpec) -> Column:
    values, gaps = raw.columns[feature.name], raw.gaps[feature.name]
    kind = feature.kind or _kind_of(feature.name, values)
    if gaps.all():
        raise InvalidInput(f"列 {feature.name} 全是空值。", code="empty_column")
    if kind is FeatureKind.CATEGORICAL:
        return _categories(feature, values, gaps)
    if values.dtype.kind not in "biuf":
        raise InvalidInput(f"列 {feature.name} 不是数。", code="bad_column")
    numbers = np.where(gaps, np.nan, values.astype(np.float64))
    return Column(feature, kind, numbers)


def _kind_of(name: str, values: NDArray[np.generic]) -> FeatureKind:
    if values.dtype.kind in "biuf":
        return FeatureKind.NUMERIC
    if values.dtype.kind in "OUT":
        return FeatureKind.CATEGORICAL
    raise InvalidInput(
        f"列 {name} 既不是数也不是文字，请用 --exclude 排除或作为 --time。", code="bad_column"
    )


def _categories(feature: FeatureSpec, values: NDArray[np.generic], gaps: Flags) -> Column:
    if feature.monotone:
        raise InvalidInput(f"类别特征 {feature.name} 不能声明风险方向。", code="bad_column")
    present = [level_text(value) for value in values[~gaps].tolist()]
    levels = sorted(set(present))
    if len(levels) > MOST_LEVELS:
        raise InvalidInput(
            f"列 {feature.name} 有 {len(levels)} 种取值，像是编号或名称，请用 --exclude 排除。",
            code="too_many_levels",
        )
    codes = np.full(len(gaps), np.nan)
    position = {level: float(i) for i, level in enumerate(levels)}
    codes[~gaps] = [position[text] for text in present]
    return Column(feature, FeatureKind.CATEGORICAL, codes, tuple(levels))


def splits(table: LabelledTable) -> list[Split]:
    """Return stratified folds, or with a time column forward chaining: past trains, next tests."""
    found = _stratified(table) if table.times is None else _forward(table.times, table.spec.folds)
    for train, test in found:
        if len(set(table.label[train])) < 2 or len(set(table.label[test])) < 2:  # noqa: PLR2004
            raise InvalidInput("某一折里只有一种结果，请减少折数或增加样本。", code="bad_split")
    return found


def _stratified(table: LabelledTable) -> list[Split]:
    fewest = int(min(np.bincount(table.label, minlength=2)))
    if fewest < table.spec.folds:
        raise InvalidInput(
            f"较少的一类只有 {fewest} 例，不够分 {table.spec.folds} 折。", code="bad_split"
        )
    folds = StratifiedKFold(table.spec.folds, shuffle=True, random_state=table.spec.seed)
    return list(folds.split(np.zeros(table.rows), table.label))


def _forward(times: NDArray[np.generic], folds: int) -> list[Split]:
    """Cut time into folds + 1 parts of about equal size; equal times stay together."""
    moments, ranks = np.unique(times, return_inverse=True)
    if len(moments) <= folds:
        raise InvalidInput(
            f"时间列只有 {len(moments)} 个不同的值，不够分 {folds} 段。", code="bad_split"
        )
    share = np.cumsum(np.bincount(ranks)) / len(times)
    part = np.minimum((share * (folds + 1) - 1e-9).astype(int), folds)[ranks]
    return [(np.flatnonzero(part < k), np.flatnonzero(part == k)) for k in range(1, folds + 1)]
