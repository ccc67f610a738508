"""CSV of any encoding and delimiter as a table of texts."""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv

from xinyidai.credit_records.collecting.limits import Limits
from xinyidai.credit_records.collecting.refusing import unreadable

SNIFFED = 64 * 1024
SNIFFED_ROWS = 60
DELIMITERS = ",;\t|^~\x01\x1f，；"
SAVE_AS = "请用表格软件另存为“CSV UTF-8”后再报送。"
UTF32 = f"文件是 UTF-32 编码，平台不读。{SAVE_AS}"
NUL = "第 {} 行有空字符（NUL）：可能是没有字节序标记的 UTF-16，或不是文本文件。" + SAVE_AS
NUL_IN_UTF16 = f"文件中有空字符（NUL），可能不是文本文件。{SAVE_AS}"
UNKNOWN_ENCODING = "第 {} 行的文字编码无法识别（支持 UTF-8 和 GB18030）。" + SAVE_AS
OPEN_QUOTE = "第 {} 行起双引号不成对，后面的行会被并成一格，请检查引号后重新导出。"
STRANGE = re.compile(r"[\x00\x02-\x08\x0e-\x1e\x7f]")  # \x01 and \x1f may be delimiters
MOST_STRANGE = 0.02
FEW_STRANGE = 8
CJK = re.compile(r"[\u4e00-\u9fff]")
SURELY_CHINESE = 2
LONGEST_NOTE = 200
NO_TABLE = "文件不是可以识别的表格（分隔符或引号不完整，或有一行超过 16 MB），请重新导出。"


@dataclass(frozen=True)
class Text:
    """A decoded file and the name of its encoding."""

    text: str
    encoding: str


def decode(content: bytes, limits: Limits) -> Text:
    """Decode by the byte order mark, else as UTF-8, else as GB18030; refuse what is no text."""
    if content.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise unreadable(UTF32)
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return Text(_as(content, "utf-16"), "utf-16")
    if b"\x00" in content:
        line = content[: content.index(b"\x00")].count(b"\n") + 1
        raise unreadable(NUL.format(line))
    try:
        text = Text(content.decode("utf-8-sig"), "utf-8")
    except UnicodeDecodeError as error:
        wrong = content[: error.start].count(b"\n") + 1
        refuse_mixed(content[: limits.mixed_encoding_bytes].split(b"\n"), wrong)
        text = Text(_as(content, "gb18030"), "gb18030")
    refuse_binary(text.text)
    return text


def _as(content: bytes, encoding: str) -> str:
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise unreadable(UNKNOWN_ENCODING.format(line)) from error
    if encoding == "utf-16" and "\x00" in text:
        raise unreadable(NUL_IN_UTF16)
    return text


def refuse_mixed(lines: list[bytes], wrong: int) -> None:
    """Refuse a file of which some lines are UTF-8 and others are not: half would be garbage."""
    for number, line in enumerate(lines, start=1):
        if not line.isascii() and _is_chinese_utf8(line):
            raise unreadable(
                f"同一文件混用了两种文字编码：第 {number} 行是 UTF-8，第 {wrong} 行不是。"
                f"请统一后再报送；{SAVE_AS}"
            )


def _is_chinese_utf8(line: bytes) -> bool:
    try:
        return len(CJK.findall(line.decode("utf-8"))) >= SURELY_CHINESE
    except UnicodeDecodeError:
        return False


def refuse_binary(text: str) -> None:
    """Refuse what begins with too many signs that no table has."""
    head = text[:SNIFFED]
    if len(STRANGE.findall(head)) > max(FEW_STRANGE, len(head) * MOST_STRANGE):
        raise unreadable(f"文件里有大量不可见字符，不是文本表格。{SAVE_AS}")


def find_delimiter(text: str, header_row: int = 0) -> str:
    """Return the sign that splits the rows most evenly into the most cells; a comma in doubt.

    `header_row` counts from 1; 0 means that it is not known yet.
    """
    head = text[:SNIFFED]
    best, best_score = ",", (0.0, 0)
    for sign in DELIMITERS:
        score = _evenness(first_rows(head, sign, header_row + SNIFFED_ROWS), header_row)
        if score > best_score:
            best, best_score = sign, score
    return best


def first_rows(text: str, delimiter: str, most: int) -> list[list[str]]:
    """Return the first rows as cells; what the csv reader refuses ends the list."""
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            if len(rows) >= most:
                break
            rows.append(row)
    except csv.Error:
        return rows
    return rows


def _evenness(rows: list[list[str]], header_row: int) -> tuple[float, int]:
    body = [row for row in rows[max(header_row - 1, 0) :] if any(map(str.strip, row))]
    if not body:
        return 0.0, 0
    widths = Counter(map(len, body))
    width = len(body[0]) if header_row else widths.most_common(1)[0][0]
    return (round(widths[width] / len(body), 1), width) if width > 1 else (0.0, 0)


def plain(text: str, delimiter: str) -> tuple[str, str]:
    """Return the text with a delimiter that the fast reader knows: one ASCII sign."""
    if delimiter.isascii():
        return text, delimiter
    out = io.StringIO(newline="")
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        csv.writer(out, lineterminator="\n").writerows(rows)
    except csv.Error as error:
        raise unreadable("文件不是可以识别的表格（分隔符或引号不完整），请重新导出。") from error
    return out.getvalue(), ","


def refuse_open_quote(text: str) -> None:
    """Refuse a quote that never closes: the rows behind it would become one cell."""
    if text.count('"') % 2 == 0:
        return
    number = next(n for n, line in enumerate(text.split("\n"), start=1) if line.count('"') % 2)
    raise unreadable(OPEN_QUOTE.format(number))


def split_headings(text: str, delimiter: str, first: int, last: int) -> tuple[list[list[str]], str]:
    """Return the cells of the heading rows `first` to `last` and the text below them."""
    lines = io.StringIO(text, newline="")
    reader = csv.reader(iter(lines.readline, ""), delimiter=delimiter)
    try:
        rows = [next(reader) for _ in range(last)]
    except (StopIteration, csv.Error) as error:
        raise unreadable(f"文件没有第 {last} 行，找不到表头。") from error
    return rows[first - 1 :], text[lines.tell() :]


def parse(
    text: str, names: list[str], delimiter: str, misshapen: list[tuple[int, str]]
) -> pa.Table:
    """Parse rows of texts; number and begin of rows with more or fewer cells go to `misshapen`."""
    if not text.strip():
        return pa.table({name: pa.array([], pa.string()) for name in names})

    def take_note(row: pa_csv.InvalidRow) -> str:
        misshapen.append((row.number, row.text[:LONGEST_NOTE]))
        return "skip"

    try:
        return pa_csv.read_csv(io.BytesIO(text.encode()), **options(names, delimiter, take_note))
    except pa.ArrowInvalid as error:
        raise unreadable(NO_TABLE) from error


def options(
    names: list[str],
    delimiter: str,
    take_note: Callable[[pa_csv.InvalidRow], str],
    *,
    has_quotes: bool = True,
    block_bytes: int = Limits.row_bytes,
) -> dict[str, Any]:
    """Return how a CSV of texts is read; one thread, or misshapen rows would lose their numbers.

    Only quoted cells may have line breaks in them, which is slow to be prepared for. A row must
    fit into a block.
    """
    return {
        "read_options": pa_csv.ReadOptions(
            use_threads=False, column_names=names, block_size=block_bytes
        ),
        "parse_options": pa_csv.ParseOptions(
            delimiter=delimiter,
            newlines_in_values=has_quotes,
            ignore_empty_lines=False,
            invalid_row_handler=take_note,
        ),
        "convert_options": pa_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
        ),
    }
