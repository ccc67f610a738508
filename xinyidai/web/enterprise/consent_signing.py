"""Give an authorization without being asked: purpose, form, check, one signature for several banks.

Purpose, form and check are GETs with everything in the address, so that going back changes
nothing; only the signature is a POST.
"""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from xinyidai.catalogue import purposes
from xinyidai.consents import service
from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.errors import InvalidInput
from xinyidai.web.enterprise import consent_form as forms
from xinyidai.web.enterprise import consent_view as view
from xinyidai.web.enterprise.base import SEE_OTHER, UNPROCESSABLE, actor, blueprint, firm_id
from xinyidai.web.enterprise.consent_form import ConsentForm
from xinyidai.web.enterprise.queries import get_firm, institution_names


@blueprint.get("/consents/new")
@allow(Role.ENTERPRISE_USER)
def consent_new() -> ResponseReturnValue:
    """Ask the purpose first, because it bounds the rest; then show the form, as typed if it was."""
    code = request.args.get("purpose", "")
    if not code:
        options = [
            {"value": purpose.code, "label": purpose.name, "hint": purpose.text}
            for purpose in purposes.PURPOSES.values()
        ]
        return render_template("enterprise/consent_purpose.html", options=options)
    if "valid_days" in request.args:
        return _form(forms.read_form(request.args), {})
    purpose = purposes.get_purpose(code)
    return _form(forms.blank_form(purpose, request.args.getlist("institution_id")), {})


@blueprint.get("/consents/check")
@allow(Role.ENTERPRISE_USER)
def consent_check() -> ResponseReturnValue:
    """Show exactly what is given to whom, for what and how long, with the text to be signed."""
    form = forms.read_form(request.args)
    try:
        drafts = forms.drafts_of(form, firm_id())
    except InvalidInput as error:
        return _form(form, error.fields)
    back = url_for(".consent_new") + "?" + request.query_string.decode("ascii", "ignore")
    return render_template(
        "enterprise/consent_check.html",
        form=form,
        facts=view.draft_facts(drafts[0]),
        notices=view.notices_of(drafts, get_firm(firm_id()), institution_names()),
        back_url=back,
    )


@blueprint.post("/consents")
@allow(Role.ENTERPRISE_USER)
def consent_sign() -> ResponseReturnValue:
    """Sign once; every recipient gets an authorization of its own."""
    form = forms.read_form(request.form)
    try:
        drafts = forms.drafts_of(form, firm_id())
        fresh = [draft for draft in drafts if not forms.is_signed_already(draft)]
        if fresh:
            with own_transaction():
                service.grant_directly(actor(), fresh)
    except InvalidInput as error:
        return _form(form, error.fields)
    flash(f"已签署 {len(drafts)} 份授权，每家机构一份，可以分别撤回。", "ok")
    return redirect(url_for(".consents"), SEE_OTHER)


def _form(form: ConsentForm, errors: dict[str, str]) -> ResponseReturnValue:
    page = render_template(
        "enterprise/consent_new.html",
        form=form,
        caps=form.purpose.caps,
        recipients=forms.recipients_for(form.purpose),
        item_options=view.item_options(form.purpose.caps.items),
        mode_options=view.mode_options(form.purpose),
        errors=errors,
    )
    return page, UNPROCESSABLE if errors else 200
