"""Find the table in a file: titles above, one or two heading rows or none, notes below."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from xinyidai.credit_records.collecting import codes, sheets, texts
from xinyidai.credit_records.collecting.containers import Delivery
from xinyidai.credit_records.collecting.headings import clean_heading, is_unnamed
from xinyidai.credit_records.collecting.limits import Limits
from xinyidai.credit_records.collecting.reading import ROW_NUMBER, Layout, RawTable, is_json
from xinyidai.credit_records.collecting.shapes import FIRM, FIRM_LENGTH
from xinyidai.credit_records.collecting.vocabulary import is_known_heading
from xinyidai.kernel.uscc import compact

LOOKED_AT = 60
TITLES = 15
LONGEST_HEADING = 30
FOOTER = re.compile(
    r"^\s*[*（(]?(合计|总计|小计|累计|注[:： 释]|备注[:：]|说明|附注|数据来源|资料来源|来源[:：]"
    r"|制表|填表|填报|审核|复核|单位负责人|联系人|联系电话|截至|截止|以上|共\s*\d+|打印|导出)"
)
FOOTER_SHARE = 0.4
MOST_FOOTERS = 10
TAIL = 40
VALUE = re.compile(
    r"^[-+]?[\d,.]+%?$|^(19|20)\d{2}[-/年.]\d{1,2}|^[0-9A-Z]{15,20}$|^\d{1,2}/\d{1,2}/\d{4}"
)


@dataclass(frozen=True)
class Found:
    """The table of a file: its form, its layout, and the title rows above it."""

    form: str
    layout: Layout
    encoding: str | None = None
    delimiter: str | None = None
    titles: tuple[str, ...] = ()
    sheets: tuple[str, ...] = ()


def find_table(delivery: Delivery, limits: Limits) -> Found:
    """Say how the file is to be read; raise `InvalidInput` where nothing can be read."""
    if delivery.is_workbook:
        return _in_workbook(delivery, limits)
    if delivery.content.startswith(b"PAR1") or delivery.name.endswith(".parquet"):
        return Found("parquet", Layout())
    decoded = texts.decode(delivery.content, limits)
    if is_json(delivery, decoded.text):
        return Found("json", Layout(), decoded.encoding)
    delimiter = texts.find_delimiter(decoded.text)
    rows = texts.first_rows(decoded.text[: texts.SNIFFED * 4], delimiter, LOOKED_AT)
    layout = find_layout(rows)
    return Found("csv", layout, decoded.encoding, delimiter, _titles(rows, layout))


def _in_workbook(delivery: Delivery, limits: Limits) -> Found:
    names = sheets.filled_sheets(delivery.content, limits)
    best: Found | None = None
    most = 0
    for name in names or (None,):
        sheet = sheets.read_sheet(delivery.content, name, limits)
        rows = [[cell or "" for cell in row] for row in sheet.rows[:LOOKED_AT]]
        layout = find_layout(rows)
        if best is None or len(sheet.rows) > most:
            chosen = replace(layout, sheet=name if len(names) > 1 else None)
            titles = (sheet.name, *_titles(rows, layout))
            best, most = Found("xlsx", chosen, titles=titles, sheets=names), len(sheet.rows)
    return best or Found("xlsx", Layout())


def _titles(rows: Sequence[Sequence[str]], layout: Layout) -> tuple[str, ...]:
    above = rows[: max(layout.header_row - 1, 0)]
    cells = [cell.strip() for row in above for cell in row]
    return tuple(cell for cell in cells if not is_unnamed(clean_heading(cell)))


@dataclass(frozen=True)
class _Row:
    """What a row looks like: filled cells, how many are known headings, how many are values."""

    places: frozenset[int]
    known: int
    values: int
    repeated: int

    @property
    def count(self) -> int:
        return len(self.places)


def find_layout(rows: Sequence[Sequence[str]]) -> Layout:
    """Find the heading rows among the first rows; `header_row` 0 when there are none."""
    looks = [_look(row) for row in rows]
    widths = Counter(look.count for look in looks if look.count)
    if not widths:
        return Layout()
    width = max(widths.items(), key=lambda pair: (pair[1], pair[0]))[0]
    scored = [(_score(look, width) - 0.02 * n, n) for n, look in enumerate(looks[:TITLES])]
    best, place = max(scored)
    if best < LEAST_SCORE and not _looks_apart(looks):
        return Layout(header_row=0)
    return _with_second_row(looks, place)


LEAST_SCORE = 0.9


def _look(row: Sequence[str]) -> _Row:
    cells = {n: cell.strip() for n, cell in enumerate(row) if not is_unnamed(clean_heading(cell))}
    texts_ = list(cells.values())
    return _Row(
        frozenset(cells),
        sum(map(is_known_heading, texts_)),
        sum(map(_is_value, texts_)),
        len(texts_) - len(set(texts_)),
    )


def _is_value(cell: str) -> bool:
    if len(cell) > LONGEST_HEADING and not is_known_heading(cell):
        return True
    is_firm = len(cell) in FIRM_LENGTH and FIRM.search(cell) and not is_known_heading(cell)
    if VALUE.match(cell) or (is_firm and len(cell) > 6):  # noqa: PLR2004 - 主管部门 is a heading
        return True
    return codes.broken_rules([compact(cell)]) == [None]


def _score(look: _Row, width: int) -> float:
    if not look.count or (look.count == 1 and width > 1):
        return -1.0
    filled = min(1.0, look.count / width)
    known, values = look.known / look.count, look.values / look.count
    return filled + known - 2 * values - look.repeated / look.count + (0.3 if not values else 0)


def _looks_apart(looks: Sequence[_Row]) -> bool:
    """Tell a first row of strange words above rows with numbers, days or names of firms."""
    if not looks or looks[0].values or looks[0].count < 1:
        return False
    below = looks[1:21]
    return bool(below) and sum(1 for look in below if look.values) > len(below) / 2


def _with_second_row(looks: Sequence[_Row], place: int) -> Layout:
    here = looks[place]
    above = looks[place - 1] if place else None
    below = looks[place + 1] if place + 1 < len(looks) else None
    if above and above.count > 1 and not above.values and (above.places - here.places):
        return Layout(header_row=place, header_rows=2)
    if below and below.count and not below.values:
        if below.known == below.count and below.count >= here.count:
            return Layout(header_row=place + 2)
        if below.places - here.places and below.known:
            return Layout(header_row=place + 1, header_rows=2)
    return Layout(header_row=place + 1)


def count_footers(raw: RawTable) -> int:
    """Count the notes below the table, from the last row upwards."""
    width = len(raw.headings)
    tail = raw.rows.slice(max(0, raw.rows.num_rows - TAIL))
    columns = [tail.column(f"c{n}").to_pylist() for n in range(width)]
    numbers = tail.column(ROW_NUMBER).to_pylist()
    ends = {
        number: [cell.strip() for cell in cells if cell and cell.strip()]
        for number, cells in zip(numbers, zip(*columns, strict=True), strict=True)
    }
    first = min(ends, default=0)
    ends |= {flaw.row: _cells_of(flaw.value) for flaw in raw.flaws if flaw.row >= first}
    footers = 0
    for _, cells in sorted(ends.items(), reverse=True):
        if not cells:
            continue
        if footers >= MOST_FOOTERS or not _is_footer(cells, width):
            break
        footers += 1
    return footers


def _cells_of(line: str | None) -> list[str]:
    return [cell.strip() for cell in re.split(r"[,;\t|]", line or "") if cell.strip()]


def _is_footer(cells: list[str], width: int) -> bool:
    few = len(cells) <= max(1, int(width * FOOTER_SHARE))
    return few and width > 1 and any(map(FOOTER.match, cells))
