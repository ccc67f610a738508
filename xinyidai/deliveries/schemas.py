"""What the interface for sources shows, 推送接口."""

from marshmallow import Schema, fields

from xinyidai.accounts.schemas import PageIn
from xinyidai.deliveries.values import DeliveryState

__all__ = ["DeliveryOut", "DeliveryReceiptOut", "PageIn"]


class DeliveryReceiptOut(Schema):
    """A delivery that was taken; ask for its result under the id."""

    id = fields.UUID(required=True)
    state = fields.Enum(DeliveryState, by_value=True, required=True)
    sha256 = fields.String(required=True)


class RejectedRowOut(Schema):
    """One rule that one row broke; the value is masked."""

    row_number = fields.Integer(required=True)
    field = fields.String(required=True)
    shown_value = fields.String(required=True)
    rule = fields.String(required=True)
    advice = fields.String(required=True)


class RejectionPageOut(Schema):
    """A page of the rejected rows."""

    items = fields.List(fields.Nested(RejectedRowOut), required=True)
    page = fields.Integer(required=True)
    size = fields.Integer(required=True)
    total = fields.Integer(required=True)


class DeliveryOut(Schema):
    """How far a delivery is, and what became of its rows; counts are null before."""

    id = fields.UUID(required=True)
    state = fields.Enum(DeliveryState, by_value=True, required=True)
    kind = fields.String(required=True, allow_none=True)
    file_name = fields.String(required=True)
    sha256 = fields.String(required=True)
    received_at = fields.AwareDateTime(required=True)
    finished_at = fields.AwareDateTime(required=True, allow_none=True)
    message = fields.String(required=True, allow_none=True)
    rows_total = fields.Integer(required=True, allow_none=True)
    rows_accepted = fields.Integer(required=True, allow_none=True)
    rows_unchanged = fields.Integer(required=True, allow_none=True)
    rows_pending = fields.Integer(required=True, allow_none=True)
    rows_rejected = fields.Integer(required=True, allow_none=True)
    rejections = fields.Nested(RejectionPageOut, required=True)
