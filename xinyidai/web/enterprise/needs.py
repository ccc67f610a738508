"""Financing needs of the firm, 融资需求: list, write, publish, follow, withdraw."""

from uuid import UUID, uuid4

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from xinyidai.accounts.models import Account
from xinyidai.financing_needs import queries, service
from xinyidai.financing_needs.models import FinancingNeed
from xinyidai.financing_needs.service import DuplicateNeed
from xinyidai.financing_needs.values import (
    CONTACT_DAYS,
    MOST_BANKS,
    OPEN_STATES,
    FinancingNeedState,
    NeedFacts,
)
from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import db, own_transaction, transactional
from xinyidai.kernel.errors import Conflict, InvalidInput
from xinyidai.kernel.http import page_args
from xinyidai.matching import service as matching
from xinyidai.scoring import service as scoring
from xinyidai.web import need_words
from xinyidai.web.enterprise import need_view as view
from xinyidai.web.enterprise.base import (
    SEE_OTHER,
    UNPROCESSABLE,
    Slice,
    actor,
    blueprint,
    firm_id,
    read_id,
)
from xinyidai.web.wording import GUARANTEES

PUBLISHED = "需求已发布。银行接单后会告诉您；您授权之前，银行看不到企业名称。"


@blueprint.get("/needs")
@allow(Role.ENTERPRISE_USER)
def needs() -> ResponseReturnValue:
    """List the firm's needs, newest first, each with the banks that hold it."""
    page, total = page_args(), queries.count_of(firm_id())
    rows = queries.list_needs_of(firm_id(), limit=page.size, offset=page.offset)
    return render_template(
        "enterprise/needs.html",
        page=Slice(rows, page.number, max(1, -(-total // page.size)), total),
        cards=[view.card_of(need) for need in rows],
        labels=view.STATE_LABELS,
        most_banks=MOST_BANKS,
    )


@blueprint.get("/needs/new")
@allow(Role.ENTERPRISE_USER)
def need_new() -> ResponseReturnValue:
    """Ask what the firm needs; `from` copies an earlier need of the firm."""
    answers = dict.fromkeys(view.FIELDS, "") | {"most_banks": str(MOST_BANKS)} | _own_contact()
    if request.args.get("from"):
        earlier = service.read_own(actor(), read_id(request.args["from"]))
        answers = view.answers_of(earlier) | {"wanted_by": ""}
    return _form(answers | {"request_key": str(uuid4())}, {})


@blueprint.post("/needs/new")
@allow(Role.ENTERPRISE_USER)
def need_start() -> ResponseReturnValue:
    """Keep the draft or publish it; a second click with the same key finds the first's need."""
    answers = view.typed_answers(request.form)
    request_key = read_id(request.form.get("request_key", ""))
    typed = view.read_facts(answers)
    answers["request_key"] = str(request_key)
    if typed.faults:
        return _form(answers, typed.faults)
    if _publishes() and not request.form.get("knows_application"):
        open_one = view.application_alike(firm_id(), typed.facts)
        if open_one is not None:
            return _form(answers, {}, application=open_one)
    try:
        with own_transaction():
            need_id = _keep(typed.facts, request_key)
    except InvalidInput as error:
        return _form(answers, error.fields)
    except DuplicateNeed as error:
        return _to_twin(error)
    return redirect(url_for(".need", need_id=need_id), SEE_OTHER)


def _keep(facts: NeedFacts, request_key: UUID) -> UUID:
    need = service.draft_need(actor(), firm_id(), facts, request_key=request_key)
    if _publishes() and need.state is FinancingNeedState.DRAFT:
        service.publish_need(actor(), need.id)
        flash(PUBLISHED, "ok")
    return need.id


def _publishes() -> bool:
    return request.form.get("do") != "draft"


def _to_twin(error: DuplicateNeed) -> ResponseReturnValue:
    flash(error.message, "todo")
    return redirect(url_for(".need", need_id=error.need_id), SEE_OTHER)


@blueprint.get("/needs/<uuid:need_id>")
@allow(Role.ENTERPRISE_USER)
def need(need_id: UUID) -> ResponseReturnValue:
    """Show how far the need is: banks with officer and promised day, steps, what to do now."""
    found = service.read_own(actor(), need_id)
    run = matching.read_current_run(actor(), firm_id(), need_id=need_id)
    places = view.place_rows(found, run)
    return render_template(
        "enterprise/need.html",
        need=found,
        facts=[
            *need_words.need_facts(found),
            {"label": "联系人", "value": f"{found.contact_name} {found.contact_phone}"},
        ],
        places=places,
        waiting=[place for place in places if place["waits"]],
        labels=view.STATE_LABELS,
        is_open=found.state in OPEN_STATES,
        is_draft=found.state is FinancingNeedState.DRAFT,
        contact_days=CONTACT_DAYS,
        holds=any(place["is_open"] for place in places),
        steps=need_words.step_rows(queries.steps_of(need_id)),
    )


@blueprint.get("/needs/<uuid:need_id>/edit")
@allow(Role.ENTERPRISE_USER)
def need_edit(need_id: UUID) -> ResponseReturnValue:
    """Show the form of a draft; a published need is refused with what to do."""
    found = service.read_own(actor(), need_id)
    if found.state is not FinancingNeedState.DRAFT:
        raise Conflict("需求发布后不能修改。要改内容，请先撤回，再点“用原来的内容重新发布”。")
    return _form(view.answers_of(found), {}, need=found)


@blueprint.post("/needs/<uuid:need_id>/edit")
@allow(Role.ENTERPRISE_USER)
def need_change(need_id: UUID) -> ResponseReturnValue:
    """Keep what was changed in a draft, and publish it when asked to."""
    found = service.read_own(actor(), need_id)
    answers = view.typed_answers(request.form)
    typed = view.read_facts(answers)
    if typed.faults:
        return _form(answers, typed.faults, need=found)
    try:
        with own_transaction():
            service.update_need(actor(), need_id, typed.facts)
            if _publishes():
                service.publish_need(actor(), need_id)
    except InvalidInput as error:
        return _form(answers, error.fields, need=service.read_own(actor(), need_id))
    except DuplicateNeed as error:
        return _to_twin(error)
    flash(PUBLISHED if _publishes() else "草稿已保存。", "ok")
    return redirect(url_for(".need", need_id=need_id), SEE_OTHER)


@blueprint.post("/needs/<uuid:need_id>/publish")
@allow(Role.ENTERPRISE_USER)
def need_publish(need_id: UUID) -> ResponseReturnValue:
    """Publish a draft as it stands."""
    try:
        with own_transaction():
            service.publish_need(actor(), need_id)
    except DuplicateNeed as error:
        return _to_twin(error)
    flash(PUBLISHED, "ok")
    return redirect(url_for(".need", need_id=need_id), SEE_OTHER)


@blueprint.post("/needs/<uuid:need_id>/match")
@allow(Role.ENTERPRISE_USER)
def need_match(need_id: UUID) -> ResponseReturnValue:
    """Match the firm for what this need says, and show which products fit it."""
    with own_transaction():
        scoring.refresh_firm(firm_id())
        service.match_need(actor(), need_id)
    return redirect(url_for(".matches", need=need_id), SEE_OTHER)


@blueprint.post("/needs/<uuid:need_id>/withdraw")
@allow(Role.ENTERPRISE_USER)
@transactional
def need_withdraw(need_id: UUID) -> ResponseReturnValue:
    """Withdraw in one click; the authorizations given for it go too unless the firm keeps them."""
    revoke = request.form.get("revoke") == "1"
    service.withdraw_need(actor(), need_id, revoke=revoke)
    given = "为它签的授权一并撤回" if revoke else "为它签的授权仍然有效，可在“授权”里撤回"
    flash(f"需求已撤回，接单的银行已收到通知；{given}。", "ok")
    return redirect(url_for(".need", need_id=need_id), SEE_OTHER)


def _own_contact() -> dict[str, str]:
    account = db.session.get(Account, actor().account_id)
    phone = account.phone if account and account.phone else ""
    return {"contact_name": actor().name, "contact_phone": phone}


def _form(
    answers: dict[str, str],
    errors: dict[str, str],
    *,
    need: FinancingNeed | None = None,
    application: object = None,
) -> ResponseReturnValue:
    page = render_template(
        "enterprise/need_new.html",
        answers=answers,
        errors=errors,
        need=need,
        application=application,
        purposes=view.purposes(),
        bank_numbers=view.bank_numbers(),
        guarantees=[{"value": code.value, "label": name} for code, name in GUARANTEES.items()],
    )
    return page, UNPROCESSABLE if errors or application else 200
