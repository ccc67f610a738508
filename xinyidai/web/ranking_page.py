"""The public ranking rule, 排序规则公开: weights, sources and changes, for anybody."""

from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Role
from xinyidai.matching import ranking
from xinyidai.matching.ranking_rules import RULES, current_rule
from xinyidai.matching.values import (
    FEWEST_DECIDED,
    FEWEST_LEADS,
    FEWEST_PROMISES,
    STANDING_MONTHS,
)
from xinyidai.products.values import COST_NAMES, FEE_CEILINGS
from xinyidai.web.chrome import format_day, format_percent

blueprint = Blueprint("ranking", __name__)
DEAREST = format_percent(ranking.DEAREST_RATE, 0)
TARIFFED = "、".join(COST_NAMES[code] for code in FEE_CEILINGS)
CEILING = format_percent(max(FEE_CEILINGS.values()), 0)
# How the cost counts where something of it is not said, most open first.
UNSAID = (
    {"case": "利率和全部费用都写明", "counts": "按实际数额"},
    {
        "case": f"清单里的{TARIFFED}没写数额",
        "counts": f"这一项按借款金额的 {CEILING} 计，其他各项按实际数额",
    },
    {"case": "清单里别的费用没写数额", "counts": f"综合成本按 {DEAREST} 计，0 分"},
    {"case": "没有费用清单", "counts": f"综合成本按 {DEAREST} 计，0 分"},
    {"case": "没有公布最高利率", "counts": f"综合成本按 {DEAREST} 计，0 分"},
)
# What each factor reads, in words; the formula's own names stand in `ranking.READ`.
WORDS = {
    "likelihood": (
        "一半看企业的信用等级（没有等级按最低档），一半看产品："
        f"近 {STANDING_MONTHS} 个月决定满 {FEWEST_DECIDED} 件的，用本产品的通过率；"
        "不满的看同类机构的同类产品，再不满的看全部产品；都不满的，看公布的条件里平台能核对的占多少。"
        f"通过率按 {ranking.PRIOR_CASES} 件折算，向公布的条件靠拢，几件偶然的结果左右不了它。"
        "只差数据的产品减半。"
        f"代发邀请的线索满 {FEWEST_LEADS} 条有反馈的，线索符合条件的占比占产品这一半的 "
        f"{format_percent(ranking.LEAD_SHARE, 0)}；银行说“有效”的，企业随后真的申请了才算。"
    ),
    "cost": f"年化综合成本越低越高分，{DEAREST} 及以上 0 分；"
    "按借 100 万元、12 个月（产品不做这一档的，取最近的一档）把利息和企业承担的费用折成一年。"
    "没有公布的费用不当作没有，按上限计，见下面的“费用没有公布怎么计”。",
    "speed": f"承诺的答复天数越少越高分，{ranking.SLOWEST_DAYS} 个工作日及以上 0 分；近 "
    f"{STANDING_MONTHS} 个月到期满 {FEWEST_PROMISES} 件的，再乘以按时答复的占比。"
    "逾期没有答复的算没有做到，企业自己撤回的不算。",
    "fit": "您填写的金额、期限、担保方式与产品的符合程度；没有填写的不计。",
}


@blueprint.get("/ranking")
@allow(Role.PUBLIC)
def rule() -> ResponseReturnValue:
    """Explain the order of products, and when its rule last changed."""
    return render_template(
        "public/ranking.html",
        factors=[_factor(code, weight) for code, weight in ranking.WEIGHTS.items()],
        read=sorted(set().union(*ranking.READ.values())),
        unsaid=UNSAID,
        dearest=DEAREST,
        tariffed=TARIFFED,
        ceiling=CEILING,
        current=current_rule(),
        history=[
            {"version": rule.version, "since": format_day(rule.since), "text": rule.text}
            for rule in RULES
        ],
    )


def _factor(code: str, weight: float) -> dict[str, Any]:
    return {
        "name": ranking.NAMES[code],
        "weight": format_percent(weight, 0),
        "text": WORDS[code],
    }
