"""Regions (GB/T 2260) and industries (GB/T 4754-2017) as paths, so that a prefix is an ancestor."""

import re
from functools import lru_cache

_REGION = re.compile(r"\d{2}(\d{2}){0,2}")
_INDUSTRY = re.compile(r"([A-T]?)(\d{2}\d{0,2})?")

# First division of each section, GB/T 4754-2017.
_SECTION_STARTS = (
    ("A", 1), ("B", 6), ("C", 13), ("D", 44), ("E", 47), ("F", 51), ("G", 53), ("H", 61),
    ("I", 63), ("J", 66), ("K", 70), ("L", 71), ("M", 73), ("N", 76), ("O", 80), ("P", 83),
    ("Q", 84), ("R", 86), ("S", 91), ("T", 97),
)  # fmt: skip
_LAST_DIVISION = 97


def region_path(raw: str) -> str | None:
    """Return the region without trailing 00 pairs ("410400" → "4104"), or None when malformed."""
    if not _REGION.fullmatch(raw):
        return None
    path = raw
    while path.endswith("00"):
        path = path[:-2]
    return path or None


def industry_path(raw: str) -> str | None:
    """Return section letter and digits ("1311" → "C1311", "C" → "C"), or None when malformed."""
    found = _INDUSTRY.fullmatch(raw.strip().upper())
    if found is None:
        return None
    letter, digits = found.group(1), found.group(2) or ""
    if not digits:
        return letter or None
    section = _section_of(int(digits[:2]))
    if section is None or (letter and letter != section):
        return None
    return section + digits


def _section_of(division: int) -> str | None:
    if not 1 <= division <= _LAST_DIVISION:
        return None
    return max((start, letter) for letter, start in _SECTION_STARTS if start <= division)[1]


@lru_cache(maxsize=10_000)
def ancestors(path: str) -> tuple[str, ...]:
    """Return every leading part of a path, itself included."""
    return tuple(path[:length] for length in range(1, len(path) + 1))
