"""Use cases of loan products, 金融产品."""

from xinyidai.products.importing import ProductReading, Rejected, parse_product_rows, read_list
from xinyidai.products.service.discarding import discard_product, read_discarding
from xinyidai.products.service.drafting import (
    CODE_TAKEN,
    draft_product,
    replace_criteria,
    revise_product,
    shortfalls_of,
    submit_product,
    update_draft,
    withdraw_product,
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
from xinyidai.products.service.marking import CHANGED, DraftPart, draft_mark
from xinyidai.products.service.reading import facts_of
from xinyidai.products.service.shadow import (
    SMALLEST_SHOWN,
    change_text,
    keep_shadow_run,
    open_for_shadow,
    rules_digest,
    shown_count,
    tell_shadow_done,
)
from xinyidai.products.service.vocabulary import indicator_names, pre_loan_items

__all__ = [
    "CHANGED",
    "CODE_TAKEN",
    "SMALLEST_SHOWN",
    "DraftPart",
    "ImportedList",
    "ListDesk",
    "ProductReading",
    "Rejected",
    "add_proposed_examples",
    "change_text",
    "delist_product",
    "discard_product",
    "draft_mark",
    "draft_product",
    "end_replaced",
    "examples_of",
    "facts_of",
    "import_list",
    "indicator_names",
    "keep_examples",
    "keep_shadow_run",
    "list_product",
    "open_for_shadow",
    "parse_product_rows",
    "pre_loan_items",
    "proposed_examples",
    "read_discarding",
    "read_list",
    "read_version",
    "replace_criteria",
    "return_product",
    "revise_product",
    "rules_digest",
    "shortfalls_of",
    "shown_count",
    "submit_product",
    "tell_shadow_done",
    "tried_examples",
    "update_draft",
    "withdraw_product",
]
