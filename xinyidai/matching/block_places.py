"""Outcomes and first places for blocks of firms: by NumPy, or by the kernel where it is installed.

The same outcomes, order and scores as `rank_products`, by test. Scores are whole billionths, as the
formula rounds them; a sum that lies so close to the middle between two that the order of
additions could tip it is named in `close`, and its firm is matched one by one.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from importlib import import_module
from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray

from xinyidai.matching.blocks import Compiled, compile_for, judge_block
from xinyidai.matching.columns import CodeColumn, FirmColumns, Floats, NumberColumn, Words
from xinyidai.matching.index import ProductIndex
from xinyidai.matching.placing import FIT, GUARANTEES, LIKELIHOOD, Numbers, numbers_of
from xinyidai.matching.ranking import OUTCOME_WEIGHTS, PLACES
from xinyidai.matching.rules import ORDER
from xinyidai.products.values import GRADE_RANKS, GRADES, GuaranteeKind

FIRMS_AT_ONCE = 1 << 13
WORTH_COMPILING = 50_000  # firms; the compiler takes as long as NumPy for about so many
UNIT = 10**PLACES
SCORE_BITS, SEED_BITS = 30, 16
NOBODY = -1
CLOSE = 1e-6  # a rounding this near the middle is left to the exact rule
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Wishes:
    """What ranking reads of every firm: grade between 0 and 1; NaN or -1 is not stated."""

    grade_share: Floats
    amount: Floats
    term: Floats
    guarantee: Integers

    def of(self, rows: slice | NDArray[np.int64]) -> "Wishes":
        """Return those of some firms."""
        return Wishes(
            self.grade_share[rows], self.amount[rows], self.term[rows], self.guarantee[rows]
        )


@dataclass(frozen=True)
class BlockPlaces:
    """First places of the firms of a block, in order; -1 where there are fewer products.

    `outcomes` are places in `rules.ORDER`; `counts` has a column for each of them; `scores` are
    billionths. `close` names the firms whose order the exact rule must tell.
    """

    start: int
    places: Integers
    outcomes: Integers
    scores: Integers
    counts: Integers
    close: NDArray[np.intp]


def match_blocks(
    index: ProductIndex, firms: FirmColumns, *, on: date, limit: int, kernel: bool | None = None
) -> Iterator[BlockPlaces]:
    """Judge and rank every firm, block by block; by `kernel` or not; None takes it for many."""
    if len(index.products) >= 1 << SEED_BITS:
        raise ValueError("too many products for one index")
    compiled, numbers = compile_for(index, firms), numbers_of(index, on)
    wishes = wishes_of(firms)
    use_kernel = has_kernel() and firms.size >= WORTH_COMPILING if kernel is None else kernel
    for start in range(0, firms.size, FIRMS_AT_ONCE):
        size = min(FIRMS_AT_ONCE, firms.size - start)
        rows = slice(start, start + size)
        if use_kernel and compiled.tables:
            match_by_kernel = import_module("xinyidai.matching.kernel").match_block
            yield match_by_kernel(compiled, numbers, wishes.of(rows), rows, limit)
        else:
            yield _match_block(compiled, numbers, wishes.of(rows), rows, limit)


@cache
def has_kernel() -> bool:
    """Return whether the extra `kernel` (Numba) is installed."""
    return find_spec("numba") is not None


def wishes_of(firms: FirmColumns) -> Wishes:
    """Return what ranking reads of the firms; a field without a column is not stated."""
    grades, guarantees = firms.columns.get("grade"), firms.columns.get("guarantee")
    share = np.zeros(firms.size)
    if isinstance(grades, CodeColumn):
        shares = [(GRADE_RANKS.get(str(r), 1) - 1) / (len(GRADES) - 1) for r in grades.readings]
        share = np.array(shares)[grades.codes]
    wanted = np.full(firms.size, NOBODY, dtype=np.int64)
    if isinstance(guarantees, CodeColumn):
        known = [
            GUARANTEES.index(GuaranteeKind(r)) if isinstance(r, str) else NOBODY
            for r in guarantees.readings
        ]
        wanted = np.array(known, dtype=np.int64)[guarantees.codes]
    return Wishes(share, _stated(firms, "amount_fen"), _stated(firms, "term_months"), wanted)


def _stated(firms: FirmColumns, code: str) -> Floats:
    column = firms.columns.get(code)
    return column.values if isinstance(column, NumberColumn) else np.full(firms.size, np.nan)


def _match_block(
    compiled: Compiled, numbers: Numbers, wishes: Wishes, rows: slice, limit: int
) -> BlockPlaces:
    size = rows.stop - rows.start
    fail, lack = judge_block(compiled, rows, size)
    masks = (compiled.everything & ~fail & ~lack, lack, fail)
    found = empty_places(rows.start, size, limit)
    filled, close = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.bool_)
    for place, mask in enumerate(masks):
        found.counts[:, place] = np.bitwise_count(mask).sum(axis=1)
        wanting = np.flatnonzero(filled < limit)
        pairs = _pairs(mask[wanting], numbers, wishes.of(wanting), OUTCOME_WEIGHTS[ORDER[place]])
        close[wanting[pairs.close]] = True
        _fill(found, filled, wanting, pairs, place)
    return replace(found, close=np.flatnonzero(close))


def empty_places(start: int, size: int, limit: int) -> BlockPlaces:
    """Return room for the places of a block."""
    shape = (size, limit)
    return BlockPlaces(
        start,
        np.full(shape, NOBODY, dtype=np.int64),
        np.full(shape, NOBODY, dtype=np.int64),
        np.zeros(shape, dtype=np.int64),
        np.zeros((size, len(ORDER)), dtype=np.int64),
        np.zeros(0, dtype=np.intp),
    )


@dataclass(frozen=True)
class _Pairs:
    """Firms of a block with products of one outcome, by firm and then in public order."""

    firms: Integers
    places: Integers
    scores: Integers
    close: Integers  # firms


def _pairs(mask: Words, numbers: Numbers, wishes: Wishes, weight: float) -> _Pairs:
    bits = np.unpackbits(mask.view(np.uint8), axis=1, bitorder="little", count=numbers.size)
    firms, places = np.nonzero(bits)
    sums = UNIT * _sums(numbers.rows[:, places], wishes.of(firms), weight)
    scores = np.rint(sums)
    close = np.unique(firms[np.abs(sums - scores) > 0.5 - CLOSE])
    # One number orders by firm, then by score from the best down, then by the day's seed.
    keys = (firms << SCORE_BITS) + (UNIT - scores.astype(np.int64)) << SEED_BITS
    keys += numbers.seed_order[places]
    keys.sort()
    by_seed = np.argsort(numbers.seed_order)
    return _Pairs(
        keys >> SCORE_BITS + SEED_BITS,
        by_seed[keys & (1 << SEED_BITS) - 1],
        UNIT - (keys >> SEED_BITS & (1 << SCORE_BITS) - 1),
        close,
    )


def _fill(
    found: BlockPlaces, filled: Integers, wanting: Integers, pairs: _Pairs, outcome: int
) -> None:
    """Enter the pairs behind the places that are filled, as far as there is room."""
    limit = found.places.shape[1]
    counts = np.bincount(pairs.firms, minlength=len(wanting))
    within = np.arange(len(pairs.firms)) - np.repeat(np.cumsum(counts) - counts, counts)
    firms = wanting[pairs.firms]
    ranks = filled[firms] + within
    fits = ranks < limit
    at = (firms[fits], ranks[fits])
    found.places[at], found.scores[at] = pairs.places[fits], pairs.scores[fits]
    found.outcomes[at] = outcome
    filled[wanting] = np.minimum(limit, filled[wanting] + counts)


def _sums(rows: Floats, wishes: Wishes, weight: float) -> Floats:
    likelihood = weight * (0.5 * wishes.grade_share + rows[0])
    sums: Floats = LIKELIHOOD * likelihood + rows[1] + rows[2] + FIT * _fit(rows, wishes)
    return sums


def _fit(rows: Floats, wishes: Wishes) -> Floats:
    total, stated = np.zeros(len(wishes.amount)), np.zeros(len(wishes.amount))
    for wanted, low in ((wishes.amount, 3), (wishes.term, 5)):
        is_stated, high = ~np.isnan(wanted), rows[low + 1]
        share = np.minimum(1.0, high / np.where(wanted > 0, wanted, 1.0))
        share = np.where(wanted > 0, share, high > 0)
        total += np.where(is_stated & (rows[low] <= wanted), share, 0.0)
        stated += is_stated
    asks = wishes.guarantee != NOBODY
    total += asks & (rows[7] == wishes.guarantee)
    stated += asks
    fit: Floats = np.where(stated > 0, total / np.maximum(stated, 1), 1.0)
    return fit
