"""Financing needs in words, 融资需求: what it says, how long is left, what was done."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from xinyidai.enterprises.models import Enterprise
from xinyidai.enterprises.reference import industries, regions
from xinyidai.financing_needs import place_queries
from xinyidai.financing_needs.models import FinancingNeed, NeedOffer, NeedStep
from xinyidai.financing_needs.rules import masked_name
from xinyidai.financing_needs.values import ACTION_NAMES, NEED_PURPOSE_NAMES, FinancingNeedAction
from xinyidai.kernel import clock
from xinyidai.kernel.money import format_wan
from xinyidai.kernel.working_days import working_days_between
from xinyidai.web import wording
from xinyidai.web.chrome import format_day, format_moment, format_percent

Row = dict[str, Any]
A = FinancingNeedAction
STOPS = frozenset({A.DECLINE, A.REFUSE, A.RELEASE, A.LAPSE, A.END, A.WITHDRAW, A.EXPIRE})


def need_facts(need: FinancingNeed) -> list[Row]:
    """Return what the firm wrote and banks may read before any authorization."""
    guarantee = wording.GUARANTEES[need.guarantee] if need.guarantee else "不确定"
    rate = f"不高于 {format_percent(need.rate_max)}" if need.rate_max is not None else "没有写明"
    return [
        {"label": "想借", "value": format_wan(need.amount_fen)},
        {"label": "期限", "value": f"{need.term_months} 个月"},
        {"label": "用途", "value": NEED_PURPOSE_NAMES[need.purpose], "note": need.purpose_text},
        {"label": "能提供的担保", "value": guarantee},
        {"label": "希望的年利率", "value": rate},
        {"label": "其他要求", "value": need.preferences or "没有"},
        {"label": "截止日期", "value": format_day(need.expires_on)},
    ]


def trade_words(firm: Enterprise) -> str:
    """Return region, industry and size: what a bank knows of a firm before it is authorized."""
    region = regions().get(firm.region_code or "")
    section = industries().get(firm.section or "")
    parts = (
        region.name if region else "地区不详",
        section.name if section else "行业不详",
        wording.SCALES[firm.scale] if firm.scale else "规模不详",
    )
    return " · ".join(parts)


def shown_name(firm: Enterprise, *, known: bool) -> str:
    """Return the firm's name, or its mask for a bank that is not authorized."""
    return firm.name if known else masked_name(firm.name)


def days_left(due_on: date | None) -> int | None:
    """Return the working days left, negative when late, None when nothing is waited for."""
    if due_on is None:
        return None
    today = clock.today()
    left = working_days_between(today, due_on)
    return min(left, -1) if due_on < today else left


def step_rows(steps: Sequence[NeedStep], *, names: bool = True) -> list[Row]:
    """Return the steps for a timeline, newest first; `names` says whether banks are named."""
    banks = place_queries.institution_names([s.institution_id for s in steps if s.institution_id])
    return [
        {
            "at": format_moment(step.taken_at),
            "title": ACTION_NAMES[step.action]
            + (f"：{banks[step.institution_id]}" if names and step.institution_id else ""),
            "who": step.actor_name,
            "text": step.reason,
            "tone": "stop" if step.action in STOPS else "",
        }
        for step in reversed(steps)
    ]


def given_reasons(offer: NeedOffer) -> list[Row]:
    """Return the coded reasons with which a bank declined."""
    return [{**reason, "note": reason.get("note", "")} for reason in offer.reasons]
