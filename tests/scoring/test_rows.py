"""One row by the fast way: the same bits as a block, in any number of threads."""

import threading

import numpy as np
import pytest

from tests.scoring.bench_scoring import bench_scorer, population
from xinyidai.kernel.errors import InvalidInput
from xinyidai.scoring import artefacts, trees
from xinyidai.scoring.rules import grade_of, grades_of, points_of, points_of_many
from xinyidai.scoring.score import Scorer
from xinyidai.scoring.trees import Lane, PlainLane


@pytest.fixture(scope="module")
def wide() -> Scorer:
    """Eighty features, as many as the dictionary has."""
    return bench_scorer(trees=40)


@pytest.fixture(scope="module")
def shipped() -> Scorer:
    return Scorer.from_folder(artefacts.shipped_folder("demo-city", "2026.4"))


def row_by_row(scorer, raw, withheld=None):
    held = [None] * len(raw) if withheld is None else list(withheld)
    return [scorer.score_row(row, hidden) for row, hidden in zip(raw, held, strict=True)]


def in_a_block(scorer, raw, withheld=None):
    many = scorer.score_many(raw, withheld)
    pd = [None if value != value else value for value in many.pd.tolist()]  # noqa: PLR0124 - NaN
    return list(zip(pd, many.grades, strict=True))


@pytest.mark.parametrize("which", ["wide", "shipped", "scorer"])
def test_rows_and_a_block_agree_to_the_bit_beyond_the_range_too(which, request):
    scorer = request.getfixturevalue(which)
    raw = population(scorer.transform, 1_500)
    withheld = np.random.default_rng(5).random(raw.shape) < 0.1
    assert row_by_row(scorer, raw) == in_a_block(scorer, raw)
    assert row_by_row(scorer, raw, withheld) == in_a_block(scorer, raw, withheld)


def test_a_block_scores_alike_however_it_is_cut(wide):
    raw = population(wide.transform, 9_000)
    whole = wide.score_many(raw)
    pieces = [wide.score_many(raw[start : start + 777]) for start in range(0, 9_000, 777)]
    assert np.array_equal(np.concatenate([p.pd for p in pieces]), whole.pd, equal_nan=True)


def test_eight_threads_get_the_numbers_one_thread_gets(wide):
    raw = population(wide.transform, 400)
    expected = in_a_block(wide, raw)
    found: dict[int, object] = {}

    def work(number: int) -> None:
        order = np.random.default_rng(number).permutation(len(raw))
        mine = {place: wide.score_row(raw[place]) for place in order.tolist() * 3}
        found[number] = [mine[place] for place in range(len(raw))]

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert all(scores == expected for scores in found.values())


def test_threads_that_come_and_go_leave_nothing_behind(wide):
    raw = population(wide.transform, 1)
    expected, found = wide.score_row(raw[0]), []
    for _ in range(50):
        thread = threading.Thread(target=lambda: found.append(wide.score_row(raw[0])))
        thread.start()
        thread.join()
    assert found == [expected] * 50


def test_the_c_call_is_what_is_used_here(wide, shipped):
    assert isinstance(wide._machine.new_lane(), Lane)
    assert isinstance(shipped._machine.new_lane(), Lane)


def test_without_the_c_call_the_booster_itself_gives_the_same(scorer, monkeypatch):
    class Broken(Lane):
        def __init__(self, booster: object, columns: int) -> None:
            super().__init__(booster, columns)
            raise OSError

    monkeypatch.setattr(trees, "Lane", Broken)
    plain = Scorer(scorer.artefact)
    assert isinstance(plain._machine.new_lane(), PlainLane)
    raw = population(scorer.transform, 200)
    assert row_by_row(plain, raw) == row_by_row(scorer, raw)


def test_a_c_call_that_says_something_else_is_not_used(scorer, monkeypatch):
    class Lying(Lane):
        def __init__(self, booster: object, columns: int) -> None:
            super().__init__(booster, columns)
            true = self.call
            self.call = lambda: true() + 1e-9

    monkeypatch.setattr(trees, "Lane", Lying)
    assert isinstance(Scorer(scorer.artefact)._machine.new_lane(), PlainLane)


def test_clipping_is_left_out_only_where_every_split_lies_in_the_range(wide, scorer):
    assert not wide._machine.needs_clipping
    narrow = scorer.artefact.transform.features[0]
    assert narrow.low < narrow.high
    lifted = scorer.artefact.model_text.replace("decision_type=2", "decision_type=1", 1)
    assert trees.Trees(lifted, scorer.transform).needs_clipping


@pytest.mark.parametrize("value", [np.inf, -np.inf])
def test_infinity_is_refused_as_in_a_block(wide, value):
    row = population(wide.transform, 1)[0]
    row[20] = value
    with pytest.raises(InvalidInput):
        wide.score_row(row)


@pytest.mark.parametrize("length", [1, 79, 81])
def test_a_row_of_another_length_is_refused(wide, length):
    with pytest.raises(InvalidInput):
        wide.score_row(np.zeros(length))


def test_grades_and_points_of_many_are_those_of_each():
    log_odds = np.random.default_rng(2).normal(-3, 3, 5_000)
    pd = 1 / (1 + np.exp(-log_odds))
    pd[:3] = [0.003, 0.05, 0.55]
    assert grades_of(pd) == [grade_of(value) for value in pd.tolist()]
    assert points_of_many(log_odds).tolist() == [points_of(value) for value in log_odds.tolist()]


def test_reasons_of_many_are_those_of_each(scorer, raw):
    from tests.scoring.test_score import inputs

    rows = [inputs(scorer, row) for row in raw[:120]]
    assert scorer.outcomes(rows) == [scorer.score_one(row) for row in rows]
    some = scorer.outcomes(rows, {3})
    assert some[3] == scorer.score_one(rows[3])
    assert all(not one.reasons for place, one in enumerate(some) if place != 3)
