"""Pages of the credit office, 信用办: one blueprint, a module for each group of pages."""

from xinyidai.web.office import (
    applications,
    commitment_templates,
    commitments,
    data,
    declarations,
    events,
    figures,
    home,
    ledger,
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
    "commitment_templates",
    "commitments",
    "data",
    "declarations",
    "events",
    "figures",
    "home",
    "ledger",
    "models",
    "objections",
    "products",
    "purposes",
    "repairs",
    "whitelist",
]
