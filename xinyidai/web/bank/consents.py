"""The authorizations a bank holds, 授权: list, one of them, its receipt, giving it up."""

from uuid import UUID

from flask import Response, current_app, flash, g, render_template, request
from flask.typing import ResponseReturnValue

from xinyidai.consents import service
from xinyidai.consents.values import ConsentState
from xinyidai.enterprises import queries as enterprises
from xinyidai.kernel.access import allow
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.errors import InvalidInput
from xinyidai.kernel.http import page_args
from xinyidai.web import wording
from xinyidai.web.bank import consent_view, queries, showing
from xinyidai.web.bank.base import (
    HOLDER,
    RECIPIENT,
    UNPROCESSABLE,
    bank_id,
    blueprint,
    pager_of,
    see_other,
)
from xinyidai.web.bank.form_reading import FormReader
from xinyidai.web.bank.queries import ConsentView

VIEW_NAMES = {
    ConsentView.ALL: "全部",
    ConsentView.PENDING: "待企业确认",
    ConsentView.LIVE: "可查询",
    ConsentView.CLOSED: "已结束",
}
ENDABLE = frozenset({ConsentState.PENDING, ConsentState.ACTIVE, ConsentState.SUSPENDED})


@blueprint.get("/consents")
@allow(*HOLDER)
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


@blueprint.get("/consents/<uuid:consent_id>")
@allow(*HOLDER)
def show_consent(consent_id: UUID) -> ResponseReturnValue:
    """Show one authorization: what it allows, what a look would meet, its deeds and looks."""
    return _consent_page(consent_id, {})


@blueprint.get("/consents/<uuid:consent_id>/receipt")
@allow(*HOLDER)
def consent_receipt(consent_id: UUID) -> ResponseReturnValue:
    """Hand out the receipt of an authorization as PDF, 授权回执."""
    settings = current_app.extensions["xinyidai.settings"]
    consent = service.get_consent(g.actor, consent_id)
    base_url = settings.public_url or request.host_url
    content = service.receipt_pdf(g.actor, consent_id, base_url)
    answer = Response(content, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="{consent.consent_no}.pdf"'
    return answer


@blueprint.post("/consents/<uuid:consent_id>/end")
@allow(*RECIPIENT)
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


def _consent_page(consent_id: UUID, errors: dict[str, str]) -> str:
    consent = service.get_consent(g.actor, consent_id)
    card = consent_view.consent_card(consent)
    return render_template(
        "bank/consent.html",
        card=card,
        consent=consent,
        firm=enterprises.find_enterprise(consent.enterprise_id),
        labels=wording.CONSENT_STATES,
        signed=consent_view.signer_words(consent),
        signature=consent_view.signature_rows(consent),
        deeds=consent_view.deeds_of(consent),
        may_end=ConsentState(card["state"]) in ENDABLE,
        applications=queries.applications_on(bank_id(), consent.id),
        errors=errors,
        reason=request.form.get("reason", ""),
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
