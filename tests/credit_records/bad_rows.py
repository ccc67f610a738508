"""Deliveries with one bad row, `REJECTED`: by rule, and a sound row beside it is taken."""

import gzip
import json
from collections.abc import Callable

import pyarrow as pa

from tests.credit_records.making_files import (
    DEEP,
    HEAD,
    OBJECT,
    OTHER,
    ROW_A,
    ROW_B,
    TABLE,
    A,
    B,
    Rejected,
    array,
    book,
    lines,
    of_text,
    parquet,
    zipped,
)


def row(code=B, name="鹰川乙有限公司", tax="增值税", amount="200", day="2024-01-02") -> str:
    return f'{HEAD}\n{ROW_A}\n{code},{name},{tax},"{amount}",{day}\n'


def rejected(id_: str, rule: str, field: str, **cells: str) -> Rejected:
    return Rejected(id_, "行.csv", of_text(row(**cells)), rule, field)


DAYS = [
    rejected(f"day_{n}", rule, "公告日期", day=day)
    for n, (day, rule) in enumerate(
        (
            ("2023-02-30", "impossible_date"), ("2023-13-01", "impossible_date"),
            ("2023-00-10", "impossible_date"), ("2023-04-31", "impossible_date"),
            ("2023-02-29", "impossible_date"), ("20230230", "impossible_date"),
            ("2023/2/30", "impossible_date"), ("2023.2.30", "impossible_date"),
            ("2023年2月30日", "impossible_date"), ("二〇二三年二月三十日", "impossible_date"),
            ("２０２３－０２－３０", "impossible_date"), ("0000-00-00", "impossible_date"),
            ("1899-12-31", "date_too_early"), ("1600-01-01", "date_too_early"),
            ("9999-12-31", "future_date"), ("2999-01-01", "future_date"), ("2199-02-01", "future_date"),
            ("去年", "not_a_date"), ("2024", "not_a_date"), ("99999", "not_a_date"),
            ("12345", "not_a_date"), ("1", "not_a_date"), ("-45000", "not_a_date"),
            ("3/9/24", "not_a_date"), ("13/13/2023", "not_a_date"), ("Jan 5 2024", "not_a_date"),
            ("2024-01-02至2024-02-01", "impossible_date"), ("#REF!", "not_a_date"),
            ("=TODAY()", "not_a_date"), ("长期", "not_a_date"), ("", "required_missing"),
            ("-", "required_missing"), ("/", "required_missing"), ("null", "required_missing"),
            ("NaT", "required_missing"), ("　", "required_missing"),
        )
    )
]  # fmt: skip

CODES = [
    rejected(f"code_{n}", rule, "企业", code=code)
    for n, (code, rule) in enumerate(
        (
            (B[:-1], "uscc_length"), (B + "0", "uscc_length"), (B[:9], "uscc_length"),
            ("110105780238342", "uscc_length"), ("1", "uscc_length"), ("无代码", "uscc_length"),
            (B[:-1] + ("0" if B[-1] != "0" else "1"), "uscc_check_digit"),
            (B[:2] + "410401" + B[8:], "uscc_check_digit"),
            (B[:12] + B[13] + B[12] + B[14:] if B[12] != B[13] else B[:-1] + "Y", "uscc_check_digit"),
            (B[:12] + "O" + B[13:], "uscc_characters"), (B[:12] + "I" + B[13:], "uscc_characters"),
            (B[:12] + "S" + B[13:], "uscc_characters"), (B[:12] + "Z" + B[13:], "uscc_characters"),
            (B[:12] + "V" + B[13:], "uscc_characters"), ("9I" + B[2:], "uscc_characters"),
            (B[:5] + "O" + B[6:], "uscc_characters"), (B[:5] + "A" + B[6:], "uscc_characters"),
            (B[:12] + "甲" + B[13:], "uscc_characters"), (B[:12] + "*" + B[13:], "uscc_characters"),
            (B[:8] + "****" + B[12:], "uscc_characters"), ("9.11101E+17", "uscc_length"),
            ("911101085585355000", "uscc_check_digit"), ("0" * 18, "none"),
            ("=1+1", "uscc_length"), ("X" * 5000, "uscc_length"),
        )
    )
    if rule != "none"
]  # fmt: skip

AMOUNTS = [
    rejected(f"amount_{n}", rule, "欠税余额（元）", amount=amount)
    for n, (amount, rule) in enumerate(
        (
            ("-1", "negative"), ("-0.01", "negative"), ("－5", "negative"), ("-1,000.00", "negative"),
            ("壹万元", "not_a_number"), ("约100", "not_a_number"), ("100-200", "not_a_number"),
            ("12%", "not_a_number"), ("1.2.3", "not_a_number"), ("1e999", "amount_too_large"),
            ("1e400", "amount_too_large"), ("inf", "not_a_number"), ("-inf", "not_a_number"),
            ("Infinity", "not_a_number"), ("0x10", "not_a_number"), ("1_000", "not_a_number"),
            ("100美元", "not_a_number"), ("USD 100", "not_a_number"), ("$100", "not_a_number"),
            ("100港币", "not_a_number"), ("=100", "not_a_number"), ("100;DROP TABLE", "not_a_number"),
            ("#VALUE!", "not_a_number"), ("9" * 30, "amount_too_large"),
            ("99999999999999999", "amount_too_large"), ("9999999999亿元", "amount_too_large"),
            ("1e25", "amount_too_large"), ("NaN", "required_missing"), ("", "required_missing"),
            ("--", "required_missing"), ("None", "required_missing"), ("甲", "not_a_number"),
            ("1 0 0 x", "not_a_number"), ("１００％", "not_a_number"),
        )
    )
]  # fmt: skip

TEXTS = [
    rejected("tax_missing", "required_missing", "欠税税种", tax=""),
    rejected("tax_null", "required_missing", "欠税税种", tax="NULL"),
    rejected("tax_too_long", "too_long", "欠税税种", tax="税" * 3000),
    rejected("tax_bell", "control_characters", "欠税税种", tax="增\x07值税"),
    rejected("tax_escape", "control_characters", "欠税税种", tax="\x1b[31m增值税"),
    rejected("tax_delete", "control_characters", "欠税税种", tax="增值税\x7f"),
    rejected("name_too_long", "too_long", "企业", name="鹰" * 170),
    rejected("name_huge", "too_long", "企业", name="鹰" * 9000),
    rejected("name_bell", "control_characters", "企业", name="鹰川\x07乙有限公司"),
    rejected("nobody", "no_subject", "企业", code="", name=""),
    rejected("nobody_by_dashes", "no_subject", "企业", code="-", name="—"),
    rejected("nobody_by_null", "no_subject", "企业", code="null", name="NaN"),
    rejected("unknown_code_without_name", "unknown_code", "企业", name=""),
    rejected("code_of_another", "name_mismatch", "企业", code=A, name="别家有限公司", tax="契税"),
    rejected("same_row_again", "duplicate_row", "", code=A, name="鹰川甲有限公司", amount="100"),
    rejected("same_key_other_amount", "conflicting_row", "", code=A, name="鹰川甲有限公司", amount="7"),
    Rejected("row_too_short", "短.csv", of_text(f"{HEAD}\n{ROW_A}\n{B},鹰川乙有限公司\n"), "misshapen_row", ""),
    Rejected("row_too_long", "长.csv", of_text(f"{HEAD}\n{ROW_A}\n{ROW_B},多,余\n"), "misshapen_row", ""),
    Rejected("row_with_loose_comma", "逗.csv", of_text(f"{HEAD}\n{ROW_A}\n{ROW_B.replace('乙', '乙,')}\n"), "misshapen_row", ""),
    Rejected("row_of_other_delimiter", "分.csv", of_text(f"{HEAD}\n{ROW_A}\n{ROW_B.replace(',', ';')}\n"), "misshapen_row", ""),
    Rejected("note_below", "注.csv", of_text(f"{HEAD}\n{ROW_A}\n制表人：张某\n"), "misshapen_row", ""),
    Rejected("total_below", "计.csv", of_text(f"{HEAD}\n{ROW_A}\n合计,,,300,\n"), "uscc_length", "企业"),
    Rejected("short_row_of_tabs", "签.tsv", of_text(f"{HEAD}\n{ROW_A}\n{B},乙\n".replace(",", "\t")), "misshapen_row", ""),
    Rejected("old_encoding", "旧.csv", of_text(row(amount="-1"), "gb18030"), "negative", "欠税余额（元）"),
    Rejected("wide_encoding", "宽.csv", of_text(row(amount="-1"), "utf-16"), "negative", "欠税余额（元）"),
    Rejected("with_mark", "标.csv", of_text(row(amount="-1"), "utf-8-sig"), "negative", "欠税余额（元）"),
    Rejected("windows_lines", "行.csv", of_text(row(amount="-1").replace("\n", "\r\n")), "negative", "欠税余额（元）"),
    Rejected("in_gzip", "行.csv.gz", lambda: gzip.compress(row(amount="-1").encode()), "negative", "欠税余额（元）"),
    Rejected("in_zip", "行.zip", zipped(("行.csv", row(amount="-1").encode())), "negative", "欠税余额（元）"),
]  # fmt: skip

OBJECTS = [
    Rejected("line_no_object", "行.jsonl", lambda: lines(OBJECT)() + b"[1]\n", "not_an_object", "", row=2),
    Rejected("line_no_json", "行.jsonl", lambda: lines(OBJECT)() + "不是对象\n".encode(), "not_an_object", "", row=2),
    Rejected("line_half", "行.jsonl", lambda: lines(OBJECT, OTHER)()[:-6] + b"\n", "not_an_object", "", row=2),
    Rejected("line_nan", "行.jsonl", lambda: lines(OBJECT)() + json.dumps(OTHER | {"欠税金额": float("nan")}).encode() + b"\n", "not_an_object", "", row=2),
    Rejected("line_nested", "行.jsonl", lines(OBJECT, OTHER | {"税种": {"名": "增值税"}}), "nested_value", "税种", row=2),
    Rejected("line_list", "行.jsonl", lines(OBJECT, OTHER | {"税种": ["增值税"]}), "nested_value", "税种", row=2),
    Rejected("line_deep", "行.jsonl", lambda: lines(OBJECT)() + DEEP.encode() + b"\n", "not_an_object", "", row=2),
    Rejected("line_key_twice", "行.jsonl", lambda: lines(OBJECT)() + '{"企业名称": "甲", "企业名称": "乙"}\n'.encode(), "repeated_key", "企业名称", row=2),
    Rejected("line_huge_integer", "行.jsonl", lambda: lines(OBJECT)() + json.dumps(OTHER).replace('"200"', "9" * 6000).encode() + b"\n", "amount_too_large", "欠税余额（元）", row=2),
    Rejected("line_huge_exponent", "行.jsonl", lambda: lines(OBJECT)() + json.dumps(OTHER).replace('"200"', "1e999").encode() + b"\n", "amount_too_large", "欠税余额（元）", row=2),
    Rejected("line_boolean_amount", "行.jsonl", lines(OBJECT, OTHER | {"欠税金额": True}), "not_a_number", "欠税余额（元）", row=2),
    Rejected("line_number_as_code", "行.jsonl", lines(OBJECT, OTHER | {"统一社会信用代码": 911101085585355}), "uscc_length", "企业", row=2),
    Rejected("line_null_amount", "行.jsonl", lines(OBJECT, OTHER | {"欠税金额": None}), "required_missing", "欠税余额（元）", row=2),
    Rejected("line_missing_key", "行.jsonl", lines(OBJECT, {k: v for k, v in OTHER.items() if k != "公告日期"}), "required_missing", "公告日期", row=2),
    Rejected("element_no_object", "列.json", array(OBJECT, 7), "not_an_object", "", row=2),
    Rejected("element_nested", "列.json", array(OBJECT, OTHER | {"税种": {"a": 1}}), "nested_value", "税种", row=2),
    Rejected("element_null", "列.json", array(OBJECT, None), "not_an_object", "", row=2),
    Rejected("element_day", "列.json", array(OBJECT, OTHER | {"公告日期": 20230230}), "impossible_date", "公告日期", row=2),
    Rejected("element_negative", "列.json", array(OBJECT, OTHER | {"欠税金额": -3.5}), "negative", "欠税余额（元）", row=2),
    Rejected("array_without_name", "列.txt", array(OBJECT, OTHER | {"欠税金额": "x"}), "not_a_number", "欠税余额（元）", row=2),
    Rejected("book_day_impossible", "行.xlsx", book(("数据", [*TABLE[:2], [B, "鹰川乙有限公司", "增值税", 200, "2023-02-30"]])), "impossible_date", "公告日期"),
    Rejected("book_negative", "行.xlsx", book(("数据", [*TABLE[:2], [B, "鹰川乙有限公司", "增值税", -200, "2024-01-02"]])), "negative", "欠税余额（元）"),
    Rejected("book_code_as_number", "行.xlsx", book(("数据", [*TABLE[:2], [911101085585355000, "鹰川乙有限公司", "增值税", 200, "2024-01-02"]])), "uscc_check_digit", "企业"),
    Rejected("book_row_short", "行.xlsx", book(("数据", [*TABLE[:2], [B, "鹰川乙有限公司"]])), "required_missing", "公告日期"),
    Rejected("book_serial_day_too_large", "行.xlsx", book(("数据", [*TABLE[:2], [B, "鹰川乙有限公司", "增值税", 200, 99999]])), "not_a_date", "公告日期"),
    Rejected("book_true_as_amount", "行.xlsx", book(("数据", [*TABLE[:2], [B, "鹰川乙有限公司", "增值税", True, "2024-01-02"]])), "not_a_number", "欠税余额（元）"),
    Rejected("parquet_infinite", "行.parquet", parquet(lambda: pa.table({"统一社会信用代码": [A, B], "企业名称": ["鹰川甲有限公司", "鹰川乙有限公司"], "税种": ["增值税"] * 2, "欠税金额": [1.0, float("inf")], "公告日期": ["2024-01-02"] * 2})), "not_a_number", "欠税余额（元）"),
    Rejected("parquet_null_day", "行.parquet", parquet(lambda: pa.table({"统一社会信用代码": [A, B], "企业名称": ["鹰川甲有限公司", "鹰川乙有限公司"], "税种": ["增值税"] * 2, "欠税金额": [1, 2], "公告日期": ["2024-01-02", None]})), "required_missing", "公告日期"),
]  # fmt: skip

GRADES = "统一社会信用代码,企业名称,评价年度,纳税信用级别,评价日期"
GRADE_A = f"{A},鹰川甲有限公司,2023,A级,2024-04-01"


def grade(year: str = "2023", level: str = "B级", day: str = "2024-04-01") -> Callable[[], bytes]:
    return of_text(f"{GRADES}\n{GRADE_A}\n{B},鹰川乙有限公司,{year},{level},{day}\n")


OPTIONS = [
    Rejected("unknown_grade", "级.csv", grade(level="E级"), "unknown_value", "纳税信用级别", "tax_grade"),
    Rejected("grade_in_words", "级.csv", grade(level="优秀"), "unknown_value", "纳税信用级别", "tax_grade"),
    Rejected("grade_number", "级.csv", grade(level="1"), "unknown_value", "纳税信用级别", "tax_grade"),
    Rejected("grade_two", "级.csv", grade(level="A/B"), "unknown_value", "纳税信用级别", "tax_grade"),
    Rejected("grade_formula", "级.csv", grade(level="=A1"), "unknown_value", "纳税信用级别", "tax_grade"),
    Rejected("grade_missing", "级.csv", grade(level=""), "required_missing", "纳税信用级别", "tax_grade"),
    Rejected("year_with_fraction", "级.csv", grade(year="2023.5"), "not_an_integer", "评价年度", "tax_grade"),
    Rejected("year_in_words", "级.csv", grade(year="二三年"), "not_an_integer", "评价年度", "tax_grade"),
    Rejected("year_missing", "级.csv", grade(year=""), "required_missing", "评价年度", "tax_grade"),
    Rejected("year_huge", "级.csv", grade(year="9" * 40), "not_an_integer", "评价年度", "tax_grade"),
    Rejected("day_of_grade", "级.csv", grade(day="2024-04-31"), "impossible_date", "评价日期", "tax_grade"),
]  # fmt: skip

REJECTED = [*DAYS, *CODES, *AMOUNTS, *TEXTS, *OBJECTS, *OPTIONS]
