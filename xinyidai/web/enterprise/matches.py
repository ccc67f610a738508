"""Find products: say what is needed, see what fits and why, and what a product asks."""

from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from xinyidai.catalogue.kinds import get_item
from xinyidai.institutions.queries import get_institution
from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.errors import InvalidInput, NotFound
from xinyidai.kernel.http import page_args
from xinyidai.matching import service
from xinyidai.matching.models import MatchRun, ProductMatchRow
from xinyidai.products import queries as products
from xinyidai.products import service as product_service
from xinyidai.products.values import GuaranteeKind, Outcome, Wish
from xinyidai.scoring import service as scoring
from xinyidai.web.enterprise import match_view as view
from xinyidai.web.enterprise.base import (
    SEE_OTHER,
    UNPROCESSABLE,
    actor,
    blueprint,
    firm_id,
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
    """List the products of the newest run that still holds; without one, ask for the need."""
    run = service.read_current_run(actor(), firm_id())
    if run is None:
        return _form(_wished(None), {})
    outcome = _outcome(request.args.get("outcome", ""), run)
    page = slice_of([match for match in run.matches if match.outcome is outcome], page_args(CARDS))
    offers = offers_of([match.product_version_id for match in page.rows])
    return render_template(
        "enterprise/matches.html",
        run=run,
        wish=_wished(run),
        guarantee_names=GUARANTEES,
        outcome=outcome,
        tabs=view.tabs_of(run, outcome),
        hidden_count=view.counts_of(run)[outcome] - page.total,
        cards=[_card(match, offers[match.product_version_id]) for match in page.rows],
        page=page,
        weights=view.weights_text(),
    )


@blueprint.get("/matches/new")
@allow(Role.ENTERPRISE_USER)
def match_form() -> ResponseReturnValue:
    """Ask amount, term and guarantee."""
    run = service.read_current_run(actor(), firm_id())
    answers = _wished(run)
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
    criteria = products.all_criteria(version, product_service.indicator_names())
    return render_template(
        "enterprise/product.html",
        version=version,
        institution=get_institution(version.product.institution_id),
        terms=view.all_terms(version),
        match=match,
        outcome=view.SHAPES[match.outcome] if match else "",
        criteria=view.criteria_rows(criteria, match),
        near=view.near_of(match) if match else None,
        items=[get_item(code) for code in version.required_items],
    )


def _card(match: ProductMatchRow, offer: Offer) -> dict[str, Any]:
    names = product_service.indicator_names()
    return view.card_of(match, offer, products.all_criteria(offer.version, names))


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


def _wished(run: MatchRun | None) -> dict[str, str]:
    if run is None:
        return dict.fromkeys(FIELDS, "")
    amount, term = run.wish["amount_fen"], run.wish["term_months"]
    return {
        "amount": typed_wan(amount) if amount else "",
        "term_months": str(term or ""),
        "guarantee": run.wish["guarantee"] or "",
    }


def _outcome(asked: str, run: MatchRun) -> Outcome:
    if asked in set(Outcome):
        return Outcome(asked)
    if asked:
        raise NotFound("没有这一类匹配结果。")
    has_fit = run.eligible_count or not run.insufficient_count
    return Outcome.ELIGIBLE if has_fit else Outcome.INSUFFICIENT


def _form(answers: dict[str, str], errors: dict[str, str]) -> ResponseReturnValue:
    page = render_template(
        "enterprise/match_form.html",
        answers=answers,
        guarantees=[{"value": kind.value, "label": name} for kind, name in GUARANTEES.items()],
        errors=errors,
    )
    return page, UNPROCESSABLE if errors else 200
