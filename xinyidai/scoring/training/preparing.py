"""Any table made ready (数据准备): what each column is, what is dropped and why; no label is read.

The same preparation serves the product's pipeline and every peer it is compared with.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime

import numpy as np
from numpy.typing import NDArray

from xinyidai.kernel.errors import InvalidInput
from xinyidai.scoring.rules import is_forbidden_feature, is_id_name
from xinyidai.scoring.training.dataset import Column, LabelledTable, RawTable
from xinyidai.scoring.training.leaks import looks_like_id
from xinyidai.scoring.training.spec import FeatureSpec, TrainingSpec
from xinyidai.scoring.transform import Wording, level_text
from xinyidai.scoring.values import FeatureKind, Flags, Floats

_MOST_STRAY = 0.02  # so few values may be no number, or no date, in a column of numbers or dates
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?", re.IGNORECASE)
_CLUTTER = re.compile(r"[\s,，$¥￥%元]")
_DATE_FORMATS = (
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%Y%m%d",
    "%Y-%m-%d %H:%M:%S",
    "%m/%d/%Y",
    "%d/%m/%Y",
    "%d-%b-%y",
    "%b-%Y",
    "%b-%y",
    "%Y年%m月%d日",
    "%Y年%m月",
    "%Y-%m",
)
_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True)
class Dropped:
    """A column that is no feature, and why, in plain Chinese."""

    column: str
    why: str


@dataclass(frozen=True)
class PreparedTable:
    """A table whose columns are all features, what was dropped and what a reader should know."""

    table: LabelledTable
    dropped: tuple[Dropped, ...]
    notes: tuple[str, ...]


def prepare(raw: RawTable, spec: TrainingSpec) -> PreparedTable:
    """Return features and outcome of any table; rows without outcome or time are left out.

    Raises `InvalidInput` where the label is not binary or no column can serve as a feature.
    """
    for name in (spec.label.column, spec.time_column):
        if name is not None and name not in raw.columns:
            raise InvalidInput(f"表里没有这一列：{name}", code="unknown_column")
    notes: list[str] = []
    kept = _usable_rows(raw, spec, notes)
    label, positive = _outcome(raw, spec, kept, notes)
    taken = {spec.label.column, spec.time_column}
    columns: list[Column] = []
    dropped: list[Dropped] = []
    for name in raw.columns:
        if name in taken:
            continue
        found = "按要求排除" if name in spec.exclude else _read(raw, name, kept)
        if isinstance(found, str):
            dropped.append(Dropped(name, found))
            continue
        columns.append(found)
        if is_forbidden_feature(name):
            notes.append(f"列 {name} 属于不得进入评分的信息，这里只用于方法对比。")
    if not columns:
        raise InvalidInput("表里没有一列可以作特征。", code="no_features")
    spec = replace(
        spec,
        label=replace(spec.label, positive=positive),
        features=tuple(column.spec for column in columns),
        exclude=tuple(sorted({*spec.exclude, *(item.column for item in dropped)})),
    )
    times = None if spec.time_column is None else _ordered(raw.columns[spec.time_column][kept])
    table = LabelledTable(spec, tuple(columns), label, times, raw.name, raw.sha256)
    return PreparedTable(table, tuple(dropped), tuple(notes))


def _usable_rows(raw: RawTable, spec: TrainingSpec, notes: list[str]) -> NDArray[np.intp]:
    gap = raw.gaps[spec.label.column].copy()
    if spec.time_column is not None:
        gap |= raw.gaps[spec.time_column]
    if gap.any():
        notes.append(f"{int(gap.sum())} 行没有结果或时间，未使用。")
    return np.flatnonzero(~gap)


def _outcome(
    raw: RawTable, spec: TrainingSpec, kept: NDArray[np.intp], notes: list[str]
) -> tuple[NDArray[np.int8], str]:
    """Return 1 for default; an unnamed positive value is 1, or the rarer of two others."""
    name = spec.label.column
    texts = np.array([level_text(value) for value in raw.columns[name][kept].tolist()])
    found, counts = np.unique(texts, return_counts=True)
    if len(found) != 2:  # noqa: PLR2004 - binary
        raise InvalidInput(
            f"结果列 {name} 必须恰有两种值，实有 {len(found)} 种。", code="bad_label"
        )
    positive = spec.label.positive
    if positive not in found:
        if positive != "1":
            raise InvalidInput(
                f"结果列 {name} 的值是 {found.tolist()}，没有 {positive}。", code="bad_label"
            )
        positive = str(found[int(np.argmin(counts))])
        notes.append(f"没有指明哪个值表示违约，取较少的一种：{positive}。")
    return (texts == positive).astype(np.int8), positive


def _read(raw: RawTable, name: str, kept: NDArray[np.intp]) -> Column | str:
    """Return a column as a feature, or why it is none."""
    values, gaps = raw.columns[name][kept], raw.gaps[name][kept]
    if gaps.all():
        return "全是空值"
    if is_id_name(name) and not _repeats(values[~gaps]):
        return "像是编号或名称"
    numbers = as_numbers(values, gaps)
    if numbers is None:
        return _category(name, values, gaps)
    if len(np.unique(numbers[~np.isnan(numbers)])) < 2 and not gaps.any():  # noqa: PLR2004
        return "只有一个值"
    if values.dtype.kind in "iu" and looks_like_id(values[~gaps]):
        return "像是编号或名称"
    return Column(FeatureSpec(name, Wording(name)), FeatureKind.NUMERIC, numbers)


def _repeats(present: NDArray[np.generic]) -> bool:
    """Tell whether values come up at least four times on average, as a category's do."""
    return len(set(present.tolist())) * 4 <= len(present)


def _category(name: str, values: NDArray[np.generic], gaps: Flags) -> Column | str:
    present = [_text(value) for value in values[~gaps].tolist()]
    levels = sorted(set(present))
    if looks_like_id(np.array(present, dtype=object)):
        return "像是编号或名称"
    if len(levels) < 2 and not gaps.any():  # noqa: PLR2004
        return "只有一个值"
    position = {level: float(i) for i, level in enumerate(levels)}
    codes = np.full(len(gaps), np.nan)
    codes[~gaps] = [position[text] for text in present]
    spec = FeatureSpec(name, Wording(name))
    return Column(spec, FeatureKind.CATEGORICAL, codes, tuple(levels))


def _text(value: object) -> str:
    return level_text(value) if isinstance(value, int | float | str) else str(value)


def as_numbers(values: NDArray[np.generic], gaps: Flags) -> Floats | None:
    """Return numbers, dates as days since 1970, or None for text that is neither."""
    if values.dtype.kind in "biuf":
        numbers = np.where(gaps, np.nan, values.astype(np.float64))
        return np.where(np.isfinite(numbers), numbers, np.nan)
    if values.dtype.kind == "M":
        days = values.astype("datetime64[s]").astype(np.int64) / 86_400
        return np.where(gaps, np.nan, days)
    if values.dtype.kind == "m":
        spans = values.astype("timedelta64[s]").astype(np.int64).astype(np.float64)
        return np.where(gaps, np.nan, spans)
    return _parsed(values, gaps)


def _parsed(values: NDArray[np.generic], gaps: Flags) -> Floats | None:
    texts = [_text(value).strip() for value in values[~gaps].tolist()]
    distinct = set(texts)
    for reader in (_number_of, *(_date_reader(form) for form in _DATE_FORMATS)):
        known: dict[str, float] = {}
        for text in distinct:
            number = reader(text)
            if number is not None:
                known[text] = number
            elif len(known) < 3:  # noqa: PLR2004 - a reader that fails at once is not for this
                break
        read = np.array([known.get(text, np.nan) for text in texts])
        if known and np.isnan(read).mean() <= _MOST_STRAY:
            numbers = np.full(len(gaps), np.nan)
            numbers[~gaps] = read
            return numbers
    return None


def _number_of(text: str) -> float | None:
    plain = _CLUTTER.sub("", text)
    if plain.startswith("(") and plain.endswith(")"):
        plain = f"-{plain[1:-1]}"
    return float(plain) if _NUMBER.fullmatch(plain) else None


def _date_reader(form: str) -> Callable[[str], float | None]:
    def read(text: str) -> float | None:
        try:
            moment = datetime.strptime(text, form)  # noqa: DTZ007 - only the day counts
        except ValueError:
            return None
        return float(moment.toordinal() - _EPOCH)

    return read


def _ordered(times: NDArray[np.generic]) -> NDArray[np.generic]:
    """Return times that sort as time does: text dates are read, other text stays text."""
    numbers = as_numbers(times, np.zeros(len(times), dtype=np.bool_))
    if numbers is not None and not np.isnan(numbers).any():
        return numbers
    return np.array([_text(value) for value in times.tolist()])
