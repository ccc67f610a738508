"""The firm's authorizations, 我的授权: list, detail, answer to a request, suspend, revoke."""

from collections.abc import Callable
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from xinyidai.consents import queries, service
from xinyidai.consents.models import Consent
from xinyidai.consents.values import ConsentState
from xinyidai.credit_records import queries as looks
from xinyidai.credit_records.values import QueryKind
from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.errors import InvalidInput
from xinyidai.kernel.http import page_args
from xinyidai.web.enterprise import consent_view as view
from xinyidai.web.enterprise.base import (
    SEE_OTHER,
    UNPROCESSABLE,
    actor,
    blueprint,
    firm_id,
    slice_of,
)
from xinyidai.web.enterprise.queries import institution_names
from xinyidai.web.wording import CONSENT_STATES


@blueprint.get("/consents")
@allow(Role.ENTERPRISE_USER)
def consents() -> ResponseReturnValue:
    """List requests to answer, live authorizations, and those that have ended."""
    cards = view.cards_of(queries.of_enterprise(firm_id()))
    ended = [c for c in cards if not c.is_live and c.state is not ConsentState.PENDING]
    return render_template(
        "enterprise/consents.html",
        pending=[card for card in cards if card.state is ConsentState.PENDING],
        live=[card for card in cards if card.is_live],
        ended=slice_of(ended, page_args()),
        labels=CONSENT_STATES,
    )


@blueprint.get("/consents/<uuid:consent_id>")
@allow(Role.ENTERPRISE_USER)
def consent(consent_id: UUID) -> ResponseReturnValue:
    """Show one authorization, its signed text, and every look under it."""
    return _detail(consent_id, {})


@blueprint.post("/consents/<uuid:consent_id>/agree")
@allow(Role.ENTERPRISE_USER)
def consent_agree(consent_id: UUID) -> ResponseReturnValue:
    """Sign what an institution asked for."""
    with own_transaction():
        service.grant_consent(actor(), consent_id)
    flash("已同意授权。每次查看都会记录，您随时可以撤回。", "ok")
    return redirect(url_for(".consent", consent_id=consent_id), SEE_OTHER)


@blueprint.post("/consents/<uuid:consent_id>/decline")
@allow(Role.ENTERPRISE_USER)
def consent_decline(consent_id: UUID) -> ResponseReturnValue:
    """Refuse what an institution asked for; no reason is needed."""
    return _with_reason(service.decline_consent, consent_id, "已拒绝，对方不能查看您的数据。")


@blueprint.post("/consents/<uuid:consent_id>/suspend")
@allow(Role.ENTERPRISE_USER)
def consent_suspend(consent_id: UUID) -> ResponseReturnValue:
    """Stop all looks until further notice."""
    return _with_reason(service.suspend_consent, consent_id, "授权已暂停，恢复之前对方不能查看。")


@blueprint.post("/consents/<uuid:consent_id>/resume")
@allow(Role.ENTERPRISE_USER)
def consent_resume(consent_id: UUID) -> ResponseReturnValue:
    """Allow looks again."""
    with own_transaction():
        service.resume_consent(actor(), consent_id)
    flash("授权已恢复。", "ok")
    return redirect(url_for(".consent", consent_id=consent_id), SEE_OTHER)


@blueprint.post("/consents/<uuid:consent_id>/revoke")
@allow(Role.ENTERPRISE_USER)
def consent_revoke(consent_id: UUID) -> ResponseReturnValue:
    """Withdraw for good; the very next look is refused."""
    return _with_reason(service.revoke_consent, consent_id, "授权已撤回，对方立即不能再查看。")


@blueprint.get("/queries")
@allow(Role.ENTERPRISE_USER)
def looks_page() -> ResponseReturnValue:
    """Show who looked at the firm's data, and who was refused; the platform's own runs apart."""
    page = page_args()
    is_platform = request.args.get("by", "") == QueryKind.PLATFORM
    kind = QueryKind.PLATFORM if is_platform else QueryKind.DISCLOSURE
    # One more than shown tells whether there is a next page.
    events = looks.looks_at_enterprise(
        firm_id(), kinds=(kind,), limit=page.size + 1, offset=page.offset
    )
    return render_template(
        "enterprise/looks.html",
        looks=view.looks_of(events[: page.size]),
        page=page,
        has_next=len(events) > page.size,
        kind=kind,
        is_platform=is_platform,
    )


def _with_reason(
    deed: Callable[[Actor, UUID, str], Consent], consent_id: UUID, done: str
) -> ResponseReturnValue:
    try:
        with own_transaction():
            deed(actor(), consent_id, request.form.get("reason", ""))
    except InvalidInput as error:
        return _detail(consent_id, error.fields)
    flash(done, "ok")
    return redirect(url_for(".consent", consent_id=consent_id), SEE_OTHER)


def _detail(consent_id: UUID, errors: dict[str, str]) -> ResponseReturnValue:
    found = service.get_consent(actor(), consent_id)
    state = service.state_of(found)
    page = render_template(
        "enterprise/consent.html",
        consent=found,
        card=view.card_of(found, state, institution_names()),
        facts=view.consent_facts(found),
        looks=view.looks_of(looks.looks_under_consent(consent_id)),
        is_pending=state is ConsentState.PENDING,
        is_active=state is ConsentState.ACTIVE,
        is_suspended_by_firm=state is ConsentState.SUSPENDED and found.suspended_at is not None,
        is_revocable=state in view.REVOCABLE and found.revoked_at is None,
        labels=CONSENT_STATES,
        errors=errors,
    )
    return page, UNPROCESSABLE if errors else 200
