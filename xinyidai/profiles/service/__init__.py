"""Use cases of profiles, 企业画像: build for one firm or all, keep within a look, show, export."""

from xinyidai.profiles.grid.adding import add as add_records
from xinyidai.profiles.grid.store import compute as tabulate
from xinyidai.profiles.grid.store import write_table
from xinyidai.profiles.service.batch import (
    build_all,
    build_dirty,
    build_in_pieces,
    build_some,
    build_with_records,
)
from xinyidai.profiles.service.building import (
    build_profile,
    codes_within,
    current_profile,
    facts_of,
    is_unchanged,
    profile_within,
)
from xinyidai.profiles.service.distributions import refresh_distributions
from xinyidai.profiles.service.exporting import export_indicators
from xinyidai.profiles.service.past import replay_profile
from xinyidai.profiles.service.portraits import (
    portrait_of_content,
    read_own_portrait,
    refresh_portrait,
)
from xinyidai.profiles.service.showing import (
    OwnProfile,
    Rank,
    find_own_profile,
    own_as_json,
    parts_within,
    ranks_of,
    read_own_profile,
    refresh_profile,
    tags_to_json,
)

__all__ = [
    "OwnProfile",
    "Rank",
    "add_records",
    "build_all",
    "build_dirty",
    "build_in_pieces",
    "build_profile",
    "build_some",
    "build_with_records",
    "codes_within",
    "current_profile",
    "export_indicators",
    "facts_of",
    "find_own_profile",
    "is_unchanged",
    "own_as_json",
    "parts_within",
    "portrait_of_content",
    "profile_within",
    "ranks_of",
    "read_own_portrait",
    "read_own_profile",
    "refresh_distributions",
    "refresh_portrait",
    "refresh_profile",
    "replay_profile",
    "tabulate",
    "tags_to_json",
    "write_table",
]
