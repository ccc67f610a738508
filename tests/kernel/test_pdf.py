import io
import shutil
import struct
from importlib.util import find_spec
from pathlib import Path

import pytest
import typst
from pypdf import PdfReader

from xinyidai.kernel import pdf

TEMPLATE = """#let data = json(bytes(sys.inputs.at("data")))
#let qr = sys.inputs.at("qr")
#set document(title: "测试文件", date: none)
#set text(font: json(bytes(sys.inputs.at("fonts"))), lang: "zh", region: "cn", cjk-latin-spacing: none)
= 测试
#data.name
#if qr != "" { image(bytes(qr), format: "svg", width: 4cm, alt: "二维码") }
"""
SURVIVING = [
    '#{}[]$*_<>\\"',
    '#import "@preview/x:1.0.0" $x$ <label> @ref',
    '#read("/etc/hostname")',
    "髙㐂",
    "https://a.example/b?c=d&e=f",
]


@pytest.fixture
def template(tmp_path):
    path = tmp_path / "t.typ"
    path.write_text(TEMPLATE, encoding="utf-8")
    return path


def text_of(document):
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(document)).pages)


@pytest.mark.parametrize("name", SURVIVING)
def test_text_is_shown_and_never_read_as_markup(template, name):
    assert name in text_of(pdf.render(template, {"name": name})).replace("\n", "")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("𠮷野", "〔U+20BB7〕野"),
        ("好😀", "好〔U+1F600〕"),
        ("甲\x00\x0b\u202e乙", "甲乙"),
        ("丙\ufe0f\u200d丁", "丙丁"),
        ("\ud800戊", "〔U+D800〕戊"),
        ("\ue000己", "〔U+E000〕己"),
    ],
)
def test_what_no_font_can_draw_is_named_by_its_code_and_what_is_invisible_goes(
    template, name, shown
):
    assert shown in text_of(pdf.render(template, {"name": name}))


def test_texts_inside_lists_are_cleaned_and_numbers_stay(template):
    cleaned = pdf._printable(
        {"a": ["x\x00", ("y\x01", 3)], "b": None, "c": True}, pdf._Shown({120})
    )
    assert cleaned == {"a": ["x", ["〔U+0079〕", 3]], "b": None, "c": True}


def test_equal_input_gives_equal_bytes(template):
    made = {pdf.render(template, {"name": "平顶山"}, qr="https://a.example/") for _ in range(3)}
    assert len(made) == 1
    assert b"CreationDate" not in made.pop()


def test_a_document_is_tagged_and_says_its_title_and_language(template):
    reader = PdfReader(io.BytesIO(pdf.render(template, {"name": "x"})))
    root = reader.trailer["/Root"]
    assert (reader.metadata.title, root["/Lang"]) == ("测试文件", "zh-CN")
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root


def test_a_code_is_drawn_only_when_asked_for(template):
    assert b"/Figure" in pdf.render(template, {"name": "x"}, qr="https://a.example/")
    assert b"/Figure" not in pdf.render(template, {"name": "x"})


def test_what_the_font_tables_promise_can_be_drawn(template):
    fonts = pdf._load_fonts(pdf._folders())
    sample = sorted(fonts.shown.drawable)[::23]
    assert len(sample) > 1000
    pdf.render(template, {"name": "".join(map(chr, sample))})


def test_font_files_added_by_the_operator_come_after_the_shipped_one(tmp_path):
    shipped = Path(find_spec(pdf.FONT_PACKAGE).origin).parent
    (tmp_path / "deep").mkdir()
    shutil.copy(shipped / "NotoSerifSC-Regular.otf", tmp_path / "deep")
    assert pdf._load_fonts((shipped, tmp_path)).families == ("Noto Sans SC", "Noto Serif SC")


def small_font(start=0):
    """A font of one table that knows the characters A, C and D; B has the empty glyph."""
    groups = struct.pack(">III III III", 0x41, 0x41, 5, 0x42, 0x42, 0, 0x43, 0x44, 6)
    subtable = struct.pack(">HHIII", 12, 0, 16 + len(groups), 0, 3) + groups
    table = struct.pack(">HH HHI", 0, 1, 3, 10, 12) + subtable
    head = struct.pack(">IHHHH", 0x00010000, 1, 0, 0, 0)
    return head + struct.pack(">4sIII", b"cmap", 0, start + 28, len(table)) + table


def test_the_characters_of_a_font_and_of_a_collection_are_read_from_their_tables():
    collection = struct.pack(">4sIII", b"ttcf", 0x00010000, 1, 16) + small_font(16)
    for font in (small_font(), collection):
        assert sorted(map(chr, pdf._codes_of(font))) == ["A", "C", "D"]


def test_a_broken_template_is_an_error_and_not_an_empty_page(tmp_path):
    path = tmp_path / "t.typ"
    path.write_text("#nothing", encoding="utf-8")
    with pytest.raises(typst.TypstError):
        pdf.render(path, {})
