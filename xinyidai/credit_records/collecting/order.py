"""Tell a file whose columns do not stand under their own headings, 列错位."""

from collections.abc import Sequence

from xinyidai.credit_records.collecting import codes
from xinyidai.credit_records.collecting.fields import KindSpec
from xinyidai.credit_records.collecting.mapping import Binding
from xinyidai.credit_records.collecting.reading import RawTable
from xinyidai.credit_records.collecting.refusing import unreadable
from xinyidai.kernel.uscc import compact

LOOKED_AT = 500
FEWEST = 3
MOST_WRONG = 0.1
SURELY_CODES = 0.8


def refuse_shifted(raw: RawTable, binding: Binding, kind: KindSpec) -> None:
    """Refuse a file whose codes stand under another heading; every row would be rejected.

    Raises:
        InvalidInput: naming the two columns.

    """
    own = [_right(raw, column) for column in binding.code_columns]
    if not own or max(own) >= MOST_WRONG:
        return
    about = {spec.code for spec in kind.fields if "代码" in spec.name or "识别号" in spec.name}
    others = [
        *binding.name_columns,
        *(c for field, cols in binding.columns.items() if field not in about for c in cols),
    ]
    for column in others:
        if _right(raw, column) >= SURELY_CODES:
            raise unreadable(
                f"列可能错位：“{_heading(raw, binding.code_columns)}”列里不是统一社会信用代码，"
                f"代码在“{_heading(raw, [column])}”列里。请让每一列与表头对齐后再报送。"
            )


def _right(raw: RawTable, column: str) -> float:
    cells = raw.rows.column(column).slice(0, LOOKED_AT).to_pylist()
    told = [compact(cell) for cell in cells if cell and cell.strip()]
    if len(told) < FEWEST:
        return MOST_WRONG if told else 0.0
    return codes.broken_rules(told).count(None) / len(told)


def _heading(raw: RawTable, columns: Sequence[str]) -> str:
    return raw.written[int(columns[0].removeprefix("c"))].strip()
