# ruff: noqa: PLR2004 - the numbers are the habits of an invented city
"""Records that speak for a firm or describe it: grades, titles, patents, permits, contracts."""

import numpy as np

from xinyidai.seeds.firms import Days, Firms, Floats
from xinyidai.seeds.pen import EMPTY_DAY, Pen, chance_of, january, texts
from xinyidai.seeds.tables import RecordTable


def _measured(pen: Pen, spread: float) -> Floats:
    """Return quality as an office sees it: with error, and only some of the present trouble."""
    firms = pen.firms
    seen: Floats = (
        firms.quality - 0.25 * firms.shock + pen.rng.normal(0, spread, len(firms))
    ) / np.sqrt(1.06 + spread**2)
    return seen


def tax_grade(firms: Firms, stream: int) -> RecordTable:
    """Draw the grade of the last two years; young firms get M."""
    pen = Pen(firms, "tax_grade", stream)
    shares = np.where(firms.is_shop, 0.2, 0.92)
    rated = pen.rng.random(len(firms)) < shares
    seen = _measured(pen, 0.9)
    grade = np.select([seen > 1.0, seen > -0.5, seen > -1.5], ["A", "B", "C"], "D")
    grade = np.where((firms.years < 2) & np.isin(grade, ["A", "B"]), "M", grade)
    firm = np.repeat(np.flatnonzero(rated), 2)
    ago = np.tile([1, 2], int(rated.sum()))
    published = january(firms.as_of, 0) + np.timedelta64(100, "D")
    # Before April the grade of the year before last is the newest.
    newest = published if pen.today >= published else published - np.timedelta64(365, "D")
    evaluated: Days = newest - ((ago - 1) * 365).astype("m8[D]")
    old = evaluated > firms.established[firm]
    firm, ago, evaluated = firm[old], ago[old], evaluated[old]
    score = np.round(np.clip(78 + 10 * seen[firm], 0, 100), 1)
    return pen.table(
        firm,
        year=evaluated.astype("M8[Y]").astype(np.int64) + 1970 - 1,
        grade=grade[firm],
        score=score,
        evaluated_on=evaluated,
    )


def credit_grade(firms: Firms, stream: int) -> RecordTable:
    """Draw the public comprehensive evaluation, 公共信用综合评价."""
    pen = Pen(firms, "credit_grade", stream)
    firm = pen.some(0.85)
    seen = _measured(pen, 0.8)[firm]
    return pen.table(
        firm,
        grade=np.select([seen > 0.9, seen > -0.4, seen > -1.5], ["A", "B", "C"], "D"),
        score=np.round(np.clip(700 + 110 * seen, 0, 1000)),
        evaluated_on=pen.day(firm, 60),
    )


def environment_grade(firms: Firms, stream: int) -> RecordTable:
    """Draw the environment office's grades of polluting trades."""
    pen = Pen(firms, "environment_grade", stream)
    firm = pen.some(firms.habit("pollution") * 0.7)
    seen = _measured(pen, 1.0)[firm]
    days = pen.day(firm, 400, 120)
    return pen.table(
        firm,
        year=days.astype("M8[Y]").astype(np.int64) + 1970,
        grade=np.select([seen > 1.0, seen > -0.8, seen > -1.8], ["green", "blue", "yellow"], "red"),
        evaluated_on=days,
    )


def transport_credit_grade(firms: Firms, stream: int) -> RecordTable:
    """Draw the transport office's grades."""
    pen = Pen(firms, "transport_credit_grade", stream)
    firm = pen.some(np.where([t.is_transport for t in firms.trades], 0.7, 0.0))
    seen = _measured(pen, 1.0)[firm]
    return pen.table(
        firm,
        grade=np.select([seen > 1.2, seen > 0.2, seen > -1.2], ["AAA", "AA", "A"], "B"),
        district=texts("鹰川市", firm),
        evaluated_on=pen.day(firm, 330, 60),
    )


def industry_credit_grade(firms: Firms, stream: int) -> RecordTable:
    """Draw grades of other industries' offices."""
    pen = Pen(firms, "industry_credit_grade", stream)
    firm = pen.some(0.12)
    seen = _measured(pen, 1.0)[firm]
    return pen.table(
        firm,
        field=pen.one_of(("建筑市场", "商贸流通", "食品安全"), firm),
        grade=np.select([seen > 0.8, seen > -1], ["A", "B"], "C"),
        evaluated_on=pen.day(firm, 360),
    )


def customs_grade(firms: Firms, stream: int) -> RecordTable:
    """Draw customs grades of firms that trade abroad."""
    pen = Pen(firms, "customs_grade", stream)
    firm = pen.some(firms.habit("export") * 1.1 * ~firms.is_shop)
    seen = _measured(pen, 0.9)[firm]
    return pen.table(
        firm,
        grade=np.select([seen > 1.3, seen > -1.9], ["certified", "ordinary"], "discredited"),
        recognised_on=pen.day(firm, 900),
    )


def patent(firms: Firms, stream: int) -> RecordTable:
    """Draw patents of firms that invent."""
    pen = Pen(firms, "patent", stream)
    rate = firms.habit("science") * np.exp(0.35 * firms.quality) * np.sqrt(firms.staff / 20)
    firm = pen.several(np.where(firms.is_shop, 0, np.minimum(rate, 8)), 15)
    days = pen.day(firm, 2_400)
    return pen.table(
        firm,
        patent_no=pen.numbered("YS2020{}.X", firm),
        title=np.array([f"一种{t.goods}的加工装置（演示）" for t in firms.trades])[firm],
        patent_kind=pen.one_of(("invention", "utility_model", "design"), firm, (0.25, 0.6, 0.15)),
        granted_on=days,
        ended_on=pen.ended(days, 0.06, 300, 1_500),
    )


def trademark(firms: Firms, stream: int) -> RecordTable:
    """Draw trademarks."""
    pen = Pen(firms, "trademark", stream)
    firm = pen.several(0.22 * np.exp(0.2 * firms.quality), 6)
    days = pen.day(firm, 2_800)
    return pen.table(
        firm,
        register_no=pen.numbered("YS{}", firm),
        mark=texts("演示商标", firm),
        goods_class=pen.one_of(("7", "9", "29", "30", "35", "43"), firm),
        registered_on=days,
        valid_until=days + np.timedelta64(3_652, "D"),
    )


def software_copyright(firms: Firms, stream: int) -> RecordTable:
    """Draw software copyrights."""
    pen = Pen(firms, "software_copyright", stream)
    firm = pen.several(np.where(firms.habit("science") > 0.29, 0.7, 0.01) * ~firms.is_shop, 9)
    return pen.table(
        firm,
        register_no=pen.numbered("YSSR{}", firm),
        title=texts("演示业务管理软件 V1.0", firm),
        registered_on=pen.day(firm, 1_800),
    )


def high_tech_certificate(firms: Firms, stream: int) -> RecordTable:
    """Draw certificates of high-tech firms, good for three years."""
    pen = Pen(firms, "high_tech_certificate", stream)
    firm = pen.some(_talent(firms, 0.42))
    days = pen.day(firm, 1_300)
    return pen.table(
        firm,
        certificate_no=pen.numbered("GRYS{}", firm),
        field=texts("先进制造与自动化", firm),
        issued_on=days,
        valid_until=days + np.timedelta64(1_095, "D"),
    )


def tech_sme(firms: Firms, stream: int) -> RecordTable:
    """Draw entries in the register of technology SMEs, good for the year."""
    pen = Pen(firms, "tech_sme", stream)
    firm = pen.some(_talent(firms, 0.5))
    days = pen.day(firm, 400)
    return pen.table(
        firm,
        register_no=pen.numbered("YS4195{}", firm),
        listed_on=days,
        valid_until=days + np.timedelta64(365, "D"),
    )


def specialised_new(firms: Firms, stream: int) -> RecordTable:
    """Draw titles of specialised and new firms, 专精特新."""
    pen = Pen(firms, "specialised_new", stream)
    firm = pen.some(_talent(firms, 0.3))
    days = pen.day(firm, 1_000)
    levels = ("innovative", "specialised_new", "little_giant")
    return pen.table(
        firm,
        level=pen.one_of(levels, firm, (0.6, 0.34, 0.06)),
        batch=texts("演示批次", firm),
        recognised_on=days,
        valid_until=days + np.timedelta64(1_095, "D"),
    )


def _talent(firms: Firms, share: float) -> Floats:
    seen = firms.habit("science") * share * np.exp(0.4 * firms.quality)
    return np.where(firms.is_shop | (firms.years < 1), 0.0, np.minimum(seen, 0.9))


def honour(firms: Firms, stream: int) -> RecordTable:
    """Draw honours."""
    pen = Pen(firms, "honour", stream)
    firm = pen.several(0.16 * np.exp(0.6 * firms.quality), 4)
    days = pen.day(firm, 1_300)
    titles = ("守合同重信用企业（演示）", "纳税先进单位（演示）", "诚信示范企业（演示）")
    return pen.table(
        firm,
        title=pen.one_of(titles, firm),
        level=pen.one_of(("district", "municipal", "provincial"), firm, (0.55, 0.35, 0.1)),
        organ=texts("鹰川市人民政府（演示）", firm),
        awarded_on=days,
        valid_until=days + np.timedelta64(1_095, "D"),
    )


def administrative_licence(firms: Firms, stream: int) -> RecordTable:
    """Draw licences."""
    pen = Pen(firms, "administrative_licence", stream)
    firm = pen.several(np.where(firms.is_shop, 0.4, 0.8), 5)
    days = pen.day(firm, 1_500)
    return pen.table(
        firm,
        xk_xdr_lb=np.where(firms.is_shop[firm], "个体工商户", "法人及非法人组织"),
        xk_xkws=texts("准予行政许可决定书（演示）", firm),
        xk_wsh=pen.numbered("鹰演许〔{}〕号", firm),
        xk_xklb=pen.one_of(("普通", "登记", "核准"), firm, (0.6, 0.25, 0.15)),
        xk_nr=pen.one_of(("食品经营许可", "特种设备使用登记", "道路占用许可"), firm),
        xk_jdrq=days,
        xk_yxqzi=days + np.timedelta64(1_826, "D"),
        xk_xkjg=texts("鹰川市行政审批局（演示）", firm),
    )


def qualification(firms: Firms, stream: int) -> RecordTable:
    """Draw qualifications of builders."""
    pen = Pen(firms, "qualification", stream)
    builds = np.array([each.section == "E" for each in firms.trades])
    firm = pen.some(np.where(builds & ~firms.is_shop, 0.6, 0.0))
    days = pen.day(firm, 1_500)
    return pen.table(
        firm,
        title=texts("建筑业企业资质", firm),
        level=pen.one_of(("一级", "二级", "三级"), firm, (0.1, 0.4, 0.5)),
        certificate_no=pen.numbered("D295YS{}", firm),
        issued_on=days,
        valid_until=days + np.timedelta64(1_826, "D"),
    )


def road_transport_licence(firms: Firms, stream: int) -> RecordTable:
    """Draw licences for road transport."""
    pen = Pen(firms, "road_transport_licence", stream)
    firm = pen.some(np.where([t.is_transport for t in firms.trades], 0.92, 0.0))
    days = pen.day(firm, 1_400)
    return pen.table(
        firm,
        licence_no=pen.numbered("豫交运管许可鹰演字{}号", firm),
        scope=texts("道路普通货物运输", firm),
        vehicle_count=1 + pen.rng.poisson(firms.staff[firm] / 2),
        issued_on=days,
        valid_until=days + np.timedelta64(1_461, "D"),
    )


def pollution_permit(firms: Firms, stream: int) -> RecordTable:
    """Draw permits to discharge."""
    pen = Pen(firms, "pollution_permit", stream)
    firm = pen.some(firms.habit("pollution"))
    days = pen.day(firm, 1_500)
    return pen.table(
        firm,
        permit_no=pen.numbered("YS4195{}P", firm),
        management=pen.one_of(("key", "simplified", "registration"), firm, (0.2, 0.4, 0.4)),
        issued_on=days,
        valid_until=days + np.timedelta64(1_826, "D"),
    )


def cooperative(firms: Firms, stream: int) -> RecordTable:
    """Draw recognised farms and cooperatives."""
    pen = Pen(firms, "cooperative", stream)
    firm = pen.some(np.where(firms.legal_form == "93", 0.8, 0.0))
    return pen.table(
        firm,
        entity_kind=pen.one_of(("cooperative", "demonstration_cooperative"), firm, (0.75, 0.25)),
        level=pen.one_of(("district", "municipal", "provincial"), firm, (0.6, 0.3, 0.1)),
        member_count=5 + pen.rng.poisson(40, len(firm)),
        recognised_on=pen.day(firm, 1_500),
        valid_until=np.full(len(firm), EMPTY_DAY),
    )


def credit_commitment(firms: Firms, stream: int) -> RecordTable:
    """Draw commitments and whether they were kept."""
    pen = Pen(firms, "credit_commitment", stream)
    firm = pen.several(0.5, 3)
    broken = pen.rng.random(len(firm)) < chance_of(-4 - 0.6 * firms.quality[firm])
    return pen.table(
        firm,
        commitment_kind=pen.one_of(("approval", "proactive", "general"), firm),
        matter=texts("证明事项告知承诺（演示）", firm),
        committed_on=pen.day(firm, 700),
        fulfilment=np.where(broken, "broken", "kept"),
    )


def bid_won(firms: Firms, stream: int) -> RecordTable:
    """Draw won bids."""
    pen = Pen(firms, "bid_won", stream)
    firm = pen.several(firms.habit("bidding") * 1.6 * np.exp(0.3 * firms.quality) * ~firms.is_shop)
    return pen.table(
        firm,
        project_no=pen.numbered("YSZB{}", firm),
        project_name=texts("演示项目采购", firm),
        buyer=texts("鹰川市演示建设单位", firm),
        amount=pen.fen(firm, 0.06),
        won_on=pen.day(firm, 1_080),
    )


def government_procurement_contract(firms: Firms, stream: int) -> RecordTable:
    """Draw contracts with the government."""
    pen = Pen(firms, "government_procurement_contract", stream)
    firm = pen.several(firms.habit("bidding") * np.exp(0.3 * firms.quality) * ~firms.is_shop)
    days = pen.day(firm, 1_000)
    return pen.table(
        firm,
        contract_no=pen.numbered("YSZC{}", firm),
        contract_name=texts("演示政府采购合同", firm),
        buyer=texts("鹰川市演示采购单位", firm),
        amount=pen.fen(firm, 0.05),
        signed_on=days,
        ends_on=pen.later(days, 120, 700),
    )
