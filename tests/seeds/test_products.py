"""The invented products."""

from collections import Counter

from xinyidai.catalogue.kinds import ITEMS
from xinyidai.products.rules import check_facts, parse_criteria
from xinyidai.products.service import indicator_names
from xinyidai.products.values import ProductVersionState
from xinyidai.seeds.parties import INSTITUTIONS
from xinyidai.seeds.shelf import read_products


def test_there_are_at_least_forty_of_which_most_are_listed():
    states = Counter(planned.state for planned in read_products())
    assert sum(states.values()) >= 40
    assert states[ProductVersionState.LISTED] >= 40
    # A draft is thrown away by hand while the city is written.
    assert set(states) == set(ProductVersionState) - {ProductVersionState.DISCARDED}


def test_every_product_is_sound_and_belongs_to_an_institution():
    clerks = {plan.clerk for plan in INSTITUTIONS}
    assert len(clerks) >= 12
    for planned in read_products():
        assert planned.bank in clerks
        assert check_facts(planned.facts) == {}
        assert parse_criteria(planned.facts.criteria, indicator_names())
        assert set(planned.facts.required_items) <= set(ITEMS)
