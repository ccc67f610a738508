"""How a value of a record is shown, on pages and on paper; pure."""

from typing import Any

from xinyidai.catalogue.values import Field, FieldType
from xinyidai.kernel.money import format_yuan


def shown_text(field: Field, value: Any) -> str:
    """Return a stored value as pages and reports show it; amounts in 元."""
    if field.type.is_amount:
        return format_yuan(int(value))
    if field.type is FieldType.BOOLEAN:
        return "是" if value else "否"
    if field.type is FieldType.ENUM:
        return field.values.get(str(value), str(value))
    return str(value)
