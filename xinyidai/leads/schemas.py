"""Leads as JSON: protected numbers, and firms only under their own signature."""

from typing import Any

from marshmallow import Schema, fields, post_load, validate

from xinyidai.accounts.schemas import PageIn, PageOut
from xinyidai.consents.values import ConsentState
from xinyidai.leads.rules import LONGEST_NAME, LONGEST_NOTE
from xinyidai.leads.values import Feedback, FeedbackReason, LeadOrigin, SearchOrder

SEARCH_ID = "0197a3c0-0000-7000-8000-000000000041"
LEAD_ID = "0197a3c0-0000-7000-8000-000000000042"
CONSENT_ID = "0197a3c0-0000-7000-8000-000000000001"
SEARCH_IN: dict[str, Any] = {
    "name": "制造业成长企业",
    "criteria": [
        {"field": "industry", "operator": "in_industry", "value": ["C"]},
        {"field": "years_established", "operator": "at_least", "value": 2},
    ],
}
COUNT = {"number": 120, "as_of": None}
SEARCH_OUT: dict[str, Any] = {
    "id": SEARCH_ID,
    "name": "制造业成长企业",
    "product_id": None,
    "conditions": ["所属行业属于制造业", "成立年限不低于 2 年"],
    "counts": {
        "eligible": COUNT,
        "insufficient": {"number": None, "as_of": None},
        "ineligible": {"number": 260, "as_of": "2026-06-02"},
    },
    "is_weekly": False,
    "created_at": "2026-06-02T10:00:00+08:00",
}
INVITATIONS_OUT = {"sent_now": 20, "sent": 40, "not_authorized": 30}
LEAD_OUT: dict[str, Any] = {
    "id": LEAD_ID,
    "search_id": SEARCH_ID,
    "uscc": "91410400XN0000018J",
    "name": "鹰川演示轴承有限公司",
    "origin": "invited",
    "reasons": ["所属行业属于制造业"],
    "consent_id": CONSENT_ID,
    "consent_state": "active",
    "feedback": None,
}
FEEDBACK_IN = {"is_valid": False, "reason": "no_need", "note": ""}
SMALL = "null 表示不足 20 家"


class LeadConditionIn(Schema):
    """One condition; fields, operators and values are those of products' criteria."""

    field = fields.String(required=True, validate=validate.Length(max=64))
    operator = fields.String(required=True, validate=validate.Length(max=40))
    value = fields.Raw(allow_none=True, load_default=None)


class LeadSearchIn(Schema):
    """Whom an institution seeks: conditions, those of its own product, or both."""

    name = fields.String(required=True, validate=validate.Length(min=1, max=LONGEST_NAME))
    product_id = fields.UUID(allow_none=True, load_default=None)
    criteria = fields.List(fields.Nested(LeadConditionIn), load_default=list)

    @post_load
    def build(self, data: dict[str, Any], **_: object) -> SearchOrder:
        """Return the value."""
        return SearchOrder(data["name"], tuple(data["criteria"]), data["product_id"])


class LeadCountOut(Schema):
    """A protected number of firms; `as_of` is set where an earlier search's is repeated."""

    number = fields.Integer(required=True, allow_none=True, metadata={"description": SMALL})
    as_of = fields.Date(required=True, allow_none=True)


class LeadSearchOut(Schema):
    """One search with what it may show."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    product_id = fields.UUID(required=True, allow_none=True)
    conditions = fields.List(fields.String(), required=True)
    counts = fields.Dict(keys=fields.String(), values=fields.Nested(LeadCountOut), required=True)
    is_weekly = fields.Boolean(required=True)
    created_at = fields.AwareDateTime(format="iso", required=True)


class LeadSearchPageOut(PageOut):
    """A page of searches, weekly ones first."""

    items = fields.List(fields.Nested(LeadSearchOut), required=True)


class LeadWeeklyIn(Schema):
    """Whether a search is matched every week."""

    is_weekly = fields.Boolean(required=True, truthy={True}, falsy={False})


class LeadInvitationsOut(Schema):
    """How many invitations the platform carried, about."""

    sent_now = fields.Integer(required=True, allow_none=True, metadata={"description": SMALL})
    sent = fields.Integer(required=True, allow_none=True, metadata={"description": SMALL})
    not_authorized = fields.Integer(required=True, allow_none=True, metadata={"description": SMALL})


class LeadsIn(PageIn):
    """Which leads are asked for: all, or those of one search."""

    search_id = fields.UUID()


class LeadFeedbackIn(Schema):
    """What an institution says of a lead."""

    is_valid = fields.Boolean(required=True, truthy={True}, falsy={False})
    reason = fields.Enum(FeedbackReason, by_value=True, allow_none=True, load_default=None)
    note = fields.String(load_default="", validate=validate.Length(max=LONGEST_NOTE))

    @post_load
    def build(self, data: dict[str, Any], **_: object) -> Feedback:
        """Return the value."""
        return Feedback(**data)


class LeadFeedbackOut(Schema):
    """What was said of a lead."""

    is_valid = fields.Boolean(required=True)
    reason = fields.Enum(FeedbackReason, by_value=True, required=True, allow_none=True)
    note = fields.String(required=True)
    given_at = fields.AwareDateTime(format="iso", required=True)


class LeadOut(Schema):
    """A firm that has signed for this institution."""

    id = fields.UUID(required=True)
    search_id = fields.UUID(required=True)
    uscc = fields.String(required=True)
    name = fields.String(required=True)
    origin = fields.Enum(LeadOrigin, by_value=True, required=True)
    reasons = fields.List(fields.String(), required=True)
    consent_id = fields.UUID(required=True)
    consent_state = fields.Enum(ConsentState, by_value=True, required=True)
    feedback = fields.Nested(LeadFeedbackOut, required=True, allow_none=True)


class LeadPageOut(PageOut):
    """A page of leads, those without feedback first."""

    items = fields.List(fields.Nested(LeadOut), required=True)
