"""The tasks of an application: need, contact, consent, check and submit."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from xinyidai.applications import queries, service
from xinyidai.applications.models import LoanApplication
from xinyidai.applications.service.reading import has_live_consent
from xinyidai.consents import service as consents
from xinyidai.consents.models import Consent
from xinyidai.consents.queries import active_for, wants_two_signers
from xinyidai.consents.values import ConsentState
from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.errors import Conflict, InvalidInput, InvalidTransition, RuleBroken
from xinyidai.products import queries as products
from xinyidai.web.enterprise import application_view as view
from xinyidai.web.enterprise import consent_form, consent_queries, consent_view
from xinyidai.web.enterprise.applications import read_wanted
from xinyidai.web.enterprise.base import (
    SEE_OTHER,
    UNPROCESSABLE,
    actor,
    blueprint,
    firm_id,
    typed_wan,
)
from xinyidai.web.enterprise.look_view import items_text

NEED_FIELDS = ("amount", "term_months", "loan_purpose")
CONTACT_FIELDS = ("contact_name", "contact_phone")
HALF_SIGNED = "授权已签 1/2，等待另一位：请本企业另一位人员登录后确认，确认后才能提交申请。"


@blueprint.get("/applications/<uuid:application_id>/need")
@allow(Role.ENTERPRISE_USER)
def application_need(application_id: UUID) -> ResponseReturnValue:
    """Ask amount, term and purpose."""
    found = _editable(application_id)
    return _form("need", found, _answers(found), {})


@blueprint.post("/applications/<uuid:application_id>/need")
@allow(Role.ENTERPRISE_USER)
def application_change_need(application_id: UUID) -> ResponseReturnValue:
    """Keep amount, term and purpose."""
    return _change("need", NEED_FIELDS, application_id)


@blueprint.get("/applications/<uuid:application_id>/contact")
@allow(Role.ENTERPRISE_USER)
def application_contact(application_id: UUID) -> ResponseReturnValue:
    """Ask whom the officer may call."""
    found = _editable(application_id)
    return _form("contact", found, _answers(found), {})


@blueprint.post("/applications/<uuid:application_id>/contact")
@allow(Role.ENTERPRISE_USER)
def application_change_contact(application_id: UUID) -> ResponseReturnValue:
    """Keep the contact."""
    return _change("contact", CONTACT_FIELDS, application_id)


@blueprint.get("/applications/<uuid:application_id>/consent")
@allow(Role.ENTERPRISE_USER)
def application_consent(application_id: UUID) -> ResponseReturnValue:
    """Show exactly what this bank would be allowed to see; or that it is allowed already."""
    return _consent_form(_editable(application_id), {})


@blueprint.post("/applications/<uuid:application_id>/consent")
@allow(Role.ENTERPRISE_USER)
def application_sign_consent(application_id: UUID) -> ResponseReturnValue:
    """Authorize this bank and let the application rest on it; by two persons, when both signed."""
    found = _editable(application_id)
    if not has_live_consent(found):
        chosen = {*_required(found), *request.form.getlist("item_codes")}
        try:
            with own_transaction():
                is_linked = _authorize(found, chosen)
        except InvalidInput as error:
            return _consent_form(_editable(application_id), error.fields)
        if not is_linked:
            flash(HALF_SIGNED, "todo")
            address = url_for(".application_consent", application_id=application_id)
            return redirect(address, SEE_OTHER)
        flash("授权已签署，只给这一家银行，随时可以撤回。", "ok")
    return redirect(url_for(".application", application_id=application_id), SEE_OTHER)


def _authorize(found: LoanApplication, items: set[str]) -> bool:
    """Let the application rest on a consent that covers it; False while a signature is awaited."""
    consent_queries.hold_firm(found.enterprise_id)
    live = active_for(found.enterprise_id, found.institution_id, consent_form.PRE_LOAN)
    if live is None or not items <= set(live.item_codes):
        if _half_signed(found) is not None:
            return False
        live = _signed(found, items)
        if consents.state_of(live) is ConsentState.PENDING:
            return False
    service.link_consent(actor(), found.id, live.id)
    return True


def _half_signed(found: LoanApplication) -> Consent | None:
    """Return the consent for this application that waits for its second signature."""
    return consent_queries.half_signed_for(found.application_no, found.enterprise_id)


def _signed(found: LoanApplication, items: set[str]) -> Consent:
    draft = consent_form.pre_loan_draft(
        firm_id(), found.institution_id, sorted(items), found.application_no
    )
    [consent] = consents.grant_directly(actor(), [draft])
    return consent


@blueprint.get("/applications/<uuid:application_id>/check")
@allow(Role.ENTERPRISE_USER)
def application_check(application_id: UUID) -> ResponseReturnValue:
    """Show every answer before it goes to the bank."""
    found = service.get_application(actor(), application_id)
    if found.state not in view.EDITABLE:
        return redirect(url_for(".application", application_id=application_id))
    return _check_page(application_id, "")


@blueprint.post("/applications/<uuid:application_id>/submit")
@allow(Role.ENTERPRISE_USER)
def application_submit(application_id: UUID) -> ResponseReturnValue:
    """Submit to the bank; a second click leads to the same confirmation."""
    try:
        with own_transaction():
            service.submit_application(actor(), application_id)
    except InvalidTransition:
        if service.get_application(actor(), application_id).submitted_at is None:
            raise
    except (InvalidInput, RuleBroken) as error:
        return _check_page(application_id, error.message), UNPROCESSABLE
    return redirect(url_for(".application_submitted", application_id=application_id), SEE_OTHER)


@blueprint.get("/applications/<uuid:application_id>/submitted")
@allow(Role.ENTERPRISE_USER)
def application_submitted(application_id: UUID) -> ResponseReturnValue:
    """Confirm with number, what happens next and when, whom to ask; once decided, show that."""
    found = service.get_application(actor(), application_id)
    if found.state not in queries.AT_BANK:
        return redirect(url_for(".application", application_id=application_id))
    row = queries.get_row(application_id)
    return render_template("enterprise/application_submitted.html", row=row)


def _editable(application_id: UUID) -> LoanApplication:
    found = service.get_application(actor(), application_id)
    if found.state not in view.EDITABLE:
        raise Conflict("申请已提交，不能再修改；需要修改请联系客户经理退回。")
    return found


def _answers(found: LoanApplication) -> dict[str, str]:
    return {
        "amount": typed_wan(found.amount_applied_fen),
        "term_months": str(found.term_months),
        "loan_purpose": found.loan_purpose,
        "contact_name": found.contact_name,
        "contact_phone": found.contact_phone,
    }


def _change(page: str, fields: tuple[str, ...], application_id: UUID) -> ResponseReturnValue:
    answers = _answers(_editable(application_id))
    answers |= {name: request.form[name].strip() for name in fields}
    typed = read_wanted(answers)
    errors = typed.faults
    if not errors:
        try:
            with own_transaction():
                service.change_application(actor(), application_id, typed.wanted)
        except InvalidInput as error:
            errors = error.fields
    if errors:
        return _form(page, _editable(application_id), answers, errors)
    return redirect(url_for(".application", application_id=application_id), SEE_OTHER)


def _form(
    page: str, found: LoanApplication, answers: dict[str, str], errors: dict[str, str]
) -> ResponseReturnValue:
    version = products.get_version(found.product_version_id)
    html = render_template(
        f"enterprise/application_{page}.html",
        application=found,
        version=version,
        limits=view.limits_text(version),
        answers=answers,
        errors=errors,
    )
    return html, UNPROCESSABLE if errors else 200


def _required(found: LoanApplication) -> tuple[str, ...]:
    version = products.get_version(found.product_version_id)
    if version.required_items:
        return tuple(version.required_items)
    return consents.purpose_in_force(consent_form.PRE_LOAN).purpose.defaults.items


def _consent_form(found: LoanApplication, errors: dict[str, str]) -> ResponseReturnValue:
    required = _required(found)
    purpose = consents.purpose_in_force(consent_form.PRE_LOAN).purpose
    draft = consent_form.pre_loan_draft(
        firm_id(), found.institution_id, required, found.application_no
    )
    page = render_template(
        "enterprise/application_consent.html",
        row=queries.get_row(found.id),
        is_live=has_live_consent(found),
        consent=_consent_of(found),
        half_signed=_half_signed(found),
        needs_two=wants_two_signers(firm_id()),
        facts=[
            fact for fact in consent_view.draft_facts(draft, purpose) if fact["label"] != "可以看"
        ],
        required=consent_view.item_options(required, locked=True),
        required_codes=required,
        optional=consent_view.item_options(purpose.caps.items - set(required)),
        chosen=request.form.getlist("item_codes"),
        errors=errors,
    )
    return page, UNPROCESSABLE if errors else 200


def _consent_of(found: LoanApplication) -> Consent | None:
    return consents.get_consent(actor(), found.consent_id) if found.consent_id else None


def _check_page(application_id: UUID, problem: str) -> str:
    found = service.get_application(actor(), application_id)
    consent = _consent_of(found)
    live = consent if has_live_consent(found) else None
    answers = view.answers_of(
        queries.get_row(application_id),
        items_text(live.item_codes) if live else "",
        live.consent_no if live else "",
    )
    tasks = service.task_list(found)
    return render_template(
        "enterprise/application_check.html",
        application=found,
        row=queries.get_row(application_id),
        answers=answers,
        is_ready=tasks[-1].is_open,
        problem=problem,
    )
