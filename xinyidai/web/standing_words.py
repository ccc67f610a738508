"""What came of products in words, for the pages of the office and of banks."""

from collections.abc import Mapping

from xinyidai.applications.values import LeadUse
from xinyidai.matching import ranking
from xinyidai.matching.values import (
    FEWEST_DECIDED,
    FEWEST_LEADS,
    FEWEST_PROMISES,
    Betterment,
    Lever,
    StandingBasis,
)
from xinyidai.web.chrome import format_percent

BASES: Mapping[StandingBasis, str] = {
    StandingBasis.PRODUCT: "本产品",
    StandingBasis.PEERS: "同类或全部产品",
    StandingBasis.DECLARED: "件数不够，按公布的条件",
}
OUTCOMES = {"approved": "通过", "declined": "未通过", "counter_offered": "反向报价"}
LEAD_USES: Mapping[LeadUse, str] = {
    LeadUse.FIT: "符合：企业随后申请了",
    LeadUse.UNFIT: "不符合条件",
    LeadUse.PENDING: "暂不计：企业还没有申请",
}
TOO_FEW = (
    f"“—”表示件数不够，不计入排序：决定不足 {FEWEST_DECIDED} 件、到期不足 {FEWEST_PROMISES} 件、"
    f"线索不足 {FEWEST_LEADS} 条。"
)
HUNDRED = 100
WORDS: Mapping[Lever, str] = {
    Lever.KEEP: "按承诺的日期答复。近 12 个月有 {number} 件到期没有按时答复；都按时的话",
    Lever.PROMISE: "公布承诺几个工作日答复。不公布的，办理速度计 0 分。",
    Lever.FASTER: "现在承诺 {number} 个工作日答复；每少 1 个工作日",
    Lever.CHEAPER: "最高年利率每低 1 个百分点",
    Lever.PUBLISH_RATE: "公布最高年利率。不公布的，综合成本计 0 分。",
    Lever.PUBLISH_SHEET: "公布费用清单，没有其他费用也要写明；不公布的，综合成本计 0 分。"
    "确实没有其他费用的话",
    Lever.FILL_FEES: "费用清单里有 {number} 项没写数额，现在按上限计。"
    "写上数额，得分只会多、不会少。",
    Lever.CHECKABLE: "有 {number} 条文字条件平台核对不了。都改写成平台可核对的准入条件的话",
    Lever.APPROVE: "有 {number} 件没有通过。把常见的拒绝原因写进准入条件，企业申请前就能看到；"
    "通过率每高 10 个百分点",
    Lever.LEADS: "有 {number} 条线索不符合条件。把找客户的条件写准；都符合的话",
    Lever.MORE_DECISIONS: "再决定 {number} 件，就按本产品自己的通过率排序。",
    Lever.MORE_PROMISES: "有 {number} 件到期没有按时答复；"
    f"到期满 {FEWEST_PROMISES} 件起计入排序。",
    Lever.MORE_LEADS: f"再反馈 {{number}} 条线索，满 {FEWEST_LEADS} 条起计入排序。",
}


def share(part: float | None) -> str | None:
    """Return a share in whole percent; None where it does not count."""
    return None if part is None else format_percent(part, 0)


def betterment_text(one: Betterment) -> str:
    """Return what to do, and the points of 100 that it brings."""
    said = WORDS[one.lever].format(number=one.number)
    return said if one.points is None else f"{said}，排序得分多 {one.points:g} 分。"


def own_most() -> int:
    """Return the most points of 100 that a product brings by itself."""
    weights = ranking.WEIGHTS
    return round(HUNDRED * (weights["likelihood"] / 2 + weights["cost"] + weights["speed"]))
