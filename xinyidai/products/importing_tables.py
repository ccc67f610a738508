"""Read a published list of loan products as a table (CSV, .gz allowed), 产品清单.

Columns: source, bank, product, type, amount_min_wan, amount_max_wan (万元), rate_lo_pct,
rate_hi_pct (percent a year), term_months, guarantee, target, conditions, description.
"""

import csv
import gzip
import io
import zlib
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path

from xinyidai.kernel.errors import InvalidInput
from xinyidai.kernel.money import Yuan
from xinyidai.products.accounting import Accounted, Fate, Part
from xinyidai.products.clauses import Section, labelled
from xinyidai.products.source_products import SourceProduct, Stated

Row = Mapping[str, str]
COLUMNS = frozenset(
    {"source", "bank", "product", "type", "amount_min_wan", "amount_max_wan", "rate_lo_pct",
     "rate_hi_pct", "term_months", "guarantee", "target", "conditions", "description"}
)  # fmt: skip
# Columns of sentences, and what a sentence without a label in them speaks of.
SENTENCES: Mapping[str, Section] = {
    "target": Section.TARGET,
    "conditions": Section.CONDITIONS,
    "description": Section.INTRODUCTION,
}
CELLS: Mapping[str, str] = {
    "bank": "提供机构",
    "product": "产品名称",
    "type": "产品类型",
    "amount_min_wan": "最低额度",
    "amount_max_wan": "最高额度",
    "rate_lo_pct": "最低年利率",
    "rate_hi_pct": "最高年利率",
    "term_months": "期限",
    "guarantee": "担保方式",
}
HUNDRED = Decimal(100)
LONGEST_FILE = 20_000_000
LONGEST_MONTHS = 10_000


def read_table(path: Path) -> list[SourceProduct]:
    """Return the rows as source products; UTF-8, or GB18030 as a Chinese Excel saves it.

    Raises:
        InvalidInput: the file is too large, no text, or has not the columns of a list.

    """
    try:
        reader = csv.DictReader(io.StringIO(_text(path), newline=""), strict=True)
        if COLUMNS - set(reader.fieldnames or ()):
            raise InvalidInput("文件缺少必要的列，不是产品清单。")
        rows = [{column: row.get(column) or "" for column in COLUMNS} for row in reader]
    except csv.Error as error:
        raise InvalidInput("文件不是完整的 CSV 表格，请用表格软件另存后再试。") from error
    return [_product(number, row) for number, row in enumerate(rows, start=1)]


def _text(path: Path) -> str:
    opened = gzip.open if path.suffix == ".gz" else open
    try:
        with opened(path, "rb") as file:
            content = file.read(LONGEST_FILE + 1)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise InvalidInput("压缩文件已损坏，请重新压缩后再试。") from error
    if len(content) > LONGEST_FILE:
        raise InvalidInput("文件过大，不是产品清单。")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InvalidInput("文件不是 UTF-8 或 GB18030 编码，请另存为“CSV UTF-8”后再试。")


def _product(number: int, row: Row) -> SourceProduct:
    stated, problem = Stated(), ""
    try:
        stated = _stated(row)
    except InvalidInput as error:
        problem = error.message
    bank, name, kind_text = (row[column].strip() for column in ("bank", "product", "type"))
    return SourceProduct(
        row=number,
        bank=bank,
        name=name,
        kind_text=kind_text,
        source=row["source"].strip(),
        parts=tuple(_parts(row)),
        cells=tuple(
            Accounted(column, row[column], Fate.TERM, term)
            for column, term in CELLS.items()
            if row[column]
        ),
        stated=stated,
        target=row["target"].strip(),
        description=row["description"].strip(),
        problem=problem,
    )


def _parts(row: Row) -> Iterator[Part]:
    for column, first in SENTENCES.items():
        for section, clause in labelled(row[column], first):
            yield Part(column, section, clause)


def _stated(row: Row) -> Stated:
    raw_low, raw_high = row["rate_lo_pct"].strip(), row["rate_hi_pct"].strip()
    low, high = _decimal(raw_low), _decimal(raw_high)
    words = ""
    if (raw_low and low is None) or (raw_high and high is None):
        # A rate tied to a benchmark is words, not a number.
        words = "利率:" + " 至 ".join(dict.fromkeys(filter(None, (raw_low, raw_high))))
    return Stated(
        amount_min_fen=_fen(row["amount_min_wan"]),
        amount_max_fen=_fen(row["amount_max_wan"]),
        months=_months(row["term_months"]),
        rate_min=_fraction(low),
        rate_max=_fraction(high),
        rate_words=words,
        guarantee=row["guarantee"].strip(),
    )


def _fen(raw: str) -> int | None:
    return Yuan.of_wan(raw).fen if raw.strip() else None


def _months(raw: str) -> int | None:
    if not raw.strip():
        return None
    months = _decimal(raw)
    # 1e999999999 is a number too; as an integer it would fill the memory.
    is_sound = months is not None and 0 < months <= LONGEST_MONTHS
    if months is None or not is_sound or months != months.to_integral_value():
        raise InvalidInput(f"期限“{raw}”不是整月数")
    return int(months)


def _decimal(raw: str) -> Decimal | None:
    try:
        number = Decimal(raw.strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _fraction(percent: Decimal | None) -> Decimal | None:
    return None if percent is None else percent / HUNDRED
