"""Blocks of firms, by NumPy and by the kernel: the outcomes and places of one firm at a time."""

from dataclasses import replace

import numpy as np
import pytest

from tests.conftest import needs
from tests.matching.cities import city_firms, city_products
from tests.matching.proving import written_products
from tests.matching.reading_back import readings_at
from tests.products.worlds import (
    TODAY,
    dice_of,
    listed,
    parsed,
    random_subject,
    random_wish,
)
from xinyidai.catalogue.missing import Missing
from xinyidai.matching.block_places import UNIT, has_kernel, match_blocks
from xinyidai.matching.blocks import compile_for, judge_block
from xinyidai.matching.columns import columns_of
from xinyidai.matching.index import ProductIndex
from xinyidai.matching.placing import place_products, shortlist
from xinyidai.matching.ranking import Asker, rank_products
from xinyidai.matching.rules import ORDER
from xinyidai.matching.values import Wish
from xinyidai.products.values import GuaranteeKind, readings_of

LIMIT = 20


@pytest.fixture(params=[False, True], ids=["numpy", "kernel"])
def kernel(request):
    """Both ways; the second where Numba is installed."""
    if request.param:
        needs("kernel", available=has_kernel(), reason="Numba (extra `kernel`) is not installed")
    return request.param


@pytest.fixture(scope="module")
def city():
    """A small city of the kind that is measured."""
    index = ProductIndex([product for _, product in city_products(130)], "x")
    return index, city_firms(300)


def wish_in(readings):
    amount, term, guarantee = (readings.get(c) for c in ("amount_fen", "term_months", "guarantee"))
    return Wish(
        None if isinstance(amount, Missing) else int(amount),
        None if isinstance(term, Missing) else int(term),
        None if isinstance(guarantee, Missing) else GuaranteeKind(guarantee),
    )


def one_by_one(index, readings, wish):
    verdicts = index.judge(readings)
    placed = place_products(index, verdicts, Asker(readings, wish), on=TODAY, limit=LIMIT)
    counts = [verdicts.mask(outcome).bit_count() for outcome in ORDER]
    return placed, counts


def in_blocks(index, firms, *, kernel):
    found = []
    for block in match_blocks(index, firms, on=TODAY, limit=LIMIT, kernel=kernel):
        assert not block.close.size
        for place, row in enumerate(block.places.tolist()):
            scored = zip(row, block.outcomes[place], block.scores[place].tolist(), strict=True)
            placed = [(p, ORDER[outcome], score / UNIT) for p, outcome, score in scored if p >= 0]
            found.append((placed, block.counts[place].tolist()))
    return found


def test_blocks_of_a_city_equal_one_firm_at_a_time(city, kernel):
    index, firms = city
    blocks = in_blocks(index, firms, kernel=kernel)
    for place in range(firms.size):
        readings = readings_at(firms, place)
        assert blocks[place] == one_by_one(index, readings, wish_in(readings))


def test_blocks_equal_one_firm_at_a_time_for_every_operator(kernel):
    dice = dice_of(31)
    _, products = written_products(dice, 90)
    index = ProductIndex(products, "x")
    firms = [(random_subject(dice), random_wish(dice)) for _ in range(250)]
    readings = [readings_of(*firm, on=TODAY) for firm in firms]
    blocks = in_blocks(index, columns_of(readings), kernel=kernel)
    for (_, wish), one, block in zip(firms, readings, blocks, strict=True):
        assert block == one_by_one(index, one, wish)


def test_the_words_of_a_block_are_the_masks_of_the_index(city):
    index, firms = city
    fail, lack = judge_block(compile_for(index, firms), slice(0, firms.size), firms.size)
    for place in range(firms.size):
        verdicts = index.judge(readings_at(firms, place))
        assert int.from_bytes(fail[place].tobytes(), "little") == verdicts.ineligible
        assert int.from_bytes(lack[place].tobytes(), "little") == verdicts.insufficient


def test_the_first_places_are_those_of_the_public_formula(city):
    index, firms = city
    for place in range(60):
        readings = readings_at(firms, place)
        asker, verdicts = Asker(readings, wish_in(readings)), index.judge(readings)
        public = rank_products(index, verdicts, asker, on=TODAY, limit=LIMIT)
        cut = shortlist(index, verdicts, asker, on=TODAY, limit=LIMIT)
        assert rank_products(index, cut, asker, on=TODAY, limit=LIMIT) == public
        placed = place_products(index, verdicts, asker, on=TODAY, limit=LIMIT)
        assert [(index.products[p].version_id, outcome, score) for p, outcome, score in placed] == [
            (match.version_id, match.outcome, match.score) for match in public
        ]


def test_bounds_too_large_for_cuts_are_still_exact(kernel):
    huge = 2**60
    asks = replace(parsed("revenue_fen", "at_least", 1), value=huge)  # larger than a bank may write
    index = ProductIndex([listed(1, [asks])], "x")
    firms = columns_of([{"revenue_fen": huge}, {"revenue_fen": 2 * huge}, {"revenue_fen": 1.0}, {}])
    counts = [
        c
        for b in match_blocks(index, firms, on=TODAY, limit=1, kernel=kernel)
        for c in b.counts.tolist()
    ]
    assert counts == [[1, 0, 0], [1, 0, 0], [0, 0, 1], [0, 1, 0]]


def test_no_products_give_no_places(kernel):
    [block] = match_blocks(
        ProductIndex([], "x"), columns_of([{}]), on=TODAY, limit=3, kernel=kernel
    )
    assert block.places.tolist() == [[-1, -1, -1]]
    assert np.all(block.counts == 0)
