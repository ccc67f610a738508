"""Columns keep what was read, and one product over all firms says what each firm hears."""

import pytest

from tests.matching.reading_back import readings_at
from tests.products.worlds import (
    TODAY,
    dice_of,
    parsed,
    random_product,
    random_subject,
    random_wish,
)
from xinyidai.catalogue.missing import Missing
from xinyidai.matching.columns import columns_of
from xinyidai.matching.reverse import reverse
from xinyidai.products.rules import assess
from xinyidai.products.values import MatchSubject, Outcome, Wish, readings_of


@pytest.fixture(scope="module")
def firms():
    dice = dice_of(11)
    return [readings_of(random_subject(dice), random_wish(dice), on=TODAY) for _ in range(400)]


def test_a_firm_is_read_back_from_the_columns(firms):
    columns = columns_of(firms)
    for place, readings in enumerate(firms):
        for code, back in readings_at(columns, place).items():
            assert back == readings[code] or (
                isinstance(back, Missing) and isinstance(readings[code], Missing)
            )


def test_reverse_says_of_every_firm_what_the_firm_hears(firms):
    dice, columns = dice_of(12), columns_of(firms)
    for number in range(150):
        criteria = random_product(dice, number).criteria
        found = reverse(criteria, columns)
        heard = [assess(criteria, readings).outcome for readings in firms]
        assert found.counts == {outcome: heard.count(outcome) for outcome in Outcome}
        for outcome in Outcome:
            places = [place for place, one in enumerate(heard) if one is outcome]
            assert found.places(outcome).tolist() == places


def test_more_tags_than_a_word_holds_are_kept_apart():
    tags = [f"whitelist:list_{number}" for number in range(150)]
    subjects = [MatchSubject(tags=frozenset({tag})) for tag in tags]
    columns = columns_of(readings_of(one, Wish(), on=TODAY) for one in subjects)
    for number in (0, 63, 64, 149):
        found = reverse([parsed("tags", "has_any", [tags[number]])], columns)
        assert found.places(Outcome.ELIGIBLE).tolist() == [number]
    everybody = reverse([parsed("tags", "has_none", ["whitelist:general"])], columns)
    assert everybody.counts[Outcome.ELIGIBLE] == len(tags)
    nobody = reverse([parsed("tags", "has_all", ["whitelist:general"])], columns)
    assert nobody.counts[Outcome.INELIGIBLE] == len(tags)


def test_a_field_nobody_was_asked_for_is_missing_for_all(firms):
    columns = columns_of([{"employees": 5.0}, {"employees": 9.0, "scale": "small"}])
    assert reverse([parsed("grade", "at_least", "B")], columns).counts[Outcome.INSUFFICIENT] == 2
    assert reverse([parsed("scale", "is_one_of", ["small"])], columns).outcomes.tolist() == [1, 0]


def test_no_firms_and_no_criteria():
    assert reverse([], columns_of([{}, {}])).counts[Outcome.ELIGIBLE] == 2
    assert reverse([], columns_of([])).outcomes.size == 0
