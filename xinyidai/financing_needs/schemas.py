"""Financing needs as JSON; money in 分."""

from typing import Any

from marshmallow import Schema, fields, post_load, validate

from xinyidai.financing_needs.values import FinancingNeedState, NeedFacts
from xinyidai.products.values import GuaranteeKind, Wish


class FinancingNeedIn(Schema):
    """A financing need as the firm writes it."""

    amount_fen = fields.Integer(strict=True, required=True)
    term_months = fields.Integer(strict=True, required=True)
    guarantee = fields.Enum(GuaranteeKind, by_value=True, allow_none=True, load_default=None)
    purpose_text = fields.String(required=True, validate=validate.Length(max=1000))
    preferences = fields.String(load_default="", validate=validate.Length(max=1000))

    @post_load
    def build(self, data: dict[str, Any], **_: object) -> NeedFacts:
        """Return the value."""
        wish = Wish(data["amount_fen"], data["term_months"], data["guarantee"])
        return NeedFacts(wish, data["purpose_text"], data["preferences"])


class FinancingNeedOut(Schema):
    """A financing need."""

    id = fields.UUID()
    enterprise_id = fields.UUID()
    amount_fen = fields.Integer()
    term_months = fields.Integer()
    guarantee = fields.Enum(GuaranteeKind, by_value=True, allow_none=True)
    purpose_text = fields.String()
    preferences = fields.String()
    state = fields.Enum(FinancingNeedState, by_value=True)
    published_at = fields.AwareDateTime(format="iso", allow_none=True)
    expires_on = fields.Date(allow_none=True)
