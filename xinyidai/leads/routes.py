"""Finding customers for banks' systems, 找客户: the pages' use cases, and nothing more."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import g

from xinyidai.accounts.scopes import ApiBlueprint, PageIn, Scope, as_list, page_of
from xinyidai.consents import service as consents
from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import transactional
from xinyidai.leads import policies, queries, rules, service
from xinyidai.leads.models import LeadSearch
from xinyidai.leads.queries import LeadRow
from xinyidai.leads.schemas import (
    FEEDBACK_IN,
    INVITATIONS_OUT,
    LEAD_OUT,
    SEARCH_IN,
    SEARCH_OUT,
    LeadFeedbackIn,
    LeadInvitationsOut,
    LeadOut,
    LeadPageOut,
    LeadSearchIn,
    LeadSearchOut,
    LeadSearchPageOut,
    LeadsIn,
    LeadWeeklyIn,
)
from xinyidai.leads.values import Feedback, LeadState, SearchOrder

PROTECTED = (
    "家数都是约数：不足 20 家为 null，其余四舍五入到 10 并略有偏移，"
    "与以前查询只差几家的沿用那次的数字（as_of）。"
)

blueprint = ApiBlueprint("leads", __name__, title="找客户")


@blueprint.post("/lead-searches")
@allow(Role.BANK_CLIENT)
@blueprint.operation(
    "按条件数企业",
    detail=f"说出要找什么样的企业，得到约有多少家；不返回企业。{PROTECTED}"
    f"每家机构每天最多计数 {rules.MOST_COUNTS_A_DAY} 次，当天同名同条件的查找只计一次。",
    scope=Scope.APPLICATIONS,
    refuses=(404, 409),
)
@transactional
@blueprint.arguments(LeadSearchIn, example=SEARCH_IN)
@blueprint.response(201, LeadSearchOut, example=SEARCH_OUT)
def count_firms(order: SearchOrder) -> dict[str, Any]:
    """Keep a search and count."""
    return _one(service.count_firms(g.actor, order))


@blueprint.get("/lead-searches")
@allow(Role.BANK_CLIENT)
@blueprint.operation("本机构的查找", scope=Scope.APPLICATIONS)
@blueprint.arguments(PageIn, location="query")
@blueprint.response(
    200, LeadSearchPageOut, example={"items": [SEARCH_OUT], "page": 1, "size": 50, "total": 1}
)
def list_searches(wanted: dict[str, Any]) -> dict[str, Any]:
    """List the institution's searches."""
    page = page_of(wanted)
    found, total = queries.searches_of(policies.require_seeker(g.actor), page)
    return as_list(_searches(found), page, total)


@blueprint.get("/lead-searches/<uuid:search_id>")
@allow(Role.BANK_CLIENT)
@blueprint.operation("一次查找", detail=PROTECTED, scope=Scope.APPLICATIONS, refuses=(404,))
@blueprint.response(200, LeadSearchOut, example=SEARCH_OUT)
def read_search(search_id: UUID) -> dict[str, Any]:
    """Return one search."""
    return _one(service.read_search(g.actor, search_id))


@blueprint.post("/lead-searches/<uuid:search_id>/count")
@allow(Role.BANK_CLIENT)
@blueprint.operation(
    "按今天的数据重新计数", detail=PROTECTED, scope=Scope.APPLICATIONS, refuses=(404, 409)
)
@transactional
@blueprint.response(200, LeadSearchOut, example=SEARCH_OUT)
def count_again(search_id: UUID) -> dict[str, Any]:
    """Count a search on today's firms."""
    return _one(service.count_again(g.actor, search_id))


@blueprint.post("/lead-searches/<uuid:search_id>/weekly")
@allow(Role.BANK_CLIENT)
@blueprint.operation(
    "设为或停止每周匹配",
    detail="每周一告诉新增多少家符合的企业。",
    scope=Scope.APPLICATIONS,
    refuses=(404, 409),
)
@transactional
@blueprint.arguments(LeadWeeklyIn, example={"is_weekly": True})
@blueprint.response(200, LeadSearchOut, example=SEARCH_OUT | {"is_weekly": True})
def set_weekly(wanted: dict[str, Any], search_id: UUID) -> dict[str, Any]:
    """Make a search a standing match, or end it."""
    deed = service.save_search if wanted["is_weekly"] else service.stop_search
    return _one(deed(g.actor, search_id))


@blueprint.post("/lead-searches/<uuid:search_id>/invitations")
@allow(Role.BANK_CLIENT)
@blueprint.operation(
    "请平台代发邀请",
    detail="转给符合条件并且愿意被联系的企业；企业授权之后才有名称，没有答复的不会知道。",
    scope=Scope.APPLICATIONS,
    refuses=(404,),
)
@transactional
@blueprint.response(200, LeadInvitationsOut, example=INVITATIONS_OUT)
def invite(search_id: UUID) -> dict[str, Any]:
    """Let the platform carry the invitation."""
    sent = service.invite_firms(g.actor, search_id)
    counts = service.invitation_counts(g.actor, search_id)
    return {
        "sent_now": sent.number,
        "sent": counts[LeadState.SENT].number,
        "not_authorized": counts[LeadState.DECLINED].number,
    }


@blueprint.get("/leads")
@allow(Role.BANK_CLIENT)
@blueprint.operation(
    "已授权的线索",
    detail="只有签署了授权的企业，没有反馈的在前。看企业信息另按授权查询。",
    scope=Scope.APPLICATIONS,
    refuses=(404,),
)
@blueprint.arguments(LeadsIn, location="query")
@blueprint.response(
    200, LeadPageOut, example={"items": [LEAD_OUT], "page": 1, "size": 50, "total": 1}
)
def list_leads(wanted: dict[str, Any]) -> dict[str, Any]:
    """List the firms that have signed."""
    page, search_id = page_of(wanted), wanted.get("search_id")
    if search_id is not None:
        service.read_search(g.actor, search_id)
    rows, total = queries.named_leads(policies.require_seeker(g.actor), page, search_id=search_id)
    return as_list([_lead(row) for row in rows], page, total)


@blueprint.post("/leads/<uuid:lead_id>/feedback")
@allow(Role.BANK_CLIENT)
@blueprint.operation(
    "反馈线索质量",
    detail="有效，或无效的原因；每条一次，计入产品的公开排序。",
    scope=Scope.APPLICATIONS,
    refuses=(404, 409),
)
@transactional
@blueprint.arguments(LeadFeedbackIn, example=FEEDBACK_IN)
@blueprint.response(200, LeadOut, example=LEAD_OUT)
def feed_back(feedback: Feedback, lead_id: UUID) -> dict[str, Any]:
    """Keep what the institution says of a lead."""
    service.feed_back(g.actor, lead_id, feedback)
    return _lead(service.read_lead(g.actor, lead_id))


def _one(search: LeadSearch) -> dict[str, Any]:
    return _searches([search])[0]


def _searches(found: Sequence[LeadSearch]) -> list[dict[str, Any]]:
    counts = service.shown_counts([search.id for search in found])
    return [
        {
            "id": search.id,
            "name": search.name,
            "product_id": search.product_id,
            "conditions": rules.reasons_of(service.criteria_of(search)),
            "counts": {outcome.value: shown for outcome, shown in counts[search.id].shown.items()},
            "is_weekly": search.saved_at is not None,
            "created_at": search.created_at,
        }
        for search in found
    ]


def _lead(row: LeadRow) -> dict[str, Any]:
    return {
        "id": row.lead.id,
        "search_id": row.lead.search_id,
        "uscc": row.enterprise.uscc,
        "name": row.enterprise.name,
        "origin": row.lead.origin,
        "reasons": row.lead.reasons,
        "consent_id": row.consent.id,
        "consent_state": consents.state_of(row.consent),
        "feedback": row.feedback,
    }
