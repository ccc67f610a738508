"""Examples of a version: proposed at the thresholds, run before review and again at listing."""

from dataclasses import replace

import pytest

from tests.products.factories import FACTS, bank, clerk, draft, manager_of, submitted, under_review
from tests.products.worlds import INDICATORS, criterion, dice_of, parsed, random_criterion
from xinyidai.kernel.errors import InvalidInput, InvalidTransition, NotFound, RuleBroken
from xinyidai.products import service
from xinyidai.products.rules import (
    example_problems,
    example_to_json,
    examples_from_json,
    fields_of,
    parse_criteria,
    propose_examples,
    read_reading,
    run_examples,
    write_reading,
)
from xinyidai.products.values import Example, Outcome
from xinyidai.products.values import ProductVersionState as S


@pytest.fixture
def manager(db):
    """The product manager of an invented bank."""
    return manager_of(bank())


def random_criteria(seed: int):
    """Return criteria of a random product that some firm can meet, with their examples."""
    dice = dice_of(seed)
    while True:
        raw = [random_criterion(dice, place) for place in range(dice.randint(1, 10))]
        criteria = parse_criteria(raw, INDICATORS)
        try:
            return criteria, propose_examples(criteria)
        except InvalidInput:
            continue


@pytest.mark.parametrize("seed", range(60))
def test_what_is_proposed_holds_and_is_told_apart(seed):
    criteria, examples = random_criteria(seed)
    assert all(result.passes for result in run_examples(criteria, examples))
    firms = [(one.expected, sorted(one.readings.items(), key=str)) for one in examples]
    accepted = [firm for firm in firms if firm[0] is Outcome.ELIGIBLE]
    assert len(accepted) == 3
    assert all(accepted.count(firm) == 1 for firm in accepted)


@pytest.mark.parametrize("seed", range(60))
def test_an_example_comes_back_from_json_and_from_what_a_person_types(seed):
    criteria, examples = random_criteria(seed)
    fields = fields_of(criteria, INDICATORS)
    assert examples_from_json([example_to_json(one) for one in examples], fields) == examples
    for example in examples:
        for code, reading in example.readings.items():
            assert read_reading(fields[code], write_reading(fields[code], reading)) == reading


def test_criteria_that_contradict_each_other_are_named():
    criteria = (parsed("employees", "at_least", 10), parsed("employees", "at_most", 5))
    with pytest.raises(InvalidInput, match="员工人数不低于10 人；员工人数不高于5 人"):
        propose_examples(criteria)


def test_a_failing_example_names_what_was_expected_what_came_out_and_the_criterion():
    criteria = (parsed("employees", "at_least", 10),)
    examples = [Example("小厂", Outcome.ELIGIBLE, {"employees": 9})]
    problems = example_problems(criteria, examples)
    assert problems["examples.0"] == (
        "样例“小厂”应为“符合”，实际为“不符合”，因为条件：员工人数不低于10 人。"
    )
    assert "“不符合”0 个" in problems["examples"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": ""}, "请填写名称"),
        ({"expected": "maybe"}, "应有的结论只能是"),
        ({"readings": {"horoscope": 1}}, "没有“horoscope”这个字段"),
        ({"readings": {"employees": "很多"}}, "“员工人数”须是数字"),
        ({"readings": {"scale": "giant"}}, "没有“giant”这个值"),
        ({"readings": {"in_operation": 1}}, "没有“1”这个值"),
        ({"secret": 1}, "不能有其他内容"),
    ],
)
def test_an_example_that_cannot_be_read_is_refused(change, said):
    raw = {"name": "小厂", "expected": "eligible", "readings": {}} | change
    with pytest.raises(InvalidInput) as refused:
        examples_from_json([raw], fields_of((), INDICATORS))
    assert said in refused.value.fields["examples.0"]


def test_a_draft_without_examples_stays_a_draft(manager):
    version = draft(manager)
    with pytest.raises(RuleBroken) as refused:
        service.submit_product(manager, version.id)
    assert "三种结论的样例各须至少 3 个" in refused.value.details["fields"]["examples"]
    assert version.state is S.DRAFT


def test_a_changed_rule_that_breaks_an_example_stops_the_submission(manager):
    version = draft(manager)
    service.add_proposed_examples(manager, version.id)
    stricter = replace(FACTS, criteria=(FACTS.criteria[0] | {"value": 3},), examples=None)
    service.update_draft(manager, version.id, stricter)
    with pytest.raises(RuleBroken) as refused:
        service.submit_product(manager, version.id)
    told = " ".join(refused.value.details["fields"].values())
    assert "应为“符合”，实际为“不符合”，因为条件：成立年限不低于3 年" in told


def test_examples_run_again_at_listing(manager, db):
    version = under_review(manager)
    version.criteria = [version.criteria[0] | {"value": 4}]
    db.flush()
    with pytest.raises(RuleBroken) as refused:
        service.list_product(clerk(), version.id)
    assert any(key.startswith("examples.") for key in refused.value.details["fields"])
    assert version.state is S.UNDER_REVIEW


def test_a_new_version_keeps_the_examples_of_the_former(manager):
    version = under_review(manager)
    service.list_product(clerk(), version.id)
    second = service.revise_product(manager, version.product_id)
    assert second.examples == version.examples
    assert {one["origin"] for one in second.examples} == {"script"}


def test_a_version_without_criteria_needs_no_examples(manager):
    version = draft(manager, criteria=(), region_codes=())
    assert service.submit_product(manager, version.id).state is S.UNDER_REVIEW


def test_only_the_bank_of_a_draft_writes_its_examples(manager):
    version = draft(manager)
    with pytest.raises(NotFound):
        service.keep_examples(manager_of(bank("另一家虚构银行")), version.id, [])
    submitted(manager, version.id)
    with pytest.raises(InvalidTransition):
        service.keep_examples(manager, version.id, [])


def test_a_criterion_of_a_later_date_is_tried_with_the_others(manager):
    later = criterion("employees", "at_least", 5, "staff") | {"effective_from": "2099-01-01"}
    version = draft(manager, criteria=(later,), region_codes=())
    service.add_proposed_examples(manager, version.id)
    failed = [one for one in service.tried_examples(version) if not one.passes]
    assert (len(version.examples) >= 9, failed) == (True, [])
