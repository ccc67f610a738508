"""An officer hands an application over to a colleague or a branch, 转交."""

from uuid import UUID

from flask import flash, g, render_template, request
from flask.typing import ResponseReturnValue

from xinyidai.accounts import queries as accounts
from xinyidai.applications import queries, service
from xinyidai.applications.models import LoanApplication
from xinyidai.applications.service import NewHands
from xinyidai.consents import queries as consents
from xinyidai.institutions import queries as institutions
from xinyidai.kernel.access import allow
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.errors import InvalidInput
from xinyidai.web.bank.base import OFFICER, UNPROCESSABLE, bank_id, blueprint, options, see_other
from xinyidai.web.bank.form_reading import FieldValues

OFFICER_MARK, BRANCH_MARK = "officer", "branch"


@blueprint.get("/applications/<uuid:application_id>/hand-over")
@allow(*OFFICER)
def hand_over_form(application_id: UUID) -> ResponseReturnValue:
    """Ask who takes over and why."""
    return _form(application_id, {}, {})


@blueprint.post("/applications/<uuid:application_id>/hand-over")
@allow(*OFFICER)
def hand_over(application_id: UUID) -> ResponseReturnValue:
    """Hand over, or show the form again with what is wrong."""
    try:
        with own_transaction():
            service.hand_over_application(g.actor, application_id, _read())
    except InvalidInput as error:
        return _form(application_id, request.form.to_dict(), error.fields), UNPROCESSABLE
    flash("已转交，新的经办人和企业会收到消息。", "ok")
    return see_other("show_application", application_id=application_id)


def _read() -> NewHands:
    mark, _, raw = request.form.get("to", "").partition(":")
    words = "请从列表里选择。"
    try:
        chosen = UUID(raw) if raw else None
    except ValueError as error:
        raise InvalidInput(words, fields={"to": words}) from error
    reason = request.form.get("reason", "")
    return NewHands(
        reason,
        officer_id=chosen if mark == OFFICER_MARK else None,
        branch_id=chosen if mark == BRANCH_MARK else None,
    )


def _form(application_id: UUID, values: dict[str, str], errors: dict[str, str]) -> str:
    application = service.get_application(g.actor, application_id)
    return render_template(
        "bank/step_hand_over.html",
        row=queries.get_row(application_id),
        application=application,
        values=FieldValues(values),
        errors=errors,
        takers=options(_takers(application)),
        named_officer=_named_officer(application),
    )


def _takers(application: LoanApplication) -> dict[str, str]:
    """Return colleagues and branches by what the form sends; who has it now is left out."""
    people = {
        f"{OFFICER_MARK}:{one.id}": one.name
        for one in accounts.officers_of(bank_id())
        if one.id != application.officer_account_id
    }
    places = {
        f"{BRANCH_MARK}:{one.id}": f"{one.name}（由网点指定经办人）"
        for one in institutions.list_branches(bank_id())
    }
    return people | places


def _named_officer(application: LoanApplication) -> str | None:
    """Return who alone may look under the application's authorization, or None for anybody."""
    consent = consents.find(application.consent_id) if application.consent_id else None
    if consent is None or consent.officer_account_id is None:
        return None
    named = {one.id: one.name for one in accounts.officers_of(bank_id())}
    return named.get(consent.officer_account_id, "另一位人员")
