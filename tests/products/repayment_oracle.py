"""Repayments reckoned a second way: Decimals of 60 digits, discounting, dates by adding days.

Nothing of the product is used but the loan's fields, so an error of the one is not the other's.
"""

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal, localcontext

from tests.products.worlds import dice_of
from xinyidai.products.values import (
    BorneBy,
    CostBasis,
    CostCode,
    CostItem,
    Loan,
    RepaymentMethod,
    all_in_cost,
    repayment_plan,
)

DIGITS = 60
HAIR = Decimal("1e-20")  # an exact half reckoned with a rounding error is still a half
METHODS = tuple(method for method in RepaymentMethod if method is not RepaymentMethod.NEGOTIABLE)


def round_fen(exact):
    return int((exact + HAIR).quantize(Decimal(1), ROUND_HALF_UP))


def last_day(year, month):
    begin_of_next = date(year + month // 12, month % 12 + 1, 1)
    return (begin_of_next - timedelta(days=1)).day


def due(loan, number):
    """Walk month by month, so that no arithmetic on months is shared."""
    year, month = loan.starts_on.year, loan.starts_on.month
    for _ in range(number):
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    wanted = loan.repay_day or loan.starts_on.day
    return date(year, month, min(wanted, last_day(year, month)))


def plan_of(loan):
    """Return (number, due day, principal, interest, balance) of each instalment."""
    with localcontext(prec=DIGITS):
        if loan.method is RepaymentMethod.REVOLVING:
            return [_by_day(loan)]
        rows = _rows(loan)
        broken = loan.starts_on and loan.repay_day not in (None, loan.starts_on.day)
        if broken:
            days = (due(loan, 1) - loan.starts_on).days
            first = round_fen(loan.amount_fen * loan.yearly_rate * days / loan.day_count)
            rows[0] = (rows[0][0], first, rows[0][2])
        if loan.method is RepaymentMethod.LUMP_SUM:
            rows = [(loan.amount_fen, _lump(loan, rows[0][1], broken=bool(broken)), 0)]
            return [(loan.months, loan.starts_on and due(loan, loan.months), *rows[0])]
        return [
            (number, loan.starts_on and due(loan, number), *row)
            for number, row in enumerate(rows, start=1)
        ]


def _by_day(loan):
    days = loan.days if loan.days is not None else loan.months * 30
    interest = round_fen(loan.amount_fen * loan.yearly_rate * days / loan.day_count)
    end = loan.starts_on and date.fromordinal(loan.starts_on.toordinal() + days)
    return (1, end, loan.amount_fen, interest, 0)


def _lump(loan, first, *, broken):
    if not broken:
        return round_fen(loan.amount_fen * loan.yearly_rate * loan.months / 12)
    return first + round_fen(loan.amount_fen * loan.yearly_rate * (loan.months - 1) / 12)


def _rows(loan):
    monthly = loan.yearly_rate / 12
    discount, worth = Decimal(1), Decimal(0)
    for _ in range(loan.months):
        discount /= 1 + monthly
        worth += discount
    level = round_fen(loan.amount_fen / worth)
    part = round_fen(Decimal(loan.amount_fen) / loan.months)
    balance, rows = loan.amount_fen, []
    for number in range(1, loan.months + 1):
        interest = round_fen(balance * loan.yearly_rate / 12)
        principal = {
            RepaymentMethod.EQUAL_INSTALMENTS: level - interest,
            RepaymentMethod.EQUAL_PRINCIPAL: part,
        }.get(loan.method, 0)
        principal = balance if number == loan.months else min(principal, balance)
        balance -= principal
        rows.append((principal, interest, balance))
    return rows


def random_loan(dice):
    """Return a loan of any method and size; odd ones come often."""
    amount = dice.choice((dice.randint(1, 1000), dice.randint(1, 10**9), dice.randint(1, 10**15)))
    starts = date(2019, 12, 1) + timedelta(days=dice.randint(0, 3000))
    dated, own_day = dice.random() < 0.5, dice.random() < 0.5
    return Loan(
        amount,
        Decimal(dice.choice((0, dice.randint(1, 100), dice.randint(1, 400_000)))) / 1_000_000,
        dice.choice((1, 2, 12, 36, 360, dice.randint(1, 360))),
        dice.choice(METHODS),
        starts if dated else None,
        dice.randint(1, 31) if dated and own_day else None,
        dice.choice((360, 365)),
        dice.randint(1, 1500),
    )


def random_sheet(dice):
    """Return up to three fees that leave most of the amount."""
    pairs = [(dice.choice(tuple(CostBasis)), dice.choice(tuple(BorneBy))) for _ in range(3)]
    return tuple(
        CostItem(
            CostCode.SERVICE_FEE,
            basis,
            dice.randint(0, 50) if basis is CostBasis.ONCE_FIXED else _share(dice),
            payer,
        )
        for basis, payer in pairs[: dice.randint(0, 3)]
    )


def _share(dice):
    return Decimal(dice.randint(0, 30_000)) / 1_000_000


def differs(loan):
    """Say whether the product's plan is another one than the oracle's."""
    plan = [
        (one.number, one.due_on, one.principal_fen, one.interest_fen, one.balance_fen)
        for one in repayment_plan(loan)
    ]
    return plan != plan_of(loan)


def cost_differs(loan, sheet):
    """Say whether payments discounted at the cost found are not worth what the firm received."""
    cost = all_in_cost(loan, sheet)
    if cost.nominal is None:
        return cost.upfront_fen < loan.amount_fen
    low, high = (
        _worth(loan, sheet, cost.nominal + step) for step in (Decimal("-2e-8"), Decimal("2e-8"))
    )
    return not low > loan.amount_fen > high and not (cost.nominal == 0 and low >= loan.amount_fen)


def _worth(loan, sheet, nominal):
    """Return the present worth of all payments, fees included, at a nominal yearly rate."""
    with localcontext(prec=DIGITS):
        if loan.method is RepaymentMethod.REVOLVING:
            days = loan.days if loan.days is not None else loan.months * 30
            period, offset = nominal * days / loan.day_count, Decimal(0)
        else:
            period, offset = nominal / 12, _offset(loan)
        worth = Decimal(0)
        for number, _, principal, interest, _ in _as_periods(loan):
            worth += (principal + interest) / (1 + period) ** (number + offset)
        for month, fen in _fees(loan, sheet):
            worth += fen / (1 + period) ** (month + offset if month else Decimal(0))
        return worth


def _as_periods(loan):
    return plan_of(loan)


def _offset(loan):
    if not loan.starts_on or loan.repay_day in (None, loan.starts_on.day):
        return Decimal(0)
    days = (due(loan, 1) - loan.starts_on).days
    return Decimal(days) * 12 / loan.day_count - 1


def _fees(loan, sheet):
    for item in sheet:
        if item.borne_by is not BorneBy.FIRM:
            continue
        if item.basis is CostBasis.ONCE_FIXED:
            yield 0, item.value
        elif item.basis is CostBasis.ONCE_OF_AMOUNT:
            yield 0, round_fen(loan.amount_fen * item.value)
        elif loan.method is RepaymentMethod.REVOLVING:
            days = loan.days if loan.days is not None else loan.months * 30
            yield 0, round_fen(loan.amount_fen * item.value * days / loan.day_count)
        else:
            for month in range(0, loan.months, 12):
                covered = Decimal(min(12, loan.months - month))
                yield month, round_fen(loan.amount_fen * item.value * covered / 12)


def count_differences(loans, tell=None):
    """Compare random loans; return how many differ in a 分 of the plan."""
    dice = dice_of(20261122)
    wrong = 0
    for number in range(loans):
        loan = random_loan(dice)
        wrong += differs(loan)
        if tell:
            tell("repayments_exact", number, loans)
    return wrong


def count_cost_differences(loans, tell=None):
    """Compare the yearly cost of random loans with fees; return how many are not the rate."""
    dice = dice_of(20261123)
    wrong = 0
    for number in range(loans):
        wrong += cost_differs(random_loan(dice), random_sheet(dice))
        if tell:
            tell("costs_exact", number, loans)
    return wrong
