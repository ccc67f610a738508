"""Use cases of loan products, 金融产品."""

from xinyidai.products.importing import Rejected, parse_product_rows
from xinyidai.products.service.drafting import (
    draft_product,
    facts_of,
    revise_product,
    submit_product,
    update_draft,
)
from xinyidai.products.service.exemplifying import (
    add_proposed_examples,
    examples_of,
    keep_examples,
    proposed_examples,
    tried_examples,
)
from xinyidai.products.service.listing import (
    delist_product,
    end_replaced,
    list_product,
    read_version,
    return_product,
)
from xinyidai.products.service.listing_import import ImportedList, ListDesk, import_list
from xinyidai.products.service.vocabulary import indicator_names

__all__ = [
    "ImportedList",
    "ListDesk",
    "Rejected",
    "add_proposed_examples",
    "delist_product",
    "draft_product",
    "end_replaced",
    "examples_of",
    "facts_of",
    "import_list",
    "indicator_names",
    "keep_examples",
    "list_product",
    "parse_product_rows",
    "proposed_examples",
    "read_version",
    "return_product",
    "revise_product",
    "submit_product",
    "tried_examples",
    "update_draft",
]
