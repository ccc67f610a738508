"""A match and its replay in words, 匹配和复算; for the firm's pages and the office's."""

from collections.abc import Sequence

from xinyidai.matching.ranking import NAMES
from xinyidai.matching.service import Replayed
from xinyidai.products.service import indicator_names
from xinyidai.products.values import FIELDS, INDICATOR_PREFIX

SHOWN_DIGITS = 12  # of a fingerprint; enough to compare two by eye


def short(fingerprint: str) -> str:
    """Return the first digits of a fingerprint."""
    return fingerprint[:SHOWN_DIGITS]


def moved_names(done: Sequence[Replayed]) -> list[str]:
    """Return the names of the fields that read otherwise now, each once."""
    return sorted({field_name(code) for one in done for code in one.moved})


def factor_names(done: Sequence[Replayed]) -> list[str]:
    """Return the names of the ranking factors that come out otherwise now, each once."""
    return sorted({NAMES[code] for one in done for code in one.moved_factors})


def field_name(code: str) -> str:
    """Return the Chinese name of a field; the code where nobody names it any more."""
    if code in FIELDS:
        return FIELDS[code].name
    info = indicator_names().get(code.removeprefix(INDICATOR_PREFIX))
    return info.name if info else code
