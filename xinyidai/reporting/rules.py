"""From counts to figures: one division at the end, no division by zero; pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from uuid import UUID

from xinyidai.kernel.working_days import working_days_between
from xinyidai.reporting.values import (
    Decided,
    DecisionDays,
    Disbursed,
    Figure,
    FigureCode,
    Funnel,
    FunnelRow,
    FunnelStep,
    Granted,
    Period,
    Population,
    PriorityMark,
    PriorityRow,
    Reached,
    Unit,
)

PLACES = Decimal("0.000000001")
TOTAL_NAME = "全市合计"

_working_days = lru_cache(maxsize=4096)(working_days_between)


@dataclass(frozen=True)
class _Words:
    name: str
    definition: str


WORDS = {
    FigureCode.REGISTERED_SHARE: _Words(
        "注册率", "在平台实名注册的存续企业数 ÷ 全部存续企业数，截至今日"
    ),
    FigureCode.AUTHORIZED_SHARE: _Words(
        "授权率", "至少签署过一次信息查询授权的存续企业数 ÷ 全部存续企业数，截至今日"
    ),
    FigureCode.GRANTED_COUNT: _Words("授信笔数", "期内银行批准的贷款申请数"),
    FigureCode.GRANTED_AMOUNT: _Words("授信金额", "期内银行批准的金额合计"),
    FigureCode.DISBURSED_COUNT: _Words("放款笔数", "期内有放款的贷款申请数，同一申请只计一次"),
    FigureCode.DISBURSED_AMOUNT: _Words("放款金额", "期内放款金额合计"),
    FigureCode.FIRST_LOAN_RATE: _Words(
        "首贷率", "期内放款中的首贷笔数 ÷ 银行已报送首贷标志的放款笔数"
    ),
    FigureCode.CREDIT_LOAN_SHARE: _Words(
        "信用贷款占比", "期内信用方式放款金额 ÷ 银行已报送担保方式的放款金额"
    ),
    FigureCode.APPROVAL_RATE: _Words("通过率", "期内批准的申请数 ÷ 期内批准和拒绝的申请数"),
    FigureCode.MEDIAN_DAYS: _Words(
        "办理时长中位数", "期内作出决定的申请，从提交次日到决定当日的工作日数的中位数"
    ),
}


def ratio(numerator: int, denominator: int) -> Decimal | None:
    """Return the fraction to nine places; nothing to divide by is 数据不足."""
    if denominator == 0:
        return None
    return (Decimal(numerator) / denominator).quantize(PLACES)


def figure(
    code: FigureCode,
    numerator: int,
    denominator: int | None,
    period: Period,
    unit: Unit = Unit.RATIO,
) -> Figure:
    """Return a figure with its definition; without a denominator the numerator is the value."""
    value = numerator if denominator is None else ratio(numerator, denominator)
    return Figure(
        code=code,
        name=WORDS[code].name,
        value=value,
        numerator=numerator,
        denominator=denominator,
        unit=unit,
        definition=WORDS[code].definition,
        list_params={"figure": code.value, **period.params},
    )


def population_figures(facts: Population, period: Period) -> tuple[Figure, ...]:
    """Return 注册率 and 授权率."""
    return (
        figure(FigureCode.REGISTERED_SHARE, facts.registered, facts.surviving, period),
        figure(FigureCode.AUTHORIZED_SHARE, facts.authorized, facts.surviving, period),
    )


def lending_figures(granted: Granted, paid: Disbursed, period: Period) -> tuple[Figure, ...]:
    """Return 授信，放款，首贷率 and 信用贷款占比."""
    return (
        figure(FigureCode.GRANTED_COUNT, granted.count, None, period, Unit.COUNT),
        figure(FigureCode.GRANTED_AMOUNT, granted.amount_fen, None, period, Unit.FEN),
        figure(FigureCode.DISBURSED_COUNT, paid.loans, None, period, Unit.COUNT),
        figure(FigureCode.DISBURSED_AMOUNT, paid.amount_fen, None, period, Unit.FEN),
        figure(FigureCode.FIRST_LOAN_RATE, paid.first_loans, paid.of_known_kind, period),
        figure(FigureCode.CREDIT_LOAN_SHARE, paid.credit_fen, paid.known_guarantee_fen, period),
    )


def approval_rate(facts: Decided, period: Period) -> Figure:
    """Return 通过率 of a bank."""
    return figure(FigureCode.APPROVAL_RATE, facts.approved, facts.decided, period)


def median_figure(days: Sequence[DecisionDays], period: Period) -> Figure:
    """Return the median as a figure; `numerator` is the number of decisions it rests on."""
    return Figure(
        code=FigureCode.MEDIAN_DAYS,
        name=WORDS[FigureCode.MEDIAN_DAYS].name,
        value=median_days(days),
        numerator=sum(pair.applications for pair in days),
        denominator=None,
        unit=Unit.WORKING_DAYS,
        definition=WORDS[FigureCode.MEDIAN_DAYS].definition,
        list_params={"figure": FigureCode.MEDIAN_DAYS.value, **period.params},
    )


def median_days(days: Iterable[DecisionDays]) -> Decimal | None:
    """Return the median of the working days from submission to decision; None without any."""
    weights: dict[int, int] = defaultdict(int)
    for pair in days:
        weights[_working_days(pair.submitted_on, pair.decided_on)] += pair.applications
    total = sum(weights.values())
    if total == 0:
        return None
    lower, upper = _nth(weights, (total - 1) // 2), _nth(weights, total // 2)
    return Decimal(lower + upper) / 2


def _nth(weights: dict[int, int], rank: int) -> int:
    seen = 0
    for value in sorted(weights):
        seen += weights[value]
        if rank < seen:
            return value
    raise IndexError(rank)


def funnel(period: Period, reached: Sequence[Reached], days: Sequence[DecisionDays]) -> Funnel:
    """Return the funnel by bank and in total; a bank's line stands by its submissions."""
    by_bank: dict[UUID, list[DecisionDays]] = defaultdict(list)
    for pair in days:
        by_bank[pair.institution_id].append(pair)
    banks = [_row(bank, by_bank[bank.institution_id]) for bank in reached]
    counts = {step: sum(bank.counts[step] for bank in reached) for step in FunnelStep}
    total = FunnelRow(None, TOTAL_NAME, counts, _decided(days), median_days(days))
    return Funnel(period, total, banks)


def priority_row(
    institution_id: UUID | None, name: str, counts: Mapping[PriorityMark, int]
) -> PriorityRow:
    """Return counts with their shares: of what came due, how much was met, how much in time."""
    owed, offered = counts[PriorityMark.PROMISED], counts[PriorityMark.OFFERED]
    return PriorityRow(
        institution_id,
        name,
        counts,
        ratio(counts[PriorityMark.ANSWERED], owed),
        ratio(counts[PriorityMark.GRANTED], owed),
        ratio(counts[PriorityMark.CONTACTED], offered),
        ratio(counts[PriorityMark.CONVERTED], offered),
    )


def priority_total(rows: Sequence[PriorityRow]) -> PriorityRow:
    """Return the city's line: the banks' counts summed, its shares from the sums."""
    counts = {mark: sum(row.counts[mark] for row in rows) for mark in PriorityMark}
    return priority_row(None, TOTAL_NAME, counts)


def _row(bank: Reached, days: Sequence[DecisionDays]) -> FunnelRow:
    return FunnelRow(
        bank.institution_id, bank.institution_name, bank.counts, _decided(days), median_days(days)
    )


def _decided(days: Iterable[DecisionDays]) -> int:
    return sum(pair.applications for pair in days)
