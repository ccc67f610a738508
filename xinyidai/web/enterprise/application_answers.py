"""A firm answers its bank: takes or refuses other terms, or takes its application elsewhere."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from xinyidai.applications import queries, rules, service
from xinyidai.applications.models import LoanApplication
from xinyidai.applications.service import Resend
from xinyidai.institutions.queries import get_institution
from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import own_transaction, transactional
from xinyidai.kernel.errors import Conflict, InvalidInput
from xinyidai.matching import service as matching
from xinyidai.products import queries as products
from xinyidai.products.models import ProductVersion
from xinyidai.products.queries import CatalogueFilter
from xinyidai.products.values import Outcome, meaning_of
from xinyidai.web.chrome import format_percent
from xinyidai.web.enterprise.application_view import card_of
from xinyidai.web.enterprise.base import (
    SEE_OTHER,
    UNPROCESSABLE,
    actor,
    blueprint,
    firm_id,
    read_id,
)

MOST_SHOWN = 12
MOST_READ = 500


@blueprint.post("/applications/<uuid:application_id>/take-offer")
@allow(Role.ENTERPRISE_USER)
@transactional
def application_take_offer(application_id: UUID) -> ResponseReturnValue:
    """Take the bank's terms; the button has named them."""
    service.take_offer(actor(), application_id)
    flash("已接受银行的条件，请联系客户经理约时间签约。", "ok")
    return redirect(url_for(".application", application_id=application_id), SEE_OTHER)


@blueprint.post("/applications/<uuid:application_id>/refuse-offer")
@allow(Role.ENTERPRISE_USER)
@transactional
def application_refuse_offer(application_id: UUID) -> ResponseReturnValue:
    """Refuse the bank's terms; the bank decides anew."""
    service.refuse_offer(actor(), application_id, request.form.get("reason", ""))
    flash("已告诉银行您不接受，银行会重新决定。", "ok")
    return redirect(url_for(".application", application_id=application_id), SEE_OTHER)


@blueprint.get("/applications/<uuid:application_id>/resend")
@allow(Role.ENTERPRISE_USER)
def application_resend_form(application_id: UUID) -> ResponseReturnValue:
    """Offer products of other banks that give what the firm asked for."""
    return _form(application_id, {})


@blueprint.post("/applications/<uuid:application_id>/resend")
@allow(Role.ENTERPRISE_USER)
def application_resend(application_id: UUID) -> ResponseReturnValue:
    """Start the copy; a second click with the same key finds the first one's draft."""
    if not request.form.get("product"):
        return _form(application_id, {"product": "请选择一款产品。"}), UNPROCESSABLE
    to = Resend(read_id(request.form.get("request_key", "")), read_id(request.form["product"]))
    try:
        with own_transaction():
            started = service.resend_application(actor(), application_id, to).id
    except InvalidInput as error:
        return _form(application_id, {"product": " ".join(error.fields.values())}), UNPROCESSABLE
    except Conflict as error:
        return _form(application_id, {"product": error.message}), UNPROCESSABLE
    flash("已用原来的内容建好新申请。请授权新的银行，核对后提交。", "ok")
    return redirect(url_for(".application", application_id=started), SEE_OTHER)


def _form(application_id: UUID, errors: dict[str, str]) -> str:
    found = service.get_application(actor(), application_id)
    if found.state not in service.RESENT:
        raise Conflict("银行已经在办理，不能改投；可以先撤回申请。", code="under_way")
    versions, is_checked = _others(found)
    return render_template(
        "enterprise/application_resend.html",
        card=card_of(queries.get_row(application_id)),
        application=found,
        is_taken_away=found.state in service.TAKEN_AWAY,
        choices=[_choice(version) for version in versions[:MOST_SHOWN]],
        is_checked=is_checked,
        chosen=request.form.get("product", ""),
        request_key=request.form.get("request_key") or str(uuid4()),
        errors=errors,
    )


def _others(former: LoanApplication) -> tuple[list[ProductVersion], bool]:
    """Return loans of other banks that give amount and term, and whether today's match ordered.

    What the match of today refuses is left out; without one the catalogue's order stands.
    """
    run = matching.read_current_run(actor(), firm_id())
    versions: Sequence[ProductVersion]
    if run is None:
        versions = products.list_catalogue(CatalogueFilter(), limit=MOST_READ)
    else:
        fitting = [row for row in run.matches if row.outcome is not Outcome.INELIGIBLE]
        versions = [products.get_version(row.product_version_id) for row in fitting]
    wanted = service.wanted_of(former)
    return [
        version
        for version in versions
        if version.product.institution_id != former.institution_id
        and meaning_of(version.kind).lends
        and not {"amount", "term_months"} & rules.faults(wanted, service.limits_of(version)).keys()
    ], run is not None


def _choice(version: ProductVersion) -> dict[str, Any]:
    bank = get_institution(version.product.institution_id).short_name
    rate = f"年利率 {format_percent(version.rate_min)} 起" if version.rate_min else ""
    days = f"{version.promise_days} 个工作日答复" if version.promise_days else ""
    return {
        "value": str(version.product_id),
        "label": f"{version.name}（{bank}）",
        "hint": "，".join(filter(None, (rate, days))),
    }
