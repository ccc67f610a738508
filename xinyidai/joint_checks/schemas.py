"""Joint checks as JSON, for systems of departments, 联合奖惩核查接口."""

from typing import Any

from marshmallow import Schema, fields, validate

from xinyidai.catalogue.measures import OCCASIONS
from xinyidai.joint_checks import rules
from xinyidai.joint_checks.values import CheckOutcome, CheckState, Gap, HandlingDecision

OCCASION_TEXT = "、".join(f"{code} {name}" for code, name in OCCASIONS.items())
CHECK_IN: dict[str, Any] = {
    "uscc": "91410400XN0000018J",
    "occasion": "government_procurement",
    "case_no": "鹰财采〔2026〕12号",
}
HIT_OUT: dict[str, Any] = {
    "list": "dishonest_debtor",
    "name": "失信被执行人",
    "side": "serious",
    "document": "（2026）豫演01执1号",
    "organ": "鹰川市演示法院",
    "since": "2026-03-01",
    "basis": "《最高人民法院关于公布失信被执行人名单信息的若干规定》",
}
CHECK_OUT: dict[str, Any] = {
    "id": "0197a3c0-0000-7000-8000-000000000041",
    "number": "HC202605010A1B2C3D",
    "occasion": "government_procurement",
    "case_no": "鹰财采〔2026〕12号",
    "uscc": "91410400XN0000018J",
    "name": "鹰川市演示轴承有限公司",
    "outcome": "serious",
    "hits": [HIT_OUT],
    "ended_hits": 0,
    "measures": [
        {
            "code": "procurement_exclusion",
            "name": "限制参加政府采购活动",
            "basis": "《政府采购法》第二十二条、第七十七条",
            "executor": "采购人、采购代理机构、财政部门",
            "is_incentive": False,
            "is_advice": False,
        }
    ],
    "missing": [],
    "state": "answered",
    "asked_at": "2026-05-01T09:30:00+08:00",
    "due_on": "2026-05-11",
    "decision": None,
    "taken": [],
    "rules_version": "2026.1",
    "lists_version": "2026.1",
    "measures_version": "2026.1",
}
FEEDBACK_IN: dict[str, Any] = {
    "decision": "applied",
    "measures": ["procurement_exclusion"],
    "reason": "",
    "result": "资格审查不通过，已告知供应商",
}


class CheckIn(Schema):
    """Whom to check and for what; a code, a full name, or both."""

    uscc = fields.String(
        load_default="",
        validate=validate.Length(max=40),
        metadata={"description": "统一社会信用代码"},
    )
    name = fields.String(
        load_default="", validate=validate.Length(max=200), metadata={"description": "企业全称"}
    )
    occasion = fields.String(
        required=True,
        validate=validate.Length(1, 64),
        metadata={"description": f"核查事由：{OCCASION_TEXT}"},
    )
    case_no = fields.String(
        required=True,
        validate=validate.Length(1, rules.LONGEST_CASE),
        metadata={"description": "办件编号"},
    )


class FeedbackIn(Schema):
    """What was done with the answer, and how the case ended."""

    decision = fields.Enum(HandlingDecision, by_value=True, required=True)
    measures = fields.List(
        fields.String(validate=validate.Length(1, 64)),
        load_default=list,
        validate=validate.Length(max=50),
        metadata={"description": "采取的措施代码，只能从本次核查给出的措施里选"},
    )
    reason = fields.String(load_default="", validate=validate.Length(max=rules.LONGEST_WORDS))
    result = fields.String(required=True, validate=validate.Length(1, rules.LONGEST_WORDS))


class HitOut(Schema):
    """One list that the firm is on now."""

    list = fields.String(attribute="list_type.code", required=True)
    name = fields.String(attribute="list_type.name", required=True)
    side = fields.String(attribute="list_type.side", required=True)
    document = fields.String(required=True, metadata={"description": "依据文号"})
    organ = fields.String(required=True, metadata={"description": "认定单位"})
    since = fields.Date(attribute="in_on", required=True, metadata={"description": "列入日期"})
    basis = fields.String(attribute="list_type.basis", required=True)


class MeasureOut(Schema):
    """One measure or incentive that applies on this occasion."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    basis = fields.String(required=True)
    executor = fields.String(required=True)
    is_incentive = fields.Boolean(required=True)
    is_advice = fields.Boolean(
        required=True, metadata={"description": "仅作提示，由接收方自主决定"}
    )


class MissingOut(Schema):
    """Why nobody may say that the firm is on no list."""

    gap = fields.Enum(Gap, by_value=True, required=True)
    text = fields.String(required=True)


class CheckOut(Schema):
    """One check as it stands."""

    id = fields.UUID(required=True)
    number = fields.String(required=True)
    occasion = fields.String(required=True)
    case_no = fields.String(required=True)
    uscc = fields.String(required=True, allow_none=True)
    name = fields.String(required=True, allow_none=True)
    outcome = fields.Enum(CheckOutcome, by_value=True, required=True)
    hits = fields.List(fields.Nested(HitOut), required=True)
    ended_hits = fields.Integer(
        required=True, metadata={"description": "核查后已移出名单、不得再使用的命中数"}
    )
    measures = fields.List(fields.Nested(MeasureOut), required=True)
    missing = fields.List(fields.Nested(MissingOut), required=True)
    state = fields.Enum(CheckState, by_value=True, required=True)
    asked_at = fields.AwareDateTime(required=True)
    due_on = fields.Date(required=True, allow_none=True)
    decision = fields.Enum(HandlingDecision, by_value=True, required=True, allow_none=True)
    taken = fields.List(fields.String(), required=True)
    rules_version = fields.String(required=True)
    lists_version = fields.String(required=True)
    measures_version = fields.String(required=True)
