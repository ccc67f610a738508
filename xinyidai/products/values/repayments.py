"""Repayment plans, 还款计划, exact to the 分; integers all the way, so nothing is lost on the way.

The convention, as the page `/calculator` declares it:

- The interest of a month is balance × yearly rate ÷ 12, rounded half up to the 分.
- 等额本息: the level instalment is the annuity P·i·(1+i)ⁿ ÷ ((1+i)ⁿ − 1), rounded half up once; the
  principal of a month is what it leaves above the interest.
- 等额本金: the principal of a month is P ÷ n, rounded half up once.
- 先息后本 pays interest monthly, 到期一次还本付息 all of it at the end without compounding.
- The last instalment takes the difference, so the principal paid is the amount lent, to the 分.
- 随借随还 is by the day: amount × yearly rate × days ÷ 360 (or 365), paid at once in the end.
- With a day of disbursement every instalment has a date: the repayment day of each following month,
  or the month's last day where it is shorter. Where the repayment day is not the day of
  disbursement the first period is broken, 首期不足月: its interest is by the day.
"""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from xinyidai.kernel.errors import InvalidInput
from xinyidai.kernel.money import LARGEST_FEN
from xinyidai.products.values.kinds import RepaymentMethod

MONTHS_A_YEAR = 12
LONGEST_MONTHS = 360
LONGEST_DAYS = 10_800
LAST_DAY = 31
DAY_COUNTS = (360, 365)
FINEST_RATE = Decimal("0.000001")
FIRST_YEAR, LAST_YEAR = 1900, 2100
Method = RepaymentMethod


@dataclass(frozen=True)
class Loan:
    """What is lent: 分, yearly rate as a fraction, whole months, or days for 随借随还."""

    amount_fen: int
    yearly_rate: Decimal
    months: int
    method: RepaymentMethod
    starts_on: date | None = None
    repay_day: int | None = None
    day_count: int = 360
    days: int | None = None

    @property
    def is_by_day(self) -> bool:
        """Say whether interest is reckoned by the day, 按日计息."""
        return self.method is Method.REVOLVING

    @property
    def days_used(self) -> int:
        """Return for how many days 随借随还 is used; thirty a month where none are given."""
        return self.days if self.days is not None else self.months * 30

    @property
    def broken_days(self) -> int | None:
        """Return the days of a broken first period, or None where the first month is whole."""
        if self.is_by_day or self.starts_on is None or self.repay_day is None:
            return None
        if self.repay_day == self.starts_on.day:
            return None
        return (due_date(self.starts_on, 1, self.repay_day) - self.starts_on).days


@dataclass(frozen=True)
class Instalment:
    """One payment of a plan, 一期还款, in 分; `balance_fen` is owed after it."""

    number: int
    due_on: date | None
    principal_fen: int
    interest_fen: int
    balance_fen: int

    @property
    def total_fen(self) -> int:
        """Return what is paid."""
        return self.principal_fen + self.interest_fen


def loan_problems(loan: Loan) -> dict[str, str]:
    """Return one Chinese sentence for each thing that cannot be right; empty when none."""
    found: dict[str, str] = {}
    if not 1 <= loan.amount_fen <= LARGEST_FEN:
        found["amount"] = "借款金额须大于零，且不超过 90 万亿元。"
    rate = loan.yearly_rate
    if not rate.is_finite() or not 0 <= rate <= 1 or rate != rate.quantize(FINEST_RATE):
        found["rate"] = "年利率须在 0 至 100% 之间，最多四位小数，例如 3.85。"
    if not 1 <= loan.months <= LONGEST_MONTHS:
        found["months"] = f"期限须在 1 至 {LONGEST_MONTHS} 个月之间。"
    if loan.method is Method.NEGOTIABLE:
        found["method"] = "请选择还款方式。"
    if loan.day_count not in DAY_COUNTS:
        found["day_count"] = "一年的天数只能按 360 天或 365 天计。"
    return found | _date_problems(loan)


def _date_problems(loan: Loan) -> dict[str, str]:
    found: dict[str, str] = {}
    if loan.repay_day is not None and not 1 <= loan.repay_day <= LAST_DAY:
        found["repay_day"] = "还款日须是 1 至 31 日。"
    if loan.repay_day is not None and loan.starts_on is None:
        found["starts_on"] = "填写了还款日，还须填写放款日。"
    if loan.starts_on is not None and not FIRST_YEAR <= loan.starts_on.year <= LAST_YEAR:
        found["starts_on"] = f"放款日须在 {FIRST_YEAR} 年至 {LAST_YEAR} 年之间。"
    if loan.is_by_day and not 1 <= loan.days_used <= LONGEST_DAYS:
        found["days"] = f"用款天数须在 1 至 {LONGEST_DAYS} 天之间。"
    return found


def repayment_plan(loan: Loan) -> tuple[Instalment, ...]:
    """Return every instalment of the loan.

    Raises:
        InvalidInput: the loan cannot be right, each field with its sentence.

    """
    problems = loan_problems(loan)
    if problems:
        raise InvalidInput("请按提示修改后再计算。", fields=problems)
    if loan.is_by_day:
        return (_by_day(loan),)
    if loan.method is Method.LUMP_SUM:
        return (_at_the_end(loan),)
    return _monthly(loan)


def total_interest(plan: tuple[Instalment, ...]) -> int:
    """Return the interest of all instalments in 分."""
    return sum(instalment.interest_fen for instalment in plan)


def due_date(starts_on: date, number: int, repay_day: int | None = None) -> date:
    """Return when an instalment is due; a short month pays on its last day."""
    months = starts_on.year * MONTHS_A_YEAR + starts_on.month - 1 + number
    year, month = divmod(months, MONTHS_A_YEAR)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(repay_day or starts_on.day, last))


def half_up(top: int, bottom: int) -> int:
    """Return top ÷ bottom rounded to a whole number, halves up; for what is not negative."""
    return (2 * top + bottom) // (2 * bottom)


def _by_day(loan: Loan) -> Instalment:
    days = loan.days_used
    end = None if loan.starts_on is None else loan.starts_on + timedelta(days=days)
    return Instalment(1, end, loan.amount_fen, _interest(loan, days, loan.day_count), 0)


def _at_the_end(loan: Loan) -> Instalment:
    interest = _interest(loan, loan.months, MONTHS_A_YEAR)
    if loan.broken_days is not None:
        interest = _interest(loan, loan.months - 1, MONTHS_A_YEAR)
        interest += _interest(loan, loan.broken_days, loan.day_count)
    return Instalment(loan.months, _due(loan, loan.months), loan.amount_fen, interest, 0)


def _interest(loan: Loan, parts: int, of: int) -> int:
    return _share(loan.amount_fen, loan.yearly_rate, parts, of)


def _share(amount_fen: int, rate: Decimal, parts: int, of: int) -> int:
    top, bottom = rate.as_integer_ratio()
    return half_up(amount_fen * top * parts, bottom * of)


def _due(loan: Loan, number: int) -> date | None:
    if loan.starts_on is None:
        return None
    return due_date(loan.starts_on, number, loan.repay_day)


def _monthly(loan: Loan) -> tuple[Instalment, ...]:
    level, part = _level(loan), half_up(loan.amount_fen, loan.months)
    balance, plan = loan.amount_fen, []
    for number in range(1, loan.months + 1):
        interest = _share(balance, loan.yearly_rate, 1, MONTHS_A_YEAR)
        principal = min(balance, _principal(loan.method, level - interest, part))
        if number == loan.months:
            principal = balance
        balance -= principal
        if number == 1 and loan.broken_days is not None:
            interest = _interest(loan, loan.broken_days, loan.day_count)
        plan.append(Instalment(number, _due(loan, number), principal, interest, balance))
    return tuple(plan)


def _principal(method: RepaymentMethod, above_interest: int, part: int) -> int:
    if method is Method.EQUAL_INSTALMENTS:
        return above_interest
    return part if method is Method.EQUAL_PRINCIPAL else 0


def _level(loan: Loan) -> int:
    # With i = top/bottom the annuity is a fraction of whole numbers, so it is rounded just once.
    top, bottom = loan.yearly_rate.as_integer_ratio()
    bottom *= MONTHS_A_YEAR
    if top == 0:
        return half_up(loan.amount_fen, loan.months)
    grown, whole = (bottom + top) ** loan.months, bottom**loan.months
    return half_up(loan.amount_fen * top * grown, bottom * (grown - whole))
