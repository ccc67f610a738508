"""Put match results, 匹配结果, and products together for their pages."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import url_for

from xinyidai.kernel.money import format_wan
from xinyidai.matching.models import MatchRun, ProductMatchRow
from xinyidai.matching.ranking import WEIGHTS
from xinyidai.matching.values import Act
from xinyidai.products.models import ProductVersion
from xinyidai.products.values import Criterion, GuaranteeKind, Outcome, Terms, meaning_of
from xinyidai.web import costs_view, criterion_days
from xinyidai.web.chrome import format_percent
from xinyidai.web.enterprise import match_ways as ways
from xinyidai.web.enterprise.queries import Offer
from xinyidai.web.wording import GUARANTEES, OUTCOMES, REPAYMENTS

HIDDEN = "银行未公布具体数值"
# The shapes of the reason list: ✓, ? and ✗.
SHAPES: Mapping[Outcome, str] = {
    Outcome.ELIGIBLE: "met",
    Outcome.INSUFFICIENT: "missing",
    Outcome.INELIGIBLE: "unmet",
}

NEAR = "near"  # 差一点: refused now, and few steps of the firm's own open it
FEW_STEPS = 2
NEAR_LABEL = "差一点"
TABS = frozenset({*Outcome, NEAR})


def is_near(match: ProductMatchRow) -> bool:
    """Tell whether the firm is refused now and can open the product itself in few steps."""
    found = match.nearest or {}
    steps, blocked = found.get("steps", ()), found.get("blocked", ())
    return match.outcome is Outcome.INELIGIBLE and not blocked and 0 < len(steps) <= FEW_STEPS


def rows_of(run: MatchRun, tab: str) -> list[ProductMatchRow]:
    """Return the stored results of a tab in public order."""
    return [match for match in run.matches if tab_of(match) == tab]


def tab_of(match: ProductMatchRow) -> str:
    """Return the tab a result stands under: its outcome, or 差一点."""
    return NEAR if is_near(match) else match.outcome.value


def counts_of(run: MatchRun) -> dict[str, int]:
    """Return how many products each tab has, shown or not; 差一点 only among those shown."""
    near = sum(is_near(match) for match in run.matches)
    return {
        Outcome.ELIGIBLE.value: run.eligible_count,
        NEAR: near,
        Outcome.INSUFFICIENT.value: run.insufficient_count,
        Outcome.INELIGIBLE.value: run.ineligible_count - near,
    }


def asked_text(run: MatchRun) -> str:
    """Say for which wish the run was made, in one sentence."""
    wish = run.wish
    parts = [
        f"想借 {format_wan(wish['amount_fen'])}" if wish["amount_fen"] else "",
        f"用 {wish['term_months']} 个月" if wish["term_months"] else "",
        GUARANTEES[GuaranteeKind(wish["guarantee"])] if wish["guarantee"] else "",
    ]
    said = "，".join(part for part in parts if part)
    if not said:
        return "还没有填想借多少、用多久；填了才能核对额度和期限。"
    return f"按您发布的融资需求：{said}。" if run.need_id else f"{said}。"


def first_tab(run: MatchRun) -> str:
    """Return the first tab, in the order of the page, that has a product."""
    return next((tab for tab, count in counts_of(run).items() if count), Outcome.ELIGIBLE.value)


def tabs_of(run: MatchRun, current: str = "", need_id: UUID | None = None) -> list[dict[str, Any]]:
    """Return the four tabs with their counts; `need_id` keeps to the run of one need."""
    return [
        {
            "code": tab,
            "label": NEAR_LABEL if tab == NEAR else OUTCOMES[Outcome(tab)],
            "count": count,
            "href": url_for("enterprise.matches", outcome=tab, need=need_id),
            "current": tab == current,
        }
        for tab, count in counts_of(run).items()
    ]


def misfit_words(wish: Mapping[str, Any], terms: Terms) -> str:
    """Say where the wish lies outside what the product lends; empty where it lies within.

    The range is no condition of the product: it moves its place, and the firm must know it.
    """
    amount, term = wish["amount_fen"], wish["term_months"]
    found = [
        f"您想借 {format_wan(amount)}，它的额度是{amount_text(terms)}"
        if amount and _is_outside(amount, terms.amount_min_fen, terms.amount_max_fen)
        else "",
        f"您要用 {term} 个月，它的期限是 {term_text(terms)}"
        if term and _is_outside(term, terms.term_min_months, terms.term_max_months)
        else "",
    ]
    return "；".join(words for words in found if words)


def _is_outside(wanted: int, low: int | None, high: int | None) -> bool:
    return wanted < (low or 0) or (high is not None and wanted > high)


def card_of(
    match: ProductMatchRow, offer: Offer, criteria: Sequence[Criterion], wish: Mapping[str, Any]
) -> dict[str, Any]:
    """Return one match: terms, which conditions hold, which do not, and why it stands here."""
    lacking = [*match.unmet, *match.missing]
    met = match.criteria_count - len(lacking)
    rows = criteria_rows(criteria, match)
    return {
        "name": offer.version.name,
        "institution": offer.institution.name,
        "href": url_for("enterprise.product", product_id=offer.version.product_id),
        "outcome": SHAPES[match.outcome],
        "terms": short_terms(offer.version),
        "misfit": misfit_words(wish, offer.version.terms),
        "met_text": f"平台核对 {match.criteria_count} 项条件，满足 {met} 项",
        "reasons": [finding_row(finding, match.nearest) for finding in lacking],
        "near": near_of(match),
        "met": [row for row in rows if row["outcome"] == SHAPES[Outcome.ELIGIBLE]],
        "text_conditions": match.text_conditions,
        "factors": [_factor(factor) for factor in match.factors],
        "rank": match.rank,
        "score": f"{100 * match.score:.1f}",
    }


def near_of(match: ProductMatchRow) -> dict[str, Any] | None:
    """Return what opens the product: the steps with where to go, or what cannot be changed."""
    if not match.nearest:
        return None
    steps, blocked = match.nearest["steps"], match.nearest["blocked"]
    return {
        "title": _near_title(match, len(steps)),
        "steps": [] if blocked else [_linked(step) for step in steps],
        "blocked": [_linked(one) for one in blocked],
    }


def _near_title(match: ProductMatchRow, steps: int) -> str:
    if match.outcome is Outcome.INSUFFICIENT:
        return "补上就能做"
    return "差一点就能做" if steps <= FEW_STEPS else f"要办好 {steps} 件事才能做"


def _linked(step: Mapping[str, Any]) -> dict[str, str]:
    return {"text": step["text"], **ways.way_out(step)}


def finding_row(
    finding: Mapping[str, Any], nearest: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return a stored finding as a row of the reason list, with the way out where there is one.

    What can be done is said once: in the box of the smallest change where there is one, else here.
    """
    outcome, field = Outcome(finding["outcome"]), finding["field"]
    is_missing = outcome is Outcome.INSUFFICIENT
    row = {
        "outcome": SHAPES[outcome],
        "title": finding["field_name"],
        "value": None,
        "threshold": _threshold(finding),
        "how": ways.supply_words(finding) if is_missing else finding["text"],
    }
    if not ways.is_unread(finding):
        row["value"] = finding["value"]
        row["source"] = ways.source_of(field)
        row["dispute_url"] = ways.dispute_url(field, finding["threshold"])
    step = _step_for(field, nearest)
    return row | (ways.way_out(step) if step else {})


def _step_for(field: str, nearest: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """Return the step on a field where it stands alone among ways that are not open.

    Where it leads to the source, the row's own way to object does so already.
    """
    found = nearest or {}
    if not found.get("blocked"):
        return None
    steps = (step for step in found["steps"] if step["act"] not in {Act.SOURCE, Act.REGISTER})
    return next((step for step in steps if step["field"] == field), None)


def _threshold(finding: Mapping[str, Any]) -> str:
    """Return the condition without the name of its field, which stands before it."""
    asked = finding["threshold"]
    return HIDDEN if asked is None else str(asked).removeprefix(finding["field_name"])


def _factor(factor: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "label": factor["name"],
        "value": round(100 * factor["value"]),
        "text": f"{100 * factor['value']:.0f} 分 × {factor['weight']:.0%}",
        "note": factor["text"],
    }


def weights_text() -> str:
    """Return the public formula's weights in one line."""
    names = {"likelihood": "办成可能", "cost": "综合成本", "speed": "办理速度", "fit": "需求契合"}
    return "、".join(f"{names[code]} {weight:.0%}" for code, weight in WEIGHTS.items())


def criteria_rows(
    criteria: Sequence[Criterion], match: ProductMatchRow | None
) -> list[dict[str, Any]]:
    """Return every condition of a product; with a match also what was found for this firm."""
    found = {f["code"]: f for f in (*match.unmet, *match.missing)} if match else {}
    return [
        finding_row(found[c.code], match.nearest if match else None)
        if c.code in found
        else _condition(c, judged=match is not None)
        for c in criteria
    ]


def coming_of(criteria: Sequence[Criterion]) -> list[str]:
    """Return the conditions that do not hold yet, each with its day; nothing is judged by them."""
    return [
        f"{since}：{criterion.threshold_text() if criterion.show_threshold else HIDDEN}"
        for criterion in criteria
        if (since := criterion_days.coming_words(criterion))
    ]


def _condition(criterion: Criterion, *, judged: bool) -> dict[str, Any]:
    name, asked = criterion.field.name, criterion.threshold_text()
    if judged:
        asked = asked.removeprefix(name)
    return {
        "outcome": "met" if judged else "",
        "title": name,
        "threshold": asked if criterion.show_threshold else HIDDEN,
        "value": None,
    }


def short_terms(version: ProductVersion) -> list[dict[str, str]]:
    """Return what a card shows of the terms."""
    terms, meaning = version.terms, meaning_of(version.kind)
    price = costs_view.price_text(terms, version.kind, None) or "未公布"
    return [
        {"label": meaning.amount, "value": amount_text(terms)},
        {"label": "综合年化成本", "value": cost_text(version)}
        if meaning.lends
        else {"label": meaning.price, "value": price},
        {"label": "期限", "value": term_text(terms)},
        {"label": "承诺答复", "value": promise_text(terms)},
    ]


def all_terms(version: ProductVersion) -> list[dict[str, str]]:
    """Return every term of a product."""
    terms, meaning = version.terms, meaning_of(version.kind)
    rate = None if terms.rate_min is None else _rates(terms)
    about = [{"label": "这是什么", "value": meaning.about}] if meaning.about else []
    return [
        *about,
        {"label": meaning.amount, "value": amount_text(terms)},
        {
            "label": meaning.price,
            "value": costs_view.price_text(terms, version.kind, rate) or "未公布",
        },
        {"label": "其他费用", "value": costs_view.fees_text(terms, version.kind)},
        {"label": "综合年化成本", "value": cost_text(version)},
        {"label": "期限", "value": term_text(terms)},
        {"label": "担保方式", "value": GUARANTEES[terms.guarantee]},
        {"label": "还款方式", "value": REPAYMENTS[terms.repayment]},
        {"label": "承诺答复", "value": promise_text(terms)},
    ]


def amount_text(terms: Terms) -> str:
    """Say between which amounts the product lends."""
    low, high = terms.amount_min_fen, terms.amount_max_fen
    if high is None:
        return "未公布" if low is None else f"{format_wan(low)}起"
    return f"最高 {format_wan(high)}" if not low else f"{format_wan(low)}–{format_wan(high)}"


def cost_text(version: ProductVersion) -> str:
    """Say what the loan costs a year at its highest rate, fees included, and in which case."""
    return costs_view.reference_text(version.terms, version.kind)


def term_text(terms: Terms) -> str:
    """Say for how long the product lends."""
    if terms.term_max_months is None:
        return "未公布"
    return f"{terms.term_min_months or 1}–{terms.term_max_months} 个月"


def promise_text(terms: Terms) -> str:
    """Say within how many working days the bank answers."""
    return "未承诺" if terms.promise_days is None else f"{terms.promise_days} 个工作日"


def _rates(terms: Terms) -> str:
    if terms.rate_max is None or terms.rate_max == terms.rate_min:
        return format_percent(terms.rate_min)
    return f"{format_percent(terms.rate_min)}–{format_percent(terms.rate_max)}"
