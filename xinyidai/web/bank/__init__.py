"""Pages of banks, 银行工作台: one blueprint, a module for each group of pages."""

from xinyidai.web.bank import (
    applications,
    batches,
    consent_requests,
    consents,
    decisions,
    desk,
    events,
    joint_models,
    joint_runs,
    product_pages,
    product_steps,
    repayments,
    reports,
    whitelist,
)
from xinyidai.web.bank.base import blueprint

__all__ = [
    "applications",
    "batches",
    "blueprint",
    "consent_requests",
    "consents",
    "decisions",
    "desk",
    "events",
    "joint_models",
    "joint_runs",
    "product_pages",
    "product_steps",
    "repayments",
    "reports",
    "whitelist",
]
