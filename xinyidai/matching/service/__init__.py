"""Use cases of matching: financing needs and the products that can serve them."""

from xinyidai.matching.service.assembling import subject_from
from xinyidai.matching.service.batch import MatchCounts, match_all
from xinyidai.matching.service.heads import find_head, match_due
from xinyidai.matching.service.matching import (
    MatchRequest,
    MatchResult,
    current_index,
    match_enterprise,
    match_own_firm,
    match_products,
    read_current_run,
)
from xinyidai.matching.service.needs import (
    draft_need,
    expire_needs,
    publish_need,
    update_need,
    withdraw_need,
)
from xinyidai.matching.service.replaying import Replayed, replay_run
from xinyidai.matching.service.shadowing import run_queued_shadow, shadow_run

__all__ = [
    "MatchCounts",
    "MatchRequest",
    "MatchResult",
    "Replayed",
    "current_index",
    "draft_need",
    "expire_needs",
    "find_head",
    "match_all",
    "match_due",
    "match_enterprise",
    "match_own_firm",
    "match_products",
    "publish_need",
    "read_current_run",
    "replay_run",
    "run_queued_shadow",
    "shadow_run",
    "subject_from",
    "update_need",
    "withdraw_need",
]
