# ruff: noqa: PLR2004 - the numbers are the habits of an invented city
"""Records that come month by month: invoices, taxes, insurance, power, water, gas, trade, hiring.

What is hidden shows here: good firms grow and pay on time, firms in trouble shrink and owe. The
running trouble (`shock`) weighs on the last year only.
"""

import numpy as np

from xinyidai.seeds.firms import Firms, Flags, Floats, Ints
from xinyidai.seeds.pen import Pen, chance_of, texts, together
from xinyidai.seeds.tables import RecordTable

MONTHS = 24
QUARTER = 3


def _course(firms: Firms, firm: Ints, back: Ints) -> Floats:
    """Return how the firm's size in a month compares with today's."""
    factors: Floats = np.exp(-np.log1p(np.clip(firms.growth[firm], -0.6, 1.5)) * back / 12)
    return factors


def _reporting(pen: Pen, general: float, small: float, shop: float) -> tuple[Flags, Flags]:
    """Return who reports each month and who each quarter."""
    firms = pen.firms
    shares = np.where(firms.is_shop, shop, np.where(firms.is_general_taxpayer, general, small))
    reports = pen.rng.random(len(firms)) < shares
    return reports & firms.is_general_taxpayer, reports & ~firms.is_general_taxpayer


def monthly_invoicing(firms: Firms, stream: int) -> RecordTable:
    """Draw the invoice totals: sales each month or quarter, purchases each quarter."""
    pen = Pen(firms, "monthly_invoicing", stream)
    each_month, each_quarter = _reporting(pen, 0.98, 0.9, 0.4)
    parts = [
        _sales(pen, *pen.months(each_month, MONTHS), months=1),
        _sales(pen, *pen.months(each_quarter, MONTHS, QUARTER), months=QUARTER),
        _purchases(pen, *pen.months(each_month | each_quarter, MONTHS, QUARTER)),
    ]
    return together(pen.kind, parts)


def _sales(pen: Pen, firm: Ints, back: Ints, *, months: int) -> RecordTable:
    firms = pen.firms
    season = 1 + 0.12 * np.sin(pen.period(back).astype("M8[M]").astype(np.int64) / 12 * 2 * np.pi)
    wanted = firms.sales_fen[firm] / 12 * months * _course(firms, firm, back) * season
    amount = np.round(wanted * pen.noise(firm, 0.22) / 100).astype(np.int64) * 100
    idle = chance_of(-4.2 - 0.7 * firms.quality[firm] + 0.5 * firms.shock[firm])
    amount[pen.rng.random(len(firm)) < idle] = 0
    ticket = np.exp(np.log(2_000_000) + 0.35 * np.log(firms.sales_fen[firm] / 5e8))
    count = np.where(amount > 0, np.maximum(1, np.round(amount / ticket)), 0).astype(np.int64)
    weak = np.exp(-0.45 * firms.quality[firm])
    void = pen.rng.binomial(count, np.clip(0.022 * weak, 0, 0.4))
    negative = pen.rng.binomial(count - void, np.clip(0.014 * weak, 0, 0.3))
    share = np.clip(firms.concentration[firm] + pen.rng.normal(0, 0.08, len(firm)), 0.04, 1.0)
    buyers = np.minimum(count, 1 + count * (1 - share) * 0.45).astype(np.int64)
    return pen.table(
        firm,
        period=pen.period(back),
        side=texts("output", firm),
        invoice_count=count,
        valid_count=count - void,
        void_count=void,
        negative_count=negative,
        amount_yuan=amount,
        counterparty_count=buyers,
        top_counterparty_amount=np.round(amount * share / 100).astype(np.int64) * 100,
    )


def _purchases(pen: Pen, firm: Ints, back: Ints) -> RecordTable:
    firms = pen.firms
    margin = np.clip(firms.habit("margin")[firm] + 0.035 * firms.quality[firm], 0.02, 0.8)
    bought = firms.sales_fen[firm] / 12 * QUARTER * _course(firms, firm, back) * (1 - margin)
    amount = np.round(bought * pen.noise(firm, 0.25) / 100).astype(np.int64) * 100
    count = np.maximum(1, np.round(amount / 4_000_000)).astype(np.int64)
    return pen.table(
        firm,
        period=pen.period(back),
        side=texts("input", firm),
        invoice_count=count,
        valid_count=count,
        void_count=np.zeros_like(count),
        negative_count=np.zeros_like(count),
        amount_yuan=amount,
        counterparty_count=np.maximum(1, count // 3),
        top_counterparty_amount=np.round(amount * 0.35 / 100).astype(np.int64) * 100,
    )


def tax_payment(firms: Firms, stream: int) -> RecordTable:
    """Draw 增值税 by month or quarter, and 企业所得税 by quarter of who pays it."""
    pen = Pen(firms, "tax_payment", stream)
    each_month, each_quarter = _reporting(pen, 0.97, 0.85, 0.3)
    companies = (each_month | each_quarter) & ~firms.is_shop & (firms.sales_fen > 3_000_000_00)
    parts = [
        _tax(pen, *pen.months(each_month, MONTHS, 2), months=2, name="增值税"),
        _tax(pen, *pen.months(each_quarter, MONTHS, QUARTER), months=QUARTER, name="增值税"),
        _tax(pen, *pen.months(companies, MONTHS, 6), months=6, name="企业所得税"),
    ]
    return together(pen.kind, parts)


def _tax(pen: Pen, firm: Ints, back: Ints, *, months: int, name: str) -> RecordTable:
    firms = pen.firms
    base = firms.sales_fen[firm] / 12 * months * _course(firms, firm, back)
    margin = np.clip(firms.habit("margin")[firm] + 0.03 * firms.quality[firm], 0.02, 0.8)
    rate = margin * (0.13 if name == "增值税" else 0.06)
    late = chance_of(-3.0 - 0.6 * firms.quality[firm] + 0.5 * firms.shock[firm])
    return pen.table(
        firm,
        period=pen.period(back),
        tax_type=texts(name, firm),
        taxable_amount=np.round(base / 100).astype(np.int64) * 100,
        amount=np.round(base * rate * pen.noise(firm, 0.35) / 100).astype(np.int64) * 100,
        declared_on_time=pen.rng.random(len(firm)) >= late,
    )


def social_insurance(firms: Firms, stream: int) -> RecordTable:
    """Draw insured staff and payments of 14 months, so that a year's change can be seen."""
    pen = Pen(firms, "social_insurance", stream)
    shares = np.where(firms.is_shop, 0.12, np.where(firms.staff >= 5, 0.94, 0.68))
    firm, back = pen.months(pen.rng.random(len(firms)) < shares, 14)
    drift = 0.5 * np.clip(firms.growth[firm], -0.5, 0.8) - 0.04 * np.maximum(firms.shock[firm], 0)
    insured = firms.staff[firm] * pen.rng.uniform(0.55, 0.95, len(firms))[firm]
    count = np.maximum(1, np.round(insured * (1 - drift * back / 12))).astype(np.int64)
    owes = chance_of(-3.9 - 0.8 * firms.quality[firm] + 0.9 * firms.shock[firm])
    unpaid = (pen.rng.random(len(firm)) < owes) & (back <= 12)
    paid = np.round(count * 1_450 * pen.noise(firm, 0.05)).astype(np.int64) * 100
    return pen.table(
        firm,
        period=pen.period(back),
        insured_count=count,
        amount=np.where(unpaid, 0, paid),
        status=np.where(unpaid, "in_arrears", "paid"),
    )


def housing_fund(firms: Firms, stream: int) -> RecordTable:
    """Draw the housing fund of one year, every second month of smaller firms."""
    pen = Pen(firms, "housing_fund", stream)
    shares = np.select([firms.scale == "micro", firms.scale == "small"], [0.06, 0.28], 0.85)
    firm, back = pen.months(pen.rng.random(len(firms)) < shares, 12)
    count = np.maximum(1, np.round(firms.staff[firm] * 0.6)).astype(np.int64)
    stopped = pen.rng.random(len(firm)) < chance_of(-4.4 - 0.6 * firms.quality[firm])
    return pen.table(
        firm,
        period=pen.period(back),
        depositor_count=count,
        amount=np.where(stopped, 0, count * 62_000),
        status=np.where(stopped, "in_arrears", "paid"),
    )


def electricity_usage(firms: Firms, stream: int) -> RecordTable:
    """Draw power bills of every second month."""
    pen = Pen(firms, "electricity_usage", stream)
    shares = np.where(firms.is_shop, 0.5, 0.82)
    return _bills(pen, pen.rng.random(len(firms)) < shares, step=2, months=MONTHS)


def water_usage(firms: Firms, stream: int) -> RecordTable:
    """Draw water bills of every quarter."""
    pen = Pen(firms, "water_usage", stream)
    return _bills(pen, pen.rng.random(len(firms)) < 0.3, step=QUARTER, months=12)


def gas_usage(firms: Firms, stream: int) -> RecordTable:
    """Draw gas bills of every quarter, mostly of factories and restaurants."""
    pen = Pen(firms, "gas_usage", stream)
    likely = np.where(firms.habit("power") >= 60, 0.28, 0.04)
    return _bills(pen, pen.rng.random(len(firms)) < likely, step=QUARTER, months=12)


# kWh, tonnes or cubic metres for each kWh of the trade's habit, and 分 for each of them.
UNITS = {
    "electricity_usage": (1.0, 68),
    "water_usage": (0.02, 420),
    "gas_usage": (0.06, 340),
}


def _bills(pen: Pen, who: Flags, *, step: int, months: int) -> RecordTable:
    firms = pen.firms
    firm, back = pen.months(who, months, step)
    unit, price = UNITS[pen.kind]
    yearly = firms.sales_fen[firm] / 1_000_000 * firms.habit("power")[firm] * unit
    course = _course(firms, firm, back) ** 0.8 * pen.noise(firm, 0.15)
    usage = np.round(np.maximum(yearly / 12 * step * course, 1), 1)
    owes = chance_of(-4.0 - 0.6 * firms.quality[firm] + 0.8 * firms.shock[firm])
    overdue = (pen.rng.random(len(firm)) < owes) & (back <= 12)
    amount = np.round(usage * price).astype(np.int64)
    return pen.table(
        firm,
        period=pen.period(back),
        account_no=np.array([f"YS{n:08d}" for n in firms.number.tolist()])[firm],
        usage=usage,
        amount=amount,
        overdue_amount=np.where(overdue, amount, 0),
        paid_on_time=~overdue,
    )


def import_export(firms: Firms, stream: int) -> RecordTable:
    """Draw exports of every quarter."""
    pen = Pen(firms, "import_export", stream)
    exports = pen.rng.random(len(firms)) < firms.habit("export") * 1.2
    firm, back = pen.months(exports & ~firms.is_shop, 12, QUARTER)
    share = pen.rng.uniform(0.05, 0.5, len(firms))[firm]
    amount = firms.sales_fen[firm] / 4 * share * _course(firms, firm, back)
    return pen.table(
        firm,
        period=pen.period(back),
        direction=texts("export", firm),
        amount=np.round(amount * pen.noise(firm, 0.3) / 100).astype(np.int64) * 100,
        declaration_count=1 + pen.rng.poisson(6, len(firm)),
    )


def recruitment(firms: Firms, stream: int) -> RecordTable:
    """Draw vacancies of some quarters."""
    pen = Pen(firms, "recruitment", stream)
    hires = chance_of(-1.9 + 0.4 * firms.quality + np.log(firms.staff) / 4)
    firm, back = pen.months(pen.rng.random(len(firms)) < hires, 12, 4)
    return pen.table(
        firm,
        period=pen.period(back),
        source_site=texts("鹰川演示人才网", firm),
        vacancy_count=1 + pen.rng.poisson(np.sqrt(firms.staff[firm])),
    )
