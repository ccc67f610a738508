"""Limits, differences between versions, and what bands give away."""

from copy import deepcopy
from uuid import UUID

import pytest

from tests.joint_results.documents_for_joint import card
from xinyidai.joint_results import rules
from xinyidai.joint_results.documents import spec_of
from xinyidai.joint_results.evaluation import band_of

ONE, TWO = UUID(int=1), UUID(int=2)


def firms(count: int) -> list[dict[str, float]]:
    return [
        {
            "years_established": float(n % 12),
            "tax_paid_12m": float(n * 7 % 40) * 1e6,
            "tax_grade_latest": float(n % 5),
        }
        for n in range(count)
    ]


def checked(document, count=200):
    spec = spec_of(document)
    population = firms(count)
    return rules.check_population(spec, population, [band_of(spec, one) for one in population])


def test_ten_bands_tell_at_most_three_and_a_third_bits():
    assert (rules.bits_of(2), round(rules.bits_of(10), 2)) == (1.0, 3.32)


def test_the_years_most_is_reached_and_not_passed():
    assert not rules.is_spent(39.0, 1.0)
    assert rules.is_spent(39.5, 1.0)


def test_a_version_that_moved_one_cut_off_is_a_probe_once_others_were_handed_in():
    probe = deepcopy(card())
    probe["bands"][0]["from"] = 161
    found = rules.nearest(probe, [(ONE, "甲卡 1", card()), (TWO, "乙卡 1", card(base=7))])
    assert (found.version_id, found.changed, found.only_cuts) == (ONE, ["bands[0].from"], True)
    assert rules.looks_like_probe(found, 1)
    assert not rules.looks_like_probe(found, 0)
    assert not rules.looks_like_probe(None, 3)


def test_another_name_is_no_difference():
    assert rules.changed_places(card(), card(name="改了名", code="other")) == []


def test_ordinary_bands_pass_the_check_of_the_population():
    bands = [{"name": "甲", "from": 170}, {"name": "乙", "from": 150}, {"name": "丙"}]
    check = checked(card(bands=bands))
    assert (check.firms, sum(check.counts.values())) == (200, 200)
    assert rules.population_faults(check) == []


def test_a_band_of_a_few_firms_is_refused():
    document = card(bands=[{"name": "甲", "from": 189}, {"name": "乙", "from": 0}, {"name": "丙"}])
    population = firms(200)
    bands = ["甲"] * 3 + ["乙"] * 197
    check = rules.check_population(spec_of(document), population, bands)
    assert "不足 5 家" in rules.population_faults(check)[0]


def test_an_empty_band_reads_like_one_of_a_few_firms():
    document = card(bands=[{"name": "甲", "from": 189}, {"name": "乙", "from": 0}, {"name": "丙"}])
    one, none = (["甲"] * n + ["丙"] * 50 + ["乙"] * (150 - n) for n in (1, 0))
    said = [
        rules.population_faults(rules.check_population(spec_of(document), firms(200), bands))[:1]
        for bands in (one, none)
    ]
    assert said[0] == said[1]
    assert "“甲”档" in said[0][0]


def test_a_model_whose_band_is_one_input_is_refused():
    document = deepcopy(card())
    edges = [2.0, 4.0, 7.0, 9.0]
    document["inputs"][0]["bins"] = [
        *({"below": edge, "points": 1000 * place} for place, edge in enumerate(edges)),
        {"points": 4000},
    ]
    document["bands"] = [
        *({"name": f"档{n}", "from": 1000 * n} for n in (4, 3, 2, 1)),
        {"name": "档0"},
    ]
    check = checked(document)
    assert check.told_by == "years_established"
    assert "几乎由一项指标决定" in rules.population_faults(check)[0]


def test_with_few_firms_shares_say_nothing():
    assert checked(card(), 20).told is None


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ({"a": 10, "b": 20}, {"a": 10, "b": 20}),
        ({"a": 3, "b": 20, "c": 9}, {"a": None, "b": 20, "c": None}),
        ({"a": 3, "b": 2, "c": 9}, {"a": None, "b": None, "c": 9}),
        ({"a": 0, "b": 0, "c": 4}, {"a": 0, "b": 0, "c": None}),
    ],
)
def test_small_counts_are_hidden_so_that_the_sum_does_not_tell_them(counts, shown):
    assert rules.suppressed(counts) == shown
