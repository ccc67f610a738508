"""The firm says whether institutions may approach it, and answers those that do, 联系意愿."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from xinyidai.catalogue.kinds import get_item
from xinyidai.consents.values import ConsentDraft
from xinyidai.institutions import queries as institutions
from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.errors import InvalidInput, NotFound, RuleBroken
from xinyidai.kernel.http import page_args
from xinyidai.leads import queries, service
from xinyidai.leads.models import ContactChoice, Lead
from xinyidai.leads.values import SCOPE_NAMES, STATE_NAMES, Choice, ContactScope, LeadState
from xinyidai.products import queries as products
from xinyidai.web import wording
from xinyidai.web.chrome import format_day
from xinyidai.web.enterprise.base import SEE_OTHER, UNPROCESSABLE, actor, blueprint, firm_id
from xinyidai.web.enterprise.base import read_id as as_id

YES = "yes"
TONES = {
    LeadState.SENT: "todo",
    LeadState.AUTHORIZED: "ok",
    LeadState.DECLINED: "stop",
    LeadState.WITHDRAWN: "stop",
    LeadState.EXPIRED: "plain",
}


@blueprint.get("/contact")
@allow(Role.ENTERPRISE_USER)
def contact() -> ResponseReturnValue:
    """Show the firm's choice, who wrote to it, and the week's new products."""
    row = service.read_choice(actor())
    return _contact_page(_typed_choice(row), {})


@blueprint.post("/contact")
@allow(Role.ENTERPRISE_USER)
def choose_contact() -> ResponseReturnValue:
    """Keep the firm's choice; a no takes waiting invitations back at once."""
    typed = {
        "is_open": request.form.get("is_open", ""),
        "scope": request.form.get("scope", ""),
        "institution_ids": request.form.getlist("institution_ids"),
    }
    try:
        with own_transaction():
            row = service.choose_contact(actor(), _read_choice(typed))
            is_open = row.is_open
    except InvalidInput as error:
        return _contact_page(typed, error.fields), UNPROCESSABLE
    flash(
        "已保存。有机构的条件与您相符时，平台会转告您。"
        if is_open
        else "已保存。从现在起没有机构能通过平台联系您，待答复的邀请已收回。",
        "ok",
    )
    return redirect(url_for(".contact"), SEE_OTHER)


@blueprint.get("/invitations/<uuid:lead_id>")
@allow(Role.ENTERPRISE_USER)
def invitation(lead_id: UUID) -> ResponseReturnValue:
    """Show who seeks the firm and why, and what it would sign."""
    return _invitation_page(service.read_invitation(actor(), lead_id), "")


@blueprint.post("/invitations/<uuid:lead_id>/accept")
@allow(Role.ENTERPRISE_USER)
def accept_invitation(lead_id: UUID) -> ResponseReturnValue:
    """Sign the authorization for this one institution."""
    try:
        with own_transaction():
            lead = service.accept_invitation(actor(), lead_id)
            consent_id = lead.consent_id
    except RuleBroken as error:
        lead = service.read_invitation(actor(), lead_id)
        return _invitation_page(lead, error.message), UNPROCESSABLE
    flash("已授权这家机构。您随时可以撤回，每次查看都会记录。", "ok")
    return redirect(url_for(".consent", consent_id=consent_id), SEE_OTHER)


@blueprint.post("/invitations/<uuid:lead_id>/decline")
@allow(Role.ENTERPRISE_USER)
def decline_invitation(lead_id: UUID) -> ResponseReturnValue:
    """Decline; the institution does not learn who it was."""
    with own_transaction():
        service.decline_invitation(actor(), lead_id)
    flash("已婉拒，对方不会知道是您。90 天内它不能再邀请您。", "ok")
    return redirect(url_for(".contact"), SEE_OTHER)


def _typed_choice(row: ContactChoice | None) -> dict[str, Any]:
    if row is None or not row.is_open:
        return {"is_open": "no", "scope": ContactScope.ALL.value, "institution_ids": []}
    return {
        "is_open": YES,
        "scope": row.scope.value,
        "institution_ids": [str(each) for each in row.institution_ids],
    }


def _read_choice(typed: dict[str, Any]) -> Choice:
    if typed["is_open"] not in {YES, "no"}:
        raise InvalidInput("请选择一项。", fields={"is_open": "请选择愿意或不愿意。"})
    if typed["is_open"] != YES:
        return Choice()
    if typed["scope"] not in set(ContactScope):
        raise InvalidInput("请选择范围。", fields={"scope": "请选择愿意被谁联系。"})
    try:
        chosen = tuple(as_id(text) for text in typed["institution_ids"])
    except NotFound as error:
        sentence = {"institution_ids": "请从列表里选择机构。"}
        raise InvalidInput("请重新选择机构。", fields=sentence) from error
    return Choice(is_open=True, scope=ContactScope(typed["scope"]), institution_ids=chosen)


def _contact_page(typed: dict[str, Any], errors: dict[str, str]) -> str:
    row = service.read_choice(actor())
    page = page_args()
    found, total = queries.invitations_of(firm_id(), page)
    offered = queries.offers_of(firm_id())
    return render_template(
        "enterprise/contact.html",
        typed=typed,
        since=format_day(row.chosen_at) if row else "",
        is_open=row is not None and row.is_open,
        scopes=[{"value": scope.value, "label": name} for scope, name in SCOPE_NAMES.items()],
        institutions=[
            {"value": str(each.id), "label": each.name}
            for each in institutions.list_institutions(active_only=True)
        ],
        invitations=[_invitation_row(lead, who.name) for lead, who in found],
        page=page.number,
        pages=max(1, -(-total // page.size)),
        total=total,
        offers=[
            {
                "name": version.name,
                "week": format_day(offer.week),
                "href": url_for(".product", product_id=version.product_id),
            }
            for offer, version in offered
        ],
        errors=errors,
    )


def _invitation_row(lead: Lead, institution: str) -> dict[str, Any]:
    return {
        "href": url_for(".invitation", lead_id=lead.id),
        "institution": institution,
        "on": format_day(lead.made_at),
        "state": STATE_NAMES[lead.state],
        "tone": TONES[lead.state],
        "until": format_day(lead.expires_on) if lead.state is LeadState.SENT else "",
    }


def _invitation_page(lead: Lead, fault: str) -> str:
    is_open = lead.state is LeadState.SENT
    version = products.find_listed_version(lead.product_id) if lead.product_id else None
    return render_template(
        "enterprise/invitation.html",
        lead=lead,
        institution=institutions.get_institution(lead.institution_id),
        product=version,
        state=STATE_NAMES[lead.state],
        tone=TONES[lead.state],
        is_open=is_open,
        terms=_term_rows(service.terms_of(lead)) if is_open else [],
        fault=fault,
    )


def _term_rows(draft: ConsentDraft) -> list[dict[str, str]]:
    uses = "不限次数" if draft.max_uses is None else f"最多 {draft.max_uses} 次"
    return [
        {"label": "用途", "value": "贷前审查，不能用于别的"},
        {"label": "可查询的信息", "value": "、".join(get_item(c).name for c in draft.item_codes)},
        {"label": "信息范围", "value": f"{format_day(draft.data_from)}以来"},
        {"label": "使用方式", "value": wording.CONSENT_MODES[draft.mode]},
        {"label": "查看次数", "value": uses},
        {"label": "有效期至", "value": format_day(draft.valid_until)},
        {"label": "留存期限", "value": f"每次查询后 {draft.data_life_days} 天"},
    ]
