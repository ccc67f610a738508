"""Tables of invented firms for every kind, and ways in which departments deform a table.

Nothing here knows how the assistant works: headings are those of the catalogue or rewritten by plain
word rules, values are made from the type and name of a field.
"""

import csv
import io
import random
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import openpyxl

from xinyidai.catalogue.kinds import KINDS, Field, FieldType, RecordKind
from xinyidai.kernel.uscc import invented

TRADES = ("机械制造", "电子科技", "食品", "建筑工程", "物流运输", "轴承", "纺织", "生物医药")
FORMS = ("有限公司", "股份有限公司", "有限责任公司", "经营部", "专业合作社")
SEATS = ("鹰川", "湛河", "舞岭", "宝丰塘", "叶水")
FULL_WIDTH = str.maketrans("0123456789-/", "０１２３４５６７８９－／")
RENAMES = (
    ("日期", "时间"), ("时间", "日期"), ("编号", "号码"), ("金额", "数额"), ("名称", "全称"),
    ("类型", "类别"), ("原因", "事由"), ("机关", "部门"), ("等级", "级别"), ("状态", "情况"),
    ("文号", "文书号"), ("数量", "数"),
)  # fmt: skip


@dataclass(frozen=True)
class Table:
    """A table with its truth: kind, and the headings of code, name and date (None: no column)."""

    kind: RecordKind
    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    code: str | None
    name: str | None
    date: str | None
    above: tuple[tuple[str, ...], ...] = ()
    below: tuple[tuple[str, ...], ...] = ()


def table_of(kind: RecordKind, rng: random.Random, rows: int = 40) -> Table:
    """Make a table with the subject, every required field and some of the others."""
    fields = [
        field
        for field in kind.fields
        if field.required or field.code == kind.map.amount or rng.random() < 0.4
    ]
    subject = {kind.map.subject_code, kind.map.subject_name}
    firms = [_firm(rng, n) for n in range(rows)]
    made = []
    for number, (code, name) in enumerate(firms):
        cells = {kind.map.subject_code: code, kind.map.subject_name: name}
        day = date(2022, 1, 1) + timedelta(days=rng.randrange(900))
        made.append(
            tuple(
                cells[f.code] if f.code in subject else _value(f, kind, (number, day), rng)
                for f in fields
            )
        )
    named = {field.code: field.name for field in fields}
    return Table(
        kind,
        f"鹰川市{kind.name}信息（2024年）",
        tuple(named.values()),
        tuple(made),
        named[kind.map.subject_code],
        named[kind.map.subject_name],
        named[kind.map.occurred_on],
    )


def _firm(rng: random.Random, number: int) -> tuple[str, str]:
    name = f"{rng.choice(SEATS)}{chr(0x4E00 + rng.randrange(2000))}{chr(0x5000 + number)}"
    name += rng.choice(TRADES) + rng.choice(FORMS)
    return invented(rng.randrange(10**8)), name


def _value(  # noqa: PLR0911 - a line for each type
    field: Field, kind: RecordKind, row: tuple[int, date], rng: random.Random
) -> str:
    number, day = row
    if field.type.is_amount or field.type is FieldType.NUMBER:
        top = float(field.maximum or 900_000)
        return f"{rng.uniform(1, top):.2f}"
    match field.type:
        case FieldType.DATE:
            late = 0 if field.code == kind.map.occurred_on else rng.randrange(30, 700)
            return (day + timedelta(days=late)).isoformat()
        case FieldType.MONTH:
            return f"{day:%Y-%m}"
        case FieldType.INTEGER:
            return str(day.year if "年" in field.name else rng.randrange(1, 400))
        case FieldType.ENUM:
            return rng.choice(list(field.values.values()))
        case FieldType.BOOLEAN:
            return rng.choice(("是", "否"))
        case FieldType.USCC:
            return invented(rng.randrange(10**8))
        case _:
            return _text(field, (number, day), rng)


def _text(  # noqa: PLR0911 - a line for each sort of text
    field: Field, row: tuple[int, date], rng: random.Random
) -> str:
    number, day = row
    name = field.name
    if "代码" in name:
        return f"{rng.randrange(10**8):09d}"
    if any(word in name for word in ("文号", "案号", "书号")):
        return f"鹰川（{day.year}）字第{number + 7}号"
    if name.endswith(("号", "编号", "号码")):
        return f"YC{day.year}{number:05d}"
    if any(word in name for word in ("机关", "机构", "法院", "单位")):
        return f"鹰川市{rng.choice(('新城区', '卫东区', '湛河区'))}某某局"
    if any(word in name for word in ("地址", "住所", "坐落", "地点")):
        return f"鹰川市新城区建设路{number + 1}号"
    if any(word in name for word in ("法定代表人", "姓名")):
        return rng.choice("张王李赵刘") + rng.choice("伟芳娜敏静")
    return f"{name}之{rng.choice('甲乙丙丁戊己')}"


# Ways of deforming; each takes a table and returns another with the same truth.


def shuffled(table: Table, rng: random.Random) -> Table:
    """Put the columns into another order."""
    order = list(range(len(table.headings)))
    rng.shuffle(order)
    return replace(
        table,
        headings=tuple(table.headings[n] for n in order),
        rows=tuple(tuple(row[n] for n in order) for row in table.rows),
    )


def widened(table: Table, rng: random.Random) -> Table:
    """Add the columns that every export has: a running number, a telephone, a time of writing."""
    extra = ("序号", "联系电话", "数据更新时间", "数据来源")
    rows = tuple(
        (str(n), *row, f"0375-{rng.randrange(10**7):07d}", "2024-12-01 08:00:00", "政务平台")
        for n, row in enumerate(table.rows, start=1)
    )
    return replace(table, headings=(extra[0], *table.headings, *extra[1:]), rows=rows)


def renamed(table: Table, rng: random.Random) -> Table:
    """Say every heading in other words, with the decoration that forms carry."""
    names = {}
    for heading in table.headings:
        other = heading
        for word, instead in RENAMES:
            if word in heading:
                other = heading.replace(word, instead)
                break
        names[heading] = rng.choice(("{}", "*{}", "{}（必填）", " {} ")).format(other)
    return replace(
        table,
        headings=tuple(names[heading] for heading in table.headings),
        code=names.get(table.code or ""),
        name=names.get(table.name or ""),
        date=names.get(table.date or ""),
    )


def without(table: Table, *roles: str) -> Table:
    """Leave out the columns of some roles."""
    gone = {getattr(table, role) for role in roles}
    kept = [n for n, heading in enumerate(table.headings) if heading not in gone]
    return replace(
        table,
        headings=tuple(table.headings[n] for n in kept),
        rows=tuple(tuple(row[n] for n in kept) for row in table.rows),
        **dict.fromkeys(roles),
    )


def framed(table: Table) -> Table:
    """Put a title and a unit above, and notes below."""
    return replace(
        table,
        above=((table.title,), ("填报单位：鹰川市某局", "", "截至2024年12月31日")),
        below=(("合计", str(len(table.rows))), ("填表人：张某",), ("注：数据以当月为准",)),
    )


def full_width(table: Table) -> Table:
    """Write every digit of days and numbers in full width, as some input methods do."""
    return replace(
        table, rows=tuple(tuple(cell.translate(FULL_WIDTH) for cell in row) for row in table.rows)
    )


def messy(table: Table, rng: random.Random) -> Table:
    """Do what hands do: wrong codes, empty cells, stray spaces, days in every notation."""
    must = {table.code, table.name, table.date}
    rows = tuple(
        tuple(
            _messed(cell, rng, may_be_empty=heading not in must, is_code=heading == table.code)
            for heading, cell in zip(table.headings, row, strict=True)
        )
        for row in table.rows
    )
    return replace(table, rows=rows)


def _messed(cell: str, rng: random.Random, *, may_be_empty: bool, is_code: bool) -> str:
    if may_be_empty and rng.random() < 0.3:
        return rng.choice(("", "-", "无", "/"))
    if is_code and rng.random() < 0.15:
        return cell[:10] + rng.choice("OIZ") + cell[11:]
    if _is_day(cell):
        day = date.fromisoformat(cell)
        return rng.choice(
            (
                cell, f"{day:%Y%m%d}", f"{day.year}/{day.month}/{day.day}",
                f"{day.year}年{day.month}月{day.day}日", f"{day.year}.{day.month}.{day.day}",
                f"{cell} 00:00:00",
            )
        )  # fmt: skip
    return rng.choice((cell, f" {cell}", f"{cell}　"))


def as_csv(table: Table, delimiter: str = ",", *, headings: bool = True) -> str:
    """Write the table as text."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    writer.writerows(table.above)
    if headings:
        writer.writerow(table.headings)
    writer.writerows(table.rows)
    writer.writerows(table.below)
    return out.getvalue()


def as_workbook(table: Table, path: Path) -> None:
    """Write the table as a workbook with a merged title, real days and a hidden sheet of codes."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "数据"
    sheet.append([table.title])
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(table.headings))
    sheet.append(list(table.headings))
    for row in table.rows:
        sheet.append([date.fromisoformat(c) if _is_day(c) else c for c in row])
    hidden = book.create_sheet("代码表")
    hidden.append(["代码", "含义"])
    hidden.sheet_state = "hidden"
    book.save(path)


def as_workbook_of_two_rows(table: Table, path: Path) -> None:
    """Write a workbook whose first columns stand under one merged heading of their own."""
    book = openpyxl.Workbook()
    sheet = book.active
    count = min(2, len(table.headings))
    sheet.append(["主体信息", *[""] * (count - 1), *table.headings[count:]])
    sheet.append([*table.headings[:count]])
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=count)
    for column in range(count + 1, len(table.headings) + 1):
        sheet.merge_cells(start_row=1, start_column=column, end_row=2, end_column=column)
    for row in table.rows:
        sheet.append(list(row))
    book.save(path)


def _is_day(cell: str) -> bool:
    return len(cell) == 10 and cell[4] == cell[7] == "-"


def every_kind() -> list[RecordKind]:
    """Return all kinds of the catalogue."""
    return list(KINDS.values())
