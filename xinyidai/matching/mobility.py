"""Which readings a firm can change, and which way; the rest is told as it is, 无法改变."""

from dataclasses import dataclass

from xinyidai.catalogue.indicators import Direction, Indicator, indicator_dictionary
from xinyidai.matching.values import ChangeKind
from xinyidai.products.values import INDICATOR_PREFIX, Field, FieldType


@dataclass(frozen=True)
class Mobility:
    """How a field changes and which way; a fixed field changes neither way."""

    kind: ChangeKind
    up: bool = True
    down: bool = True


FIXED = Mobility(ChangeKind.FIXED, up=False, down=False)
WISH = Mobility(ChangeKind.WISH)
WAIT = Mobility(ChangeKind.WAIT, down=False)
GROW = Mobility(ChangeKind.IMPROVE, down=False)
SHRINK = Mobility(ChangeKind.IMPROVE, up=False)
EITHER = Mobility(ChangeKind.IMPROVE)
YEARS = "years_established"
WISHED = frozenset({"amount_fen", "term_months", "guarantee"})
GROWING = frozenset(
    {"registered_capital_fen", "employees", "revenue_fen", "tags", "grade", "owns_ip"}
)


def mobility_of(field: Field) -> Mobility:
    """Return how a field changes; what is not known to change is fixed.

    Counts of bad events in past months leave by time alone and are fixed: when each of them
    leaves is not known here. What stands at present (欠税余额, 名单) the firm can clear.
    """
    code = field.code.removeprefix(INDICATOR_PREFIX)
    if field.code in WISHED:
        return WISH
    if field.code in GROWING or code == YEARS:
        return WAIT if code == YEARS else GROW
    is_indicator = field.code.startswith(INDICATOR_PREFIX)
    entry = indicator_dictionary().indicators.get(code) if is_indicator else None
    return FIXED if entry is None else _of_indicator(entry)


def _of_indicator(entry: Indicator) -> Mobility:
    if entry.direction is Direction.HIGHER_IS_BETTER or entry.firm_field is not None:
        return GROW
    if entry.window_months is not None:
        return FIXED
    return SHRINK if entry.direction is Direction.HIGHER_IS_WORSE else EITHER


def is_stepped_by_month(field: Field) -> bool:
    """Return whether the field counts completed months, shown as years."""
    return field.code.removeprefix(INDICATOR_PREFIX) == YEARS


def is_whole(field: Field) -> bool:
    """Return whether the field only takes whole numbers: money in 分, people, counts."""
    if field.type is FieldType.MONEY:
        return True
    return bool(field.unit) and field.unit not in {"%", "千瓦时", "平方米", "亩", "年"}
