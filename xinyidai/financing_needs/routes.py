"""Financing needs for banks' systems: the pool, the bank's places, and what it does with them."""

from typing import Any
from uuid import UUID

from flask import g

from xinyidai.accounts.scopes import ApiBlueprint, PageIn, Scope, as_list, page_of
from xinyidai.financing_needs import place_queries, queries, service
from xinyidai.financing_needs.schemas import (
    HeldOut,
    NeedDenialIn,
    NeedForBankOut,
    PlacesIn,
    PoolOut,
)
from xinyidai.financing_needs.service import BankView
from xinyidai.financing_needs.values import OPEN_OFFERS
from xinyidai.kernel import clock
from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import transactional

DENIAL_IN = {"reasons": [{"code": "amount_or_term", "note": ""}]}
STEP_REFUSES = (404, 409)

blueprint = ApiBlueprint("financing_needs", __name__, title="融资需求")


@blueprint.get("/financing-needs")
@allow(Role.BANK_CLIENT)
@blueprint.operation(
    "需求池",
    detail="本机构可以抢单的融资需求，截止日早的在前;企业授权之前没有企业名称。",
    scope=Scope.APPLICATIONS,
)
@blueprint.arguments(PageIn, location="query")
@blueprint.response(200, PoolOut)
def list_pool(wanted: dict[str, Any]) -> dict[str, Any]:
    """List what the bank may claim."""
    page = page_of(wanted)
    rows, total = queries.pool(g.actor.party_id, clock.today(), page)
    return as_list(rows, page, total)


@blueprint.get("/financing-needs/held")
@allow(Role.BANK_CLIENT)
@blueprint.operation("本机构的名额", detail="按剩余时间从早到晚。", scope=Scope.APPLICATIONS)
@blueprint.arguments(PlacesIn, location="query")
@blueprint.response(200, HeldOut)
def list_held(wanted: dict[str, Any]) -> dict[str, Any]:
    """List the bank's places by time left."""
    page = page_of(wanted)
    states = wanted.get("state") or OPEN_OFFERS
    rows, total = place_queries.offers_held(g.actor.party_id, states, page)
    return as_list(rows, page, total)


@blueprint.get("/financing-needs/<uuid:need_id>")
@allow(Role.BANK_CLIENT)
@blueprint.operation(
    "一项融资需求",
    detail="企业授权本机构之后才有企业名称和联系方式。",
    scope=Scope.APPLICATIONS,
    refuses=(404,),
)
@blueprint.response(200, NeedForBankOut)
def read_need(need_id: UUID) -> BankView:
    """Return one need as the bank may see it."""
    return service.read_for_bank(g.actor, need_id)


@blueprint.post("/financing-needs/<uuid:need_id>/claim")
@allow(Role.BANK_CLIENT)
@blueprint.operation(
    "抢单或接单",
    detail="名额有限，先接先得;重复调用不会多占名额。",
    scope=Scope.APPLICATIONS,
    refuses=STEP_REFUSES,
)
@transactional
@blueprint.response(200, NeedForBankOut)
def claim(need_id: UUID) -> BankView:
    """Claim a place, or take the one that was dispatched."""
    service.claim_need(g.actor, need_id)
    return service.read_for_bank(g.actor, need_id)


@blueprint.post("/financing-needs/<uuid:need_id>/contact")
@allow(Role.BANK_CLIENT)
@blueprint.operation(
    "报告已联系企业",
    detail="企业授权后 2 个工作日内联系并报告，逾期名额释放并记录。",
    scope=Scope.APPLICATIONS,
    refuses=STEP_REFUSES,
)
@transactional
@blueprint.response(200, NeedForBankOut)
def report_contact(need_id: UUID) -> BankView:
    """Note that the firm was contacted."""
    service.report_contact(g.actor, need_id)
    return service.read_for_bank(g.actor, need_id)


@blueprint.post("/financing-needs/<uuid:need_id>/denial")
@allow(Role.BANK_CLIENT)
@blueprint.operation(
    "婉拒",
    detail="写明 1 到 4 个原因，至少一个企业可以着手改进;名额转给下一家。",
    scope=Scope.APPLICATIONS,
    refuses=STEP_REFUSES,
)
@transactional
@blueprint.arguments(NeedDenialIn, example=DENIAL_IN)
@blueprint.response(200, NeedForBankOut)
def decline(wanted: dict[str, Any], need_id: UUID) -> BankView:
    """Decline with coded reasons."""
    service.decline_need(g.actor, need_id, wanted["reasons"])
    return service.read_for_bank(g.actor, need_id)
