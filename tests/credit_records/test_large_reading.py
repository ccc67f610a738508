"""A large CSV is read piece by piece, and comes to the same as one read whole."""

import gzip
import random

import pytest

from tests.credit_records.bad_files import REFUSED
from tests.credit_records.bad_rows import REJECTED
from xinyidai.credit_records.collecting.containers import large_table
from xinyidai.credit_records.collecting.large_reading import read_large
from xinyidai.credit_records.collecting.limits import Limits
from xinyidai.credit_records.collecting.reading import Layout, read_file
from xinyidai.credit_records.collecting.validating import open_engine
from xinyidai.kernel.errors import InvalidInput

PIECEWISE = Limits(streamed_bytes=0)
HEAD = "代码,名称,金额,\n"
ROWS = 'A1,甲,"1,000",\nB2,乙,2\n C3 ,丙\x07,3,\n,,,\nD4,丁,"四\n五",\n\n合计,4,,\n'
LAYOUTS = [
    Layout(),
    Layout(header_row=0),
    Layout(header_row=2),
    Layout(header_rows=2),
    Layout(footer_rows=1),
    Layout(footer_rows=2),
    Layout(footer_rows=99),
    Layout(delimiter=";"),
]


def read_whole(path, layout):
    try:
        raw = read_file(path, layout)
    except InvalidInput as refusal:
        return refusal.message
    names = raw.rows.column_names
    rows = sorted(zip(*(raw.rows.column(name).to_pylist() for name in names), strict=True), key=str)
    return raw.headings, raw.written, raw.sha256, raw.flaws, raw.num_rows, names, rows


def read_pieces(engine, path, layout, limits, folder):
    place = large_table(path, limits, folder)
    return place and read_large(engine, place, layout, limits, folder)


def read_in_pieces(path, layout, folder):
    engine = open_engine()
    try:
        raw = read_pieces(engine, path, layout, PIECEWISE, folder)
    except InvalidInput as refusal:
        return refusal.message
    if raw is None:
        return None
    result = engine.execute("select * from raw")
    names = [column[0] for column in result.description]
    rows = sorted(result.fetchall(), key=str)
    return raw.headings, raw.written, raw.sha256, raw.flaws, raw.num_rows, names, rows


@pytest.mark.parametrize("case", [*REFUSED, *REJECTED], ids=lambda case: case.id)
def test_every_bad_file_comes_to_the_same(tmp_path, case):
    path = tmp_path / case.name
    path.write_bytes(case.content())
    pieces = read_in_pieces(path, Layout(), tmp_path)
    assert pieces is None or pieces == read_whole(path, Layout())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_and_encoding_comes_to_the_same(tmp_path, layout, encoding):
    path = tmp_path / "表.csv"
    path.write_bytes((HEAD + ROWS).encode(encoding))
    assert read_in_pieces(path, layout, tmp_path) == read_whole(path, layout)


def test_a_packed_file_comes_to_the_same(tmp_path):
    path = tmp_path / "表.csv.gz"
    path.write_bytes(gzip.compress((HEAD + ROWS).encode()))
    assert read_in_pieces(path, Layout(), tmp_path) == read_whole(path, Layout())


def test_rows_keep_their_numbers_over_many_pieces_and_misshapen_rows(tmp_path):
    dice = random.Random(4)  # noqa: S311 - a test
    rows = [dice.choice(["甲,1", "乙,2,多", "少", "丙,3"]) for _ in range(5000)]
    path = tmp_path / "表.csv"
    path.write_text("名称,金额\n" + "\n".join(rows) + "\n", encoding="utf-8")
    pieces = read_in_pieces(path, Layout(), tmp_path)
    assert pieces == read_whole(path, Layout())
    assert pieces[4] < 5000


def test_bytes_in_the_middle_of_a_sign_do_not_break_it(tmp_path, monkeypatch):
    monkeypatch.setattr("xinyidai.credit_records.collecting.large_texts.PIECE", 7)
    path = tmp_path / "表.csv"
    for encoding in ("utf-8", "gb18030", "utf-16"):
        path.write_bytes((HEAD + ROWS).encode(encoding))
        assert read_in_pieces(path, Layout(), tmp_path) == read_whole(path, Layout())


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("大.csv", "空字符"),
        ("大.xlsx", "内容却不是"),
        ("大.gz.csv", "空字符"),
    ],
)
def test_two_gigabytes_of_nothing_are_refused_at_once(tmp_path, name, says):
    path = tmp_path / name
    with path.open("wb") as stream:
        stream.truncate(2 * 1024**3)
    with pytest.raises(InvalidInput, match=says):
        read_pieces(open_engine(), path, Layout(), Limits(), tmp_path)


def test_more_than_two_gigabytes_are_refused_by_their_size(tmp_path):
    path = tmp_path / "大.csv"
    with path.open("wb") as stream:
        stream.truncate(2 * 1024**3 + 1)
    with pytest.raises(InvalidInput, match="超过 2 GB"):
        read_pieces(open_engine(), path, Layout(), Limits(), tmp_path)


def test_a_workbook_of_two_gigabytes_is_refused_unread(tmp_path):
    path = tmp_path / "大.xlsx"
    with path.open("wb") as stream:
        stream.write(b"PK\x03\x04")
        stream.truncate(2 * 1024**3)
    with pytest.raises(InvalidInput, match="工作簿解压后超过 512 MB"):
        read_pieces(open_engine(), path, Layout(), Limits(), tmp_path)


def test_a_gzip_of_two_gigabytes_is_taken_for_a_bomb(tmp_path):
    path = tmp_path / "大.csv.gz"
    with gzip.open(path, "wb", 9) as stream:
        for _ in range(64):
            stream.write(bytes(1024**2))
    with pytest.raises(InvalidInput, match="压缩炸弹"):
        read_pieces(open_engine(), path, Layout(), Limits(), tmp_path)


def test_a_row_longer_than_a_block_is_read_all_the_same(tmp_path, monkeypatch):
    monkeypatch.setattr("xinyidai.credit_records.collecting.large_reading.BLOCK_BYTES", 4096)
    path = tmp_path / "表.csv"
    path.write_text(f"{HEAD}A1,{'长' * 5000},1,\n{ROWS}", encoding="utf-8")
    assert read_in_pieces(path, Layout(), tmp_path) == read_whole(path, Layout())


def test_a_file_with_nothing_below_its_headings_is_refused(tmp_path):
    path = tmp_path / "表.csv"
    path.write_text(HEAD, encoding="utf-8")
    assert read_in_pieces(path, Layout(), tmp_path) == "文件只有表头，没有数据行。"
