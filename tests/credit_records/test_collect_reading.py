import gzip
import io
import json

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from xinyidai.credit_records.collecting.reading import Layout, read_file
from xinyidai.kernel.errors import InvalidInput

TEXT = "企业名称,列入日期\n鹰川甲有限公司,2024-01-02\n鹰川乙有限公司,2024-03-04\n"


@pytest.fixture
def file_with(tmp_path):
    def make(content, name="名单.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return make


def cells(raw, column):
    return raw.rows.column(f"c{raw.headings.index(column)}").to_pylist()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_chinese_text_is_read_in_every_usual_encoding(file_with, encoding):
    raw = read_file(file_with(TEXT.encode(encoding)))
    assert cells(raw, "企业名称") == ["鹰川甲有限公司", "鹰川乙有限公司"]
    assert raw.rows.column("row_number").to_pylist() == [2, 3]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(file_with, delimiter):
    raw = read_file(file_with(TEXT.replace(",", delimiter)))
    assert raw.headings == ("企业名称", "列入日期")


def test_a_gzipped_file_is_read_whatever_its_name(file_with):
    raw = read_file(file_with(gzip.compress(TEXT.encode()), "名单"))
    assert raw.rows.num_rows == 2


def test_a_title_above_the_headings_is_skipped(file_with):
    raw = read_file(file_with("某区信用信息表,\n" + TEXT), Layout(header_row=2))
    assert raw.headings == ("企业名称", "列入日期")
    assert raw.rows.column("row_number").to_pylist() == [3, 4]


def test_a_title_of_one_cell_above_the_headings_is_skipped_too(file_with):
    raw = read_file(file_with("某区信用信息表\n" + TEXT + "多,余,格\n\n少\n"), Layout(header_row=2))
    assert raw.rows.column("row_number").to_pylist() == [3, 4, 6]
    assert raw.misshapen == (5, 7)


def test_a_line_of_spaces_is_no_row_and_keeps_its_number(file_with):
    raw = read_file(file_with(TEXT.replace("\n鹰川乙", "\n   \n鹰川乙")))
    assert (raw.rows.column("row_number").to_pylist(), raw.misshapen) == ([2, 4], ())


def test_half_a_surrogate_pair_in_json_is_no_catastrophe(file_with):
    raw = read_file(file_with('{"企业名称": "甲\\ud800"}\n', "a.jsonl"))
    assert cells(raw, "企业名称") == ["甲?"]


def test_a_quote_that_never_closes_does_not_pass_for_a_table(file_with):
    with pytest.raises(InvalidInput, match="引号不成对"):
        read_file(file_with('企业名称,列入日期\n"甲,2024-01-02\n乙,2024-01-02\n'))


def test_a_line_break_inside_quotes_stays_one_row(file_with):
    raw = read_file(file_with('企业名称,列入原因\n甲公司,"一\n二"\n乙公司,三\n'))
    assert cells(raw, "列入原因") == ["一\n二", "三"]


def test_misshapen_rows_are_noted_and_the_others_keep_their_numbers(file_with):
    raw = read_file(
        file_with("企业名称,列入日期\n甲,2024-01-02\n乙,2024-01-02,多余\n丙,2024-01-02\n")
    )
    assert raw.misshapen == (3,)
    assert raw.rows.column("row_number").to_pylist() == [2, 4]


def test_a_workbook_is_read_with_its_dates(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["企业名称", "列入日期", None])
    book.active.append(["鹰川甲有限公司", pytest.importorskip("datetime").date(2024, 1, 2), None])
    book.save(tmp_path / "名单.xlsx")
    raw = read_file(tmp_path / "名单.xlsx")
    assert cells(raw, "列入日期") == ["2024-01-02 00:00:00"]


def test_a_truncated_workbook_is_refused_in_plain_words(tmp_path, file_with):
    book = openpyxl.Workbook()
    book.active.append(["企业名称"] * 50)
    book.save(tmp_path / "完整.xlsx")
    half = (tmp_path / "完整.xlsx").read_bytes()
    with pytest.raises(InvalidInput, match="不完整或已损坏"):
        read_file(file_with(half[: len(half) // 2], "断.xlsx"))


def test_json_lines_and_parquet_say_the_same_as_csv(file_with):
    rows = [{"企业名称": "鹰川甲有限公司", "列入日期": "2024-01-02"}]
    lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n不是对象\n"
    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), buffer)
    from_lines = read_file(file_with(lines, "名单.jsonl"))
    from_parquet = read_file(file_with(buffer.getvalue(), "名单.parquet"))
    assert cells(from_lines, "企业名称") == cells(from_parquet, "企业名称") == ["鹰川甲有限公司"]
    assert from_lines.misshapen == (2,)


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (b"", "a.csv", "文件是空的"),
        (b" \n\n", "a.csv", "文件是空的"),
        ("企业名称\n".encode(), "a.csv", "没有数据行"),
        ("企业名称\n甲\x00乙\n".encode(), "a.csv", "NUL"),
        ("企业名称,企业名称\n甲,乙\n".encode(), "a.csv", "出现了两次"),
        (b"\xff\xff\xfe\x80\x80", "a.csv", "编码无法识别"),
        (b"\xd0\xcf\x11\xe0old", "a.xls", "另存为 .xlsx"),
        (b"PAR1garbage", "a.parquet", "Parquet"),
        (gzip.compress(b"x" * 9000)[:30], "a.csv.gz", "压缩文件不完整"),
        (b"[1, 2]\n", "a.jsonl", "JSON Lines"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_plain_words(file_with, content, name, sentence):
    with pytest.raises(InvalidInput, match=sentence) as refusal:
        read_file(file_with(content, name))
    assert refusal.value.code == "unreadable_file"


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InvalidInput, match=r"找不到文件“没有\.csv”"):
        read_file(tmp_path / "没有.csv")
