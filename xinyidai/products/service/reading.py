"""What a version says, as the value a bank fills in."""

from xinyidai.products.models import ProductVersion
from xinyidai.products.values import ProductFacts


def facts_of(version: ProductVersion) -> ProductFacts:
    """Return what a version says, as the value the bank fills in."""
    return ProductFacts(
        code=version.product.code,
        name=version.name,
        kind=version.kind,
        terms=version.terms,
        region_codes=tuple(version.region_codes),
        criteria=tuple(version.criteria),
        text_conditions=tuple(version.text_conditions),
        required_items=tuple(version.required_items),
        documents=tuple(version.documents),
        target=version.target,
        description=version.description,
        whitelist_code=version.whitelist_code,
        effective_from=version.effective_from,
        source=version.source,
        industry_codes=tuple(version.industry_codes),
        target_groups=tuple(version.target_groups),
        examples=tuple(version.examples),
    )
