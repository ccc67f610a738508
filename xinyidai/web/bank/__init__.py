"""Pages of banks, 银行工作台: one blueprint, a module for each group of pages."""

from xinyidai.web.bank import (
    applications,
    consents,
    decisions,
    desk,
    events,
    looks,
    product_pages,
    product_steps,
    whitelist,
)
from xinyidai.web.bank.base import blueprint

__all__ = [
    "applications",
    "blueprint",
    "consents",
    "decisions",
    "desk",
    "events",
    "looks",
    "product_pages",
    "product_steps",
    "whitelist",
]
