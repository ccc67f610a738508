"""The text form of a version's criteria, 条件文本: read it, edit it, paste another one."""

from uuid import UUID

from flask import flash, g, render_template, request
from flask.typing import ResponseReturnValue

from xinyidai.kernel.access import allow
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.errors import InvalidInput
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
from xinyidai.web.bank.base import MANAGER, UNPROCESSABLE, blueprint, see_other
from xinyidai.web.bank.criteria_form import OPERATOR_NAMES
from xinyidai.web.bank.product_pages import own_version


@blueprint.get("/products/<uuid:version_id>/rules")
@allow(*MANAGER)
def show_rules(version_id: UUID) -> ResponseReturnValue:
    """Show the criteria as text and as JSON; a draft's text may be changed."""
    return _page(own_version(version_id), None, {})


@blueprint.post("/products/<uuid:version_id>/rules")
@allow(*MANAGER)
def save_rules(version_id: UUID) -> ResponseReturnValue:
    """Replace a draft's criteria by a pasted text or JSON; every bad line is named."""
    text = request.form.get("rules", "")
    try:
        with own_transaction():
            service.replace_criteria(g.actor, version_id, text)
    except InvalidInput as error:
        faults = error.fields or {"rules": error.message}
        return _page(own_version(version_id), text, faults), UNPROCESSABLE
    flash("准入条件已保存。条件改了以后，请重新验算样例。", "ok")
    return see_other("show_product", version_id=version_id)


def _page(version: ProductVersion, text: str | None, errors: dict[str, str]) -> str:
    criteria = parse_criteria(version.criteria, service.indicator_names(), stored=True)
    return render_template(
        "bank/product_rules.html",
        version=version,
        text=to_text(criteria) if text is None else text,
        json_text=to_json_text(criteria),
        errors=errors,
        is_draft=version.state is S.DRAFT,
        fields=_vocabulary(),
        reasons="、".join(RULE_REASONS.values()),
    )


def _vocabulary() -> list[dict[str, str]]:
    names = service.indicator_names()
    known = [*FIELDS.values(), *(indicator_field(code, info) for code, info in names.items())]
    return [_explained(field) for field in known]


def _explained(field: Field) -> dict[str, str]:
    allowed = [OPERATOR_NAMES[one] for one in Operator if one in OPERATORS[field.type]]
    return {
        "name": field_label(field),
        "about": field.about,
        "operators": "、".join(allowed).replace("（含两端）", ""),
        "how": how_to_fill(field),
    }
