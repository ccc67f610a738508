"""Which products can serve a firm, why not, and what is missing; pure."""

from xinyidai.products.values import Finding, ListedProduct, Outcome, Readings


def findings_for(product: ListedProduct, readings: Readings) -> tuple[Finding, ...]:
    """Return what each criterion of a product found, in the product's order."""
    return tuple(criterion.check(readings) for criterion in product.criteria)


def counts_text(eligible: int, insufficient: int) -> str:
    """Return the firm's one line: how many products it can get and how many lack data."""
    text = f"您目前符合 {eligible} 个产品的条件"
    return f"{text},另有 {insufficient} 个产品缺少数据。" if insufficient else f"{text}。"


ORDER = (Outcome.ELIGIBLE, Outcome.INSUFFICIENT, Outcome.INELIGIBLE)
