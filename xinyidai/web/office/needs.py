"""Financing needs of the city, 融资需求: by state, late banks, and dispatching, 派单."""

from typing import Any
from uuid import UUID

from flask import g, render_template, url_for
from flask.typing import ResponseReturnValue

from xinyidai.financing_needs import place_queries, queries, service
from xinyidai.financing_needs.place_queries import BankRecord, OfferRow
from xinyidai.financing_needs.queries import NeedRow
from xinyidai.financing_needs.values import (
    FINANCING_NEED_STATE_NAMES,
    NEED_PURPOSE_NAMES,
    OFFER_END_NAMES,
    OFFER_STATE_NAMES,
    OFFER_WAY_NAMES,
    OPEN_OFFERS,
    OPEN_STATES,
    FinancingNeedState,
)
from xinyidai.kernel import clock
from xinyidai.kernel.access import allow
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.errors import InvalidInput, NotFound
from xinyidai.kernel.http import page_args
from xinyidai.kernel.money import format_wan
from xinyidai.web import need_words
from xinyidai.web.chrome import format_day
from xinyidai.web.office.base import (
    OFFICE,
    OVERSIGHT,
    Row,
    asked,
    attempted,
    blueprint,
    chosen_state,
    done,
    link,
    pager_of,
    typed,
)

BEST = "best"


@blueprint.get("/needs")
@allow(*OVERSIGHT)
def needs() -> ResponseReturnValue:
    """Show the needs of the city by state with their counts, and how banks keep their terms."""
    state, page = chosen_state(FinancingNeedState), page_args()
    if state is FinancingNeedState.DRAFT:
        raise InvalidInput("草稿只有企业自己能看。", fields={"state": "请从列表里选择"})
    rows, total = queries.needs_in(state, page)
    counts = queries.counts_by_state()
    tabs: list[tuple[FinancingNeedState | None, str, int]]
    tabs = [(None, "全部", sum(counts.values()))]
    tabs += [(code, FINANCING_NEED_STATE_NAMES[code], n) for code, n in counts.items()]
    return render_template(
        "office/needs.html",
        rows=[_need_row(row) for row in rows],
        labels=FINANCING_NEED_STATE_NAMES,
        tabs=[
            {
                "label": label,
                "href": url_for("office.needs", state=code.value if code else None),
                "current": code is state,
                "count": count,
            }
            for code, label, count in tabs
        ],
        banks=[_bank_row(record) for record in place_queries.bank_records(clock.today())],
        pager=pager_of(page, total),
    )


@blueprint.get("/needs/late")
@allow(*OVERSIGHT)
def late_needs() -> ResponseReturnValue:
    """Show the places that a bank let pass, overdue now or ended for it; by bank if asked."""
    page, bank = page_args(), asked("bank")
    rows, total = place_queries.late_offers(_bank(bank), clock.today(), page)
    return render_template(
        "office/late_needs.html",
        rows=[_late_row(row) for row in rows],
        labels=OFFER_STATE_NAMES,
        pager=pager_of(page, total),
    )


@blueprint.get("/needs/<uuid:need_id>")
@allow(*OVERSIGHT)
def need(need_id: UUID) -> ResponseReturnValue:
    """Show one need with its places and steps, and the ways to dispatch it."""
    return _page(need_id, {})


@blueprint.post("/needs/<uuid:need_id>/dispatch")
@allow(*OFFICE)
def dispatch_need(need_id: UUID) -> ResponseReturnValue:
    """Dispatch to the best matching banks, or to the one picked with a reason."""
    words = ""
    with attempted("institution_id") as attempt, own_transaction():
        words = _dispatch(need_id)
    if attempt.errors:
        return _page(need_id, attempt.errors), attempt.status
    return done(words, "office.need", need_id=need_id)


def _dispatch(need_id: UUID) -> str:
    if typed("way") == BEST:
        offered = service.dispatch_best(g.actor, need_id)
        if not offered:
            return "没有产品条件合适而又有名额的银行；需求留在需求池，名额空出后自动派单。"
        return f"已按匹配顺序派给 {len(offered)} 家银行。"
    try:
        bank_id = UUID(typed("institution_id"))
    except ValueError as error:
        raise InvalidInput("请选择银行。", fields={"institution_id": "请选择银行。"}) from error
    service.dispatch_to(g.actor, need_id, bank_id, typed("reason"))
    return "已派单，银行会收到消息。"


def _page(need_id: UUID, errors: dict[str, str]) -> str:
    found = service.read_for_city(g.actor, need_id)
    places = place_queries.offer_rows_of(need_id)
    held = {row.institution.id for row in places}
    firm = queries.get_firm(found.enterprise_id)
    free = found.most_banks - sum(row.offer.state in OPEN_OFFERS for row in places)
    return render_template(
        "office/need.html",
        need=found,
        firm=firm,
        trade=need_words.trade_words(firm),
        facts=need_words.need_facts(found),
        labels=FINANCING_NEED_STATE_NAMES,
        place_labels=OFFER_STATE_NAMES,
        places=[_place_row(row) for row in places],
        steps=need_words.step_rows(queries.steps_of(need_id)),
        can_dispatch=g.actor.role in OFFICE and found.state in OPEN_STATES and free > 0,
        free=free,
        banks=[
            {"value": str(bank.id), "label": bank.name}
            for bank in place_queries.lenders(without=held)
        ],
        typed={"institution_id": typed("institution_id"), "reason": typed("reason")},
        errors=errors,
    )


def _bank(text: str) -> UUID | None:
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError as error:
        raise NotFound("没有找到这家银行。") from error


def _need_row(row: NeedRow) -> Row:
    found = row.need
    url = url_for("office.need", need_id=found.id)
    held = [o for o in place_queries.offer_rows_of(found.id) if o.offer.state in OPEN_OFFERS]
    return {
        "number": link(url, found.number),
        "firm": row.enterprise.name,
        "firm_sub": need_words.trade_words(row.enterprise),
        "amount": format_wan(found.amount_fen),
        "amount_sub": f"{found.term_months} 个月",
        "purpose": NEED_PURPOSE_NAMES[found.purpose],
        "banks": "、".join(o.institution.short_name for o in held) or None,
        "state": found.state.value,
        "until": format_day(found.expires_on),
    }


def _bank_row(record: BankRecord) -> Row:
    late = record.overdue + record.released + record.not_taken + record.denied
    url = url_for("office.late_needs", bank=record.institution.id)
    return {
        "name": record.institution.name,
        "authorized": record.authorized,
        "contacted": record.contacted,
        "overdue": record.overdue,
        "released": record.released,
        "not_taken": record.not_taken,
        "denied": record.denied,
        "late": link(url, f"{late} 项") if late else "0 项",
    }


def _late_row(row: OfferRow) -> Row:
    offer = row.offer
    end = OFFER_END_NAMES[offer.end_reason] if offer.end_reason else "已超时，等待释放"
    return {
        "number": link(url_for("office.need", need_id=row.need.id), row.need.number),
        "bank": row.institution.name,
        "officer": offer.officer_name,
        "until": format_day(offer.contact_until or offer.due_on),
        "why": "企业说明没有联系" if offer.firm_confirms is False else end,
        "state": offer.state.value,
    }


def _place_row(row: OfferRow) -> dict[str, Any]:
    offer = row.offer
    return {
        "bank": row.institution.name,
        "bank_sub": OFFER_WAY_NAMES[offer.way],
        "state": offer.state.value,
        "officer": offer.officer_name,
        "due": format_day(offer.due_on) if offer.due_on else None,
        "left": need_words.days_left(offer.due_on),
        "why": OFFER_END_NAMES[offer.end_reason] if offer.end_reason else "",
        "denied": offer.firm_confirms is False,
        "reasons": [reason["name"] for reason in offer.reasons],
    }
