"""The compiled product index: all criteria of all listed products as bit masks.

Bit `i` of a mask is the product at place `i`. For each field the index holds sorted thresholds or
sets of codes with the mask of products they decide, so that a firm is judged against every
product by a few bisections and ORs of plain Python integers. It says the same as
`Criterion.judge` for each criterion, by test.
"""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from uuid import UUID

from xinyidai.catalogue.missing import Missing
from xinyidai.matching.ranking_rules import NEWEST, RankingRule
from xinyidai.matching.values import ProductStanding
from xinyidai.products.values import (
    GRADE_RANKS,
    NO_RECORD,
    Criterion,
    FieldType,
    ListedProduct,
    Operator,
    Outcome,
    Reading,
    Readings,
    ancestors,
    titles,
)

Masks = tuple[int, int]  # products that fail, products that lack data
EXACT = 2**53  # whole numbers up to here are their own floats
NUMBER_TYPES = frozenset({FieldType.NUMBER, FieldType.MONEY})
# Their readings come from fixed lists, so that what was judged once is remembered.
CODED_TYPES = frozenset(FieldType) - NUMBER_TYPES - {FieldType.TAGS}
PATH_TYPES = frozenset({FieldType.REGION, FieldType.INDUSTRY})
WANTS_MEMBER = frozenset(
    {Operator.IS_ONE_OF, Operator.IN_REGION, Operator.IN_INDUSTRY, Operator.HAS_ANY}
)


@dataclass
class Thresholds:
    """Bounds of one side, sorted, with the masks of the products they would fail.

    Side `low`: `masks[k]` are products whose lower bound is one of `bounds[k:]`; side `high`:
    products whose upper bound is one of `bounds[:k]`.
    """

    pairs: list[tuple[float, int]] = field(default_factory=list)
    bounds: list[float] = field(default_factory=list)
    masks: list[int] = field(default_factory=list)

    def compile_low(self) -> None:
        """Sort, and OR the masks from the highest bound down."""
        self.pairs.sort()
        self.bounds = [bound for bound, _ in self.pairs]
        self.masks = [0] * (len(self.pairs) + 1)
        for place in range(len(self.pairs) - 1, -1, -1):
            self.masks[place] = self.masks[place + 1] | self.pairs[place][1]

    def compile_high(self) -> None:
        """Sort, and OR the masks from the lowest bound up."""
        self.pairs.sort()
        self.bounds = [bound for bound, _ in self.pairs]
        self.masks = [0] * (len(self.pairs) + 1)
        for place, (_, bit) in enumerate(self.pairs):
            self.masks[place + 1] = self.masks[place] | bit


@dataclass
class MemberLayer:
    """At most one criterion of each product that asks for one of its codes.

    A product with two such criteria on a field has its second in a second layer, because each
    must find a code of its own.
    """

    asked: int = 0
    hit: dict[str, int] = field(default_factory=dict)
    finer: dict[str, int] = field(default_factory=dict)

    def add(self, members: frozenset[str], bit: int, *, paths: bool) -> None:
        """Enter one criterion."""
        self.asked |= bit
        _enter(self.hit, self.finer, members, bit, paths=paths)

    def judge(self, codes: Sequence[str], full: str) -> Masks:
        """Return failed and undecided products for the codes a firm has."""
        hit = 0
        for code in codes:
            hit |= self.hit.get(code, 0)
        undecided = self.finer.get(full, 0) & ~hit
        return self.asked & ~hit & ~undecided, undecided


@dataclass
class Bans:
    """Criteria that refuse codes; a product fails when one of them is found."""

    hit: dict[str, int] = field(default_factory=dict)
    finer: dict[str, int] = field(default_factory=dict)

    def judge(self, codes: Sequence[str], full: str) -> Masks:
        """Return failed and undecided products for the codes a firm has."""
        fail = 0
        for code in codes:
            fail |= self.hit.get(code, 0)
        return fail, self.finer.get(full, 0) & ~fail


@dataclass
class FieldIndex:
    """Every criterion on one field."""

    type: FieldType
    present: int = 0
    low: Thresholds = field(default_factory=Thresholds)
    high: Thresholds = field(default_factory=Thresholds)
    layers: list[MemberLayer] = field(default_factory=list)
    bans: Bans = field(default_factory=Bans)
    needs: dict[str, int] = field(default_factory=dict)
    must_be: dict[bool, int] = field(default_factory=dict)

    def add(self, criterion: Criterion, bit: int) -> None:
        """Enter one criterion of the product with this bit."""
        self.present |= bit
        operator, paths = criterion.operator, self.type in PATH_TYPES
        if operator in WANTS_MEMBER:
            self._layer_for(bit).add(criterion.members, bit, paths=paths)
        elif operator in {Operator.IS_NONE_OF, Operator.HAS_NONE}:
            _enter(self.bans.hit, self.bans.finer, criterion.members, bit, paths=paths)
        elif operator is Operator.HAS_ALL:
            for member in criterion.members:
                self.needs[member] = self.needs.get(member, 0) | bit
        elif operator in {Operator.IS_TRUE, Operator.IS_FALSE}:
            wanted = operator is Operator.IS_TRUE
            self.must_be[wanted] = self.must_be.get(wanted, 0) | bit
        else:
            self.low.pairs.append((criterion.bounds[0], bit))
            self.high.pairs.append((criterion.bounds[1], bit))

    def compile(self) -> None:
        """Sort the thresholds once all criteria are in."""
        self.low.compile_low()
        self.high.compile_high()

    @property
    def steps(self) -> tuple[list[float], list[int]] | None:
        """Return all bounds as one sorted list of cuts with the failing mask between them.

        A number fails what the mask at its bisect_right in the cuts holds. None where a bound is
        too large to have a next float of its own.
        """
        bounds = {*self.low.bounds, *self.high.bounds} - {-math.inf, math.inf}
        if any(abs(bound) > EXACT for bound in bounds):
            return None
        highs = {math.nextafter(bound, math.inf) for bound in {*self.high.bounds} & bounds}
        cuts = sorted({float(bound) for bound in {*self.low.bounds} & bounds} | highs)
        below = math.nextafter(cuts[0], -math.inf) if cuts else 0.0
        return cuts, [self._beyond(number) for number in (below, *cuts)]

    def asks(self, tag: str) -> bool:
        """Tell whether any product asks for this tag."""
        if tag in self.bans.hit or tag in self.needs:
            return True
        return any(tag in layer.hit for layer in self.layers)

    def judge(self, reading: Reading) -> Masks:
        """Return failed and undecided products for one firm's reading."""
        if isinstance(reading, Missing):
            return 0, self.present
        if isinstance(reading, bool):
            return self.must_be.get(not reading, 0), 0
        if isinstance(reading, int | float):
            return self._beyond(reading), 0
        if isinstance(reading, frozenset):
            return self._judge_tags(reading)
        return self._judge_text(reading)

    def _judge_text(self, reading: str) -> Masks:
        if self.type in PATH_TYPES:
            return self._judge_members(ancestors(reading), reading)
        fail, undecided = self._judge_members((reading,), "")
        if self.type is FieldType.GRADE:
            fail |= self._beyond(GRADE_RANKS[reading])
        return fail, undecided

    def _beyond(self, number: float) -> int:
        low, high = self.low, self.high
        fails_low = low.masks[bisect_right(low.bounds, number)]
        return fails_low | high.masks[bisect_left(high.bounds, number)]

    def _judge_members(self, codes: Sequence[str], full: str) -> Masks:
        fail, undecided = self.bans.judge(codes, full)
        for layer in self.layers:
            layer_fail, layer_undecided = layer.judge(codes, full)
            fail |= layer_fail
            undecided |= layer_undecided
        for member, mask in self.needs.items():
            if member not in codes:
                fail |= mask
        return fail, undecided

    def _judge_tags(self, tags: frozenset[str]) -> Masks:
        """Judge a set of tags: what fails however the unknown ones turn out, and what may fail."""
        doubted = [tag for tag in titles.unknown_of(tags) if self.asks(tag)]
        if not doubted:
            return self._judge_members(tuple(tags), "")
        fail, may_fail = _any_of(self.bans.hit, tags), _any_of(self.bans.hit, doubted)
        for layer in self.layers:
            missed = layer.asked & ~_any_of(layer.hit, tags)
            may_fail |= missed
            fail |= missed & ~_any_of(layer.hit, doubted)
        for member, mask in self.needs.items():
            if member not in tags:
                may_fail |= mask
                fail |= 0 if member in doubted else mask
        return fail, may_fail & ~fail

    def _layer_for(self, bit: int) -> MemberLayer:
        for layer in self.layers:
            if not layer.asked & bit:
                return layer
        self.layers.append(MemberLayer())
        return self.layers[-1]


@dataclass(frozen=True)
class Verdicts:
    """Every product's outcome for one firm, as three masks without overlap."""

    eligible: int
    insufficient: int
    ineligible: int

    def of(self, place: int) -> Outcome:
        """Return the outcome of the product at this place."""
        if self.ineligible >> place & 1:
            return Outcome.INELIGIBLE
        return Outcome.INSUFFICIENT if self.insufficient >> place & 1 else Outcome.ELIGIBLE

    def mask(self, outcome: Outcome) -> int:
        """Return the mask of the products with this outcome."""
        return {
            Outcome.ELIGIBLE: self.eligible,
            Outcome.INSUFFICIENT: self.insufficient,
            Outcome.INELIGIBLE: self.ineligible,
        }[outcome]


class ProductIndex:
    """All listed products, compiled; immutable, and named by the fingerprint of their versions.

    `standings` are the outcomes that the public order reads, by product; they decide no outcome.
    `rule` is the version of the public order it ranks by.
    """

    def __init__(
        self,
        products: Sequence[ListedProduct],
        fingerprint: str,
        *,
        standings: Mapping[UUID, ProductStanding] | None = None,
        rule: RankingRule = NEWEST,
    ) -> None:
        """Compile the criteria of every product."""
        self.products = tuple(products)
        self.standings = dict(standings or {})
        self.fingerprint, self.rule = fingerprint, rule
        self.everything = (1 << len(self.products)) - 1
        self.fields: dict[str, FieldIndex] = {}
        for place, product in enumerate(self.products):
            for criterion in product.criteria:
                field_index = self.fields.setdefault(
                    criterion.field.code, FieldIndex(criterion.field.type)
                )
                field_index.add(criterion, 1 << place)
        self._stepped: list[tuple[str, list[float], list[int], int]] = []
        self._known: list[tuple[str, dict[Reading, Masks], FieldIndex]] = []
        self._others: list[tuple[str, FieldIndex]] = []
        for code, field_index in self.fields.items():
            field_index.compile()
            self._enter(code, field_index)

    @cached_property
    def by_version(self) -> dict[UUID, ListedProduct]:
        """Return the products by the id of their version."""
        return {product.version_id: product for product in self.products}

    def judge(self, readings: Readings) -> Verdicts:
        """Return the outcome of every product for one firm's readings."""
        fail = missing = 0
        read = readings.get
        for code, cuts, masks, present in self._stepped:
            number = read(code)
            if number is None or number.__class__ is Missing:
                missing |= present
            else:
                fail |= masks[bisect_right(cuts, number)]  # type: ignore[type-var] # a number
        for code, known, field_index in self._known:
            reading = read(code)
            if reading is None or reading.__class__ is Missing:
                missing |= field_index.present
                continue
            found = known.get(reading)
            if found is None:
                found = known[reading] = field_index.judge(reading)
            fail |= found[0]
            missing |= found[1]
        for code, field_index in self._others:
            failed, lacking = field_index.judge(read(code, NO_RECORD))
            fail |= failed
            missing |= lacking
        missing &= ~fail
        return Verdicts(self.everything & ~fail & ~missing, missing, fail)

    def _enter(self, code: str, field_index: FieldIndex) -> None:
        """Put a field where it is judged fastest; sets of tags are too many to remember."""
        steps = field_index.steps if field_index.type in NUMBER_TYPES else None
        if steps is not None:
            self._stepped.append((code, *steps, field_index.present))
        elif field_index.type in CODED_TYPES:
            self._known.append((code, {}, field_index))
        else:
            self._others.append((code, field_index))


def _any_of(hit: Mapping[str, int], tags: Iterable[str]) -> int:
    found = 0
    for tag in tags:
        found |= hit.get(tag, 0)
    return found


def places(mask: int) -> Iterator[int]:
    """Yield the places of the set bits, lowest first."""
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest


def _enter(
    hit: dict[str, int], finer: dict[str, int], members: frozenset[str], bit: int, *, paths: bool
) -> None:
    for member in members:
        hit[member] = hit.get(member, 0) | bit
    if paths:
        for above in frozenset().union(*map(_above, members)):
            finer[above] = finer.get(above, 0) | bit


@lru_cache(maxsize=10_000)
def _above(path: str) -> frozenset[str]:
    """Return every leading part of a path but itself."""
    return frozenset(ancestors(path)[:-1])
