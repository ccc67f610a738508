"""Running a model: the right band, and withholding that never helps."""

from copy import deepcopy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.joint_results.documents_for_joint import card, logistic, trees
from xinyidai.catalogue.missing import Missing, MissingCause
from xinyidai.joint_results.documents import spec_of
from xinyidai.joint_results.evaluation import band_of, total_of, worst_points

HIDDEN = Missing(MissingCause.NOT_AUTHORIZED)
NONE = Missing(MissingCause.NO_RECORD)
STALE = Missing(MissingCause.STALE)
NUMBERS = st.floats(-1e9, 1e9, allow_nan=False)
VALUES = st.one_of(NUMBERS, st.sampled_from([NONE, STALE]))


def firm(years=10.0, tax=50_000_000.0, grade=4.0):
    return {"years_established": years, "tax_paid_12m": tax, "tax_grade_latest": grade}


def test_a_scorecard_adds_the_points_of_the_bins():
    spec = spec_of(card())
    assert (total_of(spec, firm()), band_of(spec, firm())) == (190, "甲")
    assert (total_of(spec, firm(years=3, tax=NONE)), band_of(spec, firm(3, NONE))) == (155, "乙")
    assert band_of(spec, firm(NONE, STALE, STALE)) == "丙"


def test_an_edge_belongs_to_the_bin_above():
    spec = spec_of(card())
    assert total_of(spec, firm(years=2.999)) == total_of(spec, firm(years=3)) - 15


def test_a_logistic_model_holds_values_within_its_bounds():
    spec = spec_of(logistic())
    values = {"years_established": 1000.0, "tax_paid_12m": -5.0, "judgements_36m": 99.0}
    assert total_of(spec, values) == pytest.approx(-2 + 15 + 0 - 8)
    assert band_of(spec, values) == "是"


def test_trees_follow_the_edges_and_the_numbers_that_stand_in():
    spec = spec_of(trees())
    assert (total_of(spec, firm()), band_of(spec, firm())) == (3, "是")
    assert band_of(spec, firm(years=NONE)) == "否"


def test_trees_never_run_on_what_is_withheld():
    with pytest.raises(ValueError, match="authorized"):
        band_of(spec_of(trees()), firm(tax=HIDDEN))


def test_a_value_that_is_simply_not_there_is_an_error():
    with pytest.raises(KeyError):
        band_of(spec_of(card()), {})


def test_withheld_is_worth_the_least_even_if_absence_is_declared_better():
    document = deepcopy(card())
    document["inputs"][0]["missing"] = {"no_record": 500, "stale": -7}
    spec = spec_of(document)
    assert worst_points(spec.inputs[0]) == -7


@st.composite
def additive(draw):
    """Draw a scorecard with any points, or a logistic model with any coefficients."""
    number = st.floats(-1e3, 1e3, allow_nan=False).filter(bool)
    if draw(st.booleans()):
        document = deepcopy(logistic())
        for entry in document["inputs"]:
            entry["coefficient"] = draw(number)
            entry["missing"] = {"no_record": draw(number), "stale": draw(number)}
        return spec_of(document)
    document = deepcopy(card())
    for entry in document["inputs"]:
        for one in entry["bins"]:
            one["points"] = draw(number)
        entry["missing"] = {"no_record": draw(number), "stale": draw(number)}
    return spec_of(document)


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_no_withheld_subset_improves_the_band_of_an_additive_model(data):
    spec = data.draw(additive())
    values = {code: data.draw(VALUES) for code in spec.input_codes}
    withheld = data.draw(st.sets(st.sampled_from(spec.input_codes)))
    names = [band.name for band in spec.bands]
    shown = band_of(spec, values)
    hidden = band_of(spec, values | dict.fromkeys(withheld, HIDDEN))
    assert names.index(hidden) >= names.index(shown)
