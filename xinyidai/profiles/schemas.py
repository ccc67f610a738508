"""What the API says about a profile."""

from marshmallow import Schema, fields


class IndicatorOut(Schema):
    """One indicator; `value` is null where `missing` says why; amounts in 分."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    text = fields.String(required=True)
    value = fields.Raw(required=True, allow_none=True, metadata={"type": ["number", "null"]})
    direction = fields.String(required=True)
    source_on = fields.Date(required=True, allow_none=True)
    records = fields.Integer(required=True)
    missing = fields.String(required=True, allow_none=True)
    explanation = fields.String(required=True, allow_none=True)
    supply = fields.String(required=True, allow_none=True)
    rank = fields.String(required=True, allow_none=True)
    definition = fields.String(required=True)
    legal = fields.String(required=True)


class SectionOut(Schema):
    """One dimension of the profile."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    known = fields.Integer(required=True)
    indicators = fields.List(fields.Nested(IndicatorOut), required=True)
