"""The one password of the demo accounts, shown on the demo's first page and at every start."""

DEMO_PASSWORD = "鹰川演示城-2026"  # noqa: S105 - of invented accounts, refused in production
