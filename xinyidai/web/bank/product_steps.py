"""What a product manager does with a version: submit, take back, start a new one, take off.

A button pressed twice, or again after the back button, leads to the version as it stands now.
"""

from contextlib import suppress
from uuid import UUID

from flask import flash, g, request
from flask.typing import ResponseReturnValue

from xinyidai.kernel.access import allow
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.errors import Conflict, InvalidInput, InvalidTransition, RuleBroken
from xinyidai.matching import service as matching
from xinyidai.products import queries, service
from xinyidai.products.models import ProductVersion
from xinyidai.web.bank.base import MANAGER, UNPROCESSABLE, blueprint, see_other
from xinyidai.web.bank.product_pages import own_version, product_page


@blueprint.post("/products/<uuid:version_id>/submit")
@allow(*MANAGER)
def submit_product(version_id: UUID) -> ResponseReturnValue:
    """Hand a draft to the credit office, 提交审核."""
    try:
        with own_transaction():
            version = service.submit_product(g.actor, version_id)
            _try_out(version)
    except RuleBroken as error:
        faults: dict[str, str] = error.details.get("fields", {})
        return product_page(version_id, faults or {"submit": error.message}), UNPROCESSABLE
    except InvalidTransition as error:
        return _as_it_stands(version_id, error)
    flash("已提交信用办审核，审核通过后自动上架。", "ok")
    return see_other("show_product", version_id=version_id)


def _try_out(version: ProductVersion) -> None:
    """Let the reviewer have a trial of the very rules that were submitted.

    A bank that used up its trials of the day gets it by the job that tries what waits for review.
    """
    run = queries.find_shadow_run(version.id)
    if run is None or run.rules_digest != service.rules_digest(version):
        with suppress(RuleBroken):
            matching.shadow_run(g.actor, version.id)


def _as_it_stands(version_id: UUID, error: InvalidTransition) -> ResponseReturnValue:
    flash(error.message, "error")
    return see_other("show_product", version_id=version_id)


@blueprint.post("/products/<uuid:version_id>/withdraw")
@allow(*MANAGER)
def withdraw_product(version_id: UUID) -> ResponseReturnValue:
    """Take a version back from review, 撤回提交."""
    try:
        with own_transaction():
            service.withdraw_product(g.actor, version_id)
    except InvalidTransition as error:
        return _as_it_stands(version_id, error)
    flash("已撤回，现在又是草稿，可以修改后重新提交。", "ok")
    return see_other("show_product", version_id=version_id)


@blueprint.post("/products/<uuid:version_id>/revise")
@allow(*MANAGER)
def revise_product(version_id: UUID) -> ResponseReturnValue:
    """Start the next version as a draft like this one, 另起新版本; the listed one stays on sale."""
    product_id = own_version(version_id).product_id
    try:
        with own_transaction():
            version = service.revise_product(g.actor, product_id, source_id=version_id)
    except Conflict as error:
        flash(error.message, "error")
        return see_other("show_product", version_id=queries.list_versions(product_id)[0].id)
    flash(f"已建立第 {version.version} 版草稿；提交审核前，原版本继续有效。", "ok")
    return see_other("edit_product", version_id=version.id)


@blueprint.post("/products/<uuid:version_id>/delist")
@allow(*MANAGER)
def delist_product(version_id: UUID) -> ResponseReturnValue:
    """Take a version off the shelf with a reason, 下架."""
    try:
        with own_transaction():
            service.delist_product(g.actor, version_id, request.form.get("reason", ""))
    except InvalidInput as error:
        return product_page(version_id, error.fields), UNPROCESSABLE
    except InvalidTransition as error:
        return _as_it_stands(version_id, error)
    flash(_taken_off(own_version(version_id)), "ok")
    return see_other("show_product", version_id=version_id)


def _taken_off(version: ProductVersion) -> str:
    left = queries.list_shelved(version.product_id)
    if not left:
        return "产品已下架，企业不能再申请；进行中的申请不受影响。"
    words = "、".join(f"第 {one.version} 版" for one in left)
    return f"第 {version.version} 版已下架；这个产品的{words}仍然上架，要停办整个产品请再下架它。"
