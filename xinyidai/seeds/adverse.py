"""Records that weigh against a firm: penalties, arrears, lawsuits, lists; more of weak firms."""

import numpy as np

from xinyidai.seeds.firms import Firms, Flags, Floats, Ints
from xinyidai.seeds.pen import Pen, texts
from xinyidai.seeds.tables import RecordTable

OVERTURNED = "演示数据："


def _strain(firms: Firms, shock: float = 0.35) -> Floats:
    """Return how likely trouble is, 1 for a middling firm."""
    strain: Floats = np.exp(np.clip(-0.6 * firms.quality + shock * firms.shock, -2.5, 3.0))
    return strain


def registration_change(firms: Firms, stream: int) -> RecordTable:
    """Draw changes of the register."""
    pen = Pen(firms, "registration_change", stream)
    firm = pen.several(np.where(firms.is_shop, 0.1, 0.55), 5)
    days = pen.day(firm, 1_000)
    return pen.table(
        firm,
        change_no=pen.numbered("YSBG{}", firm),
        change_item=pen.one_of(("经营范围", "住所", "注册资本", "法定代表人", "股东"), firm),
        changed_on=days,
    )


def abnormal_operation(firms: Firms, stream: int) -> RecordTable:
    """Draw entries in the list of abnormal operation; most are lifted after a while."""
    pen = Pen(firms, "abnormal_operation", stream)
    firm = pen.several(0.045 * _strain(firms), 2)
    days = pen.day(firm, 1_400)
    return pen.table(
        firm,
        reason=pen.one_of(("未按规定公示年度报告", "登记的住所无法联系"), firm),
        listed_on=days,
        listed_by=texts("鹰川市市场监督管理局（演示）", firm),
        removed_on=pen.ended(days, 0.75),
    )


def serious_violation(firms: Firms, stream: int) -> RecordTable:
    """Draw entries in the list of serious violations."""
    pen = Pen(firms, "serious_violation", stream)
    firm = pen.some(0.003 * _strain(firms))
    days = pen.day(firm, 900)
    return pen.table(
        firm,
        decision_no=pen.numbered("鹰演市监严〔{}〕号", firm),
        reason=texts(OVERTURNED + "虚假登记", firm),
        listed_on=days,
        removed_on=pen.ended(days, 0.3, 365, 700),
    )


def serious_dishonest_subject(firms: Firms, stream: int) -> RecordTable:
    """Draw entries in lists of serious dishonesty."""
    pen = Pen(firms, "serious_dishonest_subject", stream)
    firm = pen.some(0.003 * _strain(firms))
    return pen.table(
        firm,
        list_name=pen.one_of(("拖欠农民工工资失信联合惩戒对象", "安全生产严重失信主体"), firm),
        decision_no=pen.numbered("鹰演信〔{}〕号", firm),
        reason=texts(OVERTURNED + "逾期不改", firm),
        listed_on=pen.day(firm, 800),
    )


def court_judgement(firms: Firms, stream: int) -> RecordTable:
    """Draw judgements; half of them as plaintiff."""
    pen = Pen(firms, "court_judgement", stream)
    firm = pen.several(np.where(firms.is_shop, 0.06, 0.30) * _strain(firms) ** 0.7, 9)
    return pen.table(
        firm,
        case_no=pen.numbered("（演示）豫95民初{}号", firm),
        document_type=texts("民事判决书", firm),
        cause=pen.one_of(("买卖合同纠纷", "承揽合同纠纷", "劳动争议", "借款合同纠纷"), firm),
        court_name=texts("鹰川市演示人民法院", firm),
        judged_on=pen.day(firm, 1_200),
        role=pen.one_of(("defendant", "plaintiff", "third_party"), firm, (0.55, 0.4, 0.05)),
        amount=pen.fen(firm, 0.02),
    )


def court_hearing(firms: Firms, stream: int) -> RecordTable:
    """Draw announced hearings."""
    pen = Pen(firms, "court_hearing", stream)
    firm = pen.several(0.08 * _strain(firms) ** 0.7, 3)
    days = pen.day(firm, 360)
    return pen.table(
        firm,
        case_no=pen.numbered("（演示）豫95民初开{}号", firm),
        cause=pen.one_of(("买卖合同纠纷", "劳动争议"), firm),
        announced_on=days,
        hearing_on=pen.later(days, 15, 60),
        role=pen.one_of(("defendant", "plaintiff"), firm),
    )


def court_enforcement(firms: Firms, stream: int) -> RecordTable:
    """Draw enforcement cases; two thirds are closed."""
    pen = Pen(firms, "court_enforcement", stream)
    firm = pen.several(0.055 * _strain(firms, 0.6) ** 1.2, 4)
    days = pen.day(firm, 1_100)
    amount = pen.fen(firm, 0.03)
    return pen.table(
        firm,
        case_no=pen.numbered("（演示）豫95执{}号", firm),
        court_name=texts("鹰川市演示人民法院", firm),
        filed_on=days,
        amount=amount,
        unpaid=amount // 200 * 100,
        closed_on=pen.ended(days, 0.65),
    )


def dishonesty_list(firms: Firms, stream: int) -> RecordTable:
    """Draw entries of 失信被执行人."""
    pen = Pen(firms, "dishonesty_list", stream)
    firm = pen.some(0.008 * _strain(firms, 0.6) ** 1.2)
    days = pen.day(firm, 700)
    return pen.table(
        firm,
        case_no=pen.numbered("（演示）豫95执失{}号", firm),
        court_name=texts("鹰川市演示人民法院", firm),
        behaviour=texts(OVERTURNED + "有履行能力而拒不履行", firm),
        performance=pen.one_of(("none", "partial"), firm),
        published_on=days,
        withdrawn_on=pen.ended(days, 0.4, 60, 500),
    )


def bankruptcy(firms: Firms, stream: int) -> RecordTable:
    """Draw bankruptcy cases."""
    pen = Pen(firms, "bankruptcy", stream)
    firm = pen.some(np.where(firms.is_shop, 0, 0.0015) * _strain(firms, 0.6))
    return pen.table(
        firm,
        case_no=pen.numbered("（演示）豫95破{}号", firm),
        procedure=pen.one_of(("reorganisation", "liquidation"), firm),
        accepted_on=pen.day(firm, 300),
    )


def property_seizure(firms: Firms, stream: int) -> RecordTable:
    """Draw seizures of property."""
    pen = Pen(firms, "property_seizure", stream)
    firm = pen.some(0.012 * _strain(firms, 0.6))
    days = pen.day(firm, 900)
    return pen.table(
        firm,
        document_no=pen.numbered("（演示）豫95财保{}号", firm),
        organ=texts("鹰川市演示人民法院", firm),
        seized_on=days,
        lifted_on=pen.ended(days, 0.5, 60, 400),
    )


def tax_arrears(firms: Firms, stream: int) -> RecordTable:
    """Draw announced arrears of tax; half are cleared."""
    pen = Pen(firms, "tax_arrears", stream)
    firm = pen.several(0.05 * _strain(firms, 0.6), 3)
    days = pen.day(firm, 700)
    return pen.table(
        firm,
        tax_type=pen.one_of(("增值税", "企业所得税", "房产税", "城镇土地使用税"), firm),
        balance=pen.fen(firm, 0.008),
        announced_on=days,
        cleared_on=pen.ended(days, 0.55, 30, 200),
    )


def tax_penalty(firms: Firms, stream: int) -> RecordTable:
    """Draw penalties of the tax office."""
    pen = Pen(firms, "tax_penalty", stream)
    firm = pen.several(0.05 * _strain(firms), 3)
    return pen.table(
        firm,
        decision_no=pen.numbered("鹰演税罚〔{}〕号", firm),
        category=texts("罚款", firm),
        facts=texts(OVERTURNED + "未按期申报纳税", firm),
        fine=pen.fine(firm, 800),
        decided_on=(days := pen.day(firm, 900)),
        publicised_until=pen.later(days, 180, 800),
        organ=texts("鹰川市税务局（演示）", firm),
    )


def tax_abnormal(firms: Firms, stream: int) -> RecordTable:
    """Draw firms the tax office could not find."""
    pen = Pen(firms, "tax_abnormal", stream)
    firm = pen.some(0.008 * _strain(firms))
    days = pen.day(firm, 800)
    return pen.table(firm, identified_on=days, lifted_on=pen.ended(days, 0.6, 30, 300))


def major_tax_violation(firms: Firms, stream: int) -> RecordTable:
    """Draw major violations of tax law."""
    pen = Pen(firms, "major_tax_violation", stream)
    firm = pen.some(0.002 * _strain(firms))
    return pen.table(
        firm,
        case_kind=texts("虚开增值税发票（演示）", firm),
        facts=texts(OVERTURNED + "虚开发票", firm),
        published_on=pen.day(firm, 800),
    )


def social_insurance_arrears(firms: Firms, stream: int) -> RecordTable:
    """Draw arrears of social insurance."""
    pen = Pen(firms, "social_insurance_arrears", stream)
    firm = pen.several(np.where(firms.is_shop, 0.01, 0.05) * _strain(firms, 0.7), 2)
    days = pen.day(firm, 400)
    return pen.table(
        firm,
        insurance_kind=pen.one_of(("pension", "medical", "injury"), firm),
        amount=pen.fen(firm, 0.004),
        counted_on=days,
        cleared_on=pen.ended(days, 0.5, 30, 150),
    )


def administrative_penalty(firms: Firms, stream: int) -> RecordTable:
    """Draw administrative penalties; most leave publicity within a year."""
    pen = Pen(firms, "administrative_penalty", stream)
    firm = pen.several(0.16 * _strain(firms) ** 0.9, 6)
    days = pen.day(firm, 1_000)
    return pen.table(
        firm,
        cf_xdr_lb=_subject(firms.is_shop, firm),
        cf_wsh=pen.numbered("鹰演市监罚〔{}〕号", firm),
        cf_wfxw=pen.one_of(("产品标识不合格", "未按规定公示信息", "安全生产隐患"), firm),
        cf_sy=texts(OVERTURNED + "检查发现问题，已责令改正", firm),
        cf_yj=texts("《中华人民共和国产品质量法》（演示）", firm),
        cf_cflb=pen.one_of(("罚款", "警告"), firm, (0.8, 0.2)),
        cf_nr_fk=pen.fine(firm, 6_000),
        cf_jdrq=days,
        cf_gsjzq=pen.later(days, 90, 900),
        cf_cfjg=texts("鹰川市市场监督管理局（演示）", firm),
    )


def environment_penalty(firms: Firms, stream: int) -> RecordTable:
    """Draw penalties of the environment office."""
    pen = Pen(firms, "environment_penalty", stream)
    firm = pen.several(0.12 * firms.habit("pollution") * _strain(firms), 3)
    days = pen.day(firm, 900)
    return pen.table(
        firm,
        decision_no=pen.numbered("鹰演环罚〔{}〕号", firm),
        decision=texts(OVERTURNED + "污染防治设施未正常运行", firm),
        fine=pen.fine(firm, 30_000),
        decided_on=days,
        publicised_until=pen.later(days, 180, 900),
        organ=texts("鹰川市生态环境局（演示）", firm),
    )


def product_inspection(firms: Firms, stream: int) -> RecordTable:
    """Draw random inspections."""
    pen = Pen(firms, "product_inspection", stream)
    firm = pen.several(0.5, 3)
    failed = pen.rng.random(len(firm)) < 0.06 * _strain(firms)[firm]
    return pen.table(
        firm,
        inspection_no=pen.numbered("YSCC{}", firm),
        inspector=texts("鹰川市市场监督管理局（演示）", firm),
        inspected_on=pen.day(firm, 360),
        matter=texts("双随机、一公开检查", firm),
        result=np.where(failed, "failed", "passed"),
    )


def _subject(is_shop: Flags, firm: Ints) -> np.ndarray[tuple[int], np.dtype[np.str_]]:
    return np.where(is_shop[firm], "个体工商户", "法人及非法人组织")
