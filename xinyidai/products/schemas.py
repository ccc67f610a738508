"""Loan products as JSON: strict in, explicit out. Money in 分, rates as decimal fractions."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, pre_dump, validate

from xinyidai.products.values import (
    BorneBy,
    CostBasis,
    CostCode,
    CostItem,
    GuaranteeKind,
    ProductFacts,
    ProductKind,
    ProductVersionState,
    RepaymentMethod,
    Terms,
)

LONGEST_LIST = 100


class CostItemSchema(Schema):
    """One fee of the cost sheet: a share or a fixed sum; both null is «not published»."""

    code = fields.Enum(CostCode, by_value=True, required=True)
    basis = fields.Enum(CostBasis, by_value=True, required=True)
    rate = fields.Decimal(places=6, as_string=True, allow_none=True, load_default=None)
    amount_fen = fields.Integer(strict=True, allow_none=True, load_default=None)
    borne_by = fields.Enum(BorneBy, by_value=True, load_default=BorneBy.FIRM)
    note = fields.String(load_default="", validate=validate.Length(max=200))

    @pre_dump
    def flatten(self, item: CostItem, **_: object) -> dict[str, Any]:
        """Return the item with its value where its basis puts it."""
        is_fixed = item.basis is CostBasis.ONCE_FIXED
        return {
            "code": item.code,
            "basis": item.basis,
            "rate": None if is_fixed else item.value,
            "amount_fen": item.value if is_fixed else None,
            "borne_by": item.borne_by,
            "note": item.note,
        }

    @post_load
    def build(self, data: dict[str, Any], **_: object) -> CostItem:
        """Return the value; a share where a sum belongs is refused."""
        is_fixed = data["basis"] is CostBasis.ONCE_FIXED
        if data["rate" if is_fixed else "amount_fen"] is not None:
            raise ValidationError("固定金额填 amount_fen，按比例填 rate，不能混用。")
        value = data["amount_fen"] if is_fixed else data["rate"]
        return CostItem(data["code"], data["basis"], value, data["borne_by"], data["note"])


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
    cost_items = fields.List(fields.Nested(CostItemSchema), allow_none=True, load_default=None)

    @post_load
    def build(self, data: dict[str, Any], **_: object) -> Terms:
        """Return the value."""
        items = data.pop("cost_items")
        return Terms(**data, cost_items=None if items is None else tuple(items))


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


class DiscardIn(Schema):
    """Why a draft is thrown away, 作废."""

    reason = fields.String(
        required=True,
        validate=validate.Length(min=1, max=500),
        metadata={"description": "作废的原因"},
    )


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
