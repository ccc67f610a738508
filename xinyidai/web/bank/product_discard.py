"""Throw a draft away, 作废草稿: one page that says what happens, and asks for the reason."""

from uuid import UUID

from flask import flash, g, render_template, request
from flask.typing import ResponseReturnValue

from xinyidai.kernel.access import allow
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.errors import Conflict, InvalidInput, InvalidTransition
from xinyidai.products import queries, service
from xinyidai.products.models import ProductVersion
from xinyidai.products.values import ProductVersionState as S
from xinyidai.web.bank.base import MANAGER, UNPROCESSABLE, blueprint, see_other
from xinyidai.web.bank.product_pages import CONFLICT, own_version


@blueprint.get("/products/<uuid:version_id>/discard")
@allow(*MANAGER)
def discard_form(version_id: UUID) -> ResponseReturnValue:
    """Ask whether the draft shall be thrown away."""
    version = own_version(version_id)
    if version.state is not S.DRAFT:
        flash("只有草稿可以作废；待审核的请先撤回提交，已上架的请下架。", "error")
        return see_other("show_product", version_id=version_id)
    return _page(version, {})


@blueprint.post("/products/<uuid:version_id>/discard")
@allow(*MANAGER)
def discard_product(version_id: UUID) -> ResponseReturnValue:
    """Throw the draft away; pressed twice it leads to the version as it stands."""
    reason, mark = request.form.get("reason", ""), request.form.get("mark", "")
    try:
        with own_transaction():
            version = service.discard_product(g.actor, version_id, reason, read_as=mark)
            words = f"“{version.name}”第 {version.version} 版草稿已作废。"
    except InvalidTransition as error:
        flash(error.message, "error")
        return see_other("show_product", version_id=version_id)
    except InvalidInput as error:
        return _page(own_version(version_id), error.fields), UNPROCESSABLE
    except Conflict as error:
        return _page(own_version(version_id), {"mark": error.message}), CONFLICT
    flash(words, "ok")
    return see_other("list_products")


def _page(version: ProductVersion, errors: dict[str, str]) -> str:
    """Return the page; where the draft was saved meanwhile it carries the new mark."""
    mark = request.form.get("mark", "")
    if not mark or "mark" in errors:
        mark = service.draft_mark(version, service.DraftPart.WHOLE)
    others = [
        one
        for one in queries.list_versions(version.product_id)
        if one.id != version.id and one.state is not S.DISCARDED
    ]
    return render_template(
        "bank/product_discard.html",
        version=version,
        others=others,
        mark=mark,
        reason=request.form.get("reason", ""),
        errors=errors,
    )
