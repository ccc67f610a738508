"""Use cases of matching: financing needs and the products that can serve them."""

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
from xinyidai.matching.service.needs import (
    draft_need,
    expire_needs,
    publish_need,
    update_need,
    withdraw_need,
)
from xinyidai.matching.service.seeking import seek
from xinyidai.matching.service.standings import (
    read_standing_history,
    read_standing_rows,
    read_standings,
    record_standings,
)

__all__ = [
    "MatchCounts",
    "MatchRequest",
    "MatchResult",
    "current_index",
    "draft_need",
    "expire_needs",
    "match_all",
    "match_enterprise",
    "match_own_firm",
    "match_products",
    "publish_need",
    "read_current_run",
    "read_standing_history",
    "read_standing_rows",
    "read_standings",
    "record_standings",
    "seek",
    "subject_from",
    "update_need",
    "withdraw_need",
]
