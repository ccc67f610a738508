"""The first places of the public ranking by a few vector operations instead of a loop.

The formula is `matching.ranking`'s alone: this reads each product's numbers from there, does the
same additions in the same order, and is held to it by test. What is stored or shown goes through
`rank_products`, over the few products that `shortlist` leaves.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from xinyidai.matching import ranking
from xinyidai.matching.columns import Floats
from xinyidai.matching.index import ProductIndex, Verdicts
from xinyidai.matching.ranking import NAMES, OUTCOME_WEIGHTS, PLACES, WEIGHTS, Asker
from xinyidai.matching.rules import ORDER
from xinyidai.products.values import GuaranteeKind, Outcome

Places = NDArray[np.intp]
Placed = tuple[int, Outcome, float]  # place in the index, outcome, score
GUARANTEES = tuple(GuaranteeKind)
# Two sums of the same four addends differ by less; what is closer is ordered by the exact rule.
MARGIN = 2 * 10.0**-PLACES
LIKELIHOOD, COST, SPEED, FIT = (WEIGHTS[code] for code in NAMES)


@dataclass(frozen=True, eq=False)
class Numbers:
    """What ranking reads of every product of an index, as rows, and the day's seed order.

    Rows: half the chance; weighted cost; weighted speed; lowest and highest amount and term (0 is
    none); guarantee.
    """

    rows: Floats
    seed_order: Places

    @property
    def size(self) -> int:
        """Return how many products there are."""
        return int(self.rows.shape[1])


@lru_cache(maxsize=2)
def numbers_of(index: ProductIndex, on: date) -> Numbers:
    """Return the numbers of the products of an index on a day."""
    rows = np.zeros((8, len(index.products)))
    for place, (standing, product) in enumerate(
        zip(ranking.standings_of(index), index.products, strict=True)
    ):
        terms = product.terms
        rows[:, place] = (
            0.5 * standing.chance,
            COST * standing.cost,
            SPEED * standing.speed,
            terms.amount_min_fen or 0,
            terms.amount_max_fen or 0,
            terms.term_min_months or 0,
            terms.term_max_months or 0,
            GUARANTEES.index(terms.guarantee),
        )
    order = np.argsort(np.array(ranking.seeds_of(index, on), dtype=str), kind="stable")
    seed_order = np.empty(len(order), dtype=np.intp)
    seed_order[order] = np.arange(len(order))
    return Numbers(rows, seed_order)


def place_products(
    index: ProductIndex, verdicts: Verdicts, asker: Asker, *, on: date, limit: int
) -> list[Placed]:
    """Return the first `limit` products in public order with their scores."""
    numbers, found = numbers_of(index, on), list[Placed]()
    seeds = numbers.seed_order
    for outcome in ORDER:
        if len(found) >= limit:
            break
        places, scores = _best(numbers, verdicts.mask(outcome), outcome, asker, limit)
        rounded = [-round(score, PLACES) for score in scores.tolist()]
        ordered = sorted(zip(rounded, seeds[places].tolist(), places.tolist(), strict=True))
        found += [(place, outcome, -minus) for minus, _, place in ordered]
    return found[:limit]


def shortlist(
    index: ProductIndex, verdicts: Verdicts, asker: Asker, *, on: date, limit: int
) -> Verdicts:
    """Return the verdicts with only those products that can take one of the first places."""
    numbers, kept, left = numbers_of(index, on), dict.fromkeys(ORDER, 0), limit
    for outcome in ORDER:
        mask = verdicts.mask(outcome)
        if left > 0 and mask:
            places, _ = _best(numbers, mask, outcome, asker, left)
            kept[outcome] = sum(1 << place for place in places.tolist())
        left -= mask.bit_count()
    return Verdicts(*(kept[outcome] for outcome in ORDER))


def _best(
    numbers: Numbers, mask: int, outcome: Outcome, asker: Asker, limit: int
) -> tuple[Places, Floats]:
    """Return the places of a mask that may be among the best `limit`, with unrounded scores."""
    places = bits_of(mask, numbers.size)
    scores = _scores(numbers.rows[:, places], OUTCOME_WEIGHTS[outcome], asker)
    if len(places) <= limit:
        return places, scores
    least = np.partition(scores, len(scores) - limit)[len(scores) - limit] - MARGIN
    near = scores >= least
    return places[near], scores[near]


def _scores(rows: Floats, weight: float, asker: Asker) -> Floats:
    likelihood = weight * (0.5 * asker.grade_share + rows[0])
    scores: Floats = LIKELIHOOD * likelihood + rows[1] + rows[2] + FIT * _fit(rows, asker)
    return scores


def _fit(rows: Floats, asker: Asker) -> Floats | float:
    wish, shares = asker.wish, list[Floats]()
    for wanted, low in ((wish.amount_fen, 3), (wish.term_months, 5)):
        if wanted is not None:
            high = rows[low + 1]
            within = np.minimum(1.0, high / wanted) if wanted > 0 else np.sign(high)
            shares.append(within * (rows[low] <= wanted))
    if wish.guarantee is not None:
        shares.append((rows[7] == GUARANTEES.index(wish.guarantee)).astype(np.float64))
    if not shares:
        return 1.0
    total = shares[0]
    for share in shares[1:]:
        total = total + share
    return total / len(shares)


def bits_of(mask: int, size: int) -> Places:
    """Return the places of the set bits, lowest first."""
    raw = np.frombuffer(mask.to_bytes((size + 7) // 8, "little"), dtype=np.uint8)
    return np.flatnonzero(np.unpackbits(raw, bitorder="little"))
