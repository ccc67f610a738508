"""What the forms of the counter share, 窗口代办: whose person it is, and which record is meant."""

from xinyidai.enterprises import queries as enterprises
from xinyidai.enterprises.models import Enterprise
from xinyidai.kernel import uscc
from xinyidai.kernel.errors import InvalidInput, NotFound
from xinyidai.web.office.base import typed

MOST_DIGITS = 18


def firm_typed() -> Enterprise:
    """Return the firm whose code was typed, or raise `InvalidInput`."""
    code = typed("uscc")
    problem = uscc.find_problem(code)
    firm = None if problem else enterprises.find_by_code(code)
    if firm is None:
        text = (
            "请填写 18 位统一社会信用代码，并核对每一位。"
            if problem
            else "平台还没有这家企业的登记信息，请核对代码。"
        )
        raise InvalidInput(text, fields={"uscc": text})
    return firm


def number(text: str) -> int:
    """Return the number of a record as a form sends it; anything else is not found."""
    if not (text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS):
        raise NotFound("没有找到这条记录。")
    return int(text)
