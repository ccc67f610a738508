"""Financing needs for a bank, 融资需求: the pool, the places it holds, and what it does."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import flash, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from xinyidai.catalogue.denials import DENIAL_REASONS
from xinyidai.catalogue.refusals import DenialGiven
from xinyidai.financing_needs import queries, service
from xinyidai.financing_needs.queries import NeedRow
from xinyidai.financing_needs.queries import places as place_queries
from xinyidai.financing_needs.queries.places import OfferRow
from xinyidai.financing_needs.service import BankView
from xinyidai.financing_needs.values import (
    FINANCING_NEED_STATE_NAMES,
    NEED_PURPOSE_NAMES,
    OFFER_END_NAMES,
    OFFER_STATE_NAMES,
    OFFER_WAY_NAMES,
    OPEN_OFFERS,
    OfferState,
)
from xinyidai.kernel import clock
from xinyidai.kernel.access import allow
from xinyidai.kernel.db import own_transaction, transactional
from xinyidai.kernel.errors import Conflict, InvalidInput
from xinyidai.kernel.http import page_args
from xinyidai.kernel.money import format_wan
from xinyidai.web import need_words
from xinyidai.web.bank import showing
from xinyidai.web.bank.base import (
    OFFICER,
    UNPROCESSABLE,
    bank_id,
    blueprint,
    pager_of,
    see_other,
)
from xinyidai.web.bank.form_reading import FieldValues
from xinyidai.web.chrome import format_day, format_moment, format_percent
from xinyidai.whitelist.priority_queries import priorities_of

Row = dict[str, Any]
CONFLICT = 409
OPEN, ENDED = "open", "ended"
TABS = {OPEN: "办理中", ENDED: "已结束"}
P = OfferState
NEXT = {
    P.DISPATCHED: "平台派给本机构，请接单或婉拒",
    P.CLAIMED: "等企业授权；授权前看不到企业名称",
    P.AUTHORIZED: "企业已授权，请联系企业并报告",
    P.CONTACTED: "已联系，等企业提交申请",
}


@blueprint.get("/needs")
@allow(*OFFICER)
def need_pool() -> ResponseReturnValue:
    """Show what the bank may claim, without the firms' names, the last day first."""
    return _pool("")


@blueprint.get("/needs/held")
@allow(*OFFICER)
def held_needs() -> ResponseReturnValue:
    """Show the bank's places by time left, or those that are over."""
    tab, page = request.args.get("state", OPEN), page_args()
    if tab not in TABS:
        raise InvalidInput("没有这种状态，请重新选择。", fields={"state": "请从列表里选择。"})
    states = OPEN_OFFERS if tab == OPEN else frozenset(OfferState) - OPEN_OFFERS
    rows, total = place_queries.offers_held(bank_id(), states, page)
    return render_template(
        "bank/held_needs.html",
        rows=[{**_held_row(row), "first": first} for row, first in _with_priority(rows)],
        labels=OFFER_STATE_NAMES,
        tabs=[
            {"label": label, "href": url_for("bank.held_needs", state=code), "current": code == tab}
            for code, label in TABS.items()
        ],
        pager=pager_of(page, total),
    )


@blueprint.get("/needs/<uuid:need_id>")
@allow(*OFFICER)
def show_need(need_id: UUID) -> ResponseReturnValue:
    """Show one need: masked until the firm has authorized this bank, then with its contact."""
    view = service.read_for_bank(g.actor, need_id)
    offer = view.offer
    return render_template(
        "bank/need.html",
        need=view.need,
        offer=offer,
        title=need_words.shown_name(view.trade, known=view.firm is not None),
        trade=need_words.trade_words(view.trade),
        firm=view.firm,
        facts=need_words.need_facts(view.need),
        place=_place_facts(view) if offer else [],
        can_claim=view.can_claim,
        is_open=offer is not None and offer.state in OPEN_OFFERS,
        left=need_words.days_left(offer.due_on) if offer else None,
        next_step=NEXT.get(offer.state, "") if offer else "",
        reasons=need_words.given_reasons(offer) if offer else [],
        need_labels=FINANCING_NEED_STATE_NAMES,
        labels=OFFER_STATE_NAMES,
    )


@blueprint.post("/needs/<uuid:need_id>/claim")
@allow(*OFFICER)
def claim_need(need_id: UUID) -> ResponseReturnValue:
    """Claim a place, or take the one that was dispatched; who is late sees what is left."""
    try:
        with own_transaction():
            service.claim_need(g.actor, need_id)
    except Conflict as error:
        return _pool(error.message), CONFLICT
    flash("已接单，名额归本机构。企业授权后您会收到消息，并在 2 个工作日内联系企业。", "ok")
    return see_other("show_need", need_id=need_id)


@blueprint.post("/needs/<uuid:need_id>/contact")
@allow(*OFFICER)
@transactional
def report_need_contact(need_id: UUID) -> ResponseReturnValue:
    """Note that the firm was contacted."""
    service.report_contact(g.actor, need_id)
    flash("已登记联系，企业会收到消息，可以说明是否属实。", "ok")
    return see_other("show_need", need_id=need_id)


@blueprint.get("/needs/<uuid:need_id>/decline")
@allow(*OFFICER)
def decline_need_form(need_id: UUID) -> ResponseReturnValue:
    """Ask for the reasons."""
    service.read_for_bank(g.actor, need_id)
    return _decline_form(need_id, {})


@blueprint.post("/needs/<uuid:need_id>/decline")
@allow(*OFFICER)
def decline_need(need_id: UUID) -> ResponseReturnValue:
    """Decline with coded reasons; the place goes to the next bank."""
    reasons = [
        DenialGiven(code, request.form.get(f"note_{code}", "").strip())
        for code in request.form.getlist("reasons")
    ]
    try:
        with own_transaction():
            service.decline_need(g.actor, need_id, reasons)
    except InvalidInput as error:
        return _decline_form(need_id, error.fields), UNPROCESSABLE
    flash("已婉拒，企业会看到原因和建议，名额转给下一家。", "ok")
    return see_other("held_needs")


def _pool(error: str) -> str:
    page = page_args()
    rows, total = queries.pool(bank_id(), clock.today(), page)
    pager = pager_of(page, total)
    return render_template(
        "bank/need_pool.html",
        rows=[_pool_row(row) for row in rows],
        held=place_queries.count_held(bank_id()),
        total=total,
        pager=replace(pager, url=f"{url_for('bank.need_pool')}{pager.url}"),
        error=error,
    )


def _decline_form(need_id: UUID, errors: dict[str, str]) -> str:
    return render_template(
        "bank/need_decline.html",
        need_id=need_id,
        reasons=DENIAL_REASONS.values(),
        chosen=request.form.getlist("reasons"),
        values=FieldValues(request.form.to_dict()),
        errors=errors,
    )


def _pool_row(row: NeedRow) -> Row:
    need = row.need
    url = url_for("bank.show_need", need_id=need.id)
    rate = format_percent(need.rate_max) if need.rate_max is not None else "没有写明"
    return {
        "what": showing.link(url, f"{format_wan(need.amount_fen)} · {need.term_months} 个月"),
        "what_sub": need.number,
        "firm": need_words.shown_name(row.enterprise, known=False),
        "firm_sub": need_words.trade_words(row.enterprise),
        "purpose": NEED_PURPOSE_NAMES[need.purpose],
        "rate": rate,
        "until": format_day(need.expires_on),
        "id": need.id,
    }


def _with_priority(rows: list[OfferRow]) -> list[tuple[OfferRow, str]]:
    """Say beside each firm that has authorized the bank why it is served first, or nothing."""
    known = [row for row in rows if row.offer.priority_entry_id and service.may_know(row.offer)]
    firsts = priorities_of([row.enterprise.id for row in known])
    words = {row.offer.id: showing.priority_words(firsts.get(row.enterprise.id)) for row in known}
    return [(row, words.get(row.offer.id, "")) for row in rows]


def _held_row(row: OfferRow) -> Row:
    url = url_for("bank.show_need", need_id=row.need.id)
    known = service.may_know(row.offer)
    end = row.offer.end_reason
    return {
        "firm": showing.link(url, need_words.shown_name(row.enterprise, known=known)),
        "firm_sub": need_words.trade_words(row.enterprise),
        "number": row.need.number,
        "amount": format_wan(row.need.amount_fen),
        "amount_sub": f"{row.need.term_months} 个月",
        "state": row.offer.state.value,
        "left": need_words.days_left(row.offer.due_on),
        "due": format_day(row.offer.due_on),
        "next": OFFER_END_NAMES[end] if end else NEXT.get(row.offer.state, "已转为贷款申请"),
        "officer": row.offer.officer_name,
    }


def _place_facts(view: BankView) -> list[Row]:
    offer = view.offer
    if offer is None:
        return []
    facts = [
        {"label": "获得方式", "value": OFFER_WAY_NAMES[offer.way]},
        {"label": "客户经理", "value": offer.officer_name or "还没有接单"},
        {"label": "接单时间", "value": format_moment(offer.claimed_at)},
        {"label": "企业授权", "value": format_moment(offer.authorized_at)},
        {"label": "应在此日前联系", "value": format_day(offer.contact_until)},
        {"label": "报告联系", "value": format_moment(offer.contacted_at)},
    ]
    if offer.firm_confirms is not None:
        words = "确认已联系" if offer.firm_confirms else "说明还没有联系"
        facts.append({"label": "企业说明", "value": words})
    if offer.end_reason is not None:
        facts.append({"label": "结束原因", "value": OFFER_END_NAMES[offer.end_reason]})
    return facts
