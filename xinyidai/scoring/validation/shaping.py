"""Figures as lines and tables for people: the same for Markdown and PDF."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

MOST_ROWS = 24

HEADS: Mapping[str, str] = MappingProxyType(
    {
        "axis": "维度",
        "group": "分群",
        "n": "行数",
        "bads": "违约",
        "verdict": "结论",
        "auc": "AUC",
        "slope": "斜率",
        "intercept": "截距",
        "bad_rate": "违约率",
        "auc_low": "下限",
        "auc_high": "上限",
        "ks": "KS",
        "promised": "承诺违约率",
        "seen": "实际违约率",
        "seen_low": "下限",
        "seen_high": "上限",
        "grade": "等级",
        "p": "p 值",
        "slice": "切片",
        "weak": "次序偏弱",
        "short": "风险低估",
        "value": "值",
        "low": "下限",
        "high": "上限",
        "psi": "PSI",
        "critical": "临界值",
        "earlier": "较早行数",
        "later": "较晚行数",
        "new_categories": "新类别",
        "favoured": "好结果占比",
        "ratio": "与最好一群之比",
        "is_disparate": "须说明",
        "over": "风险被高估",
        "explanation": "说明",
        "refused_share": "被拒比例",
        "if_1_times": "被拒的风险相同",
        "if_2_times": "是 2 倍",
        "if_4_times": "是 4 倍",
        "mean_pd": "平均违约概率",
        "insufficient": "数据不足占比",
        "grade_changed": "等级变化占比",
        "large": "放大一万倍",
        "small": "缩小一万倍",
        "bounds": "上下界",
        "segments": "各群",
        "grades": "各等级",
        "groups": "各群",
        "slices": "切片（薄弱的在前）",
        "without": "缺少该数据源时",
        "gini": "Gini",
    }
)
_WORDS = {
    "too_few": "样本太少",
    "stable": "无显著变化",
    "slight": "变化小",
    "some": "中等变化",
    "much": "明显变化",
    "new_category": "新类别",
}


@dataclass(frozen=True)
class Table:
    """Rows under headings; `left_out` rows are only in the JSON file."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    left_out: int = 0


@dataclass(frozen=True)
class Shaped:
    """Single figures as (name, value) and tables."""

    lines: tuple[tuple[str, str], ...]
    tables: tuple[Table, ...]


def shape(numbers: Mapping[str, object]) -> Shaped:
    """Return single values as lines; lists of records and records of records as tables."""
    lines: list[tuple[str, str]] = []
    tables: list[Table] = []
    for name, value in numbers.items():
        rows = _records(value)
        if rows is not None:
            if rows:
                tables.append(_table(_head(name), rows))
        elif isinstance(value, Mapping):
            inner = shape(value)
            lines += [(f"{_head(name)}：{key}", text) for key, text in inner.lines]
            tables += inner.tables
        else:
            lines.append((_head(name), say(value)))
    if numbers and not lines and not tables:
        return Shaped(tuple((_head(name), "—") for name in numbers), ())
    return Shaped(tuple(lines), tuple(tables))


def shape_check(numbers: Mapping[str, object]) -> tuple[Table, ...]:
    """Return the tables of a check; its single figures are in its own words already."""
    whole = _records(numbers)
    if whole:
        return (_table("", whole),)
    return shape({k: v for k, v in numbers.items() if _records(v)}).tables


def _records(value: object) -> list[Mapping[str, object]] | None:
    """Return the value as records where it is a list or a mapping of them, else None."""
    if isinstance(value, Mapping):
        if value and all(isinstance(item, Mapping) for item in value.values()):
            return [{"": _head(name), **item} for name, item in value.items()]
        return None
    if isinstance(value, Sequence) and not isinstance(value, str):
        records = [item for item in value if isinstance(item, Mapping)]
        return records if len(records) == len(value) else None
    return None


def _table(title: str, records: Sequence[Mapping[str, object]]) -> Table:
    keys = list(dict.fromkeys(key for record in records for key in record))
    shown = records[:MOST_ROWS]
    return Table(
        title,
        tuple(_head(key) for key in keys),
        tuple(tuple(say(record.get(key)) for key in keys) for record in shown),
        len(records) - len(shown),
    )


def _head(name: str) -> str:
    return HEADS.get(name, name)


def say(value: object) -> str:
    """Return a plain value as a person writes it."""
    if isinstance(value, Mapping):
        return "；".join(f"{key} {say(item)}" for key, item in value.items()) or "—"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "、".join(say(item) for item in value) or "—"
    return _say_single(value)


def _say_single(value: object) -> str:
    if isinstance(value, bool) or value is None:
        return {True: "是", False: "否", None: "—"}[value]
    if isinstance(value, float):
        return f"{value:.4g}"
    return f"{value:,}" if isinstance(value, int) else _WORDS.get(str(value), str(value))
