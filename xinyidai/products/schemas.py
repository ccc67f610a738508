"""Loan products as JSON: strict in, explicit out. Money in 分, rates as decimal fractions."""

from typing import Any

from marshmallow import Schema, fields, post_load, validate

from xinyidai.products.values import (
    GuaranteeKind,
    ProductFacts,
    ProductKind,
    ProductVersionState,
    RepaymentMethod,
    Terms,
)

LONGEST_LIST = 100


class TermsSchema(Schema):
    """Amounts, terms, price and promise of a product, in and out."""

    amount_min_fen = fields.Integer(strict=True, allow_none=True, load_default=None)
    amount_max_fen = fields.Integer(strict=True, allow_none=True, load_default=None)
    term_min_months = fields.Integer(strict=True, allow_none=True, load_default=None)
    term_max_months = fields.Integer(strict=True, allow_none=True, load_default=None)
    rate_min = fields.Decimal(places=6, as_string=True, allow_none=True, load_default=None)
    rate_max = fields.Decimal(places=6, as_string=True, allow_none=True, load_default=None)
    fee_rate = fields.Decimal(places=6, as_string=True, allow_none=True, load_default=None)
    fee_note = fields.String(load_default="", validate=validate.Length(max=500))
    guarantee = fields.Enum(GuaranteeKind, by_value=True, required=True)
    repayment = fields.Enum(RepaymentMethod, by_value=True, required=True)
    promise_days = fields.Integer(strict=True, allow_none=True, load_default=None)

    @post_load
    def build(self, data: dict[str, Any], **_: object) -> Terms:
        """Return the value."""
        return Terms(**data)


class LoanProductIn(Schema):
    """What a bank fills in about a product version; criteria are parsed by the rules."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    kind = fields.Enum(ProductKind, by_value=True, required=True)
    terms = fields.Nested(TermsSchema, required=True)
    region_codes = fields.List(fields.String(), load_default=list)
    criteria = fields.List(fields.Dict(keys=fields.String()), load_default=list)
    text_conditions = fields.List(
        fields.String(validate=validate.Length(max=500)),
        load_default=list,
        validate=validate.Length(max=LONGEST_LIST),
    )
    required_items = fields.List(fields.String(), load_default=list)
    documents = fields.List(
        fields.String(), load_default=list, validate=validate.Length(max=LONGEST_LIST)
    )
    target = fields.String(load_default="", validate=validate.Length(max=1000))
    description = fields.String(load_default="", validate=validate.Length(max=4000))
    whitelist_code = fields.String(allow_none=True, load_default=None)
    effective_from = fields.Date(allow_none=True, load_default=None)
    industry_codes = fields.List(fields.String(), load_default=list)
    target_groups = fields.List(fields.String(), load_default=list)
    examples = fields.List(
        fields.Dict(keys=fields.String()),
        load_default=list,
        validate=validate.Length(max=LONGEST_LIST),
        metadata={"description": "样例：name、expected、readings；三种结论各至少 3 个才能提交"},
    )

    @post_load
    def build(self, data: dict[str, Any], **_: object) -> ProductFacts:
        """Return the value."""
        listed = (
            *("region_codes", "criteria", "text_conditions", "required_items", "documents"),
            *("industry_codes", "target_groups", "examples"),
        )
        return ProductFacts(**{**data, **{key: tuple(data[key]) for key in listed}})


class LoanProductSummaryOut(Schema):
    """One line of the catalogue."""

    id = fields.UUID()
    product_id = fields.UUID()
    code = fields.String(attribute="product.code")
    institution_id = fields.UUID(attribute="product.institution_id")
    version = fields.Integer()
    name = fields.String()
    kind = fields.Enum(ProductKind, by_value=True)
    state = fields.Enum(ProductVersionState, by_value=True)
    terms = fields.Nested(TermsSchema)
    listed_at = fields.AwareDateTime(format="iso")


class LoanProductOut(LoanProductSummaryOut):
    """One version with its conditions."""

    region_codes = fields.List(fields.String())
    criteria = fields.List(fields.Dict())
    text_conditions = fields.List(fields.String())
    required_items = fields.List(fields.String())
    documents = fields.List(fields.String())
    target = fields.String()
    description = fields.String()
    whitelist_code = fields.String(allow_none=True)
    effective_from = fields.Date(allow_none=True)
    industry_codes = fields.List(fields.String())
    target_groups = fields.List(fields.String())
    return_reason = fields.String(allow_none=True)
    delist_reason = fields.String(allow_none=True)
    source = fields.String()
