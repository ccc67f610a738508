"""The authorizations a bank holds, 授权: list, one of them, asking a firm for a new one."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import flash, g, render_template, request
from flask.typing import ResponseReturnValue

from xinyidai.catalogue.kinds import ITEMS
from xinyidai.catalogue.purposes import PURPOSES, ConsentMode, Purpose
from xinyidai.consents import service
from xinyidai.consents.rules import months_before
from xinyidai.consents.values import ConsentDraft, ConsentState
from xinyidai.enterprises import queries as enterprises
from xinyidai.kernel import clock
from xinyidai.kernel.access import allow
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.errors import InvalidInput, RuleBroken
from xinyidai.kernel.http import page_args
from xinyidai.kernel.uscc import UnifiedSocialCreditCode
from xinyidai.web import wording
from xinyidai.web.bank import queries, showing
from xinyidai.web.bank.applications import consent_card
from xinyidai.web.bank.base import (
    BANK,
    OFFICER,
    UNPROCESSABLE,
    bank_id,
    blueprint,
    options,
    pager_of,
    see_other,
)
from xinyidai.web.bank.form_reading import FieldValues, FormReader
from xinyidai.web.bank.queries import ConsentView

ASKED_FOR = ("pre_loan", "limit_estimate", "post_loan", "event_matching")
VIEW_NAMES = {
    ConsentView.ALL: "全部",
    ConsentView.PENDING: "待企业确认",
    ConsentView.LIVE: "可查询",
    ConsentView.CLOSED: "已结束",
}
ENDABLE = frozenset({ConsentState.PENDING, ConsentState.ACTIVE, ConsentState.SUSPENDED})
LONGEST_PERIOD_MONTHS = 1200


@blueprint.get("/consents")
@allow(*BANK)
def list_consents() -> ResponseReturnValue:
    """Show the authorizations this bank holds or asked for."""
    page, text = page_args(), request.args.get("q", "").strip()
    view = _view(request.args.get("view", ConsentView.ALL))
    rows, total = queries.consents_of(bank_id(), page, view=view, text=text)
    states = service.states_of([row.consent for row in rows])
    return render_template(
        "bank/consents.html",
        rows=[{"row": row, "state": states[row.consent.id].value, **_words(row)} for row in rows],
        pager=pager_of(page, total),
        labels=wording.CONSENT_STATES,
        view=view,
        views=VIEW_NAMES,
        text=text,
    )


def _view(code: str) -> ConsentView:
    try:
        return ConsentView(code)
    except ValueError as error:
        raise InvalidInput("没有这种授权筛选，请重新选择。") from error


def _words(row: queries.ConsentRow) -> dict[str, str]:
    return {
        "purpose": showing.purpose_name(row.consent.purpose),
        "uses": showing.uses_words(row.consent),
        "names": showing.item_names(row.consent.item_codes),
    }


@blueprint.get("/consents/<uuid:consent_id>")
@allow(*BANK)
def show_consent(consent_id: UUID) -> ResponseReturnValue:
    """Show one authorization with the signed text and the looks under it."""
    return _consent_page(consent_id, {})


def _consent_page(consent_id: UUID, errors: dict[str, str]) -> str:
    consent = service.get_consent(g.actor, consent_id)
    card = consent_card(consent)
    return render_template(
        "bank/consent.html",
        card=card,
        consent=consent,
        firm=enterprises.find_enterprise(consent.enterprise_id),
        labels=wording.CONSENT_STATES,
        may_end=ConsentState(card["state"]) in ENDABLE,
        applications=queries.applications_on(bank_id(), consent.id),
        errors=errors,
        reason=request.form.get("reason", ""),
    )


@blueprint.post("/consents/<uuid:consent_id>/end")
@allow(*OFFICER)
def end_consent(consent_id: UUID) -> ResponseReturnValue:
    """Give an authorization up, 终止."""
    form = FormReader(request.form)
    try:
        with own_transaction():
            form.require(reason="请写明为什么终止。")
            form.check()
            service.end_consent(g.actor, consent_id, form.text("reason"))
    except InvalidInput as error:
        return _consent_page(consent_id, error.fields), UNPROCESSABLE
    flash("授权已终止，不能再查询。", "ok")
    return see_other("show_consent", consent_id=consent_id)


@blueprint.get("/consents/new")
@allow(*OFFICER)
def consent_form() -> ResponseReturnValue:
    """Show the form that asks a firm for an authorization, filled in with modest defaults."""
    purpose = _purpose(request.args.get("purpose", queries.PRE_LOAN))
    given = purpose.defaults
    values = {
        "uscc": request.args.get("uscc", ""),
        "valid_until": (clock.today() + timedelta(days=given.valid_days)).isoformat(),
        "range_months": str(given.range_months),
        "max_uses": str(given.uses),
        "data_life_days": str(given.data_life_days),
        "mode": given.mode.value,
    }
    return _form(purpose, values, list(given.items), {})


@blueprint.post("/consents")
@allow(*OFFICER)
def request_consent() -> ResponseReturnValue:
    """Ask the firm; it answers on its own page."""
    purpose = _purpose(request.form.get("purpose", ""))
    try:
        with own_transaction():
            consent = service.request_consent(g.actor, _draft(purpose))
            consent_id = consent.id
    except InvalidInput as error:
        faults = _own_fields(error)
    except RuleBroken as error:
        faults = {"uscc": error.message}
    else:
        flash("授权申请已发给企业，等待企业确认。", "ok")
        return see_other("show_consent", consent_id=consent_id)
    chosen = request.form.getlist("item_codes")
    return _form(purpose, request.form.to_dict(), chosen, faults), UNPROCESSABLE


def _own_fields(error: InvalidInput) -> dict[str, str]:
    """Return the faults under the names of this form's fields."""
    names = {"data_from": "range_months"}
    faults = {names.get(name, name): text for name, text in error.fields.items()}
    return faults or {"uscc": error.message}


def _draft(purpose: Purpose) -> ConsentDraft:
    form = FormReader(request.form)
    form.require(
        uscc="请填写企业的统一社会信用代码。",
        valid_until="请填写有效期。",
        range_months="请填写查询多少个月以来的信息。",
        data_life_days="请填写留存天数。",
    )
    enterprise_id = _enterprise(form)
    months = form.whole("range_months") or 0
    if months > LONGEST_PERIOD_MONTHS:
        form.errors["range_months"] = f"最多 {purpose.caps.max_range_months} 个月。"
    uses, life = form.whole("max_uses"), form.whole("data_life_days")
    until = form.day("valid_until")
    mode = form.choice("mode", ConsentMode, "请选择使用方式。")
    form.check()
    if enterprise_id is None or until is None or life is None or mode is None:
        raise InvalidInput("请补全信息。")
    return ConsentDraft(
        enterprise_id=enterprise_id,
        institution_id=bank_id(),
        purpose=purpose.code,
        item_codes=request.form.getlist("item_codes"),
        valid_until=until,
        data_from=months_before(clock.today(), months),
        data_life_days=life,
        mode=mode,
        max_uses=uses,
    )


def _enterprise(form: FormReader) -> UUID | None:
    if not form.text("uscc"):
        return None
    try:
        code = UnifiedSocialCreditCode.parse(form.text("uscc"))
    except InvalidInput as error:
        form.errors["uscc"] = error.message
        return None
    firm = enterprises.find_by_code(code.value)
    if firm is None:
        form.errors["uscc"] = "平台上没有这家企业，请核对代码。"
        return None
    return firm.id


def _purpose(code: str) -> Purpose:
    if code not in ASKED_FOR:
        raise InvalidInput("没有这个授权用途，请重新选择。")
    return PURPOSES[code]


def _form(
    purpose: Purpose, values: dict[str, str], chosen: list[str], errors: dict[str, str]
) -> str:
    uscc = values.get("uscc", "")
    context: dict[str, Any] = {
        "purpose": purpose,
        "purposes": [PURPOSES[code] for code in ASKED_FOR],
        "values": FieldValues(values),
        "chosen": chosen,
        "errors": errors,
        "firm": enterprises.find_by_code(uscc) if uscc else None,
        "choices": [
            {"value": code, "label": item.name}
            for code, item in ITEMS.items()
            if code in purpose.caps.items
        ],
        "modes": options({m: wording.CONSENT_MODES[m] for m in sorted(purpose.caps.modes)}),
    }
    return render_template("bank/consent_form.html", **context)
