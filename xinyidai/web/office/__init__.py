"""Pages of the credit office, 信用办: one blueprint, a module for each group of pages."""

from xinyidai.web.office import (
    applications,
    checks,
    data,
    events,
    figures,
    home,
    ledger,
    lists,
    models,
    objections,
    products,
    purposes,
    repairs,
    whitelist,
)
from xinyidai.web.office.base import blueprint

__all__ = [
    "applications",
    "blueprint",
    "checks",
    "data",
    "events",
    "figures",
    "home",
    "ledger",
    "lists",
    "models",
    "objections",
    "products",
    "purposes",
    "repairs",
    "whitelist",
]
