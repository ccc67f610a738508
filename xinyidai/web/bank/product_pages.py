"""A bank's products, 产品: the list, one version, and the form of a draft."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import flash, g, render_template, request
from flask.typing import ResponseReturnValue

from xinyidai.catalogue.kinds import ITEMS
from xinyidai.catalogue.list_types import LIST_TYPES
from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.errors import Conflict, InvalidInput, NotFound
from xinyidai.products import queries, service
from xinyidai.products.models import ProductVersion
from xinyidai.products.queries import CatalogueFilter
from xinyidai.products.values import TARGET_GROUP_NAMES
from xinyidai.products.values import ProductVersionState as S
from xinyidai.web import criterion_days, wording
from xinyidai.web.bank import costs_form, product_form
from xinyidai.web.bank.base import (
    BANK,
    MANAGER,
    UNPROCESSABLE,
    bank_id,
    blueprint,
    options,
    see_other,
)
from xinyidai.web.bank.criteria_form import (
    MISSING_NAMES,
    MOST_ROWS,
    PARTS,
    CriterionRow,
    field_choices,
    operator_choices,
    reason_choices,
    rows_from,
    rows_of,
)
from xinyidai.web.bank.form_reading import FieldValues
from xinyidai.web.bank.product_view import (
    fault_links,
    trial_context,
    version_context,
    version_row,
)
from xinyidai.web.shadow_view import met_words

MOST_PRODUCTS = 500
MORE_ROWS = 3
CONFLICT = 409
ADD, ADD_COSTS, REMOVE = "add", "add-costs", "remove-"


@dataclass(frozen=True)
class Chosen:
    """What is ticked in the form."""

    items: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


@dataclass(frozen=True)
class Shown:
    """How the form is shown: its faults, the mark of the draft it was read from, what was done."""

    errors: Mapping[str, str]
    mark: str = ""
    deed: str = ""


@blueprint.get("/products")
@allow(*BANK)
def list_products() -> ResponseReturnValue:
    """Show the newest version of each product; an officer sees what is on sale."""
    is_manager = g.actor.role is Role.BANK_PRODUCT_MANAGER
    if is_manager:
        versions = queries.list_of_institution(bank_id(), limit=MOST_PRODUCTS)
    else:
        wanted = CatalogueFilter(institution_id=bank_id())
        versions = queries.list_catalogue(wanted, limit=MOST_PRODUCTS)
    chosen = request.args.get("state", "")
    counts = {state.value: sum(v.state is state for v in versions) for state in S}
    kept = [v for v in versions if v.state is not S.DISCARDED]
    shown = [v for v in versions if v.state.value == chosen] if chosen else kept
    reach = queries.newest_shadow_runs([v.id for v in shown]) if is_manager else {}
    on_sale = queries.on_sale_by_product([v.product_id for v in shown]) if is_manager else {}
    return render_template(
        "bank/products.html",
        rows=[version_row(v, reach.get(v.id), on_sale.get(v.product_id)) for v in shown],
        labels=wording.PRODUCT_STATES,
        counts=counts,
        total=len(kept),
        chosen=chosen,
        is_manager=is_manager,
    )


@blueprint.get("/products/<uuid:version_id>")
@allow(*BANK)
def show_product(version_id: UUID) -> ResponseReturnValue:
    """Show one version with its conditions, its other versions and what may be done."""
    return product_page(version_id, {})


def product_page(version_id: UUID, errors: dict[str, str]) -> str:
    """Return the page of a version, with the faults of the last step taken."""
    version = own_version(version_id)
    is_manager = g.actor.role is Role.BANK_PRODUCT_MANAGER
    versions = queries.list_versions(version.product_id) if is_manager else [version]
    return render_template(
        "bank/product.html",
        version=version,
        is_manager=is_manager,
        versions=versions,
        may_revise=is_manager and versions[0].state not in {S.DRAFT, S.UNDER_REVIEW},
        labels=wording.PRODUCT_STATES,
        errors=errors,
        faults=fault_links(version.id, errors),
        discarding=service.read_discarding(version) if version.state is S.DISCARDED else None,
        shelved=[one for one in versions if one.state is S.LISTED and one.id != version.id],
        reason=request.form.get("reason", ""),
        **version_context(version),
        **(trial_context(version) if is_manager else {}),
    )


def own_version(version_id: UUID) -> ProductVersion:
    """Return a version of the bank's own product, or raise `NotFound`."""
    version = service.read_version(g.actor, version_id)
    if version.product.institution_id != bank_id():
        raise NotFound(queries.ABSENT)
    return version


@blueprint.get("/products/new")
@allow(*MANAGER)
def new_product() -> ResponseReturnValue:
    """Show an empty form."""
    rows = [CriterionRow() for _ in range(MORE_ROWS)]
    chosen = Chosen(items=("registration",))
    return _form(None, {"guarantee": "credit"}, rows, chosen, Shown({}))


@blueprint.get("/products/<uuid:version_id>/edit")
@allow(*MANAGER)
def edit_product(version_id: UUID) -> ResponseReturnValue:
    """Show the form of a draft."""
    version = own_version(version_id)
    if version.state is not S.DRAFT:
        raise Conflict("只有草稿可以修改；已上架的产品请另起新版本。")
    facts = service.facts_of(version)
    rows = rows_of(facts.criteria) or [CriterionRow()]
    values = product_form.values_of(facts)
    chosen = Chosen(facts.required_items, facts.target_groups)
    return _form(version, values, rows, chosen, Shown({}, _mark(version)))


@blueprint.post("/products")
@allow(*MANAGER)
def create_product() -> ResponseReturnValue:
    """Save a new draft, or add and remove a row of the criteria editor."""
    return _save(None)


@blueprint.post("/products/<uuid:version_id>/edit")
@allow(*MANAGER)
def update_product(version_id: UUID) -> ResponseReturnValue:
    """Save a draft, or add and remove a row of the criteria editor."""
    return _save(own_version(version_id))


def _save(version: ProductVersion | None) -> ResponseReturnValue:
    deed = request.form.get("do", "save")
    if deed in {ADD, ADD_COSTS} or deed.startswith(REMOVE):
        return _rows_changed(version, deed)
    version_id = version.id if version else None
    try:
        with own_transaction():
            saved_id = _write(version_id)
    except InvalidInput as error:
        faults, status = _own_fields(error), UNPROCESSABLE
    except Conflict as error:
        faults, status = _told(error), CONFLICT
    else:
        flash("草稿已保存。", "ok")
        return see_other("show_product", version_id=saved_id)
    again = own_version(version_id) if version_id else None
    mark = request.form.get("mark", "") if status == UNPROCESSABLE else _mark(again)
    rows = rows_from(request.form) or [CriterionRow()]
    return _form_as_sent(again, rows, Shown(faults, mark)), status


def _rows_changed(version: ProductVersion | None, deed: str) -> str:
    """Return the form as it was sent, with rows added or one taken out; nothing is saved."""
    shown = Shown({}, request.form.get("mark", ""), deed)
    if deed.startswith(REMOVE):
        return _form_as_sent(version, _without(deed.removeprefix(REMOVE)), shown)
    rows = rows_from(request.form)
    if deed == ADD:
        rows += [CriterionRow() for _ in range(MORE_ROWS)][: MOST_ROWS - len(rows)]
    return _form_as_sent(version, rows or [CriterionRow()], shown)


def _told(error: Conflict) -> dict[str, str]:
    """Say what stands in the way: a code in use, or what a colleague saved meanwhile."""
    if error.code != service.CODE_TAKEN:
        return {"mark": error.message}
    own = queries.find_product_by_code(request.form.get("code", "").strip())
    if own is None or own.institution_id != bank_id():
        return {"code": error.message}
    words = (
        f"本行已有编号为“{own.code}”的产品“{own.name}”，请到产品列表打开它修改，或者换一个编号。"
    )
    return {"code": words}


def _mark(version: ProductVersion | None) -> str:
    return "" if version is None else service.draft_mark(version, service.DraftPart.FACTS)


def _write(version_id: UUID | None) -> UUID:
    facts = product_form.facts_from(request.form)
    if version_id is None:
        return service.draft_product(g.actor, facts).id
    mark = request.form.get("mark") or None
    return service.update_draft(g.actor, version_id, facts, read_as=mark).id


def _without(place: str) -> list[CriterionRow]:
    """Return the rows but the one whose number was pressed; rows keep their numbers till then."""
    form = request.form.copy()
    for part in PARTS:
        form.pop(f"crit-{place}-{part}", None)
    return rows_from(form) or [CriterionRow()]


def _own_fields(error: InvalidInput) -> dict[str, str]:
    """Return the faults under this form's field names: `criteria.2` is the third row."""
    faults = {}
    for name, sentence in error.fields.items():
        place = name.removeprefix("criteria.")
        if name.startswith("criteria.") and place.isdigit():
            faults[f"crit-{place}-field"] = f"第 {int(place) + 1} 条：{sentence}"
        else:
            faults[costs_form.own_field(name, request.form)] = sentence
    return faults or {"name": error.message}


def _form_as_sent(version: ProductVersion | None, rows: list[CriterionRow], shown: Shown) -> str:
    chosen = Chosen(
        tuple(request.form.getlist("required_items")), tuple(request.form.getlist("target_groups"))
    )
    return _form(version, request.form.to_dict(), rows, chosen, shown)


def _form(
    version: ProductVersion | None,
    values: dict[str, str],
    rows: list[CriterionRow],
    chosen: Chosen,
    shown: Shown,
) -> str:
    return render_template(
        "bank/product_form.html",
        version=version,
        values=FieldValues(values),
        begins=criterion_days.typed_words(values.get("effective_from", "")),
        rows=rows,
        opened=[_is_open(place, row, shown) for place, row in enumerate(rows)],
        first_new=next((n for n, row in enumerate(rows) if row.is_empty), None),
        items=chosen.items,
        groups=chosen.groups,
        errors=shown.errors,
        mark=shown.mark,
        deed=shown.deed,
        most_rows=MOST_ROWS,
        met=met_words(version) if version else {},
        **_choices(),
        **costs_form.choices(values, more=shown.deed == ADD_COSTS),
    )


def _is_open(place: int, row: CriterionRow, shown: Shown) -> bool:
    """Tell whether a row stands unfolded: it is new, or something about it is wrong."""
    return not row.code or any(name.startswith(f"crit-{place}-") for name in shown.errors)


def _choices() -> dict[str, Any]:
    allowed = service.pre_loan_items()
    return {
        "kinds": options(wording.PRODUCT_KINDS),
        "guarantees": options(wording.GUARANTEES),
        "repayments": options(wording.REPAYMENTS),
        "lists": [{"value": t.code, "label": t.name} for t in LIST_TYPES.values()],
        "item_choices": [
            {"value": code, "label": item.name} for code, item in ITEMS.items() if code in allowed
        ],
        "fields": field_choices(),
        "operators": operator_choices(),
        "reasons": reason_choices(),
        "missing": options(MISSING_NAMES),
        "group_choices": options(TARGET_GROUP_NAMES),
    }
