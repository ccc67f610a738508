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
    current_profile,
    facts_of,
    profile_within,
)
from xinyidai.profiles.service.distributions import refresh_distributions
from xinyidai.profiles.service.exporting import export_indicators
from xinyidai.profiles.service.past import replay_profile
from xinyidai.profiles.service.showing import read_own_profile, show_within

__all__ = [
    "add_records",
    "build_all",
    "build_dirty",
    "build_in_pieces",
    "build_profile",
    "build_some",
    "build_with_records",
    "current_profile",
    "export_indicators",
    "facts_of",
    "profile_within",
    "read_own_profile",
    "refresh_distributions",
    "replay_profile",
    "show_within",
    "tabulate",
    "write_table",
]
