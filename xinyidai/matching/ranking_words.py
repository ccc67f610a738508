"""What the public order says of each factor: a sentence for the firm, and the numbers in it."""

from collections.abc import Mapping

from xinyidai.kernel.money import format_wan
from xinyidai.matching.counted_costs import DEAREST, CostKnown, CountedCost
from xinyidai.matching.values import ProductStanding, StandingBasis, Wish
from xinyidai.products.values import GUARANTEE_NAMES, ListedProduct, Readings, Terms

Numbers = Mapping[str, float | str | None]
Said = tuple[str, Numbers]
_WHOSE: Mapping[StandingBasis, str] = {
    StandingBasis.PRODUCT: "这款产品",
    StandingBasis.PEERS: "同类产品（不够 30 件时为全部产品）",
}


def likelihood(readings: Readings, basis: Said) -> Said:
    """Say on what the likelihood rests: the grade, and what is known of the product, `basis`."""
    grade = readings.get("grade")
    known = f"信用等级 {grade}" if isinstance(grade, str) else "暂无信用等级，按最低档计"
    text, numbers = basis
    return f"{known}；{text}。", numbers


def basis(product: ListedProduct, counted: ProductStanding) -> Said:
    """Say what the likelihood of a product rests on: past decisions, conditions left to the bank.

    The same for everybody who asks.
    """
    unchecked = len(product.text_conditions)
    parts = [_outcomes(counted)]
    parts.append(f"另有 {unchecked} 项条件须由银行核对" if unchecked else "产品条件平台均可核对")
    if counted.lead_quality is not None:
        parts.append(
            f"银行按条件找到的 {counted.leads} 家企业中 {counted.lead_quality:.0%} 事后认定确实符合"
        )
    numbers: Numbers = {
        "basis": counted.basis.value,
        "approval_rate": counted.approval_rate,
        "decided": counted.decided,
        "lead_quality": counted.lead_quality,
        "leads": counted.leads,
        "unchecked_conditions": unchecked,
        "counted_on": counted.counted_on.isoformat() if counted.counted_on else None,
    }
    return "；".join(part for part in parts if part), numbers


def _outcomes(counted: ProductStanding) -> str:
    if counted.approval_rate is None:
        return ""
    return (
        f"近 12 个月{_WHOSE[counted.basis]}决定 {counted.decided} 件，"
        f"通过 {counted.approval_rate:.0%}"
    )


def cost(counted: CountedCost) -> Said:
    """Say which yearly cost counts and what of it the bank has not said."""
    rate = counted.rate
    numbers: Numbers = {
        "all_in_rate": None if rate is None else float(rate),
        "known": counted.known,
        "unsaid": "、".join(counted.unsaid) or None,
    }
    return _cost_text(counted), numbers


def _cost_text(counted: CountedCost) -> str:
    names = "、".join(f"“{name}”" for name in counted.unsaid)
    said = "" if counted.said is None else f"{counted.said * 100:.2f}%"
    at_most = f"按上限 {DEAREST * 100:.0f}% 计，本项 0 分"
    if counted.known is CostKnown.NO_SHEET:
        return f"数据不足：没有公布费用清单，{at_most}。只公布了最高利率 {said}。"
    if counted.known is CostKnown.OPEN:
        return f"数据不足：{names}没有写数额，{at_most}。写了的合计不低于 {said}。"
    if counted.known is CostKnown.NO_RATE:
        return f"数据不足：没有公布贷款利率，{at_most}。"
    if counted.rate is None:
        none = "没有公布贷款利率，本项按 0 计。"  # by the rules before 2026.3
        return none if counted.known is None else "费用不低于借款金额，本项 0 分。"
    text = f"年化综合成本最高 {counted.rate * 100:.2f}%。"
    if counted.known is CostKnown.AT_CEILINGS:
        return f"数据不足：{names}没有写数额，按上限计。这样算，{text}"
    return text


def speed(terms: Terms, counted: ProductStanding) -> Said:
    """Say what the bank promises and how often it keeps it."""
    numbers: Numbers = {
        "promise_days": terms.promise_days,
        "kept_promise": counted.kept_promise,
        "promised": counted.promised,
    }
    if terms.promise_days is None:
        return "银行未承诺办理时限，本项按 0 计。", numbers
    text = f"银行承诺 {terms.promise_days} 个工作日内答复"
    if counted.kept_promise is None:
        return f"{text}；到期的申请还不够多，守时情况暂不计入。", numbers
    kept = f"近 12 个月到期 {counted.promised} 件，按时答复 {counted.kept_promise:.0%}"
    return f"{text}；{kept}。", numbers


def fit(terms: Terms, wish: Wish) -> Said:
    """Say how the terms meet what the firm stated."""
    if wish == Wish():
        return "您没有填写需求，本项对所有产品相同。", {}
    parts: list[str] = []
    if wish.amount_fen is not None:
        limit = "未公布" if terms.amount_max_fen is None else format_wan(terms.amount_max_fen)
        parts.append(f"您需要 {format_wan(wish.amount_fen)},产品最高额度{limit}")
    if wish.term_months is not None:
        longest = "未公布" if terms.term_max_months is None else f"{terms.term_max_months} 个月"
        parts.append(f"您需要 {wish.term_months} 个月，产品最长期限{longest}")
    if wish.guarantee is not None:
        parts.append(f"产品担保方式为{GUARANTEE_NAMES[terms.guarantee]}")
    numbers: Numbers = {
        "amount_max_fen": terms.amount_max_fen,
        "term_max_months": terms.term_max_months,
    }
    return "；".join(parts) + "。", numbers
