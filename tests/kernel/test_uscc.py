import csv
import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinyidai.kernel import uscc
from xinyidai.kernel.errors import InvalidInput
from xinyidai.kernel.uscc import CodeProblem, UnifiedSocialCreditCode

ENOUGH = 0.9999
numbers = st.integers(min_value=0, max_value=31**6 - 1)


@pytest.mark.parametrize(
    "code",
    [
        "91350100M000100Y43",
        "914403001922038216",
        "9144030071526726XG",
        "91410400MA9K000A3N",
        "92410403MA9K000B1R",
        "93410400MA9K000CX3",
    ],
)
def test_known_codes_are_valid(code):
    assert uscc.is_valid(code)
    assert uscc.check_digit(code[:17]) == code[17]


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("91350100M000100Y4", "应为 18 位，现在是 17 位"),
        ("", "现在是 0 位"),
        ("9135010OM000100Y43", "第 8 位“O”不对：前 8 位只能是数字"),
        ("91350100M0001O0Y43", "第 14 位“O”不对"),
        ("91350100M000100Y44", "校验位不对"),
        ("9135010二M000100Y43", "第 8 位“二”"),
    ],
)
def test_a_wrong_code_is_refused_with_what_is_wrong_and_what_to_do(raw, words):
    with pytest.raises(InvalidInput, match="请对照营业执照") as raised:
        UnifiedSocialCreditCode.parse(raw)
    assert words in raised.value.fields["uscc"]
    assert raised.value.code == "invalid_uscc"


def test_width_case_spaces_and_hyphens_do_not_matter():
    code = UnifiedSocialCreditCode.parse(" ９１350100-m000100y43 ")
    assert str(code) == "91350100M000100Y43"
    assert code == UnifiedSocialCreditCode("91350100M000100Y43")


def test_a_masked_code_hides_the_organisation():
    assert UnifiedSocialCreditCode.parse("91350100M000100Y43").mask == "91350100******0Y43"


def test_a_code_knows_region_and_kind_of_subject():
    code = UnifiedSocialCreditCode.parse("92410403MA9K000B1R")
    assert code.region_code == "410403"
    assert not code.is_invented


@given(numbers, st.sampled_from(["91", "92", "93"]), st.sampled_from(["410400", "419501"]))
def test_invented_codes_are_valid_and_visibly_invented(number, kind, region):
    code = UnifiedSocialCreditCode.parse(uscc.invented(number, region=region, kind=kind))
    assert code.is_invented
    assert code.region_code == region
    assert uscc.organisation_check(code.value[8:16]) == code.value[16]


@given(numbers, numbers)
def test_different_numbers_give_different_codes(one, other):
    assert (uscc.invented(one) == uscc.invented(other)) == (one == other)


@given(numbers, st.integers(0, 17), st.sampled_from(uscc.ALPHABET))
def test_one_changed_character_is_always_noticed(number, place, character):
    code = uscc.invented(number)
    changed = code[:place] + character + code[place + 1 :]
    assert uscc.is_valid(changed) == (changed == code)


@given(st.text())
def test_any_text_is_either_parsed_or_refused_in_chinese(text):
    problem = uscc.find_problem(text)
    assert (problem is None) == uscc.is_valid(text)
    assert problem is None or "请对照营业执照" in uscc.describe_problem(text, problem)


def test_the_check_digit_is_zero_when_nothing_remains():
    assert uscc.check_digit("0" * 17) == "0"
    assert uscc.find_problem("0" * 17 + "1") is CodeProblem.CHECK_DIGIT


@pytest.mark.parametrize("first17", ["123", "9135010OM000100Y4", "91350100M000I00Y4"])
def test_a_check_digit_of_malformed_characters_is_an_error(first17):
    with pytest.raises(ValueError, match="seventeen"):
        uscc.check_digit(first17)


@pytest.mark.parametrize("number", [-1, 31**6])
def test_an_invented_number_must_fit(number):
    with pytest.raises(ValueError, match="does not fit"):
        uscc.invented(number)


def test_an_invented_region_must_be_digits():
    with pytest.raises(ValueError, match="seventeen"):
        uscc.invented(1, region="41040")


@pytest.mark.real_data
def test_nearly_every_code_of_the_beijing_registry_is_accepted(real_data):
    path = real_data / "beijing_registry" / "registry_1990_2003.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        codes = [row["统一社会信用代码"] for row in csv.DictReader(lines)]
    accepted = sum(map(uscc.is_valid, codes))
    assert len(codes) > 40_000
    assert accepted / len(codes) >= ENOUGH
