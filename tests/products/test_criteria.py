"""Eligibility criteria: three outcomes, strict reading, nothing passes on missing data."""

from dataclasses import fields, replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.products.worlds import (
    INDICATORS,
    TODAY,
    criterion,
    dice_of,
    parsed,
    random_criterion,
    random_product,
    random_subject,
    random_wish,
)
from xinyidai.catalogue.missing import Missing, MissingCause
from xinyidai.kernel.errors import InvalidInput
from xinyidai.products.rules import assess, criterion_to_json, parse_criteria
from xinyidai.products.service import indicator_names
from xinyidai.products.values import (
    MatchSubject,
    Outcome,
    Wish,
    completed_months,
    readings_of,
    region_path,
)

YES, NO, GAP = Outcome.ELIGIBLE, Outcome.INELIGIBLE, Outcome.INSUFFICIENT


@pytest.mark.parametrize(
    ("field", "operator", "value", "reading", "outcome"),
    [
        ("years_established", "at_least", 2, 2.0, YES),
        ("years_established", "at_least", 2, 1.9, NO),
        ("employees", "at_most", 300, 300, YES),
        ("employees", "at_most", 300, 301, NO),
        ("revenue_fen", "between", [100, 200], 200, YES),
        ("revenue_fen", "between", [100, 200], 99, NO),
        ("indicator:dishonest_count", "at_most", 0, 1.0, NO),
        ("grade", "at_least", "BBB", "AA", YES),
        ("grade", "at_least", "BBB", "BB", NO),
        ("grade", "between", ["AAA", "A"], "AA", YES),
        ("grade", "is_none_of", ["D"], "D", NO),
        ("scale", "is_one_of", ["micro", "small"], "micro", YES),
        ("scale", "is_none_of", ["large"], "large", NO),
        ("tags", "has_any", ["high_tech", "tech_sme"], frozenset({"tech_sme"}), YES),
        ("tags", "has_all", ["high_tech", "tech_sme"], frozenset({"tech_sme"}), NO),
        ("tags", "has_none", ["high_tech"], frozenset(), YES),
        ("region_code", "in_region", ["410400"], "410482", YES),
        ("region_code", "in_region", ["410482"], "4104", GAP),
        ("region_code", "in_region", ["410482"], "42", NO),
        ("industry", "in_industry", ["C"], "C1311", YES),
        ("industry", "in_industry", ["1311"], "C13", GAP),
        ("industry", "is_none_of", ["70"], "K7010", NO),
        ("in_operation", "is_true", None, True, YES),
        ("in_operation", "is_false", None, True, NO),
    ],
)
def test_each_operator_judges_a_reading(field, operator, value, reading, outcome):
    assert parsed(field, operator, value).judge(reading) is outcome


@pytest.mark.parametrize("cause", list(MissingCause))
def test_a_missing_reading_is_insufficient_and_says_how_to_supply_it(cause):
    finding = parsed("employees", "at_least", 5).check({"employees": Missing(cause)})
    assert finding.outcome is GAP
    assert finding.cause is cause
    assert finding.remedy
    assert finding.to_json()["value"] == "数据不足"


def test_a_field_nobody_read_is_insufficient():
    assert parsed("employees", "at_least", 5).check({}).outcome is GAP


def test_every_failure_and_every_gap_is_returned():
    criteria = [
        parsed("employees", "at_least", 5),
        parsed("years_established", "at_least", 2),
        parsed("scale", "is_one_of", ["micro"]),
        parsed("grade", "at_least", "B"),
    ]
    found = assess(criteria, {"employees": 3, "years_established": 1.0, "scale": "micro"})
    assert found.outcome is NO
    assert [f.criterion.field.code for f in found.unmet] == ["employees", "years_established"]
    assert [f.criterion.field.code for f in found.missing] == ["grade"]


def test_one_gap_without_a_failure_is_insufficient():
    criteria = [parsed("employees", "at_least", 5), parsed("grade", "at_least", "B")]
    assert assess(criteria, {"employees": 5}).outcome is GAP


def test_a_finding_names_value_and_threshold_in_chinese():
    finding = parsed("revenue_fen", "at_least", 500_000_000).check({"revenue_fen": 120_000_000})
    assert finding.value_text == "120 万元"
    assert finding.criterion.threshold_text() == "上年营业收入不低于500 万元"


@pytest.mark.parametrize(
    ("field", "operator", "value", "text"),
    [
        ("employees", "at_most", 300, "员工人数不高于300 人"),
        ("years_established", "between", [1, 5], "成立年限在1 年至5 年之间"),
        ("grade", "at_least", "BBB", "信用等级不低于BBB"),
        ("scale", "is_one_of", ["small", "micro"], "企业规模属于小型、微型"),
        ("tags", "has_any", ["high_tech", "whitelist:x"],
         "企业资质与名单至少具有其中一项：国家高新技术企业、白名单 x"),
        ("tags", "has_all", ["other"], "企业资质与名单全部具有：other"),
        ("in_operation", "is_true", None, "登记状态为存续须为“是”"),
        ("indicator:dishonesty_listed", "at_most", 0, "现列失信被执行人须为“否”"),
        ("indicator:tax_grade_latest", "at_least", 3, "最近纳税信用级别不低于B级"),
        ("indicator:invoice_void_share_36m", "at_most", 0.1, "近36个月销项作废率不高于10%"),
        ("indicator:tax_paid_12m", "at_least", 1_000_000, "近12个月纳税额不低于1 万元"),
    ],
)  # fmt: skip
def test_a_threshold_reads_as_plain_chinese(field, operator, value, text):
    [entry] = parse_criteria([criterion(field, operator, value)], indicator_names())
    assert entry.threshold_text() == text


@pytest.mark.parametrize(
    ("field", "operator", "value", "reading", "text"),
    [
        ("in_operation", "is_true", None, False, "否"),
        ("tags", "has_any", ["high_tech"], frozenset(), "无"),
        ("tags", "has_any", ["high_tech"], frozenset({"tech_sme"}), "科技型中小企业"),
        ("enterprise_kind", "is_one_of", ["company"], "individual", "个体工商户"),
    ],
)
def test_a_value_reads_as_plain_chinese(field, operator, value, reading, text):
    assert parsed(field, operator, value).check({field: reading}).value_text == text


@pytest.mark.parametrize(
    ("field", "operator", "value", "reading"),
    [
        ("employees", "at_least", 5, frozenset()),
        ("tags", "has_any", ["high_tech"], "high_tech"),
    ],
)
def test_a_reading_of_the_wrong_type_is_an_error_and_no_pass(field, operator, value, reading):
    with pytest.raises(TypeError):
        parsed(field, operator, value).judge(reading)


def test_more_criteria_than_anyone_reads_are_refused():
    with pytest.raises(InvalidInput):
        parse_criteria([criterion("employees", "at_least", 1)] * 41, INDICATORS)


def test_a_threshold_the_bank_keeps_to_itself_is_not_shown():
    hidden = replace(parsed("employees", "at_least", 5), show_threshold=False)
    assert hidden.check({"employees": 1}).to_json()["threshold"] is None


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10**9))
def test_the_json_form_round_trips(seed):
    raw = random_criterion(dice_of(seed), 1) | {"show_threshold": True}
    [entry] = parse_criteria([raw], INDICATORS)
    assert criterion_to_json(entry) == raw
    assert parse_criteria([criterion_to_json(entry)], INDICATORS) == (entry,)


@settings(max_examples=150, deadline=None)
@example(3007, MissingCause.NO_RECORD)
@given(st.integers(0, 10**9), st.sampled_from(list(MissingCause)))
def test_removing_any_fact_never_opens_a_product(seed, cause):
    dice = dice_of(seed)
    product, subject, wish = random_product(dice, 1), random_subject(dice), random_wish(dice)
    before = assess(product.criteria, readings_of(subject, wish, on=TODAY)).outcome
    poorer = [
        replace(subject, **{fact.name: Missing(cause)})
        for fact in fields(subject)
        if fact.name != "indicators"
    ]
    poorer += [
        replace(subject, indicators={**subject.indicators, code: Missing(cause)})
        for code in INDICATORS
    ]
    opened = [
        assess(product.criteria, readings_of(less, wish, on=TODAY)).outcome is YES
        for less in poorer
    ]
    assert before is YES or not any(opened)


@pytest.mark.parametrize(
    "change",
    [
        {"field": "shoe_size"},
        {"field": "indicator:unheard_of"},
        {"field": ["employees"]},
        {"operator": "roughly"},
        {"operator": "has_any"},
        {"value": "five"},
        {"value": True},
        {"value": float("nan")},
        {"value": None},
        {"denial_text": " "},
        {"code": "Bad Code"},
        {"when_missing": "eligible"},
        {"show_threshold": "yes"},
        {"surprise": 1},
    ],
)
def test_a_criterion_that_is_not_understood_is_refused_in_chinese(change):
    raw = criterion("employees", "at_least", 5) | change
    with pytest.raises(InvalidInput) as refused:
        parse_criteria([raw], INDICATORS)
    assert refused.value.fields["criteria.0"].endswith("。")


@pytest.mark.parametrize(
    ("field", "operator", "value"),
    [
        ("scale", "is_one_of", ["giant"]),
        ("scale", "is_one_of", []),
        ("scale", "is_one_of", ["micro", "micro"]),
        ("grade", "at_least", "A+"),
        ("region_code", "in_region", ["4"]),
        ("industry", "in_industry", ["Z99"]),
        ("industry", "in_industry", ["A13"]),
        ("revenue_fen", "at_least", 1.5),
        ("employees", "between", [9, 1]),
        ("employees", "between", [1]),
        ("in_operation", "is_true", True),
        ("tags", "has_any", ["高新"]),
    ],
)
def test_a_value_of_the_wrong_type_is_refused(field, operator, value):
    with pytest.raises(InvalidInput):
        parsed(field, operator, value)


def test_two_criteria_with_one_code_are_refused():
    with pytest.raises(InvalidInput):
        parse_criteria([criterion("employees", "at_least", 1)] * 2, INDICATORS)


def test_a_stored_criterion_on_a_retired_indicator_reads_as_missing():
    raw = criterion("indicator:retired_one", "at_least", 1)
    [entry] = parse_criteria([raw], INDICATORS, stored=True)
    assert entry.check({}).outcome is GAP


def test_numbers_that_are_no_measurements_are_missing():
    subject = MatchSubject(indicators={"tax_paid_12m": float("inf")}, employees=float("nan"))
    readings = readings_of(subject, Wish(), on=TODAY)
    assert isinstance(readings["employees"], Missing)
    assert isinstance(readings["indicator:tax_paid_12m"], Missing)


def test_years_count_whole_months_up_to_the_anniversary():
    start = TODAY.replace(year=2024)
    assert completed_months(start, TODAY) == 24
    assert completed_months(start.replace(day=16), TODAY) == 23
    assert completed_months(TODAY.replace(year=2027), TODAY) == 0


def test_a_region_is_a_path_of_pairs():
    assert region_path("410400") == "4104"
    assert region_path("410482") == "410482"
    assert region_path("41048") is None
    assert region_path("000000") is None
