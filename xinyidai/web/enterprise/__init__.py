"""Pages of the enterprise user, 企业端; phone first.

Each module adds its routes to one blueprint.
"""

from xinyidai.web.enterprise import (
    application_tasks,
    applications,
    checks,
    commitments,
    compare,
    consent_ending,
    consent_signing,
    consents,
    credit_code,
    declarations,
    evaluation,
    events,
    holdings,
    home,
    looks,
    matches,
    objections,
    people,
    profile,
    profile_parts,
    receipts,
    repairs,
    reports,
)
from xinyidai.web.enterprise.base import blueprint

__all__ = [
    "application_tasks",
    "applications",
    "blueprint",
    "checks",
    "commitments",
    "compare",
    "consent_ending",
    "consent_signing",
    "consents",
    "credit_code",
    "declarations",
    "evaluation",
    "events",
    "holdings",
    "home",
    "looks",
    "matches",
    "objections",
    "people",
    "profile",
    "profile_parts",
    "receipts",
    "repairs",
    "reports",
]
