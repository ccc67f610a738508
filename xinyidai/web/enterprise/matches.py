"""Find products: say what is needed, see what fits and why, and what a product asks."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from xinyidai.catalogue.kinds import get_item
from xinyidai.institutions.queries import get_institution
from xinyidai.kernel import clock
from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.errors import InvalidInput, NotFound
from xinyidai.kernel.http import page_args
from xinyidai.matching import service
from xinyidai.matching.models import ProductMatchRow
from xinyidai.products import queries as products
from xinyidai.products import service as product_service
from xinyidai.products.values import GuaranteeKind, Wish
from xinyidai.scoring import service as scoring
from xinyidai.web.chrome import format_moment
from xinyidai.web.enterprise import match_origin as origin
from xinyidai.web.enterprise import match_view as view
from xinyidai.web.enterprise.base import (
    SEE_OTHER,
    UNPROCESSABLE,
    actor,
    blueprint,
    firm_id,
    read_id,
    read_number,
    read_wan,
    slice_of,
    typed_wan,
)
from xinyidai.web.enterprise.queries import Offer, offers_of
from xinyidai.web.wording import GUARANTEES

LONGEST_TERM_MONTHS = 360
CARDS = 10  # each explains itself at length; more make a phone scroll for ever
FIELDS = ("amount", "term_months", "guarantee")


@blueprint.get("/matches")
@allow(Role.ENTERPRISE_USER)
def matches() -> ResponseReturnValue:
    """List the products of the newest run that still holds; without one, ask for the need.

    `need` keeps to what was found for one published need.
    """
    need_id = read_id(request.args["need"]) if request.args.get("need") else None
    tab = request.args.get("outcome", "")
    if tab and tab not in view.TABS:
        raise NotFound("没有这一类匹配结果。")
    run = service.read_current_run(actor(), firm_id(), need_id=need_id)
    if run is None:
        return _form(_last_answers(), {}, is_outdated=True)
    tab = tab or view.first_tab(run)
    page = slice_of(view.rows_of(run, tab), page_args(CARDS))
    offers = offers_of([match.product_version_id for match in page.rows])
    return render_template(
        "enterprise/matches.html",
        run=run,
        asked=view.asked_text(run),
        tab=tab,
        tabs=view.tabs_of(run, tab, need_id),
        need_id=need_id,
        hidden_count=view.counts_of(run)[tab] - page.total,
        cards=[_card(match, offers[match.product_version_id], run.wish) for match in page.rows],
        page=page,
        weights=view.weights_text(),
        origin=origin.facts_of(run),
    )


@blueprint.get("/matches/new")
@allow(Role.ENTERPRISE_USER)
def match_form() -> ResponseReturnValue:
    """Ask amount, term and guarantee."""
    answers = _last_answers()
    if request.args.get("guarantee", "") in set(GuaranteeKind):
        answers["guarantee"] = request.args["guarantee"]
    return _form(answers, {})


@blueprint.post("/matches")
@allow(Role.ENTERPRISE_USER)
def match_run() -> ResponseReturnValue:
    """Match the firm on its present facts, keep the run, and show it."""
    answers = {name: request.form.get(name, "").strip() for name in FIELDS}
    try:
        wish = _read_wish(answers)
    except InvalidInput as error:
        return _form(answers, error.fields)
    with own_transaction():
        scoring.refresh_firm(firm_id())
        service.match_own_firm(actor(), firm_id(), wish)
    return redirect(url_for(".matches"), SEE_OTHER)


@blueprint.post("/matches/replay")
@allow(Role.ENTERPRISE_USER)
def match_replay() -> ResponseReturnValue:
    """Judge the run on the page again, from the versions and the profile it names, 复算."""
    run_id = read_id(request.form.get("run_id", ""))
    with own_transaction():
        done = service.replay_run(actor(), run_id)
    flash(origin.replay_text(done), "ok" if all(one.is_same for one in done) else "todo")
    return redirect(url_for(".matches"), SEE_OTHER)


@blueprint.get("/products/<uuid:product_id>")
@allow(Role.ENTERPRISE_USER)
def product(product_id: UUID) -> ResponseReturnValue:
    """Show one product: terms, each condition with what was found, items and documents."""
    version = products.find_listed_version(product_id)
    if version is None:
        raise NotFound("这款产品不存在或已下架，请选择其他产品。")
    run = service.read_current_run(actor(), firm_id())
    found = run.matches if run else []
    match = next((row for row in found if row.product_version_id == version.id), None)
    names = product_service.indicator_names()
    criteria = products.criteria_on(version, names, clock.today())
    return render_template(
        "enterprise/product.html",
        version=version,
        institution=get_institution(version.product.institution_id),
        terms=view.all_terms(version),
        match=match,
        outcome=view.SHAPES[match.outcome] if match else "",
        criteria=view.criteria_rows(criteria, match),
        coming=view.coming_of(products.all_criteria(version, names)),
        near=view.near_of(match) if match else None,
        misfit=view.misfit_words(run.wish, version.terms) if run else "",
        items=[get_item(code) for code in version.required_items],
    )


def _card(match: ProductMatchRow, offer: Offer, wish: dict[str, Any]) -> dict[str, Any]:
    names = product_service.indicator_names()
    criteria = products.criteria_on(offer.version, names, clock.today())
    return view.card_of(match, offer, criteria, wish)


def _read_wish(answers: dict[str, str]) -> Wish:
    faults: dict[str, str] = {}
    amount = read_wan(answers["amount"], "amount", faults)
    months = f"请填写期限，1 到 {LONGEST_TERM_MONTHS} 个月。"
    term = read_number(answers["term_months"], "term_months", faults, words=months)
    if amount <= 0:
        faults.setdefault("amount", "想要的金额要大于 0。")
    if not 1 <= term <= LONGEST_TERM_MONTHS:
        faults.setdefault("term_months", months)
    guarantee = answers["guarantee"]
    if guarantee and guarantee not in set(GuaranteeKind):
        faults["guarantee"] = "请从列表里选择担保方式。"
    if faults:
        raise InvalidInput(f"有 {len(faults)} 处需要修改。", fields=faults)
    return Wish(amount, term, GuaranteeKind(guarantee) if guarantee else None)


def _last_answers() -> dict[str, str]:
    """Return what the firm wished last, so that a new day does not ask it all again."""
    last = service.read_last_wish(actor(), firm_id())
    if last is None:
        return dict.fromkeys((*FIELDS, "last_at"), "")
    wish, at = last
    return {
        "last_at": format_moment(at),
        "amount": typed_wan(wish.amount_fen) if wish.amount_fen else "",
        "term_months": str(wish.term_months or ""),
        "guarantee": wish.guarantee.value if wish.guarantee else "",
    }


def _form(
    answers: dict[str, str], errors: dict[str, str], *, is_outdated: bool = False
) -> ResponseReturnValue:
    page = render_template(
        "enterprise/match_form.html",
        answers=answers,
        guarantees=[{"value": kind.value, "label": name} for kind, name in GUARANTEES.items()],
        batch=origin.batch_of(service.find_head(actor(), firm_id())),
        is_outdated=is_outdated,
        errors=errors,
    )
    return page, UNPROCESSABLE if errors else 200
