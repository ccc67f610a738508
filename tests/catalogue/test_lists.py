import pytest

from xinyidai.catalogue import denials, list_types, purposes
from xinyidai.catalogue.errors import (
    CatalogueBroken,
    UnknownListType,
    UnknownPurpose,
)
from xinyidai.catalogue.kinds import ITEMS
from xinyidai.catalogue.list_types import StandardCheck, read_list_types
from xinyidai.catalogue.purposes import ConsentMode, read_purposes
from xinyidai.catalogue.reading import parse_catalogue

PURPOSE = """
version: "1"
purposes:
  - code: pre_loan
    name: 贷前审查
    text: 用于审核
    caps: {max_valid_days: 90, max_range_months: 36, max_uses: 10, max_data_life_days: 90, modes: [view], items: [tax]}
    defaults: {valid_days: 90, range_months: 12, uses: 3, data_life_days: 90, mode: view, items: [tax]}
platform_purposes:
  - {code: scoring, name: 评分, legal_note: 依据, needs_consent: null}
"""


def test_every_purpose_of_consent_is_listed_with_a_plain_text():
    assert set(purposes.PURPOSES) == {
        "pre_loan",
        "limit_estimate",
        "post_loan",
        "guarantee",
        "whitelist_review",
        "event_matching",
        "subsidy",
        "model_training",
    }
    assert all(purpose.text.endswith("。") for purpose in purposes.PURPOSES.values())


def test_post_loan_looks_may_go_on_and_pre_loan_looks_are_counted():
    assert purposes.get_purpose("post_loan").caps.max_uses is None
    assert ConsentMode.STREAM in purposes.get_purpose("post_loan").caps.modes
    assert purposes.get_purpose("pre_loan").caps.max_uses == 10


def test_the_word_all_stands_for_every_item():
    assert purposes.get_purpose("pre_loan").caps.items == set(ITEMS)


def test_an_unknown_purpose_is_refused():
    with pytest.raises(UnknownPurpose):
        purposes.get_purpose("curiosity")
    with pytest.raises(UnknownPurpose, match="平台处理用途"):
        purposes.get_platform_purpose("pre_loan")


def test_training_on_outcomes_needs_its_own_consent():
    assert purposes.get_platform_purpose("model_training").needs_consent == "model_training"
    assert purposes.get_platform_purpose("scoring").needs_consent is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("valid_days: 90, range", "valid_days: 91, range"),
        ("uses: 3", "uses: 11"),
        ("mode: view", "mode: store"),
        ("mode: view", "mode: steal"),
        ("modes: [view]", "modes: [steal]"),
        ("items: [tax]}\n    defaults", "items: [judicial]}\n    defaults"),
        ("items: [tax]}\n    defaults", "items: [gossip]}\n    defaults"),
        ("needs_consent: null", "needs_consent: gossip"),
        ("text: 用于审核", "text: ''"),
    ],
)
def test_broken_purposes_do_not_load(old, new):
    read_purposes(parse_catalogue(PURPOSE, "test"))
    with pytest.raises(CatalogueBroken):
        read_purposes(parse_catalogue(PURPOSE.replace(old, new, 1), "test"))


def test_the_coordination_mechanism_has_its_five_standards():
    names = [s.name for s in list_types.get_list_type("small_micro_coordination").standards]
    assert names == [
        "合规持续经营",
        "固定经营场所",
        "真实融资需求",
        "信用状况良好",
        "贷款用途依法合规",
    ]


def test_six_whitelist_types_are_known_and_no_other():
    assert len(list_types.LIST_TYPES) == 6
    with pytest.raises(UnknownListType):
        list_types.get_list_type("friends")


def test_every_list_type_has_something_the_platform_checks_itself():
    checks = [{s.check for s in kind.standards} for kind in list_types.LIST_TYPES.values()]
    assert all(StandardCheck.AUTO in found for found in checks)


def test_a_list_type_of_an_unknown_department_does_not_load():
    text = """
version: "1"
list_types:
  - {code: a, name: 甲, text: 甲, lead_department: nobody, valid_months: 1, publicity_days: 0,
     standards: [{code: s, name: 乙, text: 丙, check: auto}]}
"""
    with pytest.raises(CatalogueBroken, match="nobody"):
        read_list_types(parse_catalogue(text, "test"))


def test_twelve_reasons_tell_what_to_do_next():
    reasons = denials.DENIAL_REASONS.values()
    assert len(reasons) == 12
    assert all(reason.text and reason.next_step for reason in reasons)
    assert [reason.code for reason in reasons if not reason.actionable] == [
        "withdrawn_by_enterprise",
        "other",
    ]


def test_a_refusal_for_other_reasons_needs_words():
    assert denials.DENIAL_REASONS["other"].note_required
    assert denials.DENIAL_REASONS["insufficient_collateral"].suggests == "guarantee"


@pytest.mark.parametrize("text", ["[1]", "a: 1\na: 2", "just words"])
def test_a_file_that_is_no_clean_mapping_does_not_load(text):
    with pytest.raises(CatalogueBroken):
        parse_catalogue(text, "test")


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("a: 1", lambda entry: entry.flag("a")),
        ("a: [1]", lambda entry: entry.texts("a")),
        ("a: {b: 1}", lambda entry: entry.labels("a")),
        ("a: x", lambda entry: entry.optional_number("a")),
        ("a: []", lambda entry: entry.entries("a")),
        ("a: 1", lambda entry: entry.take("b")),
    ],
)
def test_a_value_of_the_wrong_type_is_refused(text, read):
    with pytest.raises(CatalogueBroken, match="test: "):
        read(parse_catalogue(text, "test"))
