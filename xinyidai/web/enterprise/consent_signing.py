"""Give an authorization without being asked: purpose, form, check, one signature for several banks.

Purpose, form, officer and check are GETs with everything in the address, so that going back changes
nothing; only the signature is a POST.
"""

from urllib.parse import urlencode

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from xinyidai.consents import queries, service
from xinyidai.consents.values import ConsentDraft, ConsentState
from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.errors import InvalidInput, NotFound
from xinyidai.web.enterprise import consent_form as forms
from xinyidai.web.enterprise import consent_view as view
from xinyidai.web.enterprise.base import SEE_OTHER, UNPROCESSABLE, actor, blueprint, firm_id
from xinyidai.web.enterprise.consent_form import ConsentForm
from xinyidai.web.enterprise.consent_queries import Shelf, hold_firm
from xinyidai.web.enterprise.queries import get_firm, institution_names


@blueprint.get("/consents/new")
@allow(Role.ENTERPRISE_USER)
def consent_new() -> ResponseReturnValue:
    """Ask the purpose first, because it bounds the rest; then show the form, as typed if it was."""
    code = request.args.get("purpose", "")
    if not code:
        options = [
            {"value": purpose.code, "label": purpose.name, "hint": purpose.text}
            for purpose in service.purposes_in_force().values()
        ]
        return render_template("enterprise/consent_purpose.html", options=options)
    if "valid_days" in request.args:
        return _form(forms.read_form(request.args), {})
    purpose = service.purpose_in_force(code).purpose
    return _form(forms.blank_form(purpose, request.args.getlist("institution_id")), {})


@blueprint.get("/consents/officer")
@allow(Role.ENTERPRISE_USER)
def consent_officer() -> ResponseReturnValue:
    """Ask who inside one institution may look; everybody there, unless one is named."""
    form = forms.read_form(request.args)
    bank = request.args.get("bank", "")
    if bank not in form.recipients or bank == forms.PLATFORM:
        raise NotFound("没有找到要办理的内容，请从“新授权”重新进入。")
    own_field = forms.OFFICER + bank
    return render_template(
        "enterprise/consent_officer.html",
        bank=next(o["label"] for o in forms.recipients_for(form.purpose) if o["value"] == bank),
        name=own_field,
        options=[{"value": "", "label": view.ANY_OFFICER}, *forms.officer_options(bank)],
        chosen=form.officers.get(bank, ""),
        kept=[(name, value) for name, value in form.fields() if name != own_field],
        back_url=_address(".consent_check", form),
    )


@blueprint.get("/consents/check")
@allow(Role.ENTERPRISE_USER)
def consent_check() -> ResponseReturnValue:
    """Show exactly what is given to whom, for what and how long, with the text to be signed."""
    form = forms.read_form(request.args)
    try:
        drafts = forms.drafts_of(form, firm_id())
    except InvalidInput as error:
        return _form(form, error.fields)
    officer_page = _address(".consent_officer", form)
    return render_template(
        "enterprise/consent_check.html",
        form=form,
        facts=view.draft_facts(drafts[0], form.purpose),
        notices=[
            {**notice, "officer_url": f"{officer_page}&bank={notice['institution_id']}"}
            for notice in view.notices_of(drafts, get_firm(firm_id()), institution_names())
        ],
        needs_two=queries.wants_two_signers(firm_id()),
        back_url=_address(".consent_new", form),
    )


@blueprint.post("/consents")
@allow(Role.ENTERPRISE_USER)
def consent_sign() -> ResponseReturnValue:
    """Sign once; every recipient gets an authorization of its own."""
    form = forms.read_form(request.form)
    try:
        drafts = forms.drafts_of(form, firm_id())
        is_whole = _sign_fresh(drafts)
    except InvalidInput as error:
        return _form(form, error.fields)
    if is_whole:
        flash(f"已签署 {len(drafts)} 份授权，每家机构一份，可以分别撤回。", "ok")
        return redirect(url_for(".consents"), SEE_OTHER)
    flash(
        f"{len(drafts)} 份授权已签 1/2，等待另一位：请本企业另一位人员登录后确认，"
        "确认前对方不能查看。",
        "todo",
    )
    return redirect(url_for(".consents", list=Shelf.WAITING.value), SEE_OTHER)


def _sign_fresh(drafts: list[ConsentDraft]) -> bool:
    """Sign what does not stand yet; tell whether no second signature is awaited."""
    with own_transaction():
        hold_firm(firm_id())
        fresh = [draft for draft in drafts if not forms.is_signed_already(draft)]
        if not fresh:
            return not queries.wants_two_signers(firm_id())
        states = service.states_of(service.grant_directly(actor(), fresh))
    return ConsentState.PENDING not in states.values()


def _address(endpoint: str, form: ConsentForm) -> str:
    return f"{url_for(endpoint)}?{urlencode(form.fields())}"


def _form(form: ConsentForm, errors: dict[str, str]) -> ResponseReturnValue:
    caps, common = form.purpose.caps, form.purpose.defaults.items
    page = render_template(
        "enterprise/consent_new.html",
        form=form,
        caps=caps,
        recipients=forms.recipients_for(form.purpose),
        common=view.item_options(common),
        optional=view.item_options(caps.items - set(common)),
        mode_options=view.mode_options(form.purpose),
        errors=errors,
    )
    return page, UNPROCESSABLE if errors else 200
