"""Loan products for anyone who looks, and for banks' systems that keep them, 金融产品."""

from typing import Any
from uuid import UUID

from flask import g
from marshmallow import fields, validate

from xinyidai.accounts.scopes import (
    ApiBlueprint,
    PageIn,
    PageOut,
    Rate,
    Scope,
    as_list,
    page_of,
)
from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import transactional
from xinyidai.products import queries, service
from xinyidai.products.models import ProductVersion
from xinyidai.products.queries import CatalogueFilter
from xinyidai.products.schemas import (
    CostItemSchema,
    DiscardIn,
    LoanProductIn,
    LoanProductOut,
    LoanProductSummaryOut,
    TermsSchema,
)
from xinyidai.products.values import GuaranteeKind, ProductFacts, ProductKind

LONGEST_WORDS = 50


def _example(name: str, expected: str, **readings: object) -> dict[str, object]:
    return {"name": name, "expected": expected, "readings": readings}


# At the threshold, below it, and without a datum; invented firms.
EXAMPLES_IN = [
    _example("成立满两年", "eligible", region_code="410482", years_established=2),
    _example("成立三年", "eligible", region_code="410402", years_established=3),
    _example("成立十年", "eligible", region_code="410400", years_established=10),
    _example("成立一年", "ineligible", region_code="410482", years_established=1),
    _example("刚刚成立", "ineligible", region_code="410482", years_established=0),
    _example("在外地注册", "ineligible", region_code="420100", years_established=5),
    _example("成立日期未知", "insufficient", region_code="410482"),
    _example("注册地未知", "insufficient", years_established=5),
    _example("两项都未知", "insufficient"),
]
PRODUCT_IN: dict[str, Any] = {
    "code": "TAX-CREDIT",
    "name": "纳税信用贷",
    "kind": "credit_loan",
    "terms": {
        "amount_min_fen": 10_000_000,
        "amount_max_fen": 300_000_000,
        "term_min_months": 3,
        "term_max_months": 36,
        "rate_min": "0.0365",
        "rate_max": "0.045",
        "fee_rate": None,
        "fee_note": "",
        "guarantee": "credit",
        "repayment": "interest_first",
        "promise_days": 3,
        "cost_items": [],
    },
    "region_codes": ["410400"],
    "criteria": [
        {
            "code": "years",
            "field": "years_established",
            "operator": "at_least",
            "value": 2,
            "denial_text": "企业成立不满两年。",
        }
    ],
    "text_conditions": [],
    "examples": EXAMPLES_IN,
    "industry_codes": [],
    "target_groups": [],
    "required_items": ["registration", "tax"],
    "documents": ["营业执照"],
    "target": "按时纳税的小微企业",
    "description": "给按时纳税的小微企业的信用贷款。",
    "whitelist_code": None,
    "effective_from": None,
}
PRODUCT_OUT = {key: told for key, told in PRODUCT_IN.items() if key != "examples"} | {
    "id": "0197a3c0-0000-7000-8000-000000000011",
    "product_id": "0197a3c0-0000-7000-8000-000000000012",
    "institution_id": "0197a3c0-0000-7000-8000-000000000013",
    "version": 1,
    "state": "draft",
    "listed_at": None,
    "return_reason": None,
    "delist_reason": None,
    "source": "",
}

blueprint = ApiBlueprint("products", __name__, title="金融产品")


class ProductCostItem(CostItemSchema):
    """One fee with its share as a decimal string."""

    rate = Rate(allow_none=True, load_default=None)  # type: ignore[assignment] # a string


class ProductTerms(TermsSchema):
    """Terms of a product with rates as decimal strings, as everywhere in the API."""

    rate_min = Rate(allow_none=True, load_default=None)  # type: ignore[assignment] # a string
    rate_max = Rate(allow_none=True, load_default=None)  # type: ignore[assignment] # a string
    fee_rate = Rate(allow_none=True, load_default=None)  # type: ignore[assignment] # a string
    cost_items = fields.List(
        fields.Nested(ProductCostItem),
        allow_none=True,
        load_default=None,
        metadata={"description": "利息以外的费用清单；空表示没有，null 表示未公布"},
    )


class ProductIn(LoanProductIn):
    """What a bank's system fills in about a product."""

    terms = fields.Nested(ProductTerms, required=True)


class ProductSummaryOut(LoanProductSummaryOut):
    """One line of the catalogue."""

    terms = fields.Nested(ProductTerms)


class ProductOut(LoanProductOut):
    """One version with its conditions."""

    terms = fields.Nested(ProductTerms)
    listed_at = fields.AwareDateTime(format="iso", allow_none=True)


class CatalogueIn(PageIn):
    """What somebody looks for among the products on sale."""

    kind = fields.Enum(ProductKind, by_value=True, metadata={"description": "产品类型"})
    guarantee = fields.Enum(GuaranteeKind, by_value=True, metadata={"description": "担保方式"})
    region = fields.String(
        validate=validate.Regexp(
            r"[0-9]{2}([0-9]{2}){0,2}\Z", error="请填写 2、4 或 6 位地区代码。"
        ),
        metadata={"description": "企业所在地区代码(GB/T 2260)"},
    )
    institution = fields.UUID(metadata={"description": "机构 institution_id"})
    q = fields.String(
        validate=validate.Length(max=LONGEST_WORDS),
        metadata={"description": "产品、说明或机构名称里的字"},
    )


class CatalogueOut(PageOut):
    """One part of the products on sale, by name."""

    items = fields.List(fields.Nested(ProductSummaryOut), required=True)


@blueprint.get("/products")
@allow(Role.PUBLIC)
@blueprint.operation("在售产品", detail="不需要令牌。id 是产品版本，申请和查询都以它为准。")
@blueprint.arguments(CatalogueIn, location="query")
@blueprint.response(200, CatalogueOut)
def list_products(wanted: dict[str, Any]) -> dict[str, Any]:
    """List the products on sale that fit the filter."""
    chosen = CatalogueFilter(
        kind=wanted.get("kind"),
        guarantee=wanted.get("guarantee"),
        region_code=wanted.get("region"),
        institution_id=wanted.get("institution"),
        text=wanted.get("q", ""),
    )
    page = page_of(wanted)
    items = queries.list_catalogue(chosen, limit=page.size, offset=page.offset)
    return as_list(items, page, queries.count_catalogue(chosen))


@blueprint.get("/products/<uuid:version_id>")
@allow(Role.PUBLIC)
@blueprint.operation(
    "一个产品版本", detail="上架过的版本不需要令牌;草稿只有本机构能看。", refuses=(404,)
)
@blueprint.response(200, ProductOut, example=PRODUCT_OUT)
def read_product(version_id: UUID) -> ProductVersion:
    """Return one version that the caller may see."""
    return service.read_version(g.actor, version_id)


@blueprint.post("/products")
@allow(Role.BANK_CLIENT)
@blueprint.operation(
    "新建产品草稿",
    detail="金额以分计，利率为小数;准入条件逐条写明，未知的字段会被拒绝。",
    scope=Scope.PRODUCTS,
    refuses=(409,),
)
@transactional
@blueprint.arguments(ProductIn, example=PRODUCT_IN)
@blueprint.response(201, ProductOut, example=PRODUCT_OUT)
def draft_product(facts: ProductFacts) -> ProductVersion:
    """Draft a product of the institution."""
    return service.draft_product(g.actor, facts)


@blueprint.post("/products/<uuid:version_id>/submission")
@allow(Role.BANK_CLIENT)
@blueprint.operation(
    "提交产品审核",
    detail="草稿齐全后提交信用办审核;缺什么在 fields 里逐项说明。准入条件须有三种结论各至少"
    " 3 个样例，提交和上架时都重新验算，有一个不符就不能提交。提交后平台在几分钟内按最近 12 个月"
    "试运行，结果供审核人和本机构在网页上查看，和网页提交一样。",
    scope=Scope.PRODUCTS,
    refuses=(404, 409, 422),
)
@transactional
@blueprint.response(200, ProductOut, example=PRODUCT_OUT | {"state": "under_review"})
def submit_product(version_id: UUID) -> ProductVersion:
    """Hand a draft to the credit office."""
    return service.submit_product(g.actor, version_id)


@blueprint.post("/products/<uuid:version_id>/discard")
@allow(Role.BANK_CLIENT)
@blueprint.operation(
    "作废产品草稿",
    detail="草稿从产品列表里消失，内容和原因留存备查。只能作废草稿：待审核的先在网页上撤回提交，"
    "上架过的不能作废。没有别的版本的产品，编号可以再用来新建。",
    scope=Scope.PRODUCTS,
    refuses=(404, 409),
)
@transactional
@blueprint.arguments(DiscardIn, example={"reason": "重复录入"})
@blueprint.response(200, ProductOut, example=PRODUCT_OUT | {"state": "discarded"})
def discard_product(said: dict[str, Any], version_id: UUID) -> ProductVersion:
    """Throw a draft of the institution away."""
    return service.discard_product(g.actor, version_id, said["reason"])
