"""What of a record anybody may see, and how long, 公开属性和公示期: the catalogue's rules alone."""

import calendar
from datetime import date

from xinyidai.catalogue.values import Effect, Field, OpenAttribute, RecordKind


def public_fields(kind: RecordKind) -> tuple[Field, ...]:
    """Return the fields that anybody may see; none of a kind that is not public itself."""
    if kind.open_attribute is not OpenAttribute.PUBLIC:
        return ()
    return tuple(field for field in kind.fields if field.open_attribute is OpenAttribute.PUBLIC)


def publicity_end(
    kind: RecordKind, occurred_on: date, valid_until: date | None = None
) -> date | None:
    """Return the day on which a record's publicity ends, None when no end is known.

    The end that the record names counts, else the kind's months from the day it happened; the
    kind's longest publicity ends both.
    """
    ends = [valid_until] if valid_until is not None else []
    if valid_until is None and kind.publicity_months is not None:
        ends.append(months_after(occurred_on, kind.publicity_months))
    if kind.publicity_most_months is not None:
        ends.append(months_after(occurred_on, kind.publicity_most_months))
    return min(ends, default=None)


def is_publicised(
    kind: RecordKind, occurred_on: date, today: date, valid_until: date | None = None
) -> bool:
    """Tell whether a record in force is shown to anybody on a day.

    The last day counts, except for what speaks against the firm: a penalty is no longer shown on
    the day on which its publicity ends, an entry of a list not on the day of its removal.
    """
    if kind.open_attribute is not OpenAttribute.PUBLIC or occurred_on > today:
        return False
    end = publicity_end(kind, occurred_on, valid_until)
    if end is None:
        return True
    return today < end if kind.effect is Effect.NEGATIVE else today <= end


def months_after(day: date, months: int) -> date:
    """Return the same day of the month so many months later, or the month's last day."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    if year > date.max.year:
        return date.max
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
