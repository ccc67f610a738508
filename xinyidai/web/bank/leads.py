"""Finding customers, 找客户: whom the bank seeks, how many there are, and who has authorized it."""

from typing import Any
from uuid import UUID

from flask import flash, g, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from xinyidai.kernel.access import allow
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.errors import Conflict, InvalidInput, NotFound, RuleBroken
from xinyidai.kernel.http import page_args
from xinyidai.leads import queries, rules, service
from xinyidai.leads.values import NO_WORDS, SearchOrder
from xinyidai.products import queries as products
from xinyidai.products.queries import CatalogueFilter
from xinyidai.web import wording
from xinyidai.web.bank import lead_view as view
from xinyidai.web.bank.base import (
    BANK,
    UNPROCESSABLE,
    bank_id,
    blueprint,
    options,
    pager_of,
    see_other,
)
from xinyidai.web.bank.criteria_form import (
    CriterionRow,
    criteria_of,
    field_choices,
    operator_choices,
    rows_from,
)
from xinyidai.web.bank.form_reading import FieldValues, FormReader

MOST_PRODUCTS = 500
REMOVE = "remove-"


@blueprint.get("/leads")
@allow(*BANK)
def list_leads() -> ResponseReturnValue:
    """List the bank's searches with what they may show, and leads that wait for feedback."""
    page = page_args()
    searches, total = queries.searches_of(bank_id(), page)
    ids = [search.id for search in searches]
    named, named_total = queries.named_leads(bank_id(), page_args(view.LEADS_SHOWN))
    return render_template(
        "bank/leads.html",
        rows=view.search_rows(searches, service.shown_counts(ids), queries.newest_weeks(ids)),
        pager=pager_of(page, total),
        left=service.counts_left(bank_id()),
        most=rules.MOST_COUNTS_A_DAY,
        leads=[view.lead_card(row) for row in named],
        lead_total=named_total,
        consent_labels=wording.CONSENT_STATES,
    )


@blueprint.get("/leads/firms")
@allow(*BANK)
def lead_firms() -> ResponseReturnValue:
    """List every firm that has signed, those without feedback first."""
    page = page_args()
    leads, total = queries.named_leads(bank_id(), page)
    return render_template(
        "bank/lead_firms.html",
        leads=[view.lead_card(row) for row in leads],
        lead_total=total,
        consent_labels=wording.CONSENT_STATES,
        pager=pager_of(page, total),
    )


@blueprint.get("/leads/new")
@allow(*BANK)
def new_search() -> ResponseReturnValue:
    """Show the form that says whom the bank seeks."""
    values = {"product_id": request.args.get("product", "")}
    return _form(values, [CriterionRow()], {})


@blueprint.post("/leads")
@allow(*BANK)
def create_search() -> ResponseReturnValue:
    """Count the firms, or add and remove a row of the conditions."""
    form = _with_words(request.form)
    deed = form.get("do", "count")
    if deed == "add":
        return _form(form.to_dict(), [*rows_from(form), CriterionRow()], {})
    if deed.startswith(REMOVE):
        return _form(form.to_dict(), _without(form, deed.removeprefix(REMOVE)), {})
    try:
        with own_transaction():
            search_id = service.count_firms(g.actor, _order(form)).id
    except InvalidInput as error:
        faults = _own_fields(error)
    except (RuleBroken, Conflict, NotFound) as error:
        faults = {"name": error.message}
    else:
        return see_other("show_search", search_id=search_id)
    return _form(form.to_dict(), rows_from(form) or [CriterionRow()], faults), UNPROCESSABLE


@blueprint.get("/leads/<uuid:search_id>")
@allow(*BANK)
def show_search(search_id: UUID) -> ResponseReturnValue:
    """Show what a search may show, its invitations in tens, and the firms that authorized."""
    search = service.read_search(g.actor, search_id)
    page = page_args()
    leads, total = queries.named_leads(bank_id(), page, search_id=search.id)
    return render_template(
        "bank/lead_search.html",
        search=search,
        counts=view.count_tiles(service.shown_counts([search.id])[search.id]),
        conditions=rules.reasons_of(service.criteria_of(search)),
        invitations=view.invitation_tiles(service.invitation_counts(g.actor, search.id)),
        weeks=view.week_rows(queries.weeks_of(search.id)),
        leads=[view.lead_card(row) for row in leads],
        lead_total=total,
        consent_labels=wording.CONSENT_STATES,
        pager=pager_of(page, total),
        left=service.counts_left(bank_id()),
        most=rules.MOST_COUNTS_A_DAY,
    )


@blueprint.post("/leads/<uuid:search_id>/count")
@allow(*BANK)
def count_search(search_id: UUID) -> ResponseReturnValue:
    """Count again on today's firms."""
    try:
        with own_transaction():
            service.count_again(g.actor, search_id)
    except (RuleBroken, Conflict) as error:
        flash(error.message, "error")
    else:
        flash("已按今天的数据重新计数。", "ok")
    return see_other("show_search", search_id=search_id)


@blueprint.post("/leads/<uuid:search_id>/invite")
@allow(*BANK)
def invite_firms(search_id: UUID) -> ResponseReturnValue:
    """Let the platform carry the bank's invitation; whom it reaches is not told."""
    with own_transaction():
        sent = service.invite_firms(g.actor, search_id)
    flash(
        f"平台已代为转达，本次{sent.text}。企业授权之后，您才会看到名称；"
        f"{rules.ANSWER_DAYS} 天内没有答复的自动作废。",
        "ok",
    )
    return see_other("show_search", search_id=search_id)


@blueprint.post("/leads/<uuid:search_id>/saving")
@allow(*BANK)
def save_search(search_id: UUID) -> ResponseReturnValue:
    """Make a search a standing match, or end it."""
    stop = request.form.get("do") == "stop"
    deed = service.stop_search if stop else service.save_search
    try:
        with own_transaction():
            deed(g.actor, search_id)
    except (RuleBroken, Conflict) as error:
        flash(error.message, "error")
    else:
        flash("已停止每周匹配。" if stop else "已设为每周匹配，每周一告诉您新增多少家。", "ok")
    return see_other("show_search", search_id=search_id)


def _order(form: MultiDict[str, str]) -> SearchOrder:
    reader = FormReader(form)
    product_id = reader.identifier("product_id")
    criteria, faults = criteria_of(form)
    reader.errors |= faults
    reader.require(name="请给这次查找起个名字，例如“汝州机械企业”。")
    reader.check()
    return SearchOrder(reader.text("name"), tuple(criteria), product_id)


def _with_words(form: MultiDict[str, str]) -> MultiDict[str, str]:
    """Return the form with the words that criteria need, wherever a row says anything."""
    whole = MultiDict(form)
    for key in form:
        place = key.removesuffix("-field")
        if key.startswith("crit-") and key.endswith("-field") and form[key]:
            whole[f"{place}-text"] = NO_WORDS
    return whole


def _without(form: MultiDict[str, str], place: str) -> list[CriterionRow]:
    kept = MultiDict(form)
    for part in ("field", "operator", "value", "text"):
        kept.pop(f"crit-{place}-{part}", None)
    return rows_from(kept) or [CriterionRow()]


def _own_fields(error: InvalidInput) -> dict[str, str]:
    """Return the faults under this form's field names: `criteria.2` is the third row."""
    faults = {}
    for name, sentence in error.fields.items():
        place = name.removeprefix("criteria.")
        is_row = name.startswith("criteria.") and place.isdigit()
        faults[f"crit-{place}-field" if is_row else name] = sentence
    return faults or {"name": error.message}


def _form(values: dict[str, str], rows: list[CriterionRow], errors: dict[str, str]) -> str:
    page: dict[str, Any] = {
        "values": FieldValues(values),
        "rows": rows,
        "errors": errors,
        "products": _products(),
        "fields": field_choices(with_wishes=False),
        "operators": operator_choices(),
        "left": service.counts_left(bank_id()),
        "most": rules.MOST_COUNTS_A_DAY,
    }
    return render_template("bank/lead_search_new.html", **page)


def _products() -> list[dict[str, str]]:
    listed = products.list_catalogue(CatalogueFilter(institution_id=bank_id()), limit=MOST_PRODUCTS)
    return options({str(version.product_id): version.name for version in listed})
