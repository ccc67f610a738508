"""The reviewed files of lists and measures: what is not in them does not exist."""

import pytest

from xinyidai.catalogue import measures
from xinyidai.catalogue.credit_lists import CREDIT_LISTS, get_credit_list, read_credit_lists
from xinyidai.catalogue.errors import (
    CatalogueBroken,
    UnknownListType,
    UnknownMeasure,
    UnknownOccasion,
)
from xinyidai.catalogue.measures import MEASURES, MeasureOrigin, get_measure, measures_for
from xinyidai.catalogue.reading import parse_catalogue, read_catalogue

SERIOUS = """
version: "1"
list_types:
  - {code: x, name: 环保黑名单, side: serious, department: court, basis: 无, source: null, term_months: 12, exit: 无}
"""


def test_an_unknown_list_is_refused():
    with pytest.raises(UnknownListType):
        get_credit_list("black_list")


def test_every_list_says_who_designates_on_which_basis_and_how_it_ends():
    assert all(one.basis and one.exit and one.department for one in CREDIT_LISTS.values())
    assert all(one.source for one in CREDIT_LISTS.values() if one.is_serious)


def test_a_list_of_serious_dishonesty_without_records_is_refused():
    with pytest.raises(CatalogueBroken, match="rests on records"):
        read_credit_lists(parse_catalogue(SERIOUS, "test"))


def test_a_measure_outside_the_lists_is_refused():
    with pytest.raises(UnknownMeasure) as error:
        get_measure("no_school")
    assert error.value.code == "measure_not_listed"


def test_an_unknown_occasion_is_refused():
    with pytest.raises(UnknownOccasion):
        measures_for(["dishonest_debtor"], "birthday")


def test_measures_follow_from_list_and_occasion():
    codes = [one.code for one in measures_for(["dishonest_debtor"], "government_procurement")]
    assert codes == ["procurement_exclusion"]
    assert measures_for(["culture_tourism"], "government_procurement") == ()


def test_credit_is_only_advised_because_the_bank_decides():
    [found] = measures_for(["dishonest_debtor"], "credit_reference")
    assert found.is_advice
    assert "自主决定" in found.executor


def test_every_measure_names_basis_and_executor_and_the_supplement_is_an_empty_slot():
    assert all(one.basis and one.executor for one in MEASURES.values())
    assert measures.EDITIONS[MeasureOrigin.PROVINCIAL].edition is None
    assert not [one for one in MEASURES.values() if one.origin is MeasureOrigin.PROVINCIAL]


def test_a_measure_may_not_be_hung_on_an_honour_list():
    text = _text("measures.yaml").replace("lists: [tax_violation]", "lists: [tax_a]")
    with pytest.raises(CatalogueBroken, match="own side"):
        measures.read_measures(parse_catalogue(text, "test"))


def _text(name: str) -> str:
    from importlib.resources import files

    assert read_catalogue(name)
    return files("xinyidai.catalogue").joinpath(name).read_text("utf-8")
