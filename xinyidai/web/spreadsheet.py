"""CSV files that a spreadsheet opens rightly and runs nothing of."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from flask import Response

BYTE_ORDER_MARK = "\ufeff"  # without it spreadsheets take UTF-8 for another encoding
# What begins like this a spreadsheet takes for a formula (OWASP, CSV injection).
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def csv_file(name: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> Response:
    """Return a file of texts to be downloaded; it is written before the request ends."""
    answer = Response("".join(_lines(head, rows)), mimetype="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _lines(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield BYTE_ORDER_MARK
    for row in (head, *rows):
        stream = io.StringIO()
        csv.writer(stream).writerow([_safe(cell) for cell in row])
        yield stream.getvalue()


def _safe(cell: str) -> str:
    return f"'{cell}" if cell.lstrip().startswith(FORMULA_STARTS) else cell
