"""Use cases of matching: which products can serve a firm."""

from xinyidai.matching.service.assembling import subject_from
from xinyidai.matching.service.batch import MatchCounts, match_all
from xinyidai.matching.service.matching import (
    MatchRequest,
    MatchResult,
    current_index,
    match_enterprise,
    match_own_firm,
    match_products,
    read_current_run,
)

__all__ = [
    "MatchCounts",
    "MatchRequest",
    "MatchResult",
    "current_index",
    "match_all",
    "match_enterprise",
    "match_own_firm",
    "match_products",
    "read_current_run",
    "subject_from",
]
