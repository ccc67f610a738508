"""The block matching of `block_places` as one compiled pass over each firm; the extra `kernel`.

Imported only where Numba is installed; the first block of a process waits some seconds for the
compiler. Equal to the NumPy way, firm by firm, by test.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple, TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

from xinyidai.matching.block_places import (
    CLOSE,
    NOBODY,
    SEED_BITS,
    UNIT,
    BlockPlaces,
    Integers,
    Wishes,
    empty_places,
)
from xinyidai.matching.blocks import Compiled, Table
from xinyidai.matching.columns import Flags, Floats, Words
from xinyidai.matching.placing import FIT, LIKELIHOOD, Numbers
from xinyidai.matching.ranking import OUTCOME_WEIGHTS
from xinyidai.matching.rules import ORDER

F = TypeVar("F", bound=Callable[..., object])
compiled = cast("Callable[[F], F]", numba.njit(nogil=True, error_model="numpy"))

SEEDS = (1 << SEED_BITS) - 1
NO_KEY = np.iinfo(np.int64).max
HALF = 0.5 - CLOSE
ONE, NONE = np.uint64(1), np.uint64(0)
TWO, FOUR, LAST_BYTE = np.uint64(2), np.uint64(4), np.uint64(56)
PAIRS, FOURS = np.uint64(0x5555555555555555), np.uint64(0x3333333333333333)
BYTES, EACH = np.uint64(0x0F0F0F0F0F0F0F0F), np.uint64(0x0101010101010101)
# The place of a lone bit: multiplied, it leaves its own six bits on top (de Bruijn).
MAGIC, TOP = np.uint64(0x03F79D71B4CB0A89), np.uint64(58)
PLACE_OF = np.zeros(64, dtype=np.int64)
for _place in range(64):
    PLACE_OF[((1 << _place) * int(MAGIC) % 2**64) >> int(TOP)] = _place


# Half the grade, amount, term, guarantee, and how many of the last three are stated.
Asked = tuple[float, float, float, float, float]


class Judging(NamedTuple):
    """All tables below one another; `first` row of each table, `ends` of the groups.

    `doubts` are the groups that end in what lacks data.
    """

    fail: Words
    lack: Words
    lacking: Flags
    first: Integers
    ends: Integers
    doubts: Flags
    everything: Words


class Ranking(NamedTuple):
    """What ranks products: a row of numbers each, the day's seed order, outcome weights."""

    products: Floats
    seed_order: Integers
    by_seed: Integers
    weights: Floats


class Firms(NamedTuple):
    """The codes of the tables, a row a table, and what each firm wishes."""

    codes: NDArray[np.int32]
    grade_share: Floats
    amount: Floats
    term: Floats
    guarantee: Integers


class Found(NamedTuple):
    """Where the results go."""

    places: Integers
    outcomes: Integers
    scores: Integers
    counts: Integers
    close: Flags


def match_block(
    tables: Compiled, numbers: Numbers, wishes: Wishes, rows: slice, limit: int
) -> BlockPlaces:
    """Judge and rank the firms of a block."""
    size = rows.stop - rows.start
    flat = [table for group in tables.groups for table in group]
    codes = np.empty((len(flat), size), dtype=np.int32)
    for place, table in enumerate(flat):
        codes[place] = table.coder(rows)
    empty, close = empty_places(rows.start, size, limit), np.zeros(size, dtype=np.bool_)
    _match(
        _judging(tables, flat),
        Ranking(
            np.ascontiguousarray(numbers.rows.T),
            numbers.seed_order,
            np.argsort(numbers.seed_order),
            np.array([OUTCOME_WEIGHTS[outcome] for outcome in ORDER]),
        ),
        Firms(codes, wishes.grade_share, wishes.amount, wishes.term, wishes.guarantee),
        Found(empty.places, empty.outcomes, empty.scores, empty.counts, close),
    )
    return replace(empty, close=np.flatnonzero(close))


def _judging(tables: Compiled, flat: Sequence[Table]) -> Judging:
    sizes = [0, *(len(table.fail) for table in flat)]
    return Judging(
        np.concatenate([table.fail for table in flat]),
        np.concatenate([table.lack for table in flat]),
        np.concatenate([table.lacking for table in flat]),
        np.cumsum(sizes)[:-1],
        np.cumsum([len(group) for group in tables.groups]),
        np.array([group[0].doubts for group in tables.groups], dtype=np.bool_),
        tables.everything,
    )


@compiled
def _match(judging: Judging, ranking: Ranking, firms: Firms, found: Found) -> None:
    words = len(judging.everything)
    limit = found.places.shape[1]
    masks = np.empty((3, words), dtype=np.uint64)
    keys = np.empty(limit, dtype=np.int64)
    for firm in range(firms.codes.shape[1]):
        _judge(judging, firms.codes, firm, masks)
        filled, asked = 0, _asked(firms, firm)
        for outcome in range(3):
            total = 0
            for word in range(words):
                total += _count(masks[outcome, word])
            found.counts[firm, outcome] = total
            if filled < limit and total > 0:
                keys[:] = NO_KEY
                if _best(masks[outcome], ranking, ranking.weights[outcome], asked, keys):
                    found.close[firm] = True
                for key in keys[: min(total, limit - filled)]:
                    found.places[firm, filled] = ranking.by_seed[key & SEEDS]
                    found.scores[firm, filled] = UNIT - (key >> SEED_BITS)
                    found.outcomes[firm, filled] = outcome
                    filled += 1


@compiled
def _judge(judging: Judging, codes: NDArray[np.int32], firm: int, masks: Words) -> None:
    """Fill the words of eligible, undecided and failing products."""
    eligible, lack, fail = masks[0], masks[1], masks[2]
    lack[:] = NONE
    fail[:] = NONE
    first = 0
    for group, end in enumerate(judging.ends):
        into = lack if judging.doubts[group] else fail
        row = judging.first[first] + codes[first, firm]
        _add(judging, row, lack)
        if end - first == 1:
            for word in range(len(fail)):
                into[word] |= judging.fail[row, word]
        else:
            eligible[:] = judging.fail[row]
            for table in range(first + 1, end):
                row = judging.first[table] + codes[table, firm]
                _add(judging, row, lack)
                for word in range(len(fail)):
                    eligible[word] &= judging.fail[row, word]
            for word in range(len(fail)):
                into[word] |= eligible[word]
        first = end
    for word in range(len(fail)):
        lack[word] &= ~fail[word]
        eligible[word] = judging.everything[word] & ~fail[word] & ~lack[word]


@compiled
def _add(judging: Judging, row: int, lack: Words) -> None:
    if judging.lacking[row]:
        for word in range(len(lack)):
            lack[word] |= judging.lack[row, word]


@compiled
def _best(mask: Words, ranking: Ranking, weight: float, asked: Asked, keys: Integers) -> bool:
    """Keep the smallest keys, sorted; return whether a rounding was close."""
    products, seed_order = ranking.products, ranking.seed_order
    close, last = False, len(keys) - 1
    for word in range(len(mask)):
        left = mask[word]
        while left != NONE:
            lone = left & (~left + ONE)
            left ^= lone
            place = word * 64 + PLACE_OF[(lone * MAGIC) >> TOP]
            billionths = UNIT * _sum(products[place], weight, asked)
            score = np.int64(billionths + 0.5)
            close |= abs(billionths - score) > HALF
            key = ((UNIT - score) << SEED_BITS) + seed_order[place]
            if key < keys[last]:
                _insert(keys, key, last)
    return close


@compiled
def _sum(product: Floats, weight: float, asked: Asked) -> float:
    half_grade, amount, term, guarantee, stated = asked
    total = _within(amount, product[3], product[4])
    total += _within(term, product[5], product[6])
    total += 1.0 if product[7] == guarantee else 0.0
    fit = total / stated if stated > 0 else 1.0
    likelihood = weight * (half_grade + product[0])
    return float(LIKELIHOOD * likelihood + product[1] + product[2] + FIT * fit)


@compiled
def _within(wanted: float, low: float, high: float) -> float:
    # Without branches, which here are a guess each; a wish not stated is NaN, and lies nowhere.
    share = high / wanted
    share = 1.0 if wanted <= high else share
    return share if (high > 0) & (low <= wanted) else 0.0


@compiled
def _asked(firms: Firms, firm: int) -> Asked:
    amount, term, guarantee = firms.amount[firm], firms.term[firm], firms.guarantee[firm]
    stated = 0.0
    if not np.isnan(amount):
        stated += 1.0
    if not np.isnan(term):
        stated += 1.0
    if guarantee != NOBODY:
        stated += 1.0
    return 0.5 * firms.grade_share[firm], amount, term, float(guarantee), stated


@compiled
def _insert(keys: Integers, key: int, last: int) -> None:
    here = last
    while here > 0 and keys[here - 1] > key:
        keys[here] = keys[here - 1]
        here -= 1
    keys[here] = key


@compiled
def _count(word: np.uint64) -> int:
    """Return how many bits are set: summed in pairs, in fours, in bytes, and all bytes."""
    pairs = word - ((word >> ONE) & PAIRS)
    fours = (pairs & FOURS) + ((pairs >> TWO) & FOURS)
    return int((((fours + (fours >> FOUR)) & BYTES) * EACH) >> LAST_BYTE)
