"""Put match results, 匹配结果, and products together for their pages."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import url_for

from xinyidai.catalogue.missing import MissingCause
from xinyidai.kernel.money import format_wan
from xinyidai.matching.models import MatchRun, ProductMatchRow
from xinyidai.matching.ranking import WEIGHTS
from xinyidai.matching.values import Act
from xinyidai.products.models import ProductVersion
from xinyidai.products.values import Criterion, Outcome, Terms, meaning_of
from xinyidai.web import costs_view
from xinyidai.web.chrome import format_percent
from xinyidai.web.enterprise.queries import Offer
from xinyidai.web.wording import GUARANTEES, OUTCOMES, REPAYMENTS

# The shapes of the reason list: ✓, ? and ✗.
SHAPES: Mapping[Outcome, str] = {
    Outcome.ELIGIBLE: "met",
    Outcome.INSUFFICIENT: "missing",
    Outcome.INELIGIBLE: "unmet",
}

# Where each step is done: page and words of the link.
WAYS: Mapping[Act, tuple[str, str]] = {
    Act.WISH: ("enterprise.match_form", "改需求"),
    Act.AUTHORIZE: ("enterprise.consent_new", "去授权"),
    Act.REGISTER: ("enterprise.profile", "核对登记信息"),
    Act.DECLARE: ("enterprise.declarations", "去填报"),
    Act.LIST: ("public.whitelist_names", "看名单怎样产生"),
    Act.REPAIR: ("enterprise.repairs", "去办信用修复"),
    Act.PROFILE: ("enterprise.profile", "看画像"),
}


def counts_of(run: MatchRun) -> dict[Outcome, int]:
    """Return how many products came out each way, shown or not."""
    return {
        Outcome.ELIGIBLE: run.eligible_count,
        Outcome.INSUFFICIENT: run.insufficient_count,
        Outcome.INELIGIBLE: run.ineligible_count,
    }


def tabs_of(run: MatchRun, current: Outcome) -> list[dict[str, Any]]:
    """Return the three tabs with their counts."""
    return [
        {
            "label": OUTCOMES[outcome],
            "count": count,
            "href": url_for("enterprise.matches", outcome=outcome.value),
            "current": outcome is current,
        }
        for outcome, count in counts_of(run).items()
    ]


def card_of(match: ProductMatchRow, offer: Offer, criteria: Sequence[Criterion]) -> dict[str, Any]:
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
        "met_text": f"平台核对 {match.criteria_count} 项条件，满足 {met} 项",
        "reasons": [finding_row(finding, match.nearest) for finding in lacking],
        "near": near_of(match),
        "met": [row for row in rows if row["outcome"] == SHAPES[Outcome.ELIGIBLE]],
        "text_conditions": match.text_conditions,
        "factors": [_factor(factor) for factor in match.factors],
        "rank": match.rank,
        "score": f"{match.score:.2f}",
    }


def near_of(match: ProductMatchRow) -> dict[str, Any] | None:
    """Return what opens the product: the steps with where to go, or what cannot be changed."""
    if not match.nearest:
        return None
    steps = [{"text": step["text"], **way_out(step["act"])} for step in match.nearest["steps"]]
    blocked = [one["text"] for one in match.nearest["blocked"]]
    return {"steps": [] if blocked else steps, "blocked": blocked}


def finding_row(
    finding: Mapping[str, Any], nearest: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return a stored finding as a row of the reason list, with the way out where there is one."""
    outcome = Outcome(finding["outcome"])
    hidden = outcome is Outcome.INELIGIBLE and finding["threshold"] is None
    row = {
        "outcome": SHAPES[outcome],
        "title": finding["field_name"],
        "value": finding["value"],
        "threshold": "银行未公布具体数值" if hidden else finding["threshold"],
        "how": finding["text"],
    }
    steps = {step["field"]: step["act"] for step in (nearest or {}).get("steps", ())}
    act = steps.get(finding["field"])
    if outcome is Outcome.INSUFFICIENT:
        unauthorized = finding["cause"] == MissingCause.NOT_AUTHORIZED
        row["how"] = f"{finding['cause_text']}。{finding['remedy']}"
        return row | way_out(act or (Act.AUTHORIZE if unauthorized else Act.PROFILE))
    return row | way_out(act) if act else row


def way_out(act: str) -> dict[str, str]:
    """Return the link where a step is done; none where there is only waiting."""
    found = WAYS.get(Act(act))
    return {"href": url_for(found[0]), "link_label": found[1]} if found else {}


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


def _condition(criterion: Criterion, *, judged: bool) -> dict[str, Any]:
    threshold = criterion.threshold_text() if criterion.show_threshold else "银行未公布具体数值"
    return {
        "outcome": "met" if judged else "",
        "title": criterion.field.name,
        "threshold": threshold,
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
