"""Use cases of loan products, 金融产品."""

from xinyidai.products.importing import ProductReading, Rejected, parse_product_rows, read_list
from xinyidai.products.service.drafting import (
    draft_product,
    facts_of,
    revise_product,
    submit_product,
    update_draft,
)
from xinyidai.products.service.listing import (
    delist_product,
    list_product,
    read_version,
    return_product,
)
from xinyidai.products.service.listing_import import ImportedList, ListDesk, import_list
from xinyidai.products.service.vocabulary import indicator_names

__all__ = [
    "ImportedList",
    "ListDesk",
    "ProductReading",
    "Rejected",
    "delist_product",
    "draft_product",
    "facts_of",
    "import_list",
    "indicator_names",
    "list_product",
    "parse_product_rows",
    "read_list",
    "read_version",
    "return_product",
    "revise_product",
    "submit_product",
    "update_draft",
]
