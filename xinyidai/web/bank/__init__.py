"""Pages of banks, 银行工作台: one blueprint, a module for each group of pages."""

from xinyidai.web.bank import (
    applications,
    batches,
    consent_requests,
    consents,
    decisions,
    desk,
    events,
    lead_feedback,
    leads,
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
    "lead_feedback",
    "leads",
    "product_pages",
    "product_steps",
    "repayments",
    "reports",
    "whitelist",
]
