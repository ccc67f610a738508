"""Joint checks for systems of departments, 联合奖惩核查接口: 逢报必查 without a person's click."""

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import g, request

from xinyidai.accounts.scopes import ApiBlueprint, Scope
from xinyidai.catalogue.measures import MEASURES
from xinyidai.joint_checks import service
from xinyidai.joint_checks.schemas import (
    CHECK_IN,
    CHECK_OUT,
    FEEDBACK_IN,
    CheckIn,
    CheckOut,
    FeedbackIn,
)
from xinyidai.joint_checks.values import CheckChannel, CheckOrder, Gap, Handling
from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import transactional
from xinyidai.kernel.errors import InvalidInput

View = Callable[..., Any]

blueprint = ApiBlueprint("joint_checks", __name__, title="联合奖惩核查")

KEY_HEADER = "Idempotency-Key"
KEY = re.compile(r"[!-~]{1,64}")
KEY_PARAMETER = {
    "name": KEY_HEADER,
    "in": "header",
    "required": False,
    "description": "调用方自定的请求编号，1 到 64 个可见 ASCII 字符。"
    "网络中断后用同一编号重发，返回同一次核查，不重复留痕。",
    "schema": {"type": "string", "minLength": 1, "maxLength": 64},
}
with_key: Callable[[View], View] = blueprint.doc(parameters=[KEY_PARAMETER])


@blueprint.post("/joint-checks")
@allow(Role.DEPARTMENT)
@blueprint.operation(
    "发起联合奖惩核查",
    detail="返回命中的名单、依据和本事由适用的措施；outcome 为 insufficient 时不能当作未命中。"
    "每次核查都留痕，企业可见；除“未命中”外，须在 due_on 前反馈。",
    scope=Scope.CHECKS,
    refuses=(409,),
)
@with_key
@transactional
@blueprint.arguments(CheckIn, example=CHECK_IN)
@blueprint.response(201, CheckOut, example=CHECK_OUT)
def make_check(wanted: dict[str, Any]) -> dict[str, Any]:
    """Check one firm and return what was found."""
    order = CheckOrder(**wanted, request_key=_key(), channel=CheckChannel.API)
    return _answer(service.check(g.actor, order).id)


@blueprint.get("/joint-checks/<uuid:check_id>")
@allow(Role.DEPARTMENT)
@blueprint.operation(
    "查看一次核查",
    detail="企业在核查后修复、更正或期满移出名单的，对应命中不再提供，ended_hits 给出个数。",
    scope=Scope.CHECKS,
    refuses=(404,),
)
@blueprint.response(200, CheckOut, example=CHECK_OUT)
def read_check(check_id: UUID) -> dict[str, Any]:
    """Return one check of the caller's office as it stands now."""
    return _answer(check_id)


@blueprint.post("/joint-checks/<uuid:check_id>/feedback")
@allow(Role.DEPARTMENT)
@blueprint.operation(
    "反馈处置结果",
    detail="一次写明处置和办理结果，核查办结。措施只能从核查给出的里选；同样的反馈重发不重复办理。",
    scope=Scope.CHECKS,
    refuses=(404, 409),
)
@transactional
@blueprint.arguments(FeedbackIn, example=FEEDBACK_IN)
@blueprint.response(200, CheckOut, example={**CHECK_OUT, "state": "closed"})
def report_check(wanted: dict[str, Any], check_id: UUID) -> dict[str, Any]:
    """Handle and close one check of the caller's office."""
    handling = Handling(
        decision=wanted["decision"], measures=tuple(wanted["measures"]), reason=wanted["reason"]
    )
    service.report_check(g.actor, check_id, handling, wanted["result"])
    return _answer(check_id)


def _answer(check_id: UUID) -> dict[str, Any]:
    view = service.read_check(g.actor, check_id)
    check, row = view.check, view.row
    return {
        **{name: getattr(check, name) for name in SHARED},
        "uscc": row.uscc or check.asked_uscc,
        "name": row.firm or check.asked_name,
        "hits": view.hits,
        "ended_hits": view.ended,
        "measures": [MEASURES[code] for code in view.offered],
        "missing": [{**one, "gap": Gap(one["gap"])} for one in check.missing],
    }


SHARED = (
    "id", "number", "occasion", "case_no", "outcome", "state", "asked_at", "due_on",
    "decision", "taken", "rules_version", "lists_version", "measures_version",
)  # fmt: skip


def _key() -> str | None:
    """Return the key under which the same order sent again is answered only once."""
    key = request.headers.get(KEY_HEADER)
    if key is not None and KEY.fullmatch(key) is None:
        fault = "请求编号须为 1 到 64 个可见的 ASCII 字符。"
        raise InvalidInput(fault, fields={KEY_HEADER: fault})
    return key
