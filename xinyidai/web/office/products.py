"""Review of loan products, 产品审核: list, detail, put on the shelf, return, take off."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from uuid import UUID

from flask import g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from xinyidai.audit import queries as audit
from xinyidai.institutions import queries as institutions
from xinyidai.kernel import clock
from xinyidai.kernel.access import allow
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.errors import InvalidInput, RuleBroken
from xinyidai.kernel.http import page_args
from xinyidai.products import service
from xinyidai.products.models import ProductVersion
from xinyidai.products.values import ProductAction, ProductVersionState
from xinyidai.web import wording
from xinyidai.web.chrome import format_day, format_moment
from xinyidai.web.office import product_view, queries
from xinyidai.web.office.base import (
    OFFICE,
    Row,
    attempted,
    blueprint,
    chosen_state,
    done,
    link,
    pager_of,
    typed,
)
from xinyidai.web.office.product_review import review_context
from xinyidai.web.office.queries import Offer

S = ProductVersionState
TABS = (S.UNDER_REVIEW, S.LISTED, S.DELISTED)
ACTIONS: Mapping[S, tuple[ProductAction, ...]] = {
    S.UNDER_REVIEW: (ProductAction.LIST, ProductAction.RETURN),
    S.LISTED: (ProductAction.DELIST,),
    S.DRAFT: (),
    S.DELISTED: (),
    S.DISCARDED: (),
}
DONE = {
    ProductAction.LIST: "产品已上架，企业现在可以看到它。",
    ProductAction.RETURN: "已退回银行修改，原因已告知银行。",
    ProductAction.DELIST: "产品已下架，新的匹配里不再出现。",
}
DEEDS = {
    ProductAction.DRAFT: "银行新建",
    ProductAction.UPDATE: "银行修改草稿",
    ProductAction.SUBMIT: "银行提交审核",
    ProductAction.WITHDRAW: "银行撤回提交",
    ProductAction.DISCARD: "银行作废草稿",
    ProductAction.RETURN: "退回修改",
    ProductAction.LIST: "审核通过，上架",
    ProductAction.DELIST: "下架",
    ProductAction.REVISE: "银行另起新版本",
    ProductAction.EXEMPLIFY: "银行修改样例",
    ProductAction.SHADOW: "试运行",
}


@blueprint.get("/products")
@allow(*OFFICE)
def products() -> ResponseReturnValue:
    """Show the versions that wait for review; `state=all` shows every version but drafts."""
    is_all = request.args.get("state") == "all"
    state = None if is_all else chosen_state(S) or S.UNDER_REVIEW
    page = page_args()
    found, total = queries.offers(page, state=state)
    return render_template(
        "office/products.html",
        rows=[_row(offer) for offer in found],
        tabs=_tabs(state),
        pager=pager_of(page, total),
    )


@blueprint.get("/products/<uuid:version_id>")
@allow(*OFFICE)
def product(version_id: UUID) -> ResponseReturnValue:
    """Show one version with all its facts and criteria in words."""
    return _detail(version_id, {})


@blueprint.post("/products/<uuid:version_id>")
@allow(*OFFICE)
def decide_product(version_id: UUID) -> ResponseReturnValue:
    """List, return or take off a version, as the button pressed says."""
    action = _action(typed("action"))
    with attempted("reason") as attempt, _told_by_field(), own_transaction():
        _decide(action, version_id, typed("reason"))
    if attempt.errors:
        return _detail(version_id, attempt.errors), attempt.status
    return done(_done(action, version_id), "office.product", version_id=version_id)


def _done(action: ProductAction, version_id: UUID) -> str:
    """Say what follows; a version of a later day is not on sale yet."""
    day = service.read_version(g.actor, version_id).effective_from
    if action is ProductAction.LIST and day is not None and day > clock.today():
        return f"审核通过，{format_day(day)} 起生效；在那之前企业看不到这个版本。"
    return DONE[action]


@contextmanager
def _told_by_field() -> Iterator[None]:
    """Turn what keeps a version off the shelf into a sentence for each fault."""
    try:
        yield
    except RuleBroken as error:
        fields = error.details.get("fields")
        if not fields:
            raise
        told = {f"reason-{name}": words for name, words in fields.items()}
        raise InvalidInput(error.message, fields={"reason": error.message, **told}) from error


def _decide(action: ProductAction, version_id: UUID, reason: str) -> None:
    if action is ProductAction.LIST:
        service.list_product(g.actor, version_id)
    elif action is ProductAction.RETURN:
        service.return_product(g.actor, version_id, reason)
    else:
        service.delist_product(g.actor, version_id, reason)


def _action(code: str) -> ProductAction:
    found = next((action for action in DONE if action.value == code), None)
    if found is None:
        raise InvalidInput("没有这项操作，请返回上一页重试。")
    return found


def _detail(version_id: UUID, errors: Mapping[str, str]) -> str:
    version = service.read_version(g.actor, version_id)
    institution = institutions.get_institution(version.product.institution_id)
    return render_template(
        "office/product.html",
        version=version,
        institution=institution,
        labels=wording.PRODUCT_STATES,
        facts=product_view.review_rows(version, institution),
        criteria=product_view.criterion_rows(version, public=False),
        actions=[action.value for action in ACTIONS[version.state]],
        events=_events(version),
        reason=typed("reason"),
        errors=errors,
        **review_context(version),
    )


def _events(version: ProductVersion) -> Sequence[Row]:
    return [
        {
            "at": format_moment(entry.happened_at),
            "title": DEEDS[ProductAction(entry.action)],
            "who": f"{entry.actor_name}（{wording.ROLES[entry.role]}）",
            "text": entry.details.get("reason", ""),
        }
        for entry in audit.list_of_subject("product_version", version.id)
    ]


def _row(offer: Offer) -> Row:
    version = offer.version
    return {
        "name": link(url_for("office.product", version_id=version.id), version.name),
        "name_sub": f"{version.product.code} 第 {version.version} 版",
        "bank": offer.institution.short_name,
        "kind": wording.PRODUCT_KINDS[version.kind],
        "amount": product_view.amount_of(version.terms),
        "rate": product_view.rate_of(version.terms),
        "submitted": format_moment(version.submitted_at),
        "state": version.state,
    }


def _tabs(state: S | None) -> list[Row]:
    tabs: list[Row] = [
        {
            "label": wording.PRODUCT_STATES[code],
            "href": url_for("office.products", state=code),
            "current": code is state,
        }
        for code in TABS
    ]
    whole = {"label": "全部", "href": url_for("office.products", state="all")}
    return [*tabs, whole | {"current": state is None}]
