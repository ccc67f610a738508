"""Places, trades, titles and lists by their names, and what nobody has."""

import pytest

from tests.products.worlds import criterion
from xinyidai.catalogue.list_types import LIST_TYPES
from xinyidai.enterprises.reference import industries, regions
from xinyidai.kernel.errors import InvalidInput
from xinyidai.products.rules import parse_criteria, read_value, unknown_members, write_value
from xinyidai.products.values import FIELDS, Operator, industry_path

REGION, INDUSTRY, TAGS = (FIELDS[name] for name in ("region_code", "industry", "tags"))


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("region_code", "鹰川市、河南省", ["419500", "410000"]),
        ("region_code", "鹰川", ["419500"]),
        ("region_code", "河南省鹰川市，４１", ["419500", "41"]),
        ("industry", "制造业、c13 51", ["C", "C13", "51"]),
        ("industry", "农、林、牧、渔业、批发业", ["A", "F51"]),
        ("tags", "专精特新白名单、瞪羚企业", ["whitelist:specialised_new", "gazelle"]),
        ("scale", "小型；微型", ["small", "micro"]),
        ("grade", "ａ、bb", ["A", "BB"]),
    ],
)
def test_members_are_read_by_name_or_code(field, text, value):
    assert read_value(FIELDS[field], Operator.IS_NONE_OF, text) == value


def test_every_place_trade_and_list_comes_back_from_what_is_written():
    trades = {
        one.section + one.code if one.code.isdigit() else one.code for one in industries().values()
    }
    cases = [(REGION, (code, "41")) for code in regions()]
    cases += [(INDUSTRY, (code, "A")) for code in trades if industry_path(code) and code != "A"]
    cases += [(TAGS, (f"whitelist:{code}", "high_tech")) for code in LIST_TYPES]
    for field, codes in cases:
        text = write_value(field, Operator.HAS_ANY, codes)
        assert read_value(field, Operator.HAS_ANY, text) == list(codes)


@pytest.mark.parametrize(
    ("field", "text", "words"),
    [
        ("region_code", "鹰川县", "是不是想写：鹰川"),
        ("region_code", "990000", "没有“990000”这个选项"),
        ("tags", "专精特新", "专精特新白名单"),
        ("tags", "whitelist:friends", "没有“whitelist:friends”这个选项"),
        ("enterprise_kind", "个体户", "是不是想写：个体工商户？"),
    ],
)
def test_what_nobody_is_called_is_refused_with_the_nearest_names(field, text, words):
    with pytest.raises(InvalidInput, match=words):
        read_value(FIELDS[field], Operator.IS_NONE_OF, text)


@pytest.mark.parametrize(
    ("text", "value"),
    [("１－５", [1, 5]), ("１ 至 ５", [1, 5]), ("1年～5年", [1, 5]), ("1，5", [1, 5])],
)
def test_a_range_may_be_typed_in_full_width(text, value):
    assert read_value(FIELDS["years_established"], Operator.BETWEEN, text) == value


def test_amounts_and_yes_may_be_typed_as_people_do():
    assert (
        read_value(FIELDS["revenue_fen"], Operator.AT_LEAST, "１，０００．５万元") == 1_000_500_000
    )
    assert read_value(FIELDS["in_operation"], Operator.IS_TRUE, "是") is None
    with pytest.raises(InvalidInput, match="不需要填值"):
        read_value(FIELDS["in_operation"], Operator.IS_TRUE, "否")


def test_a_criterion_that_nobody_can_meet_by_its_names_is_told():
    raw = [
        criterion("tags", "has_any", ["whitelist:friends"], "one"),
        criterion("region_code", "in_region", ["9901"], "two"),
        criterion("tags", "has_any", ["whitelist:general", "gazelle"], "three"),
    ]
    assert list(unknown_members(parse_criteria(raw, {}))) == ["criteria.0", "criteria.1"]
