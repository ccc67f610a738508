import pytest

from xinyidai.catalogue.errors import CatalogueBroken
from xinyidai.catalogue.reading import parse_catalogue
from xinyidai.enterprises import rules
from xinyidai.enterprises.size_table import read_size_table, size_table
from xinyidai.enterprises.values import CodeFault, EnterpriseScale, SizeFacts

WAN = 1_000_000
GOOD = "91350100M000100Y43"
OTHER = "914403001922038216"


def facts(industry, *, employees=None, revenue=None, assets=None, uscc=None):
    """Size facts with amounts in 10,000 yuan."""
    in_fen = [None if wan is None else wan * WAN for wan in (revenue, assets)]
    return SizeFacts(industry, employees, *in_fen, uscc)


@pytest.mark.parametrize(
    ("industry", "known", "scale"),
    [
        ("A01", {"revenue": 20000}, "large"),
        ("A01", {"revenue": 500}, "medium"),
        ("A01", {"revenue": 49}, "micro"),
        ("C13", {"employees": 1000, "revenue": 40000}, "large"),
        ("C13", {"employees": 1000, "revenue": 39999}, "medium"),
        ("C13", {"employees": 299, "revenue": 40000}, "small"),
        ("C13", {"employees": 19, "revenue": 40000}, "micro"),
        ("E47", {"revenue": 6000, "assets": 5000}, "medium"),
        ("51", {"employees": 5, "revenue": 1000}, "small"),
        ("52", {"employees": 50, "revenue": 500}, "medium"),
        ("G54", {"employees": 20, "revenue": 200}, "small"),
        ("5910", {"employees": 99, "revenue": 1000}, "small"),
        ("5920", {"employees": 100, "revenue": 1000}, "medium"),
        ("60", {"employees": 300, "revenue": 2000}, "medium"),
        ("H62", {"employees": 9, "revenue": 1000}, "micro"),
        ("64", {"employees": 2000, "revenue": 100000}, "large"),
        ("I65", {"employees": 10, "revenue": 50}, "small"),
        ("7010", {"revenue": 1000, "assets": 5000}, "medium"),
        ("7020", {"employees": 100, "revenue": 500}, "small"),
        ("L72", {"employees": 100, "assets": 8000}, "medium"),
        ("M73", {"employees": 300}, "large"),
        ("R90", {"employees": 9}, "micro"),
    ],
)
def test_the_class_follows_the_table(industry, known, scale):
    assert rules.classify_scale(facts(industry, **known)) == EnterpriseScale(scale)


@pytest.mark.parametrize(
    ("industry", "known", "words"),
    [
        ("C13", {"employees": 5}, "缺少营业收入"),
        ("C13", {"revenue": 5}, "缺少从业人员"),
        ("E47", {}, "缺少营业收入、资产总额"),
        (None, {"employees": 5}, "没有行业代码"),
        ("59", {"employees": 5, "revenue": 5}, "中类"),
        ("5900", {"employees": 5, "revenue": 5}, "中类"),
        ("F", {"employees": 5, "revenue": 5}, "大类"),
        ("J66", {"employees": 5, "revenue": 5}, "金融业另有划型标准"),
        ("P83", {"employees": 5}, "教育"),
        ("G53", {"employees": 5, "revenue": 5}, "铁路"),
    ],
)
def test_without_facts_or_outside_the_table_there_is_no_class_but_a_reason(industry, known, words):
    found = rules.find_scale(facts(industry, **known))
    assert found.scale is None
    assert words in found.reason
    assert found.table_version == size_table().version


def test_an_individual_business_counts_as_micro_without_any_fact():
    assert rules.classify_scale(facts(None, uscc="92410403MA9K000B1R")) is EnterpriseScale.MICRO


def test_zero_is_a_fact_and_missing_is_not():
    assert rules.classify_scale(facts("C13", employees=0, revenue=0)) is EnterpriseScale.MICRO
    assert rules.classify_scale(facts("C13", employees=0)) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("鹰川某某（集团）有限公司", "鹰川某某(集团)有限公司"),
        ("鹰川 某某　有限公司", "鹰川某某有限公司"),
        ("鹰川〔某某〕有限公司", "鹰川（某某）有限公司"),
        ("ＡＢＣ科技", "abc科技"),
    ],
)
def test_names_that_differ_in_width_brackets_and_spaces_are_one(one, other):
    assert rules.normalise_name(one) == rules.normalise_name(other)


def test_one_code_on_two_subjects_is_a_duplicate():
    pairs = [(GOOD, "甲公司"), (GOOD, "乙公司"), (OTHER, "丙公司"), (GOOD, "甲公司")]
    (found,) = rules.duplicate_codes(pairs)
    assert (found.fault, found.code) == (CodeFault.DUPLICATE, GOOD)
    assert found.names == ("甲公司", "乙公司")
    assert "重码" in found.message


def test_one_name_in_two_spellings_is_no_duplicate_and_no_code_is_none():
    spellings = [(GOOD, "甲（鹰川）公司"), (GOOD.lower(), "甲(鹰川)公司")]
    assert rules.duplicate_codes([*spellings, ("", "甲"), ("", "乙")]) == []


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        (GOOD[:-1], CodeFault.WRONG_LENGTH),
        ("91350100M0001O0Y43", CodeFault.WRONG_CHARACTER),
        (GOOD[:-1] + "4", CodeFault.WRONG_CHECK_DIGIT),
    ],
)
def test_a_malformed_code_is_a_wrong_code(code, fault):
    (found,) = rules.wrong_codes([(code, "甲公司"), (OTHER, "丙公司")])
    assert found.fault is fault
    assert found.message.startswith("错码：")


def test_a_name_that_the_registry_does_not_know_is_a_wrong_code():
    registered = {GOOD: ["甲公司", "旧甲公司"]}
    pairs = [(GOOD, "旧甲公司"), (GOOD, "乙公司"), (OTHER, "丙公司")]
    (found,) = rules.wrong_codes(pairs, registered)
    assert found.fault is CodeFault.NAME_MISMATCH
    assert "“甲公司”" in found.message


def test_a_size_table_with_one_industry_twice_does_not_load():
    line = "{code: a, name: 甲, codes: [A], large: {revenue: 3}, medium: {revenue: 2}, small: {revenue: 1}}"
    text = f"version: '1'\nindustries: [{line}]\nexcluded: [{{codes: [A], reason: 无}}]\nneeds_group: []\n"
    with pytest.raises(CatalogueBroken, match="twice"):
        read_size_table(parse_catalogue(text, "test"))
