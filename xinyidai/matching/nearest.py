"""The smallest change that makes a product fit a firm, 差一点; pure.

Criteria of one product are joined by "and", and each reads one field. So the fields to change are
exactly those that some criterion does not accept now, and for each the smallest step is found by
itself. A change is smaller than another when it changes fewer fields, or the same fields with no
larger step in any and a smaller one in some. Steps are counted

    numbers and money   in their unit, whole where the field is whole; years by completed months
    grades, steps of a scale   by places
    tags                by how many must be gained; a tag is never given up, an unknown one is free
    choices             one, whichever it is
    missing data        none: what is supplied must be what the criteria ask

A field that the firm cannot change is in `blocked`; then no change opens the product.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, combinations

from xinyidai.catalogue.missing import Missing, MissingCause
from xinyidai.enterprises.reference import industries, regions
from xinyidai.matching.mobility import (
    Mobility,
    is_stepped_by_month,
    is_whole,
    mobility_of,
)
from xinyidai.matching.values import ChangeKind
from xinyidai.products.values import (
    GRADES,
    Criterion,
    Field,
    FieldType,
    Finding,
    Operator,
    Outcome,
    Reading,
    Readings,
    industry_path,
    region_path,
    titles,
)

MONTHS = 12
SLACK = 1e-9
NUMBERS = frozenset({FieldType.NUMBER, FieldType.MONEY})
PATHS = frozenset({FieldType.REGION, FieldType.INDUSTRY})
WORST_FIRST = tuple(reversed(GRADES))


@dataclass(frozen=True)
class FieldChange:
    """One reading that must be another one; `step` in the field's own measure.

    `is_shown` is False when a bank keeps a threshold on the field to itself: then the firm hears
    which way to go, and not how far.
    """

    field: Field
    kind: ChangeKind
    before: Reading
    after: Reading
    step: float
    criteria: tuple[Criterion, ...]

    @property
    def is_shown(self) -> bool:
        """Return whether the banks let the thresholds be shown."""
        return all(criterion.show_threshold for criterion in self.criteria)

    @property
    def cause(self) -> MissingCause | None:
        """Return why the reading is missing or too coarse; None when it is there."""
        if isinstance(self.before, Missing):
            return self.before.cause
        return MissingCause.NO_RECORD if self.kind is ChangeKind.SUPPLY else None


@dataclass(frozen=True)
class Nearest:
    """What stands between a firm and a product: what it can change, and the fields it cannot.

    Both are empty where the product fits.
    """

    changes: tuple[FieldChange, ...]
    blocked: tuple[Field, ...]

    @property
    def opens(self) -> bool:
        """Tell whether the changes, all together, make the product fit."""
        return bool(self.changes) and not self.blocked

    def apply(self, readings: Readings) -> dict[str, Reading]:
        """Return the readings after the changes."""
        return {**readings, **{change.field.code: change.after for change in self.changes}}


def nearest(findings: Sequence[Finding]) -> Nearest:
    """Return the smallest change to each field that some criterion of a product does not accept.

    `findings` are those of all criteria of one product for one firm.
    """
    changes: list[FieldChange] = []
    blocked: list[Field] = []
    for found in _unmet(findings).values():
        undecided = all(one.outcome is not Outcome.INELIGIBLE for one in found)
        criteria = [one.criterion for one in found]
        change = _change(criteria, found[0].reading, undecided=undecided)
        if change is None:
            blocked.append(criteria[0].field)
        else:
            changes.append(change)
    return Nearest(tuple(changes), tuple(blocked))


def _unmet(findings: Sequence[Finding]) -> dict[str, list[Finding]]:
    """Return the findings of every field that is not accepted as it is, in the product's order."""
    unmet: dict[str, list[Finding]] = {
        one.criterion.field.code: [] for one in findings if one.outcome is not Outcome.ELIGIBLE
    }
    for one in findings:
        code = one.criterion.field.code
        if code in unmet:
            unmet[code].append(one)
    return unmet


def _change(
    criteria: Sequence[Criterion], reading: Reading, *, undecided: bool
) -> FieldChange | None:
    field = criteria[0].field
    mobility = mobility_of(field)
    kind = ChangeKind.SUPPLY if undecided else mobility.kind
    found = _step(criteria, reading, mobility) if kind is not ChangeKind.FIXED else None
    if found is None:
        return None
    after, step = found
    return FieldChange(field, kind, reading, after, step, tuple(criteria))


def _step(
    criteria: Sequence[Criterion], reading: Reading, mobility: Mobility
) -> tuple[Reading, float] | None:
    """Return the nearest reading that all criteria accept, and how far it is."""
    field = criteria[0].field
    if field.type in PATHS:
        return _somewhere_within(criteria, reading)
    if field.type is FieldType.TAGS:
        return _more_tags(criteria, reading)
    if field.type in NUMBERS and not field.scale:
        return _number(criteria, reading, mobility)
    return _listed_value(criteria, reading, mobility)


def _number(
    criteria: Sequence[Criterion], reading: Reading, mobility: Mobility
) -> tuple[Reading, float] | None:
    field = criteria[0].field
    low = _raised(field, max(criterion.bounds[0] for criterion in criteria))
    high = _lowered(field, min(criterion.bounds[1] for criterion in criteria))
    if low > high or (mobility.kind is ChangeKind.WISH and high < 1):
        return None
    if not isinstance(reading, int | float):  # missing: what is supplied must be accepted
        return (low if low > -math.inf else high), 0.0
    if reading < low:
        return (low, low - reading) if mobility.up else None
    return (high, reading - high) if mobility.down else None


def _raised(field: Field, bound: float) -> float:
    """Return the smallest value the field can take that is not below the bound."""
    if not math.isfinite(bound):
        return bound
    if is_stepped_by_month(field):
        months = math.ceil(bound * MONTHS - SLACK)
        return (months if months / MONTHS >= bound else months + 1) / MONTHS
    return math.ceil(bound) if is_whole(field) else bound


def _lowered(field: Field, bound: float) -> float:
    if not math.isfinite(bound):
        return bound
    if is_stepped_by_month(field):
        months = math.floor(bound * MONTHS + SLACK)
        return (months if months / MONTHS <= bound else months - 1) / MONTHS
    return math.floor(bound) if is_whole(field) else bound


def _listed_value(
    criteria: Sequence[Criterion], reading: Reading, mobility: Mobility
) -> tuple[Reading, float] | None:
    """Return the nearest grade, step of a scale, choice or flag; upward first when equally far."""
    field = criteria[0].field
    values = _values_of(field)
    accepted = [
        place
        for place, value in enumerate(values)
        if all(criterion.judge(value) is Outcome.ELIGIBLE for criterion in criteria)
    ]
    if isinstance(reading, Missing):
        return (values[accepted[0]], 0.0) if accepted else None
    here = _place_among(values, reading)
    if field.type is FieldType.CHOICE:
        return (values[accepted[0]], 1.0) if accepted else None
    reachable = [p for p in accepted if (mobility.up and p > here) or (mobility.down and p < here)]
    if not reachable:
        return None
    best = min(reachable, key=lambda place: (abs(place - here), -place))
    return values[best], float(math.ceil(abs(best - here)))


def _values_of(field: Field) -> Sequence[Reading]:
    if field.type is FieldType.GRADE:
        return WORST_FIRST
    if field.type is FieldType.FLAG:
        return (False, True)
    return tuple(field.choices) if field.choices else tuple(sorted(field.scale))


def _place_among(values: Sequence[Reading], reading: Reading) -> float:
    """Return where a reading stands; a number between two steps of a scale stands between them."""
    if reading in values:
        return values.index(reading)
    below = [v for v in values if isinstance(v, int | float) and isinstance(reading, int | float)
             and v < reading]  # fmt: skip
    return len(below) - 0.5


def _more_tags(criteria: Sequence[Criterion], reading: Reading) -> tuple[Reading, float] | None:
    """Return the fewest tags to gain; what is not known is supplied as asked, and costs nothing."""
    tags = reading if isinstance(reading, frozenset) else frozenset[str]()
    held, unknown = titles.held(tags), titles.unknown_of(tags)
    refused = frozenset(chain.from_iterable(_members(criteria, Operator.HAS_NONE)))
    needed = frozenset(chain.from_iterable(_members(criteria, Operator.HAS_ALL))) | held
    if needed & refused:
        return None
    open_sets = [
        members - refused
        for members in _members(criteria, Operator.HAS_ANY)
        if not members & needed
    ]
    gained = _fewest([one for one in open_sets if not one & unknown])
    if gained is None:
        return None
    supplied = _fewest([one & unknown for one in open_sets if one & unknown and not one & gained])
    after = needed | gained | (supplied or frozenset())
    return after, 0.0 if isinstance(reading, Missing) else float(len(after - held - unknown))


def _members(criteria: Sequence[Criterion], operator: Operator) -> list[frozenset[str]]:
    return [criterion.members for criterion in criteria if criterion.operator is operator]


def _fewest(open_sets: Sequence[frozenset[str]]) -> frozenset[str] | None:
    """Return the fewest tags of which every set holds one; the first by name when equal."""
    kinds: dict[frozenset[int], str] = {}  # tags that open the same sets are the same here
    for tag in sorted(frozenset().union(*open_sets)):
        opens = frozenset(place for place, one in enumerate(open_sets) if tag in one)
        kinds.setdefault(opens, tag)
    for count in range(len(open_sets) + 1):
        for chosen in combinations(kinds.values(), count):
            if all(one & set(chosen) for one in open_sets):
                return frozenset(chosen)
    return None


def _somewhere_within(
    criteria: Sequence[Criterion], reading: Reading
) -> tuple[Reading, float] | None:
    """Return a place or trade that all criteria accept, no coarser than what is known."""
    known = "" if isinstance(reading, Missing) else str(reading)
    named = sorted(frozenset(chain.from_iterable(criterion.members for criterion in criteria)))
    for path in chain(named, _every_path(criteria[0].field)):
        if path.startswith(known) and all(
            criterion.judge(path) is Outcome.ELIGIBLE for criterion in criteria
        ):
            return path, 0.0
    return None


def _every_path(field: Field) -> Iterator[str]:
    is_region = field.type is FieldType.REGION
    for code in regions() if is_region else industries():
        path = region_path(code) if is_region else industry_path(code)
        if path is not None:
            yield path
