"""What the tags of a firm say of a list it does not stand on, 名单: not on it, or not known.

A title of a delivered list is held, absent or unknown. Beside the tags it holds, a firm's reading
carries `none:<title>:<day>` where the list of that day was complete and does not name it, and
`?<title>` where no complete list speaks for it: missing data is 数据不足, never 否.
"""

from collections.abc import Iterable
from datetime import date

from xinyidai.enterprises.values import ABSENT

UNKNOWN = "?"


def unknown(tag: str) -> str:
    """Return the mark that says: not known whether the firm holds this tag."""
    return f"{UNKNOWN}{tag}"


def is_mark(tag: str) -> bool:
    """Tell whether this is a mark and no tag that the firm holds."""
    return tag.startswith((UNKNOWN, ABSENT))


def held(tags: Iterable[str]) -> frozenset[str]:
    """Return the tags that the firm holds, without marks."""
    return frozenset(tag for tag in tags if not is_mark(tag))


def unknown_of(tags: Iterable[str]) -> frozenset[str]:
    """Return the tags of which it is not known whether the firm holds them."""
    return frozenset(tag.removeprefix(UNKNOWN) for tag in tags if tag.startswith(UNKNOWN))


def absences(tags: Iterable[str]) -> dict[str, date]:
    """Return the tags that the firm is known not to hold, with the day of the complete list."""
    parts = (tag.split(":") for tag in tags if tag.startswith(ABSENT))
    return {tag: date.fromisoformat(day) for _, tag, day in parts}
