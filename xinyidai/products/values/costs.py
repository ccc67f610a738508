"""The cost sheet of a product, 综合融资成本清单, and what a loan costs a year in all.

Rule 2026.1, after the duty to show an enterprise the whole cost of a loan before it signs
(企业贷款综合融资成本明示, pilots of the People's Bank since 2024) and to state rates by the year
(People's Bank, 公告〔2021〕第3号):

- Counted is all that the firm pays because of the loan: interest and every fee it bears. What the
  bank or the government bears is shown, not counted.
- A fee once is paid at disbursement, out of the amount. A fee a year is paid at the beginning of
  each year of the loan on the amount lent, an unfinished year by its months (days for 随借随还).
- The cost a year is the internal rate of return, 内部收益率, of the firm's payments: `rate` with
  compound interest, `nominal` as periods a year × rate of a period, which is what a contract's
  yearly rate says; without fees it is that rate.
- A fee whose amount is not published is not zero: the cost then is a floor («不低于»).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from enum import StrEnum

from xinyidai.products.values.repayments import (
    MONTHS_A_YEAR,
    Instalment,
    Loan,
    half_up,
    repayment_plan,
    total_interest,
)

COST_RULE = "2026.1"
PRECISION = 50
MOST_STEPS = 1_000
RATE_PLACES = Decimal("0.00000001")
CLOSE = Decimal("1e-30")
HIGHEST_RATE = 1_000_000  # beyond it the figure says nothing


class CostCode(StrEnum):
    """What is paid beside interest, 费用种类."""

    GUARANTEE_FEE = "guarantee_fee"  # 担保费
    EVALUATION_FEE = "evaluation_fee"  # 评估费
    INSURANCE_FEE = "insurance_fee"  # 保险费
    NOTARY_FEE = "notary_fee"  # 公证费
    REGISTRATION_FEE = "registration_fee"  # 登记费
    SERVICE_FEE = "service_fee"  # 服务费
    OTHER = "other"  # 其他


class CostBasis(StrEnum):
    """How a fee is reckoned, 计费方式."""

    PER_YEAR_OF_AMOUNT = "per_year_of_amount"  # 每年按借款金额
    ONCE_OF_AMOUNT = "once_of_amount"  # 一次性按借款金额
    ONCE_FIXED = "once_fixed"  # 一次性固定金额


class BorneBy(StrEnum):
    """Who pays a fee, 承担方."""

    FIRM = "firm"  # 企业
    BANK = "bank"  # 银行
    GOVERNMENT = "government"  # 政府


COST_NAMES: dict[CostCode, str] = {
    CostCode.GUARANTEE_FEE: "担保费",
    CostCode.EVALUATION_FEE: "评估费",
    CostCode.INSURANCE_FEE: "保险费",
    CostCode.NOTARY_FEE: "公证费",
    CostCode.REGISTRATION_FEE: "登记费",
    CostCode.SERVICE_FEE: "服务费",
    CostCode.OTHER: "其他费用",
}
BASIS_NAMES: dict[CostBasis, str] = {
    CostBasis.PER_YEAR_OF_AMOUNT: "每年按借款金额的比例",
    CostBasis.ONCE_OF_AMOUNT: "一次性，按借款金额的比例",
    CostBasis.ONCE_FIXED: "一次性，固定金额",
}
BORNE_BY_NAMES: dict[BorneBy, str] = {
    BorneBy.FIRM: "企业",
    BorneBy.BANK: "银行",
    BorneBy.GOVERNMENT: "政府",
}


# Fees of a public tariff (评估、公证、登记) come to less than this part of the amount; what is
# dearer is entered as another fee. Without a number they count at this ceiling in the public order.
FEE_CEILINGS: dict[CostCode, Decimal] = {
    CostCode.EVALUATION_FEE: Decimal("0.02"),
    CostCode.NOTARY_FEE: Decimal("0.02"),
    CostCode.REGISTRATION_FEE: Decimal("0.02"),
}


@dataclass(frozen=True)
class CostItem:
    """One line of the sheet; `value` is a fraction, or whole 分 where fixed; None: 未公布."""

    code: CostCode
    basis: CostBasis
    value: Decimal | int | None
    borne_by: BorneBy = BorneBy.FIRM
    note: str = ""

    @property
    def name(self) -> str:
        """Return the fee's name; «其他» is told by its note."""
        return self.note if self.code is CostCode.OTHER and self.note else COST_NAMES[self.code]


@dataclass(frozen=True)
class CostLine:
    """What one item comes to over the whole loan, in 分; None where it is not published."""

    item: CostItem
    fen: int | None


@dataclass(frozen=True)
class AllInCost:
    """What a loan costs; the rates are None where the fees eat the amount up, 无法计算.

    `rate` is also None beyond a million, where `nominal` still stands.
    `firm_fen` is interest and known fees the firm bears; `is_complete` is False where a fee the
    firm bears, or the whole sheet, is not published: rates and sums are floors then.
    """

    rate: Decimal | None
    nominal: Decimal | None
    interest_fen: int
    upfront_fen: int
    lines: tuple[CostLine, ...]
    is_complete: bool

    @property
    def fees_fen(self) -> int:
        """Return the known fees that the firm bears, in 分."""
        borne = (line for line in self.lines if line.item.borne_by is BorneBy.FIRM)
        return sum(line.fen or 0 for line in borne)

    @property
    def firm_fen(self) -> int:
        """Return all the firm pays beside the amount itself, in 分."""
        return self.interest_fen + self.fees_fen


def all_in_cost(loan: Loan, items: Sequence[CostItem] | None) -> AllInCost:
    """Return what the loan costs under this sheet; a sheet of None is not published at all."""
    plan = repayment_plan(loan)
    sheet = tuple(items or ())
    lines = tuple(CostLine(item, _total(item, loan)) for item in sheet)
    paid = _payments(loan, plan, [item for item in sheet if item.borne_by is BorneBy.FIRM])
    rate, nominal = _yearly(loan, paid)
    known = all(item.value is not None for item in sheet if item.borne_by is BorneBy.FIRM)
    return AllInCost(
        rate, nominal, total_interest(plan), paid[0], lines, items is not None and known
    )


def ceiling_value(item: CostItem, amount_fen: int) -> Decimal | int:
    """Return the highest value of a fee that has a ceiling, in the unit of its basis.

    Raises:
        KeyError: this kind of fee has none, see `FEE_CEILINGS`.

    """
    share = FEE_CEILINGS[item.code]
    return int(share * amount_fen) if item.basis is CostBasis.ONCE_FIXED else share


def _years(loan: Loan) -> list[tuple[int, int, int]]:
    """Return when each year's fee is paid and which part of a year it covers."""
    if loan.is_by_day:
        return [(0, loan.days_used, loan.day_count)]
    return [
        (start, min(MONTHS_A_YEAR, loan.months - start), MONTHS_A_YEAR)
        for start in range(0, loan.months, MONTHS_A_YEAR)
    ]


def _charges(item: CostItem, loan: Loan) -> list[tuple[int, int]]:
    """Return after which month how many 分 are paid; nothing for what is not published."""
    if item.value is None:
        return []
    if item.basis is CostBasis.ONCE_FIXED:
        return [(0, int(item.value))]
    top, bottom = Decimal(item.value).as_integer_ratio()
    if item.basis is CostBasis.ONCE_OF_AMOUNT:
        return [(0, half_up(loan.amount_fen * top, bottom))]
    return [
        (month, half_up(loan.amount_fen * top * part, bottom * whole))
        for month, part, whole in _years(loan)
    ]


def _total(item: CostItem, loan: Loan) -> int | None:
    return None if item.value is None else sum(fen for _, fen in _charges(item, loan))


def _payments(loan: Loan, plan: Sequence[Instalment], items: Sequence[CostItem]) -> list[int]:
    """Return what the firm pays after each whole period, the first entry at disbursement."""
    paid = [0] * (plan[-1].number + 1)
    for instalment in plan:
        paid[instalment.number] += instalment.total_fen
    for item in items:
        for month, fen in _charges(item, loan):
            paid[month] += fen
    return paid


def _yearly(loan: Loan, paid: Sequence[int]) -> tuple[Decimal | None, Decimal | None]:
    received = loan.amount_fen - paid[0]
    if received <= 0:
        return None, None
    with localcontext(prec=PRECISION):
        a_year = Decimal(MONTHS_A_YEAR)
        offset = Decimal(0)
        if loan.is_by_day:
            a_year = Decimal(loan.day_count) / loan.days_used
        elif loan.broken_days is not None:
            offset = Decimal(loan.broken_days * MONTHS_A_YEAR) / loan.day_count - 1
        period = internal_rate(received, paid[1:], offset)
        rate = (1 + period) ** a_year - 1
        shown = None if rate > HIGHEST_RATE else rate.quantize(RATE_PLACES)
        return shown, (period * a_year).quantize(RATE_PLACES)


def internal_rate(received: int, paid: Sequence[int], offset: Decimal = Decimal(0)) -> Decimal:
    """Return the rate of a period at which payments are worth what was received; not negative.

    Payment k, from one, is due k + `offset` periods after the money came. Newton from zero: the
    value falls and is convex in the rate, so the steps only rise and never pass the root.
    """
    rate = Decimal(0)
    for _ in range(MOST_STEPS):
        factor = 1 / (1 + rate)
        worth = slope = Decimal(0)
        for number in range(len(paid), 0, -1):
            worth = (worth + paid[number - 1]) * factor
            slope = (slope + (number + offset) * paid[number - 1]) * factor
        if offset:
            shift = factor**offset
            worth, slope = worth * shift, slope * shift
        if worth <= received:
            return rate
        step = (worth - received) / (slope * factor)
        rate += step
        if step < CLOSE:
            return rate
    return rate
