"""Use cases of matching: which products can serve a firm."""

from xinyidai.matching.bettering import betterments, own_points
from xinyidai.matching.service.assembling import subject_from
from xinyidai.matching.service.batch import MatchCounts, match_all
from xinyidai.matching.service.heads import (
    BatchState,
    find_head,
    match_due,
    read_batch_state,
)
from xinyidai.matching.service.matching import (
    MatchRequest,
    MatchResult,
    current_index,
    match_enterprise,
    match_own_firm,
    match_products,
    read_current_run,
    read_last_wish,
)
from xinyidai.matching.service.replaying import Replayed, read_run, replay_run
from xinyidai.matching.service.seeking import seek
from xinyidai.matching.service.shadowing import run_due_shadows, run_queued_shadow, shadow_run
from xinyidai.matching.service.standings import (
    read_own_standing_history,
    read_own_standing_rows,
    read_standing_history,
    read_standing_rows,
    read_standings,
    record_standings,
)

__all__ = [
    "BatchState",
    "MatchCounts",
    "MatchRequest",
    "MatchResult",
    "Replayed",
    "betterments",
    "current_index",
    "find_head",
    "match_all",
    "match_due",
    "match_enterprise",
    "match_own_firm",
    "match_products",
    "own_points",
    "read_batch_state",
    "read_current_run",
    "read_last_wish",
    "read_own_standing_history",
    "read_own_standing_rows",
    "read_run",
    "read_standing_history",
    "read_standing_rows",
    "read_standings",
    "record_standings",
    "replay_run",
    "run_due_shadows",
    "run_queued_shadow",
    "seek",
    "shadow_run",
    "subject_from",
]
