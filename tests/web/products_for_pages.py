"""A complete product for the tests of pages."""

from decimal import Decimal

from xinyidai.products.values import (
    GuaranteeKind,
    ProductFacts,
    ProductKind,
    RepaymentMethod,
    Terms,
)


def product_facts(**changes: object) -> ProductFacts:
    facts: dict[str, object] = {
        "code": "P-1",
        "name": "演示税信贷",
        "kind": ProductKind.CREDIT_LOAN,
        "terms": Terms(
            amount_min_fen=10_000_000,
            amount_max_fen=100_000_000,
            term_min_months=6,
            term_max_months=36,
            rate_min=Decimal("0.0385"),
            rate_max=Decimal("0.0485"),
            guarantee=GuaranteeKind.CREDIT,
            repayment=RepaymentMethod.EQUAL_INSTALMENTS,
            promise_days=5,
        ),
        "criteria": (
            {
                "code": "years",
                "field": "years_established",
                "operator": "at_least",
                "value": 2,
                "when_missing": "insufficient",
                "denial_text": "企业成立年限须不少于 2 年。",
                "show_threshold": True,
            },
        ),
        "description": "面向守信小微企业",
    }
    return ProductFacts(**{**facts, **changes})
