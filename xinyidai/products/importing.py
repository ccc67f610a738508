"""Read a published list of loan products, 产品清单, in any layout there is a reader for."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from xinyidai.products.importing_pages import read_pages
from xinyidai.products.importing_tables import COLUMNS, read_table
from xinyidai.products.source_products import (
    NO_PRODUCT,
    PERSONAL,
    ProductReading,
    read_products,
)
from xinyidai.products.values import ProductFacts

__all__ = [
    "COLUMNS",
    "NO_PRODUCT",
    "PERSONAL",
    "ProductReading",
    "Rejected",
    "counts_of",
    "parse_product_rows",
    "read_list",
]

REFUSAL_CODES = {PERSONAL: "personal", NO_PRODUCT: "menu"}


@dataclass(frozen=True)
class Rejected:
    """A row that was not taken, and why, in Chinese; `row` counts from 1 below the heading."""

    row: int
    name: str
    reason: str


def read_list(path: Path, institution: str = "") -> list[ProductReading]:
    """Return what became of every product of the file, each piece of it accounted for.

    A `.json` file holds a bank's pages, any other is a table; `institution` names whose pages they
    are where the file does not say.

    Raises:
        InvalidInput: the file is no product list.

    """
    is_pages = path.suffix.lower() == ".json"
    return read_products(read_pages(path, institution) if is_pages else read_table(path))


def parse_product_rows(
    path: Path, institution: str = ""
) -> tuple[list[ProductFacts], list[Rejected]]:
    """Return what could be read and what could not; a file that is no list is refused."""
    readings = read_list(path, institution)
    taken = [reading.facts for reading in readings if reading.facts is not None]
    rejected = [
        Rejected(reading.row, reading.name, reading.problem)
        for reading in readings
        if reading.facts is None
    ]
    return taken, rejected


def counts_of(readings: Sequence[ProductReading]) -> dict[str, int]:
    """Return how many products were read, and how many pieces went where and why."""
    counts: Counter[str] = Counter()
    for reading in readings:
        counts["products" if reading.facts is not None else "not_taken"] += 1
        if reading.facts is None:
            counts[f"not_taken_{REFUSAL_CODES.get(reading.problem, 'other')}"] += 1
            continue
        counts["criteria"] += len(reading.facts.criteria) + bool(reading.facts.region_codes)
        for piece in reading.accounted:
            counts[f"pieces_{piece.fate.value}"] += 1
            if piece.reason is not None:
                counts[f"text_{piece.reason.value}"] += 1
    return dict(sorted(counts.items()))
