"""Forms of a delivery that are taken: what they hold is the same as in a plain CSV."""

import datetime as dt
import gzip
import io
import json
import zipfile

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from xinyidai.credit_records.collecting.limits import Limits
from xinyidai.credit_records.collecting.reading import Layout, read_file
from xinyidai.kernel.errors import InvalidInput

HEAD = ("企业名称", "列入日期", "列入原因")
ROWS = [("鹰川甲有限公司", "2024-01-02", "一、住所"), ("鹰川乙有限公司", "2024-03-04", "二")]
TEXT = "\n".join(",".join(row) for row in (HEAD, *ROWS)) + "\n"


@pytest.fixture
def read(tmp_path):
    def run(content, name="名单.csv", layout=None, limits=None):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        raw = read_file(path, layout, limits or Limits())
        columns = [raw.rows.column(f"c{n}").to_pylist() for n in range(len(raw.headings))]
        return raw.headings, list(zip(*columns, strict=True)), raw

    return run


def zipped(*entries):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return out.getvalue()


def booked(rows, change=None):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    if change:
        change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "^", "~", "\x01", "\x1f", "，", "；"])
def test_any_delimiter_is_found(read, delimiter):
    headings, rows, _ = read(TEXT.replace(",", delimiter))
    assert (headings, rows) == (HEAD, ROWS)


def test_a_comma_in_the_text_is_no_delimiter_of_a_file_of_tabs(read):
    text = TEXT.replace(",", "\t").replace("、", ",")
    assert read(text)[1][0][2] == "一,住所"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("名单.zip", zipped(("名单.csv", TEXT))),
        ("名单.zip", zipped(("夹/", ""), ("夹/名单.csv", TEXT), ("__MACOSX/._名单.csv", "x"))),
        ("名单.csv", zipped(("名单.csv", TEXT))),
        ("名单.xlsx.gz", gzip.compress(booked([HEAD, *ROWS]))),
        ("名单.zip", zipped(("名单.xlsx", booked([HEAD, *ROWS])))),
        ("名单.json", json.dumps([dict(zip(HEAD, row, strict=True)) for row in ROWS]).encode()),
        ("名单.txt", json.dumps([dict(zip(HEAD, row, strict=True)) for row in ROWS]).encode()),
        (
            "名单.json.gz",
            gzip.compress(
                json.dumps([dict(zip(HEAD, r, strict=True)) for r in ROWS], indent=1).encode()
            ),
        ),
        ("名单", "\n".join(json.dumps(dict(zip(HEAD, row, strict=True))) for row in ROWS).encode()),
    ],
)
def test_each_form_says_the_same(read, name, content):
    headings, rows, _ = read(content, name)
    assert (headings, rows) == (HEAD, ROWS)


def test_the_name_in_an_old_zip_is_read_as_chinese(read):
    content = zipped(("a.csv", TEXT), ("b.csv", TEXT))
    names = content.replace(b"a.csv", "甲".encode("gbk") + b".cv").replace(b"b.csv", b"bb.cv")
    with pytest.raises(InvalidInput, match="甲"):
        read(names, "名单.zip")


def test_two_heading_rows_become_one(read):
    text = "序号,主体,,列入,\n,名称,代码,日期,机关\n1,甲公司,9,2024-01-02,某局\n"
    headings, _, raw = read(text, layout=Layout(header_row=1, header_rows=2))
    assert raw.written == ("序号", "主体_名称", "主体_代码", "列入_日期", "列入_机关")
    assert headings[1] == "主体名称"
    assert raw.rows.column("row_number").to_pylist() == [3]


def test_merged_headings_of_a_workbook_are_filled(read):
    def merge(book):
        book.active.merge_cells("A1:A2")
        book.active.merge_cells("B1:C1")

    rows = [["序号", "列入", ""], [None, "日期", "机关"], [1, "2024-01-02", "某局"]]
    _, _, raw = read(booked(rows, merge), "表.xlsx", Layout(header_row=1, header_rows=2))
    assert raw.written == ("序号", "列入_日期", "列入_机关")


def test_a_table_without_headings_gets_numbered_ones(read):
    text = TEXT.split("\n", 1)[1]
    headings, rows, raw = read(text, layout=Layout(header_row=0))
    assert headings == ("第1列", "第2列", "第3列")
    assert rows == ROWS
    assert raw.rows.column("row_number").to_pylist() == [1, 2]


def test_a_workbook_without_headings_gets_them_too(read):
    headings, rows, _ = read(booked(ROWS), "表.xlsx", Layout(header_row=0))
    assert (headings, rows) == (("第1列", "第2列", "第3列"), ROWS)


def test_notes_below_are_left_out_whatever_their_shape(read):
    text = TEXT + "\n合计,2,\n制表人：张某\n"
    _, rows, raw = read(text, layout=Layout(footer_rows=2))
    assert rows[:2] == ROWS
    assert raw.flaws == ()


def test_a_hidden_sheet_and_an_empty_one_do_not_count(read):
    def add(book):
        book.create_sheet("代码表").append(["x"])
        book["代码表"].sheet_state = "hidden"
        book.create_sheet("空")

    assert read(booked([HEAD, *ROWS], add), "表.xlsx")[1] == ROWS


def test_a_sheet_that_is_named_is_read_even_when_hidden(read):
    def add(book):
        for row in (HEAD, *ROWS):
            book.create_sheet("旧") if "旧" not in book.sheetnames else None
            book["旧"].append(row)
        book["旧"].sheet_state = "hidden"

    assert read(booked([["x"], ["y"]], add), "表.xlsx", Layout(sheet="旧"))[1] == ROWS


def test_days_and_numbers_of_a_workbook_are_texts(read):
    rows = [["日", "数", "整", "是"], [dt.datetime(2024, 1, 2), 1.5, 3.0, True]]  # noqa: DTZ001 - a cell
    assert read(booked(rows), "表.xlsx")[1] == [("2024-01-02 00:00:00", "1.5", "3", "是")]


def test_a_size_that_a_sheet_lies_about_costs_nothing(read):
    content = booked([HEAD, *ROWS])
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            part = old.read(name).replace(b'ref="A1:C3"', b'ref="A1:XFD1048576"')
            new.writestr(name, part)
    assert read(out.getvalue(), "表.xlsx")[1] == ROWS


def test_times_with_a_zone_are_read_in_shanghai(read):
    late = dt.datetime(2024, 1, 1, 18, 0, tzinfo=dt.UTC)
    out = io.BytesIO()
    pq.write_table(pa.table({"时": [late], "日": [dt.date(2024, 1, 2)], "是": [True]}), out)
    assert read(out.getvalue(), "表.parquet")[1][0][0].startswith("2024-01-02 02:00:00")


def test_numbers_of_json_stay_as_they_are_written(read):
    text = '{"额": 100.10, "码": 12345678901234567890123, "空": null, "是": false}\n'
    assert read(text, "表.jsonl")[1] == [("100.10", "12345678901234567890123", None, "否")]


@pytest.mark.parametrize(
    ("limits", "content", "name", "says"),
    [
        (Limits(file_bytes=10), TEXT, "大.csv", "文件超过 10 字节"),
        (Limits(unpacked_bytes=10), gzip.compress(TEXT.encode()), "大.csv.gz", "解压后超过"),
        (Limits(unpacked_bytes=10), zipped(("a.csv", TEXT)), "大.zip", "解压后超过"),
        (Limits(free_bytes=10, unpacking_ratio=2), gzip.compress(b"a" * 999), "弹.gz", "压缩炸弹"),
        (Limits(workbook_bytes=10), booked([HEAD, *ROWS]), "大.xlsx", "工作簿解压后超过"),
        (Limits(workbook_cells=5), booked([HEAD, *ROWS]), "大.xlsx", "超过 5 个单元格"),
        (Limits(columns=2), TEXT, "宽.csv", "最多 2 列"),
        (Limits(columns=2), booked([HEAD, *ROWS]), "宽.xlsx", "最多 2 列"),
        (Limits(json_array_bytes=5), '[{"a": 1}]', "大.json", "JSON 数组超过"),
        (Limits(archive_entries=1), zipped(("a", "1"), ("b", "2")), "多.zip", "2 个文件"),
    ],
)
def test_every_limit_has_its_sentence(read, limits, content, name, says):
    with pytest.raises(InvalidInput, match=says):
        read(content, name, limits=limits)


@pytest.mark.parametrize("limit", [Limits(rows=1), Limits(cells=3), Limits(unpacked_bytes=1)])
def test_a_parquet_file_of_too_many_rows_is_refused_before_it_is_unfolded(read, limit):
    out = io.BytesIO()
    pq.write_table(pa.table({"甲": [1, 1], "乙": [2, 2]}), out)
    with pytest.raises(InvalidInput, match="请拆分"):
        read(out.getvalue(), "大.parquet", limits=limit)
