import pytest

from xinyidai.enterprises import reference
from xinyidai.enterprises.reference import RegionLevel, UnknownIndustry, UnknownRegion


def test_the_list_holds_31_provinces_and_all_cities_of_henan():
    cities = [r for r in reference.child_regions("410000") if not r.invented]
    assert len(reference.child_regions(None)) == 31
    assert len(cities) == 18
    assert {city.level for city in cities} == {RegionLevel.CITY}


def test_beijing_has_sixteen_districts_and_every_parent_exists():
    assert len(reference.child_regions("110000")) == 16
    parents = {r.parent for r in reference.regions().values()} - {None}
    assert parents <= set(reference.regions())


def test_the_invented_city_lies_in_henan_and_says_that_it_is_invented():
    districts = reference.child_regions("419500")
    assert len(districts) == 8
    assert all(district.invented for district in districts)
    assert reference.region_path("419501") == "河南省鹰川市鹰北区"


def test_a_region_knows_its_name_and_parent():
    assert reference.region_name("410402") == "新华区"
    assert reference.parent_region("410402") == "410400"
    assert reference.parent_region("410000") is None


def test_a_county_lies_within_its_city_and_province_only():
    assert reference.is_within("410402", "410400")
    assert reference.is_within("410402", "410000")
    assert not reference.is_within("410402", "410100")


@pytest.mark.parametrize(
    "ask", [reference.region_name, reference.parent_region, reference.child_regions]
)
def test_an_unknown_region_is_refused(ask):
    with pytest.raises(UnknownRegion, match="999999"):
        ask("999999")


def test_there_are_twenty_sections_and_ninety_seven_divisions():
    codes = list(reference.industries())
    assert len([code for code in codes if code.isalpha()]) == 20
    assert [code for code in codes if code.isdigit()] == [f"{n:02}" for n in range(1, 98)]


@pytest.mark.parametrize(
    ("code", "section", "name"),
    [
        ("C1311", "C", "农副食品加工业"),
        ("1311", "C", "农副食品加工业"),
        ("51", "F", "批发业"),
        ("I65", "I", "软件和信息技术服务业"),
        ("J", "J", "金融业"),
        (" c13 ", "C", "农副食品加工业"),
    ],
)
def test_a_code_of_any_depth_gives_section_and_name(code, section, name):
    assert reference.section_of(code) == section
    assert reference.industry_name(code) == name


@pytest.mark.parametrize("code", ["", "98", "Z", "A1311", "13111", "C1", "制造业", "00"])
def test_an_unknown_industry_is_refused(code):
    with pytest.raises(UnknownIndustry):
        reference.section_of(code)
