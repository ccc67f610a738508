"""Records of what a firm owns and owes: property, mortgages, pledges, guarantees, subsidies."""

import numpy as np

from xinyidai.seeds.firms import Firms
from xinyidai.seeds.pen import Pen, texts
from xinyidai.seeds.tables import RecordTable

BANK = "鹰川演示银行"


def real_estate(firms: Firms, stream: int) -> RecordTable:
    """Draw owned property."""
    pen = Pen(firms, "real_estate", stream)
    firm = pen.several(np.select([firms.is_shop, firms.scale == "micro"], [0.05, 0.15], 0.5), 3)
    return pen.table(
        firm,
        certificate_no=pen.numbered("豫（演示）鹰川市不动产权第{}号", firm),
        location=texts("鹰川市演示工业园", firm),
        usage=pen.one_of(("工业", "商业", "仓储"), firm, (0.5, 0.35, 0.15)),
        area=np.round(pen.rng.lognormal(7.2, 0.9, len(firm)), 2),
        registered_on=pen.day(firm, 3_000),
    )


def mortgage(firms: Firms, stream: int) -> RecordTable:
    """Draw mortgages of property."""
    pen = Pen(firms, "mortgage", stream)
    firm = pen.some(np.where(firms.scale == "micro", 0.04, 0.2))
    days = pen.day(firm, 900)
    return pen.table(
        firm,
        register_no=pen.numbered("豫（演示）不动产证明第{}号", firm),
        mortgagee=texts(BANK, firm),
        amount=pen.fen(firm, 0.3, least_yuan=100_000),
        registered_on=days,
        ends_on=pen.later(days, 365, 1_500),
    )


def movable_guarantee(firms: Firms, stream: int) -> RecordTable:
    """Draw security in machines and receivables."""
    pen = Pen(firms, "movable_guarantee", stream)
    firm = pen.some(np.where(firms.scale == "micro", 0.03, 0.15))
    days = pen.day(firm, 800)
    return pen.table(
        firm,
        register_no=pen.numbered("YSDB{}", firm),
        guarantee_kind=pen.one_of(("equipment", "receivable", "leasing"), firm),
        creditor=texts(BANK, firm),
        amount=pen.fen(firm, 0.15, least_yuan=50_000),
        registered_on=days,
        ends_on=pen.later(days, 365, 1_000),
    )


def equity_pledge(firms: Firms, stream: int) -> RecordTable:
    """Draw pledges of shares; more of firms in trouble."""
    pen = Pen(firms, "equity_pledge", stream)
    chance = np.where(firms.is_shop, 0, 0.03 * np.exp(0.4 * firms.shock - 0.2 * firms.quality))
    firm = pen.some(chance)
    days = pen.day(firm, 1_200)
    return pen.table(
        firm,
        register_no=pen.numbered("YSGQ{}", firm),
        pledgee=texts(BANK, firm),
        amount=pen.fen(firm, 0.1, least_yuan=100_000),
        registered_on=days,
        cancelled_on=pen.ended(days, 0.4, 180, 700),
    )


def ip_pledge(firms: Firms, stream: int) -> RecordTable:
    """Draw pledges of patents."""
    pen = Pen(firms, "ip_pledge", stream)
    firm = pen.some(np.where(firms.is_shop, 0, firms.habit("science") * 0.06))
    days = pen.day(firm, 900)
    return pen.table(
        firm,
        register_no=pen.numbered("Y2024YS{}", firm),
        pledgee=texts(BANK, firm),
        registered_on=days,
        cancelled_on=pen.ended(days, 0.4, 300, 700),
    )


def external_guarantee(firms: Firms, stream: int) -> RecordTable:
    """Draw guarantees given for others."""
    pen = Pen(firms, "external_guarantee", stream)
    firm = pen.some(np.where(firms.scale == "micro", 0.01, 0.06))
    days = pen.day(firm, 700)
    return pen.table(
        firm,
        creditor=texts(BANK, firm),
        debt_kind=texts("贷款", firm),
        amount=pen.fen(firm, 0.2, least_yuan=100_000),
        starts_on=days,
        ends_on=pen.later(days, 365, 1_095),
        guarantee_kind=pen.one_of(("joint", "general"), firm, (0.85, 0.15)),
    )


def agricultural_subsidy(firms: Firms, stream: int) -> RecordTable:
    """Draw subsidies of farms."""
    pen = Pen(firms, "agricultural_subsidy", stream)
    farms = np.array([each.section == "A" for each in firms.trades])
    firm = pen.some(np.where(farms, 0.55, 0.0))
    return pen.table(
        firm,
        subsidy_kind=pen.one_of(("耕地地力保护补贴", "农机购置补贴", "农业保险"), firm),
        amount=pen.fen(firm, 0.02),
        paid_on=pen.day(firm, 600),
    )


def interest_subsidy(firms: Firms, stream: int) -> RecordTable:
    """Draw interest the city paid."""
    pen = Pen(firms, "interest_subsidy", stream)
    firm = pen.some(np.where(firms.is_shop, 0.01, 0.05))
    return pen.table(
        firm,
        policy=texts("鹰川市小微企业贷款贴息（演示）", firm),
        amount=pen.fen(firm, 0.004),
        granted_on=pen.day(firm, 500),
    )
