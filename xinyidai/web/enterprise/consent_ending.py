"""Withdraw an authorization, 撤回: what follows is said first; then one click."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from xinyidai.catalogue.purposes import ConsentMode
from xinyidai.consents import service
from xinyidai.consents.models import Consent
from xinyidai.consents.values import ConsentState
from xinyidai.financing_needs import service as needs
from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.errors import InvalidInput, InvalidTransition
from xinyidai.web.enterprise import consent_view as view
from xinyidai.web.enterprise.base import SEE_OTHER, UNPROCESSABLE, actor, blueprint
from xinyidai.web.enterprise.consent_queries import stopped_by_revoking
from xinyidai.web.wording import APPLICATION_STATES, CONSENT_STATES


@blueprint.get("/consents/<uuid:consent_id>/revoke")
@allow(Role.ENTERPRISE_USER)
def consent_ending(consent_id: UUID) -> ResponseReturnValue:
    """Say what the bank can no longer see, what stops and what the law lets it keep."""
    return _ask(consent_id, {})


@blueprint.post("/consents/<uuid:consent_id>/revoke")
@allow(Role.ENTERPRISE_USER)
def consent_revoke(consent_id: UUID) -> ResponseReturnValue:
    """Withdraw for good; the very next look is refused. A second click changes nothing."""
    ended = ""
    try:
        with own_transaction():
            service.revoke_consent(actor(), consent_id, request.form.get("reason", ""))
            if needs.notice_revoked(actor(), consent_id) is not None:
                ended = "它在您融资需求里的名额同时结束，其他银行仍可接单。"
    except InvalidInput as error:
        return _ask(consent_id, error.fields)
    except InvalidTransition:
        if service.get_consent(actor(), consent_id).revoked_at is None:
            raise
    flash(f"授权已撤回，对方立即不能再查看。{ended}", "ok")
    return redirect(url_for(".consent", consent_id=consent_id), SEE_OTHER)


def _ask(consent_id: UUID, errors: dict[str, str]) -> ResponseReturnValue:
    found = service.get_consent(actor(), consent_id)
    state = service.state_of(found)
    if state not in view.REVOCABLE or found.revoked_at is not None:
        flash(f"这份授权{_ended_words(state)}，不需要撤回。", "info")
        return redirect(url_for(".consent", consent_id=consent_id))
    [card] = view.cards_of([found])
    page = render_template(
        "enterprise/consent_revoke.html",
        card=card,
        applications=[
            {
                "title": f"{product}（{application.application_no}）",
                "state": APPLICATION_STATES[application.state],
                "href": url_for(".application", application_id=application.id),
            }
            for application, product in stopped_by_revoking(consent_id)
        ],
        kept=_kept(found),
        errors=errors,
    )
    return page, UNPROCESSABLE if errors else 200


def _ended_words(state: ConsentState) -> str:
    return "还没有签署" if state is ConsentState.PENDING else CONSENT_STATES[state]


def _kept(consent: Consent) -> str:
    """Say what the recipient may keep of what it saw."""
    if consent.mode is ConsentMode.STORE:
        return (
            f"撤回前已保存的信息，对方最迟在查看后 {consent.data_life_days} 天删除；"
            "法律要求保存的业务档案按法定期限保存，不能用于别的目的。"
        )
    return (
        "对方撤回前看过的内容不得另行留存；已经作出的决定和法律要求保存的业务档案"
        "按法定期限保存，不能用于别的目的。"
    )
