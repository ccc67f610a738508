"""Pages of the credit office, 信用办: one blueprint, a module for each group of pages."""

from xinyidai.web.office import (
    applications,
    data,
    events,
    figures,
    home,
    ledger,
    models,
    objections,
    products,
    purposes,
    repairs,
    reports,
    volumes,
    whitelist,
)
from xinyidai.web.office.base import blueprint

__all__ = [
    "applications",
    "blueprint",
    "data",
    "events",
    "figures",
    "home",
    "ledger",
    "models",
    "objections",
    "products",
    "purposes",
    "repairs",
    "reports",
    "volumes",
    "whitelist",
]
