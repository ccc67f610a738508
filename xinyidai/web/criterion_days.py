"""From which day a criterion really holds, 生效日: its own, or that of its version where later."""

from datetime import date

from xinyidai.kernel import clock
from xinyidai.products.models import ProductVersion
from xinyidai.products.values import Criterion
from xinyidai.web.chrome import format_day

AT_ONCE = "上架即生效"


def since_words(criterion: Criterion, version: ProductVersion) -> str:
    """Say from which day a criterion of a version holds."""
    return _words(version, criterion.effective_from)


def begins_words(version: ProductVersion) -> str:
    """Say from which day a criterion without a day of its own holds."""
    return _words(version, None)


def typed_words(day: str) -> str:
    """Say the same for a form in which the version's day was typed, or was not."""
    try:
        begins = date.fromisoformat(day)
    except ValueError:
        return AT_ONCE
    return f"{format_day(begins)} 起" if begins > clock.today() else AT_ONCE


def coming_words(criterion: Criterion) -> str:
    """Say from which day a criterion of a version in force will hold; empty where it does."""
    day = criterion.effective_from
    return "" if day is None or criterion.holds_on(clock.today()) else f"{format_day(day)} 起"


def _words(version: ProductVersion, own: date | None) -> str:
    """Return the later of both days; none counts that is over when the version is listed."""
    listed = version.listed_at
    first = clock.local(listed).date() if listed else clock.today()
    day = max((one for one in (own, version.effective_from) if one), default=first)
    return f"{format_day(day)} 起" if day > first else AT_ONCE
