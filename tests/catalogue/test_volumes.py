import pytest

from xinyidai.catalogue.errors import CatalogueBroken
from xinyidai.catalogue.kinds import CLASSES, KINDS
from xinyidai.catalogue.reading import parse_catalogue
from xinyidai.catalogue.volumes import read_volume_plan, volume_plan

SMALL = f"""
version: "1"
targets:
  - {{year: 2025, records: 300000000, basis: 规划}}
  - {{year: 2030, records: 500000000, basis: 规划}}
libraries:
  - {{code: a, name: 法人库, about: 登记, classes: [registration], kinds: [tax_grade]}}
  - {{code: b, name: 专题库, about: 其他, classes: [{", ".join(set(CLASSES) - {"registration"})}], kinds: []}}
"""


def test_the_targets_of_the_plan_are_three_and_five_hundred_million():
    assert [(one.year, one.records) for one in volume_plan().targets] == [
        (2025, 300_000_000),
        (2030, 500_000_000),
    ]


@pytest.mark.parametrize(
    ("year", "target"), [(2024, 2025), (2025, 2025), (2026, 2030), (2031, 2030)]
)
def test_a_year_goes_to_the_next_target(year, target):
    assert volume_plan().target_of(year).year == target


def test_every_kind_belongs_to_exactly_one_library():
    listed = [kind for library in volume_plan().libraries for kind in library.kinds]
    assert sorted(listed) == sorted(KINDS)


def test_persons_stand_in_the_library_by_their_part_in_a_firm_only():
    persons = next(one for one in volume_plan().libraries if one.code == "natural_persons")
    assert persons.kinds == {"key_personnel", "shareholder_contribution"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("kinds: [tax_grade]", "kinds: [horoscope]"),
        ("kinds: [tax_grade]", "kinds: [tax_grade, tax_grade]"),
        ("classes: [registration]", "classes: []"),
        ("classes: [registration]", "classes: [registration, tax]"),
        ("code: b", "code: a"),
        ("year: 2030", "year: 2020"),
        ("records: 300000000", "records: 0"),
        ("basis: 规划}", "basis: 规划, colour: red}"),
        ("libraries:", "banned: 1\nlibraries:"),
    ],
)
def test_a_broken_plan_does_not_load(old, new):
    assert read_volume_plan(parse_catalogue(SMALL, "test")).libraries
    assert old in SMALL
    with pytest.raises(CatalogueBroken):
        read_volume_plan(parse_catalogue(SMALL.replace(old, new, 1), "test"))
