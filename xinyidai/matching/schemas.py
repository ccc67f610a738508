"""Match results as JSON; money in 分."""

from typing import Any

from marshmallow import Schema, fields, post_load

from xinyidai.matching.values import Wish
from xinyidai.products.values import GuaranteeKind, Outcome


class WishIn(Schema):
    """What the firm would like to borrow; everything may be left open."""

    amount_fen = fields.Integer(strict=True, allow_none=True, load_default=None)
    term_months = fields.Integer(strict=True, allow_none=True, load_default=None)
    guarantee = fields.Enum(GuaranteeKind, by_value=True, allow_none=True, load_default=None)

    @post_load
    def build(self, data: dict[str, Any], **_: object) -> Wish:
        """Return the value."""
        return Wish(**data)


class ProductMatchOut(Schema):
    """One product of a stored run."""

    product_version_id = fields.UUID()
    outcome = fields.Enum(Outcome, by_value=True)
    rank = fields.Integer()
    score = fields.Float()
    criteria_count = fields.Integer()
    factors = fields.List(fields.Dict())
    unmet = fields.List(fields.Dict())
    missing = fields.List(fields.Dict())
    text_conditions = fields.List(fields.String())


class MatchRunOut(Schema):
    """A stored run with the versions it rests on."""

    id = fields.UUID()
    enterprise_id = fields.UUID()
    need_id = fields.UUID(allow_none=True)
    wish = fields.Dict()
    facts_version = fields.Integer()
    dictionary_version = fields.String()
    products_fingerprint = fields.String()
    rules_version = fields.String()
    product_count = fields.Integer()
    eligible_count = fields.Integer()
    insufficient_count = fields.Integer()
    ineligible_count = fields.Integer()
    matched_on = fields.Date()
    computed_at = fields.AwareDateTime(format="iso")
    matches = fields.List(fields.Nested(ProductMatchOut))
