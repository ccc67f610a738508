"""Asking a firm for an authorization, 申请授权, within the caps of the purpose's template."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import flash, g, render_template, request
from flask.typing import ResponseReturnValue

from xinyidai.catalogue.kinds import ITEMS
from xinyidai.catalogue.purposes import ConsentMode, Purpose, get_purpose
from xinyidai.consents import service
from xinyidai.consents.rules import months_before
from xinyidai.consents.values import ConsentDraft
from xinyidai.enterprises import queries as enterprises
from xinyidai.kernel import clock
from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.errors import InvalidInput, RuleBroken
from xinyidai.kernel.uscc import UnifiedSocialCreditCode
from xinyidai.web import wording
from xinyidai.web.bank.base import (
    RECIPIENT,
    UNPROCESSABLE,
    bank_id,
    blueprint,
    options,
    see_other,
)
from xinyidai.web.bank.form_reading import FieldValues, FormReader

ASKED_FOR: Mapping[Role, tuple[str, ...]] = {
    Role.BANK_OFFICER: ("pre_loan", "limit_estimate", "post_loan", "event_matching"),
    Role.GUARANTOR: ("guarantee",),
}
LONGEST_PERIOD_MONTHS = 1200
# Where this form shows what the rules say of a field of another name.
FIELD_OF = {"data_from": "range_months", "officer_account_id": "only_me"}


@blueprint.get("/consents/new")
@allow(*RECIPIENT)
def consent_form() -> ResponseReturnValue:
    """Show the form that asks a firm for an authorization, filled in with modest defaults."""
    code = _code(request.args.get("purpose") or ASKED_FOR[g.actor.role][0])
    try:
        purpose = service.purpose_in_force(code).purpose
    except RuleBroken as withdrawn:
        return _withdrawn(code, withdrawn.message)
    given = purpose.defaults
    values = {
        "uscc": request.args.get("uscc", ""),
        "valid_until": (clock.today() + timedelta(days=given.valid_days)).isoformat(),
        "range_months": str(given.range_months),
        "max_uses": str(given.uses),
        "max_per_day": "",
        "max_per_month": str(given.per_month or ""),
        "data_life_days": str(given.data_life_days),
        "mode": given.mode.value,
        "only_me": "1",
    }
    wanted = [*given.items, *request.args.getlist("items")]
    return _form(purpose, values, wanted, {})


@blueprint.post("/consents")
@allow(*RECIPIENT)
def request_consent() -> ResponseReturnValue:
    """Ask the firm; it answers on its own page."""
    code = _code(request.form.get("purpose", ""))
    try:
        purpose = service.purpose_in_force(code).purpose
    except RuleBroken as withdrawn:
        return _withdrawn(code, withdrawn.message), UNPROCESSABLE
    try:
        with own_transaction():
            consent_id = service.request_consent(g.actor, _draft(purpose)).id
    except InvalidInput as error:
        faults = _own_fields(error)
    except RuleBroken as error:
        faults = {"uscc": error.message}
    else:
        flash("授权申请已发给企业，等待企业确认。", "ok")
        return see_other("show_consent", consent_id=consent_id)
    chosen = request.form.getlist("item_codes")
    return _form(purpose, request.form.to_dict(), chosen, faults), UNPROCESSABLE


def _code(code: str) -> str:
    if code not in ASKED_FOR[g.actor.role]:
        raise InvalidInput("没有这个授权用途，请重新选择。")
    return code


def _own_fields(error: InvalidInput) -> dict[str, str]:
    """Return the faults under the names of this form's fields."""
    faults = {FIELD_OF.get(name, name): text for name, text in error.fields.items()}
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
    uses, per_day = form.whole("max_uses"), form.whole("max_per_day")
    per_month, life = form.whole("max_per_month"), form.whole("data_life_days")
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
        max_per_day=per_day,
        max_per_month=per_month,
        officer_account_id=g.actor.account_id if form.text("only_me") else None,
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


def _tabs(code: str, uscc: str) -> list[dict[str, Any]]:
    """Return the purposes a bank asks for; what is not in force is there too, and says why."""
    return [
        {"code": each, "name": get_purpose(each).name, "uscc": uscc, "current": each == code}
        for each in ASKED_FOR[g.actor.role]
    ]


def _withdrawn(code: str, why: str) -> str:
    tabs = _tabs(code, request.values.get("uscc", ""))
    return render_template("bank/consent_withdrawn.html", tabs=tabs, why=why)


def _form(
    purpose: Purpose, values: dict[str, str], chosen: list[str], errors: dict[str, str]
) -> str:
    uscc = values.get("uscc", "")
    return render_template(
        "bank/consent_form.html",
        purpose=purpose,
        tabs=_tabs(purpose.code, uscc),
        values=FieldValues(values),
        chosen=chosen,
        errors=errors,
        firm=enterprises.find_by_code(uscc) if uscc else None,
        choices=[
            {"value": code, "label": item.name}
            for code, item in ITEMS.items()
            if code in purpose.caps.items
        ],
        modes=options({m: wording.CONSENT_MODES[m] for m in sorted(purpose.caps.modes)}),
    )
