"""The firm answers the banks at its need: one page to sign on, and a word on each contact."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from xinyidai.consents import service as consents
from xinyidai.consents.queries import wants_two_signers
from xinyidai.financing_needs import service
from xinyidai.financing_needs.values import CONTACT_DAYS, BankAnswers
from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import own_transaction, transactional
from xinyidai.kernel.errors import InvalidInput
from xinyidai.web.enterprise import consent_form, consent_view
from xinyidai.web.enterprise import need_view as view
from xinyidai.web.enterprise.base import (
    SEE_OTHER,
    UNPROCESSABLE,
    actor,
    blueprint,
    firm_id,
    read_id,
)

ANSWER = "answer-"
ACCEPT, REFUSE, LATER = "accept", "refuse", "later"


@blueprint.get("/needs/<uuid:need_id>/authorize")
@allow(Role.ENTERPRISE_USER)
def need_answer(need_id: UUID) -> ResponseReturnValue:
    """Show the banks that claimed the need, and exactly what each would be allowed to see."""
    return _page(need_id, {})


@blueprint.post("/needs/<uuid:need_id>/authorize")
@allow(Role.ENTERPRISE_USER)
def need_authorize(need_id: UUID) -> ResponseReturnValue:
    """Sign once: a separate authorization for each accepted bank; refuse those refused."""
    try:
        with own_transaction():
            answers = _answers()
            service.answer_banks(actor(), need_id, answers)
    except InvalidInput as error:
        return _page(need_id, error.fields or {"answers": error.message})
    flash(_done(answers), "ok")
    return redirect(url_for(".need", need_id=need_id), SEE_OTHER)


@blueprint.post("/needs/<uuid:need_id>/contact")
@allow(Role.ENTERPRISE_USER)
@transactional
def need_contact(need_id: UUID) -> ResponseReturnValue:
    """Note whether a bank has contacted the firm, as the firm itself says."""
    contacted = request.form.get("contacted") == "1"
    bank_id = read_id(request.form.get("institution_id", ""))
    service.confirm_contact(actor(), need_id, bank_id, contacted=contacted)
    flash("已记下，谢谢。" if contacted else "已记下，信用办会看到这家银行还没有联系您。", "ok")
    return redirect(url_for(".need", need_id=need_id), SEE_OTHER)


@blueprint.post("/needs/<uuid:need_id>/refuse")
@allow(Role.ENTERPRISE_USER)
@transactional
def need_refuse(need_id: UUID) -> ResponseReturnValue:
    """Refuse one bank; its authorization for this need is revoked."""
    bank_id = read_id(request.form.get("institution_id", ""))
    service.refuse_bank(actor(), need_id, bank_id)
    flash("已谢绝这家银行，给它的授权已撤回；名额会让给其他银行。", "ok")
    return redirect(url_for(".need", need_id=need_id), SEE_OTHER)


def _answers() -> BankAnswers:
    said: dict[str, set[UUID]] = {ACCEPT: set(), REFUSE: set(), LATER: set()}
    for name, answer in request.form.items():
        if name.startswith(ANSWER):
            if answer not in said:
                raise InvalidInput("请从列表里选择。", fields={"answers": "请从列表里选择。"})
            said[answer].add(read_id(name.removeprefix(ANSWER)))
    items = {*_required(), *request.form.getlist("item_codes")}
    return BankAnswers(frozenset(said[ACCEPT]), frozenset(said[REFUSE]), frozenset(items))


def _done(answers: BankAnswers) -> str:
    if not answers.accepted:
        return "已答复，谢绝的银行不会再看到这项需求。"
    if wants_two_signers(firm_id()):
        return "授权已签 1/2：请本企业另一位人员登录后在“我的授权”里确认，确认后银行才能联系您。"
    return (
        f"已授权 {len(answers.accepted)} 家银行，每家一份，随时可以撤回。"
        f"银行应在 {CONTACT_DAYS} 个工作日内联系您。"
    )


def _required() -> tuple[str, ...]:
    return consents.purpose_in_force(consent_form.PRE_LOAN).purpose.defaults.items


def _page(need_id: UUID, errors: dict[str, str]) -> ResponseReturnValue:
    need = service.read_own(actor(), need_id)
    waiting = [place for place in view.place_rows(need) if place["waits"]]
    purpose = consents.purpose_in_force(consent_form.PRE_LOAN).purpose
    required = _required()
    bank_id = waiting[0]["id"] if waiting else need.id  # without a bank nothing is shown
    draft = service.draft_for(need, bank_id, frozenset(required))
    facts = consent_view.draft_facts(draft, purpose)
    page = render_template(
        "enterprise/need_authorize.html",
        need=need,
        waiting=waiting,
        chosen=request.form,
        facts=[fact for fact in facts if fact["label"] != "可以看"],
        required=consent_view.item_options(required, locked=True),
        required_codes=required,
        optional=consent_view.item_options(purpose.caps.items - set(required)),
        chosen_items=request.form.getlist("item_codes"),
        needs_two=wants_two_signers(firm_id()),
        errors=errors,
    )
    return page, UNPROCESSABLE if errors else 200
