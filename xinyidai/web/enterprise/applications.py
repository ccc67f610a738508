"""Loan applications of the firm: list, start, follow, withdraw."""

from dataclasses import dataclass
from uuid import UUID, uuid4

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from xinyidai.accounts.models import Account
from xinyidai.applications import queries, service
from xinyidai.applications.models import LoanApplication
from xinyidai.applications.rules import Wanted
from xinyidai.applications.service import Draft
from xinyidai.applications.values import OPEN_STATES
from xinyidai.financing_needs import service as financing_needs
from xinyidai.institutions.queries import get_institution
from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import db, own_transaction, transactional
from xinyidai.kernel.errors import InvalidInput, NotFound
from xinyidai.kernel.http import page_args
from xinyidai.products import queries as products
from xinyidai.products.models import ProductVersion
from xinyidai.web import repayments
from xinyidai.web.enterprise import application_view as view
from xinyidai.web.enterprise.base import (
    SEE_OTHER,
    UNPROCESSABLE,
    actor,
    blueprint,
    firm_id,
    read_id,
    read_number,
    read_wan,
    slice_of,
    typed_wan,
)
from xinyidai.web.enterprise.consent_queries import half_signed_for

TERM_WORDS = "请填写月数，例如 12。"
FIELDS = ("amount", "term_months", "loan_purpose", "contact_name", "contact_phone")
CONTACT_FIELDS = ("contact_name", "contact_phone")


@dataclass(frozen=True)
class Typed:
    """What came in of a need or a contact, read, with the faults of reading."""

    wanted: Wanted
    faults: dict[str, str]


@blueprint.get("/applications")
@allow(Role.ENTERPRISE_USER)
def applications() -> ResponseReturnValue:
    """List the firm's applications, newest first."""
    rows = queries.list_of_enterprise(firm_id())
    page = slice_of(rows, page_args())
    return render_template(
        "enterprise/applications.html", page=page, cards=view.cards_of(page.rows)
    )


@blueprint.get("/applications/new")
@allow(Role.ENTERPRISE_USER)
def application_new() -> ResponseReturnValue:
    """Ask what the firm needs; an application already open for this product is continued."""
    product_id = read_id(request.args.get("product", ""))
    twin = _open_twin(product_id)
    if twin is not None:
        return redirect(url_for(".application", application_id=twin.id))
    answers = {"request_key": str(uuid4()), **_own_contact(), **_from_need()}
    return _new_form(_listed(product_id), answers, {})


@blueprint.post("/applications/new")
@allow(Role.ENTERPRISE_USER)
def application_start() -> ResponseReturnValue:
    """Start the draft; a second click with the same key finds the first one's draft."""
    product_id = read_id(request.form.get("product", ""))
    answers = {**_own_contact(), **_typed()}
    typed = read_wanted(answers)
    request_key = read_id(request.form.get("request_key", ""))
    answers["request_key"] = str(request_key)
    need = answers["need"] = request.form.get("need", "")
    if typed.faults:
        return _new_form(_listed(product_id), answers, typed.faults)
    try:
        with own_transaction():
            need_id = read_id(need) if need else None
            draft = Draft(request_key, product_id, typed.wanted, need_id)
            started = service.start_application(actor(), draft).id
    except InvalidInput as error:
        return _new_form(_listed(product_id), answers, error.fields)
    return redirect(url_for(".application", application_id=started), SEE_OTHER)


@blueprint.get("/applications/<uuid:application_id>")
@allow(Role.ENTERPRISE_USER)
def application(application_id: UUID) -> ResponseReturnValue:
    """Show the task list of a draft, or how far the bank has come."""
    found = service.get_application(actor(), application_id)
    row = queries.get_row(application_id)
    common = {
        "row": row,
        "card": view.card_of(row),
        "may_withdraw": view.may_withdraw(found),
        "steps": view.timeline_of(queries.steps_of(application_id)),
    }
    if found.state in view.EDITABLE:
        half_signed = half_signed_for(found.application_no, found.enterprise_id)
        tasks = view.tasks_of(found, service.task_list(found), half_signed=half_signed is not None)
        return render_template("enterprise/application_tasks.html", tasks=tasks, **common)
    return render_template(
        "enterprise/application.html",
        decided=view.decision_of(found),
        payouts=queries.disbursements_of(application_id),
        repayments=repayments.lines_of(application_id),
        may_resend=found.state in service.RESENT,
        priority=view.priority_words(found),
        **view.offer_of(found),
        **common,
    )


@blueprint.post("/applications/<uuid:application_id>/withdraw")
@allow(Role.ENTERPRISE_USER)
@transactional
def application_withdraw(application_id: UUID) -> ResponseReturnValue:
    """Withdraw the application; the page before has asked for confirmation."""
    service.withdraw_application(actor(), application_id, request.form.get("reason", ""))
    flash("申请已撤回。给这家银行的授权没有自动撤回，需要时请到“授权”里撤回。", "ok")
    return redirect(url_for(".application", application_id=application_id), SEE_OTHER)


def read_wanted(answers: dict[str, str]) -> Typed:
    """Read what was typed; limits and contents are the service's to check."""
    faults: dict[str, str] = {}
    wanted = Wanted(
        amount_fen=read_wan(answers["amount"], "amount", faults),
        term_months=read_number(answers["term_months"], "term_months", faults, words=TERM_WORDS),
        loan_purpose=answers["loan_purpose"],
        contact_name=answers["contact_name"],
        contact_phone=answers["contact_phone"],
    )
    return Typed(wanted, faults)


def _typed() -> dict[str, str]:
    return {
        name: request.form[name].strip()
        for name in FIELDS
        if name in request.form or name not in CONTACT_FIELDS
    }


def _own_contact() -> dict[str, str]:
    account = db.session.get(Account, actor().account_id)
    phone = account.phone if account and account.phone else ""
    return {
        "amount": "",
        "term_months": "",
        "loan_purpose": "",
        "contact_name": actor().name,
        "contact_phone": phone,
    }


def _from_need() -> dict[str, str]:
    """Return what the firm wrote in the financing need it comes from, 融资需求."""
    if not request.args.get("need"):
        return {"need": ""}
    need = financing_needs.read_own(actor(), read_id(request.args["need"]))
    return {
        "need": str(need.id),
        "amount": typed_wan(need.amount_fen),
        "term_months": str(need.term_months),
        "loan_purpose": need.purpose_text,
        "contact_name": need.contact_name,
        "contact_phone": need.contact_phone,
    }


def _new_form(
    version: ProductVersion, answers: dict[str, str], errors: dict[str, str]
) -> ResponseReturnValue:
    page = render_template(
        "enterprise/application_new.html",
        version=version,
        institution=get_institution(version.product.institution_id),
        limits=view.limits_text(version),
        answers=answers,
        asks_contact=not _own_contact()["contact_phone"] or bool(set(CONTACT_FIELDS) & set(errors)),
        errors=errors,
    )
    return page, UNPROCESSABLE if errors else 200


def _listed(product_id: UUID) -> ProductVersion:
    version = products.find_listed_version(product_id)
    if version is None:
        raise NotFound("这款产品不存在或已下架，请选择其他产品。")
    return version


def _open_twin(product_id: UUID) -> LoanApplication | None:
    mine = (row.application for row in queries.list_of_enterprise(firm_id()))
    return next((a for a in mine if a.product_id == product_id and a.state in OPEN_STATES), None)
