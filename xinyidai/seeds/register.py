"""The register of the invented city: what the office of market regulation says of each firm."""

from collections.abc import Sequence

import numpy as np

from xinyidai.enterprises.reference import region_path
from xinyidai.enterprises.service import Registration
from xinyidai.enterprises.values import RegistrationStatus
from xinyidai.kernel import uscc
from xinyidai.seeds.firms import COMPANY, COOPERATIVE, SHOP, Firms
from xinyidai.seeds.names import firm_names, person_name
from xinyidai.seeds.pen import EMPTY_DAY, Pen, january
from xinyidai.seeds.tables import RecordTable

FORMS = {COMPANY: "有限责任公司", SHOP: "个体工商户", COOPERATIVE: "农民专业合作社"}
CITY_REGION = "419500"
# Every so many-th firm, from the end of the list: left the city, closed, or struck off.
MOVED_OUT, CANCELLED, REVOKED = 97, 71, 149


def codes_of(firms: Firms) -> list[str]:
    """Return the firms' unified social credit codes, visibly invented."""
    return [
        uscc.invented(number + 1, region=region, kind=form)
        for number, region, form in zip(
            firms.number.tolist(), firms.region.tolist(), firms.legal_form.tolist(), strict=True
        )
    ]


def registrations(firms: Firms) -> list[Registration]:
    """Return the extract of the register for all firms, in their order."""
    codes, names = codes_of(firms), firm_names(firms)
    trades = firms.trades
    return [
        Registration(
            uscc=codes[place],
            name=names[place],
            legal_representative=person_name(place),
            region_code=str(firms.region[place]),
            address=f"{region_path(str(firms.region[place]))}演示路{place % 300 + 1}号",
            industry_code=trades[place].code,
            established_on=firms.established[place].item(),
            registered_capital_fen=int(firms.capital_fen[place]),
            employees=int(firms.staff[place]),
            revenue_fen=int(firms.sales_fen[place]) if firms.tells_sales[place] else None,
            assets_fen=int(firms.assets_fen[place]) if firms.tells_sales[place] else None,
            enterprise_type=FORMS[str(firms.legal_form[place])],
            business_scope=f"{trades[place].goods}的生产、销售和服务（演示数据）",
            status=status_of(firms, place),
        )
        for place in range(len(firms))
    ]


def status_of(firms: Firms, place: int) -> RegistrationStatus:
    """Return a firm's standing; the first half of the list is in business."""
    if place < len(firms) // 2:
        return RegistrationStatus.ACTIVE
    for every, status in (
        (REVOKED, RegistrationStatus.REVOKED),
        (MOVED_OUT, RegistrationStatus.MOVED_OUT),
        (CANCELLED, RegistrationStatus.CANCELLED),
    ):
        if place % every == 0:
            return status
    return RegistrationStatus.ACTIVE


def business_registration(firms: Firms, rows: Sequence[Registration], stream: int) -> RecordTable:
    """Return the registration of every firm as a credit record."""
    pen = Pen(firms, "business_registration", stream)
    firm = np.arange(len(firms))
    return pen.table(
        firm,
        legal_representative=np.array([row.legal_representative for row in rows]),
        established_on=firms.established,
        enterprise_type=np.array([row.enterprise_type for row in rows]),
        registered_capital=firms.capital_fen,
        industry_code=np.array([row.industry_code for row in rows]),
        region_code=firms.region,
        address=np.array([row.address for row in rows]),
        business_scope=np.array([row.business_scope for row in rows]),
        status=np.array([str(row.status) for row in rows]),
    )


def annual_report(firms: Firms, stream: int) -> RecordTable:
    """Return the newest annual report of the firms that tell their sales."""
    pen = Pen(firms, "annual_report", stream)
    due = january(firms.as_of, 0) + np.timedelta64(170, "D")
    ago = 1 if pen.today >= due else 2
    filed = january(firms.as_of, ago - 1)
    old = firms.established < january(firms.as_of, ago) + np.timedelta64(180, "D")
    firm = np.flatnonzero(firms.tells_sales & old)
    sales = firms.sales_fen[firm]
    margin = np.clip(firms.habit("margin")[firm] + 0.03 * firms.quality[firm], 0.02, 0.8)
    profit = np.round(sales * (margin - 0.1) / 100).astype(np.int64) * 100
    debts = np.round(firms.assets_fen[firm] * pen.rng.uniform(0.2, 0.75, len(firm)))
    days = filed + pen.rng.integers(20, 165, len(firm)).astype("m8[D]")
    return pen.table(
        firm,
        report_year=np.full(len(firm), firms.as_of.year - ago),
        reported_on=np.where(np.isnat(days), EMPTY_DAY, days),
        revenue=sales,
        profit=profit,
        net_profit=np.round(profit * 0.8).astype(np.int64),
        assets=firms.assets_fen[firm],
        liabilities=debts.astype(np.int64),
        equity=firms.assets_fen[firm] - debts.astype(np.int64),
        employees=firms.staff[firm],
    )
