"""The firm's authorizations, 我的授权: list, detail, sign, decline, suspend, resume, confirm."""

from collections.abc import Callable
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from xinyidai.applications import service as applications
from xinyidai.consents import queries, service
from xinyidai.consents.models import Consent
from xinyidai.consents.values import ConsentState
from xinyidai.credit_records.service import own_looks
from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.errors import Conflict, InvalidInput, InvalidTransition, NotFound, RuleBroken
from xinyidai.kernel.http import page_args
from xinyidai.web.enterprise import consent_queries as shelves
from xinyidai.web.enterprise import consent_view as view
from xinyidai.web.enterprise.application_view import EDITABLE
from xinyidai.web.enterprise.base import SEE_OTHER, UNPROCESSABLE, actor, blueprint, firm_id
from xinyidai.web.enterprise.consent_queries import Shelf
from xinyidai.web.enterprise.consent_seal import seal_of
from xinyidai.web.enterprise.look_view import looks_of
from xinyidai.web.wording import CONSENT_STATES

SHOWN_LOOKS = 10
SHELF_NAMES = {Shelf.LIVE: "生效中", Shelf.WAITING: "等您确认", Shelf.ENDED: "已结束"}
Deed = Callable[[Actor, UUID], Consent]


@blueprint.get("/consents")
@allow(Role.ENTERPRISE_USER)
def consents() -> ResponseReturnValue:
    """List what is in force; what waits for an answer and what has ended stand one click away."""
    shelf = _asked_shelf()
    page = page_args()
    totals = shelves.counts(firm_id())
    found = shelves.shelf_of(firm_id(), shelf, page)
    return render_template(
        "enterprise/consents.html",
        cards=view.cards_of(found),
        shelf=shelf,
        tabs=[
            {"label": name, "href": _shelf_url(each), "current": each is shelf, "count": number}
            for each, name, number in ((each, SHELF_NAMES[each], totals[each]) for each in Shelf)
        ],
        waiting=totals[Shelf.WAITING],
        page=page.number,
        pages=max(1, -(-totals[shelf] // page.size)),
        total=totals[shelf],
        labels=CONSENT_STATES,
    )


@blueprint.get("/consents/<uuid:consent_id>")
@allow(Role.ENTERPRISE_USER)
def consent(consent_id: UUID) -> ResponseReturnValue:
    """Show one authorization, its signature, its history, and every look under it."""
    return detail(consent_id, {})


@blueprint.post("/consents/<uuid:consent_id>/agree")
@allow(Role.ENTERPRISE_USER)
def consent_agree(consent_id: UUID) -> ResponseReturnValue:
    """Sign what an institution asked for, or give the second of two signatures."""
    try:
        with own_transaction():
            service.grant_consent(actor(), consent_id)
    except RuleBroken as error:
        return detail(consent_id, {"agree": error.message})
    except InvalidTransition:
        _require_state(consent_id, {ConsentState.ACTIVE})
    state = service.state_of(service.get_consent(actor(), consent_id))
    if state is ConsentState.PENDING:
        flash("您已签署（1/2）。请本企业另一位人员登录后确认，确认前对方不能查看。", "todo")
    else:
        _let_application_rest_on(consent_id)
        flash("已同意授权。每次查看都会记录，您随时可以撤回。", "ok")
    return redirect(url_for(".consent", consent_id=consent_id), SEE_OTHER)


@blueprint.post("/consents/<uuid:consent_id>/decline")
@allow(Role.ENTERPRISE_USER)
def consent_decline(consent_id: UUID) -> ResponseReturnValue:
    """Refuse what an institution asked for; no reason is needed."""
    words = "已拒绝，对方不能查看您的数据。"
    return _done(consent_id, with_reason(service.decline_consent), ConsentState.DECLINED, words)


@blueprint.post("/consents/<uuid:consent_id>/suspend")
@allow(Role.ENTERPRISE_USER)
def consent_suspend(consent_id: UUID) -> ResponseReturnValue:
    """Stop all looks until further notice."""
    words = "授权已暂停，恢复之前对方不能查看。"
    return _done(consent_id, with_reason(service.suspend_consent), ConsentState.SUSPENDED, words)


@blueprint.post("/consents/<uuid:consent_id>/resume")
@allow(Role.ENTERPRISE_USER)
def consent_resume(consent_id: UUID) -> ResponseReturnValue:
    """Allow looks again."""
    return _done(consent_id, service.resume_consent, ConsentState.ACTIVE, "授权已恢复。")


@blueprint.post("/consents/<uuid:consent_id>/confirm")
@allow(Role.ENTERPRISE_USER)
def consent_confirm(consent_id: UUID) -> ResponseReturnValue:
    """Let an authorization go on after the legal representative changed."""
    words = "已确认继续，授权内容不变。"
    return _done(consent_id, service.confirm_consent, ConsentState.ACTIVE, words)


def with_reason(deed: Callable[[Actor, UUID, str], Consent]) -> Deed:
    """Return the deed with the reason that was typed, if any."""
    return lambda who, consent_id: deed(who, consent_id, request.form.get("reason", ""))


def _done(consent_id: UUID, deed: Deed, goal: ConsentState, words: str) -> ResponseReturnValue:
    """Do one deed; a second click finds it done and changes nothing."""
    try:
        with own_transaction():
            deed(actor(), consent_id)
    except InvalidInput as error:
        return detail(consent_id, error.fields)
    except RuleBroken as error:
        return detail(consent_id, {"agree": error.message})
    except InvalidTransition:
        _require_state(consent_id, {goal})
    flash(words, "ok")
    return redirect(url_for(".consent", consent_id=consent_id), SEE_OTHER)


def _require_state(consent_id: UUID, goals: set[ConsentState]) -> None:
    """Raise `InvalidTransition` unless the consent stands where the refused deed would lead."""
    state = service.state_of(service.get_consent(actor(), consent_id))
    if state not in goals:
        raise InvalidTransition(f"这份授权{CONSENT_STATES[state]}，不能这样操作。请刷新页面查看。")


def _let_application_rest_on(consent_id: UUID) -> None:
    """Let the application that was waiting for the second signature rest on the consent."""
    found = service.get_consent(actor(), consent_id)
    if found.first_signed_at is None or found.application_no is None:
        return
    waiting = shelves.application_numbered(found.application_no, firm_id())
    if waiting is None or waiting.state not in EDITABLE:
        return
    try:
        with own_transaction():
            applications.link_consent(actor(), waiting.id, consent_id)
    except (RuleBroken, Conflict):
        flash("授权已生效，但与这次申请的要求不符，请到申请里重新授权。", "todo")


def _asked_shelf() -> Shelf:
    code = request.args.get("list", Shelf.LIVE)
    if code not in list(Shelf):
        raise NotFound("没有这一类授权，请从“我的授权”进入。")
    return Shelf(code)


def _shelf_url(shelf: Shelf) -> str:
    return url_for(".consents") if shelf is Shelf.LIVE else url_for(".consents", list=shelf.value)


def detail(consent_id: UUID, errors: dict[str, str]) -> ResponseReturnValue:
    """Show one authorization, with what was wrong with the deed just tried."""
    found = service.get_consent(actor(), consent_id)
    [card] = view.cards_of([found])
    events = queries.events_of(consent_id)
    looks, total = own_looks.looks_under(actor(), consent_id, limit=SHOWN_LOOKS)
    is_pending = card.state is ConsentState.PENDING
    signed_by_me = is_pending and found.first_signed_by == actor().account_id
    page = render_template(
        "enterprise/consent.html",
        consent=found,
        card=card,
        facts=view.consent_facts(found, card),
        seal=seal_of(found, events),
        deeds=view.deeds_of(events),
        looks=looks_of(looks),
        look_count=total,
        may_sign=is_pending and not signed_by_me,
        needs_two=queries.wants_two_signers(firm_id()) or found.first_signed_at is not None,
        is_revocable=card.state in view.REVOCABLE and found.revoked_at is None,
        labels=CONSENT_STATES,
        errors=errors,
    )
    return page, UNPROCESSABLE if errors else 200
