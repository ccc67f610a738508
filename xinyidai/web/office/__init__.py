"""Pages of the credit office, 信用办: one blueprint, a module for each group of pages."""

from xinyidai.web.office import (
    applications,
    data,
    deliveries,
    events,
    figures,
    home,
    interfaces,
    ledger,
    models,
    objections,
    products,
    purposes,
    repairs,
    sources,
    reports,
    whitelist,
)
from xinyidai.web.office.base import blueprint

__all__ = [
    "applications",
    "blueprint",
    "data",
    "deliveries",
    "events",
    "figures",
    "home",
    "interfaces",
    "ledger",
    "models",
    "objections",
    "products",
    "purposes",
    "repairs",
    "sources",
    "reports",
    "whitelist",
]
