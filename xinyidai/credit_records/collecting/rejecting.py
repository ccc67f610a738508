"""Rejected rows, 退回清单: what is wrong and what the clerk should do, and no readable values."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from xinyidai.credit_records.collecting.validating import SUBJECT, Check
from xinyidai.kernel.errors import InvalidInput
from xinyidai.kernel.masking import mask_value

# Rule code to what is wrong and what to do.
ADVICE = {
    "misshapen_row": "这一行的格数与表头不一致，请检查是否多了或少了分隔符、引号。",
    "not_an_object": "这一行不是 {“字段”: 值} 这样的 JSON 对象，请检查引号、逗号和括号。",
    "nested_value": "这一格是嵌套的对象或数组，请展开成单个的值。",
    "repeated_key": "同一行里这个字段名出现了两次，请删除其中一个。",
    "required_missing": "必填项为空，请补填。",
    "no_subject": "没有企业代码也没有企业名称，请补填其中一项。",
    "uscc_length": "统一社会信用代码应为 18 位，请对照营业执照补全。",
    "uscc_characters": "统一社会信用代码前 8 位只能是数字，其余不用字母 I、O、S、V、Z，请更正。",
    "uscc_check_digit": "统一社会信用代码校验位不对，至少有一位填错，请对照营业执照更正。",
    "too_long": "内容超过目录规定的长度，请缩短。",
    "control_characters": "内容里有不可见的控制字符，请删除后重新填写。",
    "not_a_date": "不是能识别的日期，请写成 2020-08-21 这样的格式。",
    "impossible_date": "日期不存在，请检查月份和日数。",
    "future_date": "日期晚于允许的最晚日期，请检查年份。",
    "date_too_early": "日期早于 1900 年，请检查年份。",
    "not_a_number": "不是数字，请只填数字。",
    "not_an_integer": "应为整数，请更正。",
    "negative": "不能为负数，请检查符号。",
    "below_minimum": "小于目录允许的最小值，请检查单位。",
    "above_maximum": "大于目录允许的最大值，请检查单位。",
    "amount_too_large": "金额超出范围，请检查单位是元还是万元。",
    "unknown_value": "不是目录规定的选项，请按目录填写。",
    "duplicate_row": "与前面的一行完全相同，请删除重复的行。",
    "conflicting_row": "与前面的一行是同一条信息（业务主键相同），但内容不同，请核实后只留一行。",
    "name_mismatch": "代码对应的企业是另一个名称，请核对；企业已更名的，请先更新登记信息。",
    "unknown_code": "平台还没有这个代码的企业，且本行没有名称，请补填企业名称。",
}
HEADER = ("行号", "字段", "值（已脱敏）", "规则", "怎么办")
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
LONGEST_SHOWN = 40
EXAMPLES = 3


def write_report(check: Check, path: Path) -> None:
    """Write every rejected row as CSV that a spreadsheet opens and never executes.

    Raises:
        InvalidInput: the report cannot be written; nothing may be taken in without it.

    """
    try:
        _write_report(check, path)
    except OSError as error:
        raise InvalidInput(
            f"退回清单无法写到“{path.name}”：{error.strerror}。请换一个位置，本次没有归集任何内容。",
            code="unwritable_report",
        ) from error


def _write_report(check: Check, path: Path) -> None:
    words = _Words.of(check)
    rows = check.engine.execute(
        "select row_number, field, value, rule from rejects order by row_number, field"
    )
    # Spreadsheets take CSV for UTF-8 only behind a byte order mark.
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(HEADER)
        while batch := rows.fetchmany(10_000):
            for number, field, value, rule in batch:
                writer.writerow((number, *words.shown(field, value), rule, ADVICE[rule]))


@dataclass(frozen=True)
class _Words:
    """How the fields of a kind are called, and which of them tell about a person."""

    names: Mapping[str, str]
    personal: frozenset[str]

    @classmethod
    def of(cls, check: Check) -> "_Words":
        facts = check.kind.facts
        return cls(
            {spec.code: spec.name for spec in facts} | {SUBJECT: "企业"},
            frozenset(spec.code for spec in facts if spec.personal),
        )

    def shown(self, field: str | None, value: str | None) -> tuple[str, str]:
        """Return field and value as a clerk may see them."""
        name = self.names.get(field or "", harmless(field or ""))
        return name, "***" if field in self.personal else masked(value)


def examples(check: Check) -> dict[str, list[dict[str, str | int]]]:
    """Return the first three rejected rows of each rule: row, field and masked value."""
    words = _Words.of(check)
    rows = check.engine.execute(
        f"""
        select rule, row_number, field, value from rejects
        qualify row_number() over (partition by rule order by row_number, field) <= {EXAMPLES}
        order by rule, row_number, field
        """  # noqa: S608 - a number of our own
    ).fetchall()
    listed: dict[str, list[dict[str, str | int]]] = {}
    for rule, number, field, value in rows:
        name, shown = words.shown(field, value)
        listed.setdefault(rule, []).append({"row": number, "field": name, "value": shown})
    return listed


def masked(value: str | None) -> str:
    """Mask a value, shorten it, and take the power to be a formula from it."""
    if value is None:
        return ""
    shown = mask_value(value)
    if len(shown) > LONGEST_SHOWN:
        shown = f"{shown[: LONGEST_SHOWN - 1]}…"
    return harmless(shown)


def harmless(text: str) -> str:
    """Put an apostrophe before what a spreadsheet would execute."""
    return f"'{text}" if text.startswith(DANGEROUS) else text


def reasons(check: Check) -> dict[str, int]:
    """Return how many rows broke each rule, the most frequent first."""
    rows = check.engine.execute(
        """
        select rule, count(distinct row_number) from rejects
        group by rule order by 2 desc, rule
        """
    ).fetchall()
    return dict(rows)


def count_rejected(check: Check) -> int:
    """Return the number of rejected rows."""
    return check.count("select count(distinct row_number) from rejects")
