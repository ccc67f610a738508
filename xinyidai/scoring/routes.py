"""Looks at a firm's profile and score for banks' systems, 授权查询."""

from typing import Any
from uuid import UUID

from flask import g

from xinyidai.accounts.scopes import ApiBlueprint, Scope
from xinyidai.credit_records import service as credit_records
from xinyidai.credit_records.values import Snapshot
from xinyidai.enterprises import queries as enterprises
from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import transactional
from xinyidai.kernel.errors import NotFound
from xinyidai.kernel.uscc import UnifiedSocialCreditCode
from xinyidai.scoring import service
from xinyidai.scoring.schemas import QUERY_IN, QUERY_OUT, QueryIn, QueryOut

blueprint = ApiBlueprint("queries", __name__, title="授权查询")


@blueprint.post("/queries")
@allow(Role.BANK_CLIENT)
@blueprint.operation(
    "查询企业信用信息",
    detail="在有效授权内查询一次并扣减次数，返回留存的快照。"
    "被拒绝时返回 403,reasons 逐条给出原因;每次查询和每次拒绝都留痕，企业可见。",
    scope=Scope.QUERIES,
    refuses=(404,),
)
@transactional
@blueprint.arguments(QueryIn, example=QUERY_IN)
@blueprint.response(201, QueryOut, example=QUERY_OUT)
def make_query(wanted: dict[str, Any]) -> Snapshot:
    """Spend one look and return its snapshot; a refused look is logged for good."""
    code = UnifiedSocialCreditCode.parse(wanted["uscc"])
    firm = enterprises.find_by_code(str(code))
    if firm is None:
        raise NotFound("没有找到这家企业。")
    return service.disclose_credit(
        g.actor, wanted["consent_id"], firm.id, purpose=wanted["purpose"]
    )


@blueprint.get("/queries/<uuid:snapshot_id>")
@allow(Role.BANK_CLIENT)
@blueprint.operation(
    "再看一次查询结果",
    detail="不扣减次数。授权撤回、留存期满或信息有更正后不再提供。",
    scope=Scope.QUERIES,
    refuses=(404, 409),
)
@blueprint.response(200, QueryOut, example=QUERY_OUT)
def read_query(snapshot_id: UUID) -> Snapshot:
    """Return a snapshot again; spends nothing."""
    return credit_records.read_snapshot(g.actor, snapshot_id)
