"""Pages of oversight, 查询审查: one blueprint, a module for each group of pages."""

from xinyidai.web.audit import alarms, home, reconciliations, samples, trail
from xinyidai.web.audit.base import blueprint

__all__ = ["alarms", "blueprint", "home", "reconciliations", "samples", "trail"]
