"""Deliveries that are refused as a whole, `REFUSED`, with what the Chinese sentence must say."""

import bz2
import gzip
import io
import json
import lzma
import zipfile

import pyarrow as pa

from tests.credit_records.making_files import (
    DEEP,
    ENTITY,
    GOOD,
    HEAD,
    OBJECT,
    OTHER,
    PLAIN_BOOK,
    ROW_A,
    ROW_B,
    SHEET,
    TABLE,
    WIDE_ROW,
    A,
    C,
    Refused,
    array,
    bomb,
    book,
    column,
    encrypted,
    hide,
    inline,
    lines,
    link,
    merge,
    of_bytes,
    of_text,
    parquet,
    parts_of,
    set_cell,
    sheet_xml,
    tarred,
    zip_bomb,
    zipped,
)
from xinyidai.kernel.uscc import invented

EMPTY = [
    Refused("nothing", "空.csv", of_bytes(b""), "文件是空的"),
    Refused("only_spaces", "空.csv", of_bytes(b"  \n\t\n \n"), "文件是空的"),
    Refused("only_a_mark", "空.csv", of_bytes(b"\xef\xbb\xbf"), "找不到表头"),
    Refused("only_headings", "头.csv", of_text(HEAD + "\n"), "没有数据行"),
    Refused("headings_without_end", "头.csv", of_text(HEAD), "没有数据行"),
    Refused("headings_with_mark", "头.csv", of_text(HEAD + "\n", "utf-8-sig"), "没有数据行"),
    Refused("empty_gzip", "空.csv.gz", lambda: gzip.compress(b""), "文件是空的"),
    Refused("empty_in_zip", "空.zip", zipped(("空.csv", b"")), "文件是空的"),
    Refused("empty_zip", "空.zip", zipped(), "没有文件"),
    Refused("zip_of_a_folder", "夹.zip", zipped(("夹/", b"")), "没有文件"),
    Refused("empty_book", "空.xlsx", book(("数据", [])), "没有任何内容"),
    Refused("book_of_headings", "头.xlsx", book(("数据", [TABLE[0]])), "没有数据行"),
    Refused("empty_lines", "空.jsonl", of_text("\n\n \n"), "文件是空的"),
    Refused("empty_array", "空.json", of_text("[]"), "没有对象"),
    Refused("empty_object", "空.jsonl", of_text("{}\n"), "JSON Lines"),
    Refused("empty_parquet", "空.parquet", parquet(lambda: pa.table({"企业名称": pa.array([], pa.string())})), "没有数据行"),
    Refused("parquet_without_columns", "无.parquet", parquet(lambda: pa.table({})), "没有表头"),
    Refused("only_delimiters", "逗.csv", of_text(",,,,\n,,,,\n"), "没有表头"),
]  # fmt: skip

FOREIGN = [
    Refused("pdf", "清单.csv", of_bytes(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj"), "PDF"),
    Refused("pdf_by_name", "清单.pdf", of_bytes(b"%PDF-1.4\n"), "PDF"),
    Refused("png", "截图.csv", of_bytes(b"\x89PNG\r\n\x1a\n\x00\x00"), "图片"),
    Refused("jpeg", "截图.xlsx", of_bytes(b"\xff\xd8\xff\xe0\x00\x10JFIF"), "图片"),
    Refused("gif", "图.csv", of_bytes(b"GIF89a\x01\x00"), "图片"),
    Refused("rtf", "文.csv", of_bytes(b"{\\rtf1\\ansi text}"), "RTF"),
    Refused("sqlite", "库.csv", of_bytes(b"SQLite format 3\x00\x10\x00"), "数据库文件"),
    Refused("elf", "程序.csv", of_bytes(b"\x7fELF\x02\x01\x01\x00"), "程序文件"),
    Refused("exe", "程序.xlsx", of_bytes(b"MZ\x90\x00\x03\x00"), "程序文件"),
    Refused("orc", "列.orc", of_bytes(b"ORC\x08\x03"), "ORC"),
    Refused("avro", "列.avro", of_bytes(b"Obj\x01\x04\x14"), "Avro"),
    Refused("html_as_xls", "表.xls", of_text("<html><table><tr><td>企业名称</td></tr></table></html>"), "网页或 XML"),
    Refused("html_with_doctype", "表.csv", of_text("<!DOCTYPE html>\n<html></html>"), "网页或 XML"),
    Refused("bare_table", "表.xls", of_text("\n <table><tr><td>甲</td></tr></table>"), "网页或 XML"),
    Refused("xml_book", "表.xls", of_text('<?xml version="1.0"?><Workbook/>'), "网页或 XML"),
    Refused("xml_with_mark", "表.xml", of_text('<?xml version="1.0"?><rows/>', "utf-8-sig"), "网页或 XML"),
    Refused("old_xls", "表.xls", of_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"W" * 600), "另存为 .xlsx"),
    Refused("old_xls_as_csv", "表.csv", of_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"W" * 600), "旧版 .xls"),
    Refused("locked_xlsx", "锁.xlsx", of_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 64 + "EncryptedPackage".encode("utf-16-le")), "密码"),
    Refused("docx", "文.docx", zipped(("[Content_Types].xml", b"<Types/>"), ("word/document.xml", b"<w/>")), "Word"),
    Refused("pptx", "文.xlsx", zipped(("[Content_Types].xml", b"<Types/>"), ("ppt/presentation.xml", b"<p/>")), "Word 或 PPT"),
    Refused("ods", "表.xlsx", zipped(("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", b"<o/>")), "ODS"),
    Refused("xlsm", "宏.xlsm", parts_of(PLAIN_BOOK, {"xl/vbaProject.bin": b"macro"}), "宏"),
    Refused("xlsb", "二.xlsx", parts_of(PLAIN_BOOK, {"xl/workbook.bin": b"bin"}), ".xlsb"),
    Refused("random_bytes", "乱.csv", of_bytes(bytes(range(1, 256)) * 40), "编码无法识别"),
    Refused("many_control_signs", "乱.csv", of_text("企业名称\n" + "\x02\x03\x04\x05" * 100), "不可见字符"),
    Refused("text_as_xlsx", "表.xlsx", of_text(GOOD), "内容却不是"),
    Refused("rar", "表.rar", of_bytes(b"Rar!\x1a\x07\x01\x00"), "zip 或 gz"),
    Refused("seven_zip", "表.7z", of_bytes(b"7z\xbc\xaf\x27\x1c\x00\x04"), "zip 或 gz"),
    Refused("xz", "表.csv.xz", lambda: lzma.compress(GOOD.encode()), "zip 或 gz"),
    Refused("bzip2", "表.csv.bz2", lambda: bz2.compress(GOOD.encode()), "zip 或 gz"),
    Refused("zstd", "表.csv.zst", of_bytes(b"\x28\xb5\x2f\xfd\x04\x00"), "zip 或 gz"),
    Refused("tar", "表.tar", tarred, "zip 或 gz"),
]  # fmt: skip

ARCHIVES = [
    Refused("gzip_bomb", "弹.csv.gz", bomb, "压缩炸弹"),
    Refused("zip_bomb", "弹.zip", zip_bomb, "压缩炸弹"),
    Refused("half_gzip", "半.csv.gz", lambda: gzip.compress(GOOD.encode())[:40], "压缩文件不完整"),
    Refused("gzip_with_wrong_sum", "坏.csv.gz", lambda: gzip.compress(GOOD.encode())[:-8] + b"\x00" * 8, "压缩文件不完整"),
    Refused("gzip_mark_only", "坏.gz", of_bytes(b"\x1f\x8b\x08\x00"), "压缩文件不完整"),
    Refused("gzip_in_gzip", "套.csv.gz.gz", lambda: gzip.compress(gzip.compress(GOOD.encode())), "还是压缩包"),
    Refused("zip_in_gzip", "套.zip.gz", lambda: gzip.compress(zipped(("数据.csv", GOOD.encode()))()), "还是压缩包"),
    Refused("gzip_in_zip", "套.zip", zipped(("数据.csv.gz", gzip.compress(GOOD.encode()))), "还是压缩包"),
    Refused("zip_in_zip", "套.zip", zipped(("里.zip", zipped(("数据.csv", GOOD.encode()))())), "还是压缩包"),
    Refused("tar_in_gzip", "套.tar.gz", lambda: gzip.compress(tarred()), "zip 或 gz"),
    Refused("two_files", "两.zip", zipped(("甲.csv", GOOD.encode()), ("乙.csv", GOOD.encode())), "2 个文件"),
    Refused("path_upwards", "跳.zip", zipped(("../../etc/数据.csv", GOOD.encode())), "路径跳转"),
    Refused("path_inside_upwards", "跳.zip", zipped(("a/../../数据.csv", GOOD.encode())), "路径跳转"),
    Refused("absolute_path", "跳.zip", zipped(("/etc/cron.d/数据.csv", GOOD.encode())), "路径跳转"),
    Refused("windows_path", "跳.zip", zipped(("C:\\windows\\数据.csv", GOOD.encode())), "路径跳转"),
    Refused("backslash_upwards", "跳.zip", zipped(("..\\数据.csv", GOOD.encode())), "路径跳转"),
    Refused("symlink", "链.zip", zipped(("数据.csv", b"/etc/passwd"), change=link), "链接"),
    Refused("locked_zip", "锁.zip", encrypted, "压缩包设有密码"),
    Refused("half_zip", "半.zip", lambda: zipped(("数据.csv", GOOD.encode()))()[:60], "压缩包不完整"),
    Refused("zip_with_wrong_sum", "坏.zip", lambda: _flipped(zipped(("数据.csv", GOOD.encode()))()), "压缩包不完整"),
    Refused("pdf_in_zip", "包.zip", zipped(("清单.csv", b"%PDF-1.4\n")), "PDF"),
    Refused("picture_in_gzip", "图.csv.gz", lambda: gzip.compress(b"\x89PNG\r\n\x1a\n"), "图片"),
    Refused("many_files", "多.zip", zipped(*((f"{n}.csv", b"x") for n in range(30))), "30 个文件"),
    Refused("chinese_names", "名.zip", zipped(("一月.csv", b"x"), ("二月.csv", b"y")), "一月.csv、二月.csv"),
]  # fmt: skip


def _flipped(content: bytes) -> bytes:
    place = content.index("数据.csv".encode()) + 20
    return content[:place] + bytes([content[place] ^ 0xFF]) + content[place + 1 :]


ENCODINGS = [
    Refused("nul", "空符.csv", of_text(GOOD.replace("甲", "甲\x00")), "第 2 行有空字符"),
    Refused("nul_in_headings", "空符.csv", of_text("企业\x00名称\n甲\n"), "第 1 行有空字符"),
    Refused("utf16_without_mark", "宽.csv", of_text(GOOD, "utf-16-le"), "UTF-16"),
    Refused("utf16_big_without_mark", "宽.csv", of_text(GOOD, "utf-16-be"), "UTF-16"),
    Refused("utf32", "宽.csv", of_text(GOOD, "utf-32"), "UTF-32"),
    Refused("half_utf16", "宽.csv", lambda: GOOD.encode("utf-16")[:-1], "编码无法识别"),
    Refused("broken_utf16", "宽.csv", lambda: b"\xff\xfe" + b"\x00\xd8" * 9, "编码无法识别"),
    Refused("utf8_then_gbk", "混.csv", lambda: f"{HEAD}\n{ROW_A}\n".encode() + f"{ROW_B}\n".encode("gb18030"), "混用了两种文字编码"),
    Refused("gbk_then_utf8", "混.csv", lambda: f"{HEAD}\n{ROW_A}\n".encode("gb18030") + f"{ROW_B}\n".encode(), "混用了两种文字编码"),
    Refused("gbk_headings", "混.csv", lambda: f"{HEAD}\n".encode("gb18030") + f"{ROW_A}\n{ROW_B}\n".encode(), "第 2 行是 UTF-8，第 1 行不是"),
    Refused("broken_utf8", "断.csv", lambda: GOOD.encode()[:-30] + b"\xe5\xbc\n", "混用了两种文字编码"),
    Refused("no_encoding", "乱.csv", of_bytes(b"\xff\xff\xfe\x80\x80\n"), "第 1 行的文字编码无法识别"),
    Refused("no_encoding_below", "乱.csv", of_bytes(b"abc\nabc\n\xff\xff\xfe\x80\n"), "第 3 行的文字编码无法识别"),
    Refused("surrogate_bytes", "乱.csv", of_bytes(b"abc\n\xed\xa0\x80\xff\n"), "编码无法识别"),
    Refused("nul_in_lines", "空符.jsonl", of_bytes(b'{"a": "\x00"}\n'), "空字符"),
]  # fmt: skip

SHAPES = [
    Refused("quote_open", "引号.csv", of_text(f'{HEAD}\n"{ROW_A}\n{ROW_B}\n'), "第 2 行起双引号不成对"),
    Refused("quote_open_in_headings", "引号.csv", of_text(f'"{GOOD}'), "第 1 行起双引号不成对"),
    Refused("heading_twice", "重.csv", of_text(f"企业名称,企业名称,税种,欠税金额,公告日期\n{ROW_A}\n"), "出现了两次"),
    Refused("heading_twice_by_width", "重.csv", of_text(f"企业名称,企业 名称,税种,欠税金额,公告日期\n{ROW_A}\n"), "出现了两次"),
    Refused("heading_twice_by_brackets", "重.csv", of_text(f"金额(元),金额（元）,税种,企业名称,公告日期\n{ROW_A}\n"), "出现了两次"),
    Refused("headings_again", "接.csv", of_text(f"{GOOD}{GOOD}"), "第 4 行又是一行表头"),
    Refused("headings_again_in_another_order", "接.csv", of_text(f"{GOOD}企业名称,统一社会信用代码,税种,公告日期,欠税金额\n"), "又是一行表头"),
    Refused("headings_twice_at_once", "接.csv", of_text(f"{HEAD}\n{GOOD}"), "第 2 行又是一行表头"),
    Refused("headings_again_in_book", "接.xlsx", book(("数据", [*TABLE, *TABLE])), "第 4 行又是一行表头"),
    Refused("headings_again_with_spaces", "接.csv", of_text(f"{GOOD}{HEAD.replace(',', ' , ')}\n"), "又是一行表头"),
    Refused("title_above", "题.csv", of_text(f"某区欠税表,,,,\n{GOOD}"), "不在“欠税公告”的目录字段中"),
    Refused("title_of_one_cell", "题.csv", of_text(f"某区欠税表\n{GOOD}"), "不在“欠税公告”的目录字段中"),
    Refused("no_headings", "无.csv", of_text(f"{ROW_A}\n{ROW_B}\n"), "不在“欠税公告”的目录字段中"),
    Refused("columns_shifted", "错.csv", of_text(f"企业名称,统一社会信用代码,税种,欠税金额,公告日期\n{ROW_A}\n{ROW_B}\n{C},鹰川丙厂,增值税,1,2024-01-02\n"), "列可能错位"),
    Refused("codes_under_tax", "错.csv", of_text("统一社会信用代码,企业名称,税种,欠税金额,公告日期\n" + "".join(f"增值税,鹰川{n}厂,{invented(n)},1,2024-01-02\n" for n in range(5))), "列可能错位"),
    Refused("too_many_columns", "宽.csv", of_text(",".join(f"列{n}" for n in range(600)) + "\n" + ",".join("1" for _ in range(600)) + "\n"), "最多 512 列"),
    Refused("unknown_column", "多.csv", of_text(f"{HEAD},内部评语\n{ROW_A},好\n"), "内部评语"),
    Refused("two_unknown_columns", "多.csv", of_text(f"{HEAD},经办人意见,领导批示\n{ROW_A},好,好\n"), "经办人意见、领导批示"),
    Refused("nameless_column_with_values", "多.csv", of_text(f"{HEAD},\n{ROW_A},好\n"), "不在“欠税公告”"),
    Refused("no_subject", "缺.csv", of_text("税种,欠税金额,公告日期\n增值税,1,2024-01-02\n"), "无法知道说的是哪家企业"),
    Refused("no_amount", "缺.csv", of_text("统一社会信用代码,税种,公告日期\n" + f"{A},增值税,2024-01-02\n"), "缺少必填列：欠税余额"),
    Refused("no_day", "缺.csv", of_text("统一社会信用代码,税种,欠税金额\n" + f"{A},增值税,1\n"), "缺少必填列：公告日期"),
    Refused("nothing_required", "缺.csv", of_text("企业名称\n鹰川甲有限公司\n"), "缺少必填列"),
    Refused("one_column_of_noise", "杂.csv", of_text("乱写\n甲\n"), "不在“欠税公告”"),
    Refused("no_such_row", "短.csv", of_text(GOOD), "没有第 9 行", mapping="kind: tax_arrears\nheader_row: 9\n"),
    Refused("footer_longer_than_file", "短.csv", of_text(GOOD), "没有数据行", mapping="kind: tax_arrears\nfooter_rows: 5\n"),
    Refused("other_kind", "税.csv", of_text(GOOD), "不在“行政处罚”的目录字段中", kind="administrative_penalty"),
    Refused("strange_kind", "税.csv", of_text(GOOD), "没有信息类别", kind="tax_arrear"),
    Refused("kind_in_chinese", "税.csv", of_text(GOOD), "您是不是要找", kind="欠税公告"),
]  # fmt: skip

BOOKS = [
    Refused("formula", "公.xlsx", book(("数据", TABLE), change=set_cell("D3", "=D2*2")), "单元格 D3 是公式"),
    Refused("formula_in_headings", "公.xlsx", book(("数据", TABLE), change=set_cell("A1", '="统一"&"代码"')), "单元格 A1 是公式"),
    Refused("formula_to_the_web", "公.xlsx", book(("数据", TABLE), change=set_cell("B2", '=WEBSERVICE("http://a.example")')), "单元格 B2 是公式"),
    Refused("formula_behind", "公.xlsx", book(("数据", TABLE), change=set_cell("G9", "=SUM(D2:D3)")), "单元格 G9 是公式"),
    Refused("error_value", "错.xlsx", book(("数据", TABLE), change=set_cell("B3", "#REF!")), "单元格 B3 是错误值 #REF!"),
    Refused("error_not_available", "错.xlsx", book(("数据", TABLE), change=set_cell("A2", "#N/A")), "单元格 A2 是错误值"),
    Refused("error_division", "错.xlsx", book(("数据", TABLE), change=set_cell("D2", "#DIV/0!")), "错误值 #DIV/0!"),
    Refused("two_sheets", "两.xlsx", book(("一月", TABLE), ("二月", TABLE)), "2 张有内容的工作表：一月、二月"),
    Refused("only_hidden", "隐.xlsx", book(("数据", TABLE), change=hide("数据")), "隐藏的工作表“数据”"),
    Refused("no_such_sheet", "名.xlsx", PLAIN_BOOK, "没有名为“三月”的工作表", mapping="kind: tax_arrears\nsheet: 三月\n"),
    Refused("merged_rows", "合.xlsx", book(("数据", TABLE), change=merge("B2:B3")), "单元格 B2:B3 合并了几行数据"),
    Refused("merged_block", "合.xlsx", book(("数据", [*TABLE, *TABLE[1:]]), change=merge("C3:D5")), "C3:D5"),
    Refused("merged_headings_with_data", "合.xlsx", book(("数据", TABLE), change=merge("A1:A2")), "A1:A2"),
    Refused("wide_sheet", "宽.xlsx", parts_of(PLAIN_BOOK, {SHEET: sheet_xml(WIDE_ROW)}), "最多 512 列"),
    Refused("entities", "实.xlsx", parts_of(PLAIN_BOOK, {SHEET: ENTITY}), "XML 实体定义"),
    Refused("entities_in_strings", "实.xlsx", parts_of(PLAIN_BOOK, {"xl/sharedStrings.xml": ENTITY}), "XML 实体定义"),
    Refused("half_sheet", "半.xlsx", parts_of(PLAIN_BOOK, {SHEET: sheet_xml(inline("A1", "甲"))[:120]}), "不完整或已损坏"),
    Refused("no_sheet", "缺.xlsx", parts_of(PLAIN_BOOK, {SHEET: None}), "不完整或已损坏"),
    Refused("no_book", "缺.xlsx", parts_of(PLAIN_BOOK, {"xl/workbook.xml": None}), "不完整或已损坏"),
    Refused("no_types", "缺.xlsx", parts_of(PLAIN_BOOK, {"[Content_Types].xml": None}), "不完整或已损坏"),
    Refused("book_with_garbled_part", "坏.xlsx", lambda: _garbled(PLAIN_BOOK()), "不完整或已损坏"),
    Refused("half_book", "半.xlsx", lambda: PLAIN_BOOK()[: len(PLAIN_BOOK()) // 2], "不完整或已损坏"),
    Refused("book_bomb", "弹.xlsx", parts_of(PLAIN_BOOK, {"xl/media/a.xml": b"0" * (48 * 1024**2)}), "压缩炸弹"),
    Refused("book_title_above", "题.xlsx", book(("数据", [["某区欠税表"], *TABLE])), "目录字段中"),
    Refused("book_shifted", "错.xlsx", book(("数据", [["企业名称", "统一社会信用代码", *TABLE[0][2:]], *TABLE[1:], [C, "鹰川丙厂", "增值税", 1, "2024-01-02"]])), "列可能错位"),
    Refused("book_heading_twice", "重.xlsx", book(("数据", [["企业名称", "企业名称", *TABLE[0][2:]], *TABLE[1:]])), "出现了两次"),
    Refused("book_in_two_archives", "套.zip", zipped(("a.zip", zipped(("b.xlsx", b"x"))())), "还是压缩包"),
    Refused("cell_far_away", "远.xlsx", book(("数据", TABLE), change=set_cell("ZZ3", "x")), "最多 512 列"),
    Refused("unknown_column_in_book", "多.xlsx", book(("数据", [[*TABLE[0], "领导批示"], [*TABLE[1], "好"]])), "领导批示"),
]  # fmt: skip


def _garbled(content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        place = archive.getinfo(SHEET).header_offset
    start = place + 30 + len(SHEET) + 4
    return content[:start] + b"\xff" * 40 + content[start + 40 :]


JSONS = [
    Refused("json_number", "数.json", of_text("42"), "JSON"),
    Refused("json_text", "文.json", of_text('"企业名称"'), "JSON"),
    Refused("json_null", "无.json", of_text("null"), "JSON"),
    Refused("array_of_numbers", "数.json", of_text("[1, 2, 3]"), "没有对象"),
    Refused("array_of_arrays", "列.json", of_text('[["企业名称"], ["甲"]]'), "没有对象"),
    Refused("lines_of_arrays", "列.jsonl", of_text("[1, 2]\n[3]\n"), "JSON Lines"),
    Refused("pretty_object", "对.json", of_text(json.dumps(OBJECT, ensure_ascii=False, indent=2)), "JSON Lines"),
    Refused("half_array", "半.json", lambda: array(OBJECT, OTHER)()[:-9], "第 1 行第"),
    Refused("array_with_trailing_comma", "逗.json", of_text('[{"企业名称": "甲"},]'), "JSON 在第 1 行"),
    Refused("single_quotes", "引.jsonl", of_text("{'企业名称': '甲'}\n"), "JSON Lines"),
    Refused("python_literals", "字.jsonl", of_text('{"企业名称": None}\n'), "JSON Lines"),
    Refused("array_with_nan", "非.json", of_text('[{"企业名称": NaN}]'), "NaN"),
    Refused("array_with_infinity", "非.json", of_text('[{"企业名称": -Infinity}]'), "NaN"),
    Refused("array_key_twice", "重.json", of_text('[{"企业名称": "甲", "企业名称": "乙"}]'), "重复的字段名"),
    Refused("deep_array", "深.json", of_text(DEEP), "嵌套太深"),
    Refused("deep_object", "深.json", of_text('[{"a":' * 5000 + "1" + "}]" * 5000), "嵌套太深"),
    Refused("deep_line", "深.jsonl", of_text(DEEP + "\n"), "JSON Lines"),
    Refused("all_nested", "套.jsonl", lines({"企业": {"名称": "甲"}}), "嵌套的对象"),
    Refused("all_lists", "套.jsonl", lines({"企业名称": ["甲", "乙"]}), "“企业名称”是嵌套"),
    Refused("wrapped_array", "包.json", lines({"data": [OBJECT], "total": 1}), "“data”是嵌套"),
    Refused("unknown_key", "多.jsonl", lines(OBJECT | {"领导批示": "好"}), "领导批示"),
    Refused("keys_of_width", "重.jsonl", lines(OBJECT | {"企业 名称": "甲"}), "出现了两次"),
    Refused("too_many_keys", "宽.jsonl", lines({f"键{n}": n for n in range(600)}), "最多 512 个"),
    Refused("csv_as_json", "假.json", of_text(GOOD), "JSON Lines"),
    Refused("csv_as_lines", "假.jsonl", of_text(GOOD), "JSON Lines"),
    Refused("json_without_subject", "缺.jsonl", lines({"税种": "增值税", "欠税金额": 1, "公告日期": "2024-01-02"}), "哪家企业"),
    Refused("empty_key", "空.jsonl", lines(OBJECT | {"": "值"}), "目录字段中"),
]  # fmt: skip

PARQUETS = [
    Refused("parquet_mark_only", "坏.parquet", of_bytes(b"PAR1"), "Parquet 文件不完整"),
    Refused("parquet_garbage", "坏.parquet", of_bytes(b"PAR1" + b"x" * 90 + b"PAR1"), "Parquet 文件不完整"),
    Refused("text_that_is_no_text", "乱.parquet", lambda: parquet(column("税种", ["甲乙丙丁" * 9, "甲"]))().replace("甲乙".encode(), b"\xff\xfe\xff\xfe\xff\xfe"), "Parquet 文件不完整"),
    Refused("half_parquet", "半.parquet", lambda: parquet(column("税种", ["甲", "乙"]))()[:90], "Parquet 文件不完整"),
    Refused("csv_as_parquet", "假.parquet", of_text(GOOD), "Parquet 文件不完整"),
    Refused("list_column", "列.parquet", parquet(column("税种", [["甲"], ["乙"]])), "“税种”是嵌套的"),
    Refused("struct_column", "构.parquet", parquet(column("税种", [{"a": 1}, {"a": 2}])), "“税种”是嵌套的"),
    Refused("map_column", "映.parquet", parquet(column("税种", [[("a", 1)], [("b", 2)]], pa.map_(pa.string(), pa.int64()))), "“税种”是嵌套的"),
    Refused("binary_column", "二.parquet", parquet(column("税种", [b"\xff\xfe", b"\x80"], pa.binary())), "“税种”"),
    Refused("duration_column", "时.parquet", parquet(column("税种", [1, 2], pa.duration("s"))), "目录字段中|“税种”|缺少必填列"),
    Refused("parquet_unknown_column", "多.parquet", parquet(column("领导批示", ["好", "好"])), "领导批示"),
    Refused("parquet_missing_columns", "缺.parquet", parquet(column("税种", ["增值税", "增值税"])), "缺少必填列"),
    Refused("parquet_banned", "禁.parquet", parquet(column("宗教信仰", ["无", "无"])), "宗教信仰"),
]  # fmt: skip

BANNED = [
    Refused(f"banned_{n}", "禁.csv", of_text(f"{HEAD},{heading}\n{ROW_A},1\n"), heading.lower())
    for n, heading in enumerate(
        (
            "宗教信仰", "信仰", "基因信息", "遗传信息", "DNA", "指纹", "法人人脸照片", "虹膜", "声纹特征",
            "掌纹", "血型", "疾病史", "既往病史", "病历号", "健康状况", "诊断结果", "个人收入", "个人存款",
            "个人商业保险", "个人不动产", "个人房产", "个人纳税额", "个人有价证券", "家庭收入", "家庭财产",
            "商鼎分", "个人信用积分", "个人信用分", "个人信用评分", "个人信用等级", "市民积分", "市民信用分",
            "民族", "法定代表人民族", "种族", "性别", "籍贯", "户籍地址", "家庭出身", "政治面貌",
        )
    )
]  # fmt: skip
BANNED += [
    Refused("banned_in_book", "禁.xlsx", book(("数据", [[*TABLE[0], "个人信用积分"], [*TABLE[1], 90]])), "个人信用积分不得用于贷款"),
    Refused("banned_in_lines", "禁.jsonl", lines(OBJECT | {"政治面貌": "群众"}), "政治面貌"),
    Refused("banned_although_ignored", "禁.csv", of_text(f"{HEAD},性别\n{ROW_A},女\n"), "性别", mapping="kind: tax_arrears\nignore: [性别]\n"),
    Refused("banned_with_spaces", "禁.csv", of_text(f"{HEAD},个人 信用 积分\n{ROW_A},1\n"), "不能采集"),
    Refused("banned_in_full_width", "禁.csv", of_text(f"{HEAD},ＤＮＡ\n{ROW_A},1\n"), "不能采集"),
    Refused("banned_in_two_rows", "禁.csv", of_text(f"{HEAD},个人\n,,,,,信用积分\n{ROW_A},1\n"), "不能采集", mapping="kind: tax_arrears\nheader_rows: 2\n"),
]  # fmt: skip

MAPPINGS = [
    Refused("mapping_no_yaml", "好.csv", of_text(GOOD), "不是合法的 YAML", mapping="kind: [\n"),
    Refused("mapping_list", "好.csv", of_text(GOOD), "没有写明信息类别", mapping="- kind\n"),
    Refused("mapping_empty", "好.csv", of_text(GOOD), "没有写明信息类别", mapping=" "),
    Refused("mapping_without_kind", "好.csv", of_text(GOOD), "没有写明信息类别", mapping="source: 甲\n"),
    Refused("mapping_strange_key", "好.csv", of_text(GOOD), "不认识的项：script", mapping="kind: tax_arrears\nscript: rm\n"),
    Refused("mapping_strange_subject", "好.csv", of_text(GOOD), "不认识的项：id", mapping="kind: tax_arrears\nsubject: {id: x}\n"),
    Refused("mapping_python_object", "好.csv", of_text(GOOD), "不是合法的 YAML", mapping="kind: !!python/object/apply:os.system [ls]\n"),
    Refused("mapping_other_kind", "好.csv", of_text(GOOD), "映射文件是为", mapping="kind: tax_grade\n"),
    Refused("mapping_unknown_kind", "好.csv", of_text(GOOD), "没有信息类别", kind="", mapping="kind: tax_fine\n"),
    Refused("mapping_unknown_field", "好.csv", of_text(GOOD), "bonus 不在", mapping="kind: tax_arrears\ncolumns: {bonus: 税种}\n"),
    Refused("mapping_missing_column", "好.csv", of_text(GOOD), "没有映射要求的列“税目”", mapping="kind: tax_arrears\ncolumns: {tax_type: 税目}\n"),
    Refused("mapping_columns_as_list", "好.csv", of_text(GOOD), "写法有误", mapping="kind: tax_arrears\ncolumns: [税种]\n"),
    Refused("mapping_values_as_text", "好.csv", of_text(GOOD), "写法有误", mapping="kind: tax_arrears\nvalues: abc\n"),
    Refused("mapping_row_as_text", "好.csv", of_text(GOOD), "写法有误", mapping="kind: tax_arrears\nheader_row: 第一行\n"),
    Refused("mapping_row_negative", "好.csv", of_text(GOOD), "写法有误", mapping="kind: tax_arrears\nheader_row: -1\n"),
    Refused("mapping_nine_heading_rows", "好.csv", of_text(GOOD), "写法有误", mapping="kind: tax_arrears\nheader_rows: 9\n"),
    Refused("mapping_footer_negative", "好.csv", of_text(GOOD), "写法有误", mapping="kind: tax_arrears\nfooter_rows: -2\n"),
    Refused("mapping_long_delimiter", "好.csv", of_text(GOOD), "delimiter 只能是一个字", mapping='kind: tax_arrears\ndelimiter: "||"\n'),
    Refused("mapping_wrong_delimiter", "好.csv", of_text(GOOD), "目录字段中", mapping='kind: tax_arrears\ndelimiter: ";"\n'),
    Refused("mapping_wording", "好.csv", of_text(GOOD), "wording 需要 {}", mapping="kind: tax_arrears\nwording: {tax_type: 税}\n"),
    Refused("mapping_invented_without_space", "好.csv", of_text(GOOD), "需要 namespace", mapping="kind: tax_arrears\ncode: invented\n"),
    Refused("mapping_unknown_step", "好.csv", of_text(GOOD), "没有名为“sum”的汇总步骤", mapping="kind: tax_arrears\naggregate: sum\n"),
    Refused("mapping_of_bytes", "好.csv", of_text(GOOD), "无法读取", mapping="\udcff"),
    Refused("mapping_too_deep", "好.csv", of_text(GOOD), "不是合法的 YAML", mapping="kind: " + "[" * 4000),
    Refused("mapping_subject_as_list", "好.csv", of_text(GOOD), "写法有误|不认识的项", mapping="kind: tax_arrears\nsubject: [统一社会信用代码]\n"),
    Refused("mapping_unknown_absent", "好.csv", of_text(GOOD), "rainbow 不在", mapping="kind: tax_arrears\nabsent: [rainbow]\n"),
]  # fmt: skip

REFUSED = [
    *EMPTY, *FOREIGN, *ARCHIVES, *ENCODINGS, *SHAPES, *BOOKS, *JSONS, *PARQUETS, *BANNED, *MAPPINGS,
]  # fmt: skip
