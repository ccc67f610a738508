"""The text and JSON forms of criteria: back and forth without loss, and errors by line."""

import json
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.products.worlds import INDICATORS, dice_of, random_criterion
from xinyidai.kernel.errors import InvalidInput
from xinyidai.products.rules import (
    RULE_REASONS,
    criterion_to_json,
    parse_criteria,
    parse_document,
    parse_json_text,
    parse_text,
    to_json_text,
    to_text,
)
from xinyidai.products.service import indicator_names

SHARES = st.floats(-10, 10, allow_nan=False)
WORDS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=60
).filter(lambda text: bool(text.strip()))
EXTRAS = st.fixed_dictionaries(
    {
        "denial_text": WORDS,
        "reason_code": st.sampled_from(sorted(RULE_REASONS)),
        "show_threshold": st.booleans(),
        "effective_from": st.none() | st.dates().map(date.isoformat),
    }
)


@st.composite
def documents(draw):
    """Random criteria over every field type and operator, with every part filled in somehow."""
    dice = dice_of(draw(st.integers(0, 2**32)))
    number = draw(st.integers(0, 8))
    return [random_criterion(dice, place) | draw(EXTRAS) for place in range(number)]


@settings(max_examples=150, deadline=None)
@given(documents())
def test_criteria_come_back_from_text_and_json_as_they_were(raw):
    criteria = parse_criteria(raw, INDICATORS)
    assert parse_text(to_text(criteria), INDICATORS) == criteria
    assert parse_json_text(to_json_text(criteria), INDICATORS) == criteria
    assert parse_document(to_json_text(criteria), INDICATORS) == criteria
    assert [criterion_to_json(one) for one in criteria] == json.loads(to_json_text(criteria))


@settings(max_examples=150, deadline=None)
@given(SHARES, st.sampled_from(["invoice_sales_growth_12m", "tax_grade_latest"]))
def test_a_share_or_a_named_step_comes_back_to_the_last_digit(value, indicator):
    names = indicator_names()
    raw = {"code": "one", "field": f"indicator:{indicator}", "operator": "at_least",
           "value": value, "denial_text": "不符合。"}  # fmt: skip
    [criterion] = parse_criteria([raw], names)
    assert parse_text(to_text([criterion]), names) == (criterion,)


GOOD = "成立年限 不低于 2｜说明：企业成立须满 2 年。"


def test_a_line_needs_a_field_a_condition_a_value_and_what_the_firm_reads():
    [criterion] = parse_text(f"# 说明\n\n{GOOD}\n", INDICATORS)
    assert (criterion.code, criterion.value) == ("years_established_at_least", 2)
    assert (criterion.reason_code, criterion.effective_from) == ("too_young", None)
    assert criterion.show_threshold


def test_every_part_can_be_written_and_half_width_marks_are_taken():
    line = "成立年限 介于 1 至 5|说明:满一年|理由:信用记录问题|生效:2027-01-31|门槛:不公开|编号:age"
    [criterion] = parse_text(line, INDICATORS)
    assert (criterion.code, criterion.value) == ("age", (1, 5))
    assert (criterion.reason_code, criterion.show_threshold) == ("credit_record", False)
    assert criterion.effective_from == date(2027, 1, 31)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("成立年现 不低于 2｜说明：x", "是不是想写：成立年限"),
        ("指标:近一年纳税 不低于 2｜说明：x", "是不是想写：指标:近一年纳税额"),
        ("成立年限 属于其中之一 2｜说明：x", "可用：不低于、不高于、介于"),
        ("成立年限 不低于 很久｜说明：x", "“很久”不是数字"),
        ("成立年限 不低于｜说明：x", "请填写“成立年限”的值"),
        ("成立年限 不低于 2", "缺少说明"),
        ("成立年限", "请写成“字段 条件 值｜说明：…”"),
        ("成立年限 不低于 2｜说明：x｜理由：心情不好", "没有“心情不好”这个拒绝理由"),
        ("成立年限 不低于 2｜说明：x｜缺数据：通过", "“缺数据”只能写：数据不足"),
        ("成立年限 不低于 2｜说明：x｜生效：明天", "生效日请写成"),
        ("成立年限 不低于 2｜说明：x｜备注：y", "看不懂"),
        ("成立年限 不低于 2｜说明：x｜说明：y", "写了两次"),
        ("登记状态为存续 须为是 否｜说明：x", "不需要填值"),
        ("企业规模 属于其中之一 巨型｜说明：x", "没有“巨型”这个选项"),
    ],
)
def test_a_line_that_is_not_understood_is_named_with_what_to_do(line, said):
    with pytest.raises(InvalidInput) as refused:
        parse_text(f"{GOOD}\n\n{line}", INDICATORS)
    assert list(refused.value.fields) == ["line.3"]
    assert refused.value.fields["line.3"].startswith("第 3 行：")
    assert said in refused.value.fields["line.3"]


def test_all_bad_lines_are_named_at_once_and_a_code_is_used_once():
    with pytest.raises(InvalidInput) as refused:
        parse_text(f"{GOOD}｜编号：age\n年限\n{GOOD}｜编号：age", INDICATORS)
    assert sorted(refused.value.fields) == ["line.2", "line.3"]
    assert "与第 1 行重复" in refused.value.fields["line.3"]


def test_broken_json_is_refused_with_its_line_and_a_bad_criterion_with_its_place():
    with pytest.raises(InvalidInput) as broken:
        parse_document('[\n{"code": }]', INDICATORS)
    assert list(broken.value.fields) == ["line.2"]
    with pytest.raises(InvalidInput) as unknown:
        parse_document('[{"code": "a", "field": "x", "operator": "y", "denial_text": "z"}]', {})
    assert "没有“x”这个字段" in unknown.value.fields["item.1"]
    with pytest.raises(InvalidInput):
        parse_document("{}", INDICATORS)


RULE = '[{"code": "one", "field": "employees", "operator": "at_least", "value": 1,'
RULE += ' "denial_text": "少"}]'


@pytest.mark.parametrize(
    "document",
    [
        "[" * 50_000,
        RULE.replace(": 1,", f": {'9' * 5_000},"),
        RULE.replace(": 1,", f": {'9' * 400},"),
        RULE.replace(": 1,", ": NaN,"),
        RULE.replace(": 1,", ": 1e400,"),
        RULE.replace("少", "少\\u0000"),
        RULE.replace("少", "少\\ud800"),
        RULE.replace("}]", ', "or": []}]'),
    ],
    ids=["deep", "5000 digits", "400 digits", "NaN", "infinite", "NUL", "surrogate", "unknown"],
)
def test_a_document_made_to_break_the_reader_is_refused(document):
    assert parse_json_text(RULE, INDICATORS)
    with pytest.raises(InvalidInput):
        parse_json_text(document, INDICATORS)


@pytest.mark.parametrize(
    "line",
    [
        "成立年限不低于２年｜说明：满两年。｜生效：2026年7月1日",
        "成立年限　不低于　2｜说明：满两年。｜生效：２０２６－０７－０１",
        "成立年限 不低于2|说明:满两年。|生效:2026/7/1",
    ],
)
def test_a_line_may_be_written_as_a_chinese_keyboard_gives_it(line):
    [criterion] = parse_text(line, INDICATORS)
    assert (criterion.field.code, criterion.value) == ("years_established", 2)
    assert criterion.effective_from == date(2026, 7, 1)


def test_a_file_read_in_the_wrong_encoding_is_told_to_be_so():
    with pytest.raises(InvalidInput, match="乱码"):
        parse_document(GOOD.encode("gbk").decode("latin-1"), INDICATORS)


def test_a_key_that_is_unknown_or_lacking_is_named():
    with pytest.raises(InvalidInput) as refused:
        parse_json_text(RULE.replace("}]", ', "or": []}, {"code": "two"}]'), INDICATORS)
    assert "不认识 or" in refused.value.fields["item.1"]
    assert "缺少 denial_text、field、operator" in refused.value.fields["item.2"]
