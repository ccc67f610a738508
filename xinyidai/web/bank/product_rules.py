"""The text form of a version's criteria, 条件文本: read it, edit it, paste another one."""

from uuid import UUID

from flask import flash, g, render_template, request
from flask.typing import ResponseReturnValue

from xinyidai.kernel.access import allow
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.errors import Conflict, InvalidInput
from xinyidai.products import service
from xinyidai.products.models import ProductVersion
from xinyidai.products.rules import (
    RULE_REASONS,
    field_label,
    how_to_fill,
    parse_criteria,
    to_json_text,
    to_text,
)
from xinyidai.products.values import FIELDS, OPERATORS, Field, Operator, indicator_field
from xinyidai.products.values import ProductVersionState as S
from xinyidai.web import criterion_days
from xinyidai.web.bank.base import MANAGER, UNPROCESSABLE, blueprint, see_other
from xinyidai.web.bank.criteria_form import OPERATOR_NAMES
from xinyidai.web.bank.product_pages import CONFLICT, own_version


@blueprint.get("/products/<uuid:version_id>/rules")
@allow(*MANAGER)
def show_rules(version_id: UUID) -> ResponseReturnValue:
    """Show the criteria as text and as JSON; a draft's text may be changed."""
    version = own_version(version_id)
    return _page(version, None, {}, _mark(version))


@blueprint.get("/products/fields")
@allow(*MANAGER)
def product_fields() -> ResponseReturnValue:
    """Show every field a criterion may ask about, with its conditions and how to fill it in."""
    return render_template("bank/product_fields.html", fields=_vocabulary())


@blueprint.post("/products/<uuid:version_id>/rules")
@allow(*MANAGER)
def save_rules(version_id: UUID) -> ResponseReturnValue:
    """Replace a draft's criteria by a pasted text or JSON; every bad line is named."""
    text, mark = request.form.get("rules", ""), request.form.get("mark", "")
    try:
        with own_transaction():
            service.replace_criteria(g.actor, version_id, text, read_as=mark or None)
    except InvalidInput as error:
        faults = error.fields or {"rules": error.message}
        return _page(own_version(version_id), text, faults, mark), UNPROCESSABLE
    except Conflict as error:
        version = own_version(version_id)
        return _page(version, text, {"rules": error.message}, _mark(version)), CONFLICT
    flash("准入条件已保存。条件改了以后，请重新验算样例。", "ok")
    return see_other("show_product", version_id=version_id)


def _mark(version: ProductVersion) -> str:
    return service.draft_mark(version, service.DraftPart.CRITERIA)


def _page(version: ProductVersion, text: str | None, errors: dict[str, str], mark: str) -> str:
    criteria = parse_criteria(version.criteria, service.indicator_names(), stored=True)
    return render_template(
        "bank/product_rules.html",
        version=version,
        text=to_text(criteria) if text is None else text,
        json_text=to_json_text(criteria),
        errors=errors,
        mark=mark,
        is_draft=version.state is S.DRAFT,
        reasons="、".join(RULE_REASONS.values()),
        begins=criterion_days.begins_words(version),
    )


def _vocabulary() -> list[dict[str, str]]:
    names = service.indicator_names()
    own = [_explained(field, "") for field in FIELDS.values()]
    return own + [_explained(indicator_field(c, info), info.section) for c, info in names.items()]


def _explained(field: Field, section: str) -> dict[str, str]:
    allowed = [OPERATOR_NAMES[one] for one in Operator if one in OPERATORS[field.type]]
    return {
        "section": section,
        "name": field_label(field),
        "about": field.about,
        "operators": "、".join(allowed).replace("（含两端）", ""),
        "how": how_to_fill(field),
    }
