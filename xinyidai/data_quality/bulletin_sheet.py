"""A month's bulletin in words, 月通报: what `bulletins/monthly.typ` sets and the workbook holds.

Everything comes from the figures stored with the bulletin, so a bulletin can be made again.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from xinyidai.catalogue.quality import QUALITY
from xinyidai.data_quality.rules import NO_VALUE as NONE
from xinyidai.data_quality.rules import percent
from xinyidai.data_quality.values import FAULT_NAMES, MEASURE_NAMES, MEASURE_TEXTS, Measure

TEMPLATE = Path(__file__).parent / "bulletins" / "monthly.typ"
MOST_ROWS = 30  # of a list on paper; the workbook holds all
Row = list[str]
Figures = Mapping[str, Any]


def sheet_of(figures: Figures) -> dict[str, Any]:
    """Return everything that the template shows, as plain JSON data."""
    return {
        "title": f"{figures['month_name']}数据质量通报",
        "platform": "信易贷平台数据质量通报",
        "number": f"编号：{figures['number']}（第 {figures['edition']} 版）",
        "demo": "演示数据" if figures["is_demo"] else "",
        "demo_note": "演示数据：部门、企业和数字均为虚构。",
        "lead": [f"{_measured(figures)}，规则版本 {figures['rule_version']}。"],
        "overview": {
            "heading": "一、全市情况",
            "head": ["指标", "结果", "分子 ÷ 分母", "目标（现行 / 规划期末）", "是否达标"],
            "rows": [overview_row(figures, measure) for measure in Measure],
        },
        "notes": _notes(figures),
        "departments": {
            "heading": "二、各部门三率",
            "head": DEPARTMENT_HEAD,
            "rows": [department_row(line) for line in figures["departments"]],
            "none": "本月没有部门数据。",
        },
        "late": _listed("三、迟报", LATE_HEAD, figures["late"], "本月没有迟报。"),
        "missed": _listed(
            "四、到期未报送", MISSED_HEAD, figures["missed"], "本月没有到期未报送的。"
        ),
        "codes": {
            "heading": "五、统一社会信用代码重错码",
            "head": ["情形", "数量"],
            "rows": code_rows(figures["codes"]),
            "line": code_line(figures["codes"]),
        },
        "tickets": _listed("六、纠错单", TICKET_HEAD, figures["tickets"], "没有未办结的纠错单。"),
        "definitions": {
            "heading": "指标口径",
            "rows": [[MEASURE_NAMES[one], MEASURE_TEXTS[one]] for one in Measure],
        },
    }


DEPARTMENT_HEAD = ["部门", "上报率", "合规率", "及时率", "迟报", "得分", "等次"]
LATE_HEAD = ["部门", "类别", "文号（已脱敏）", "决定日", "应报日", "收到日", "迟（工作日）"]
MISSED_HEAD = ["部门", "类别", "上次应报日", "应报日"]
TICKET_HEAD = ["编号", "部门", "类别", "行数", "状态", "答复期限"]


def overview_row(figures: Figures, measure: Measure) -> Row:
    """Return one rate of the city against its targets."""
    rate, target = figures["city"][measure.value], QUALITY.targets[measure.value]
    value = share_of(rate)
    reached = NONE if value is None else ("达标" if value >= target.now else "未达标")
    return [
        MEASURE_NAMES[measure],
        percent(value),
        fraction(rate),
        f"{percent(target.now, 0)} / {percent(target.goal, 0)}",
        reached,
    ]


def department_row(line: Figures) -> Row:
    """Return one department: three rates with their fractions, late rows, score."""
    rates = [
        f"{percent(share_of(line['rates'][measure.value]))}\n{fraction(line['rates'][measure.value])}"
        for measure in Measure
    ]
    score = NONE if line["score"] is None else str(line["score"])
    return [line["name"], *rates, str(line["late"]), score, line["grade"] or "—"]


def code_rows(codes: Mapping[str, int]) -> list[Row]:
    """Return the counts of 重错码 by fault."""
    return [[name, f"{codes.get(fault, 0):,}"] for fault, name in FAULT_NAMES.items()]


def code_line(codes: Mapping[str, int]) -> str:
    """Return the rate of 重错码 over all subjects, against both ceilings."""
    subjects = codes.get("subjects", 0)
    if not subjects:
        return f"重错码率：{NONE}。"
    faulty = sum(codes.get(fault, 0) for fault in FAULT_NAMES)
    share = Decimal(faulty) / subjects
    city, province = QUALITY.city_code_target, QUALITY.province_code_target
    return (
        f"重错码率 {percent(share, 3)}（{faulty:,} ÷ {subjects:,}）。"
        f"目标：市低于 {percent(city)}，{'达标' if share < city else '未达标'}；"
        f"省低于 {percent(province)}，{'达标' if share < province else '未达标'}。"
    )


def share_of(rate: Mapping[str, int]) -> Decimal | None:
    """Return a stored rate's value, None where there is nothing to divide by."""
    if not rate["denominator"]:
        return None
    return Decimal(rate["numerator"]) / Decimal(rate["denominator"])


def fraction(rate: Mapping[str, int]) -> str:
    """Return numerator and denominator as they are written."""
    return f"{rate['numerator']:,} ÷ {rate['denominator']:,}" if rate["denominator"] else "—"


def _measured(figures: Figures) -> str:
    return f"统计时间 {figures['made_at']}，依据 {figures['measured_on']} 的数据质量检查"


def _notes(figures: Figures) -> Sequence[str]:
    zeroes, open_tickets = figures["zeroes"], figures["tickets_total"]
    late = "尚未检查" if zeroes["late_days"] is None else f"{zeroes['late_days']} 天"
    hidden = "尚未检查" if zeroes["suspect_days"] is None else f"{zeroes['suspect_days']} 天"
    return [
        f"双清零：距最近一次迟报 {late}，距最近一条瞒报疑点 {hidden}。",
        f"本月迟报 {figures['late_total']:,} 条，到期未报送 {figures['missed_total']:,} 次。",
        f"未了结的瞒报疑点 {figures['suspects']:,} 条，未办结的纠错单 {open_tickets:,} 张。",
        "疑点只是提示，须由部门说明、信用办核实，不是认定。",
    ]


def _listed(heading: str, head: Row, rows: Sequence[Row], none: str) -> dict[str, Any]:
    more = len(rows) - MOST_ROWS
    return {
        "heading": heading,
        "head": head,
        "rows": list(rows[:MOST_ROWS]),
        "none": none,
        "more": f"另有 {more} 行，见表格文件。" if more > 0 else "",
    }
