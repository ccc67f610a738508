"""The results of a batch as a CSV file that a spreadsheet opens safely."""

import csv
import io
import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from xinyidai.catalogue.indicators import Indicator, indicator_dictionary
from xinyidai.catalogue.missing import MissingCause
from xinyidai.credit_records.values import Snapshot
from xinyidai.objections import service as objections
from xinyidai.profiles.presentation import value_text
from xinyidai.scoring.service.batch_looks import ExportLine
from xinyidai.web import wording
from xinyidai.web.bank import showing
from xinyidai.web.chrome import format_moment

BYTE_ORDER_MARK = "\ufeff"  # without it spreadsheets take UTF-8 for another encoding
# What begins like this a spreadsheet takes for a formula (OWASP, CSV injection).
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
PLAIN_NUMBER = re.compile(r"[-+]?[0-9][0-9,.]*%?")
HEAD = (
    "序号",
    "企业名称",
    "统一社会信用代码",
    "授权编号",
    "用途",
    "结果",
    "未提供的原因",
    "查看时间",
    "结果保存至",
    "信息截至",
    "异议中的信息",
    "信用等级",
    "分数",
    "违约概率",
    "评分模型",
)


def compose(lines: Iterable[ExportLine]) -> str:
    """Return the file's text: one row for each row of the batch, indicators behind the score."""
    stream = io.StringIO()
    stream.write(BYTE_ORDER_MARK)
    writer = csv.writer(stream)
    indicators = list(indicator_dictionary().indicators.values())
    writer.writerow([*HEAD, *(entry.name for entry in indicators)])
    for line in lines:
        cells = [*_facts(line), *_score(line.snapshot), *_values(line.snapshot, indicators)]
        writer.writerow([safe(cell) for cell in cells])
    return stream.getvalue()


def safe(cell: str) -> str:
    """Return the cell so that no spreadsheet runs it: an apostrophe makes it text."""
    is_risky = cell.startswith(FORMULA_STARTS) and PLAIN_NUMBER.fullmatch(cell) is None
    return f"'{cell}" if is_risky else cell


def _facts(export: ExportLine) -> list[str]:
    line, snapshot = export.line, export.snapshot
    return [
        str(line.row.position),
        line.enterprise.name,
        line.enterprise.uscc,
        line.consent.consent_no,
        showing.purpose_name(line.consent.purpose),
        "已提供" if snapshot else "未提供",
        export.left_out,
        format_moment(snapshot.made_at) if snapshot else "",
        format_moment(snapshot.expires_at) if snapshot else "",
        _day(snapshot) if snapshot else "",
        _marked(snapshot) if snapshot else "",
    ]


def _marked(snapshot: Snapshot) -> str:
    return f"{objections.reading_marks(snapshot)['records']} 条"


def _day(snapshot: Snapshot) -> str:
    return date.fromisoformat(snapshot.content["as_of"]).isoformat()


def _score(snapshot: Snapshot | None) -> list[str]:
    score: Mapping[str, Any] | None = snapshot.content["score"] if snapshot else None
    if score is None:
        return ["", "", "", ""]
    chance = score["default_probability"]
    demo = "（演示模型）" if score["is_demo"] else ""
    return [
        score["grade"] or "数据不足",
        "" if score["points"] is None else str(score["points"]),
        "" if chance is None else f"{chance:.6f}",
        f"{score['model_code']} 第 {score['model_version']} 版{demo}",
    ]


def _values(snapshot: Snapshot | None, indicators: Iterable[Indicator]) -> list[str]:
    stored = snapshot.content.get("indicators", {}) if snapshot else {}
    return [_value(entry, stored.get(entry.code)) for entry in indicators]


def _value(entry: Indicator, stored: Mapping[str, Any] | None) -> str:
    if stored is None:
        return ""
    if stored["missing"]:
        return f"数据不足（{wording.MISSING_CAUSES[MissingCause(stored['missing'])]}）"
    return value_text(entry, stored["value"])
