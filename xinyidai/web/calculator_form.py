"""What is typed into the repayment calculator, 还款计算器: an address becomes a loan."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from xinyidai.kernel.errors import InvalidInput
from xinyidai.kernel.money import Yuan
from xinyidai.products.values import (
    CostBasis,
    CostCode,
    CostItem,
    Loan,
    RepaymentMethod,
    loan_problems,
)
from xinyidai.web.bank.form_reading import FormReader

FIELDS = (
    "product",
    "amount",
    "rate",
    "months",
    "method",
    "start",
    "repay_day",
    "days",
    "day_count",
    "fee_year",
    "fee_once",
    "fee_fixed",
)
LONGEST_INPUT = 40
DEFAULT_DAY_COUNT = 360
# How the rules name a fault and how the form names its field.
FIELD_OF_FAULT = {"starts_on": "start"}


@dataclass(frozen=True)
class Asked:
    """The loan to reckon, and the fees that were typed."""

    loan: Loan
    fees: tuple[CostItem, ...]


def typed(args: Mapping[str, str]) -> dict[str, str]:
    """Return what stands in the address, cut to what a field can hold."""
    return {name: args.get(name, "").strip()[:LONGEST_INPUT] for name in FIELDS}


def is_asked(values: Mapping[str, str]) -> bool:
    """Say whether anything is to be reckoned, and the page was not just opened."""
    return any(values[name] for name in ("amount", "rate", "months"))


def read(values: Mapping[str, str]) -> Asked:
    """Return the loan and the fees.

    Raises:
        InvalidInput: every field that cannot be right, with its sentence.

    """
    reader = FormReader(values)
    method = reader.choice("method", RepaymentMethod, "请选择还款方式。")
    by_day = method is RepaymentMethod.REVOLVING
    reader.require(amount="请填写借款金额。", rate="请填写年利率，没有利息填 0。")
    if not by_day:
        reader.require(months="请填写期限。")
    elif not reader.text("months"):
        reader.require(days="请填写用款天数。")
    numbers = (reader.wan("amount"), reader.percent("rate"), reader.whole("months"))
    loan = Loan(
        amount_fen=numbers[0] or 0,
        yearly_rate=Decimal(0) if numbers[1] is None else numbers[1],
        months=numbers[2] or (1 if by_day and not reader.text("months") else 0),
        method=method or RepaymentMethod.NEGOTIABLE,
        starts_on=reader.day("start"),
        repay_day=None if by_day else reader.whole("repay_day"),
        day_count=_day_count(reader),
        days=reader.whole("days") if by_day else None,
    )
    fees = _fees(reader)
    for name, sentence in loan_problems(loan).items():
        reader.errors.setdefault(FIELD_OF_FAULT.get(name, name), sentence)
    reader.check()
    return Asked(loan, fees)


def _day_count(reader: FormReader) -> int:
    # The rules refuse whatever is neither 360 nor 365.
    if not reader.text("day_count"):
        return DEFAULT_DAY_COUNT
    return reader.whole("day_count") or 0


def _fees(reader: FormReader) -> tuple[CostItem, ...]:
    yearly, once = _share(reader, "fee_year"), _share(reader, "fee_once")
    fixed = _yuan(reader, "fee_fixed")
    found = (
        (CostBasis.PER_YEAR_OF_AMOUNT, yearly, "每年的费用"),
        (CostBasis.ONCE_OF_AMOUNT, once, "一次性费用（按比例）"),
        (CostBasis.ONCE_FIXED, fixed, "一次性费用（固定）"),
    )
    return tuple(
        CostItem(CostCode.OTHER, basis, value, note=name) for basis, value, name in found if value
    )


def _share(reader: FormReader, name: str) -> Decimal | None:
    share = reader.percent(name)
    if share is not None and not 0 <= share <= 1:
        reader.errors[name] = "费率须在 0 至 100% 之间。"
    return share


def _yuan(reader: FormReader, name: str) -> int | None:
    if not reader.text(name):
        return None
    try:
        fen = Yuan.of_yuan(reader.text(name)).fen
    except InvalidInput as error:
        reader.errors[name] = error.message
        return None
    if fen < 0:
        reader.errors[name] = "费用不能是负数。"
    return fen
