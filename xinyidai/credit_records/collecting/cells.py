"""What a value of a workbook, a JSON object or a Parquet column is as text."""

from datetime import date, datetime, time, timedelta
from typing import Any


def text_of(value: Any) -> str | None:
    """Return a single value as the text that collection reads; None stays nothing."""
    if value is None:
        return None
    if isinstance(value, str):
        # JSON may carry half of a surrogate pair, which is no text.
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date | time):
        return value.isoformat()
    return _number(value)


def _number(value: Any) -> str:
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, timedelta):
        return str(value)
    return str(value)
