"""Looks at a firm's profile and score for banks' systems, 授权查询."""

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import g, request

from xinyidai.accounts.scopes import ApiBlueprint, Scope
from xinyidai.credit_records import service as credit_records
from xinyidai.credit_records.values import DisclosureSubject, Snapshot
from xinyidai.enterprises import queries as enterprises
from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import transactional
from xinyidai.kernel.errors import InvalidInput, NotFound
from xinyidai.kernel.uscc import UnifiedSocialCreditCode
from xinyidai.objections import service as objections
from xinyidai.scoring.schemas import QUERY_IN, QUERY_OUT, QueryIn, QueryOut
from xinyidai.scoring.service.looks import LookOrder, look

View = Callable[..., Any]

blueprint = ApiBlueprint("queries", __name__, title="授权查询")

KEY_HEADER = "Idempotency-Key"
KEY = re.compile(r"[!-~]{1,64}")
KEY_PARAMETER = {
    "name": KEY_HEADER,
    "in": "header",
    "required": False,
    "description": "调用方自定的请求编号，1 到 64 个可见 ASCII 字符。"
    "网络中断后用同一编号重发，返回同一份快照，不重复扣减次数；编号保留两天。",
    "schema": {"type": "string", "minLength": 1, "maxLength": 64},
}
with_key: Callable[[View], View] = blueprint.doc(parameters=[KEY_PARAMETER])


@blueprint.post("/queries")
@allow(Role.BANK_CLIENT)
@blueprint.operation(
    "查询企业信用信息",
    detail="在有效授权内查询一次并扣减次数，返回留存的快照。"
    "被拒绝时返回 403,reasons 逐条给出原因;每次查询和每次拒绝都留痕，企业可见。"
    "items 可只查授权数据项中的几项，不写即全部。",
    scope=Scope.QUERIES,
    refuses=(404, 409),
)
@with_key
@transactional
@blueprint.arguments(QueryIn, example=QUERY_IN)
@blueprint.response(201, QueryOut, example=QUERY_OUT)
def make_query(wanted: dict[str, Any]) -> dict[str, Any]:
    """Spend one look and return its snapshot; a refused look is logged for good."""
    code = UnifiedSocialCreditCode.parse(wanted["uscc"])
    firm = enterprises.find_by_code(str(code))
    order = LookOrder(
        consent_id=wanted["consent_id"],
        # A firm that nobody knows is asked for all the same: the door refuses and logs it.
        enterprise_id=firm.id if firm else None,
        purpose=wanted["purpose"],
        items=wanted["items"],
        request_key=_key(),
    )
    return _answer(look(g.actor, order))


@blueprint.get("/queries/<uuid:snapshot_id>")
@allow(Role.BANK_CLIENT)
@blueprint.operation(
    "再看一次查询结果",
    detail="不扣减次数。授权撤回、留存期满或信息有更正后不再提供。",
    scope=Scope.QUERIES,
    refuses=(404, 409),
)
@blueprint.response(200, QueryOut, example=QUERY_OUT)
def read_query(snapshot_id: UUID) -> dict[str, Any]:
    """Return a snapshot again; spends nothing."""
    snapshot = credit_records.read_snapshot(g.actor, snapshot_id)
    if snapshot.subject is DisclosureSubject.REPORT:
        raise NotFound("这次查询开具的是信用报告，请在平台页面下载。")
    if snapshot.subject is DisclosureSubject.JOINT_RESULT:
        raise NotFound("这是联合结果，请用 /joint-results 读取。")
    return _answer(snapshot)


def _answer(snapshot: Snapshot) -> dict[str, Any]:
    """Return a snapshot with what is under objection now, which may have come after it."""
    return {**vars(snapshot), "under_objection": objections.reading_marks(snapshot)}


def _key() -> str | None:
    """Return the key under which the same order sent again is answered only once."""
    key = request.headers.get(KEY_HEADER)
    if key is not None and KEY.fullmatch(key) is None:
        fault = "请求编号须为 1 到 64 个可见的 ASCII 字符。"
        raise InvalidInput(fault, fields={KEY_HEADER: fault})
    return key
