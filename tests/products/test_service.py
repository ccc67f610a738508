"""Use cases of products: who may do what, and what a listed version means."""

import json
from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy.exc import IntegrityError

from tests.products.factories import (
    FACTS,
    TERMS,
    bank,
    clerk,
    draft,
    listed_version,
    manager_of,
    under_review,
)
from tests.products.worlds import criterion
from xinyidai.audit import queries as audit
from xinyidai.kernel.actor import ANONYMOUS, Actor, Role
from xinyidai.kernel.errors import (
    Conflict,
    Forbidden,
    InvalidInput,
    InvalidTransition,
    NotFound,
    RuleBroken,
)
from xinyidai.products import queries, service
from xinyidai.products.rules import shortfalls_for_review
from xinyidai.products.values import ProductVersionState as S


@pytest.fixture
def manager(db):
    """The product manager of an invented bank."""
    return manager_of(bank())


def test_a_product_goes_from_draft_to_listed_and_leaves_a_trail(manager):
    version = under_review(manager)
    service.list_product(clerk(), version.id)
    assert version.state is S.LISTED
    assert version.product.current_version == 1
    actions = [entry.action for entry in audit.list_of_subject("product_version", version.id)]
    assert [action.removeprefix("product:") for action in actions] == [
        "draft",
        "exemplify",
        "submit",
        "list",
    ]


def test_facts_come_back_as_they_were_given(manager):
    assert service.facts_of(draft(manager)) == FACTS


def test_the_person_who_submitted_cannot_list(manager):
    version = under_review(manager)
    same_person = Actor(manager.account_id, Role.CREDIT_OFFICE, uuid4(), "同一人")
    with pytest.raises(Forbidden):
        service.list_product(same_person, version.id)
    assert version.state is S.UNDER_REVIEW


def test_the_party_that_submitted_cannot_list(manager):
    version = under_review(manager)
    with pytest.raises(Forbidden):
        service.list_product(
            Actor(uuid4(), Role.CREDIT_OFFICE, manager.party_id, "同一单位"), version.id
        )


@pytest.mark.parametrize(
    "role", [r for r in Role if r not in {Role.BANK_PRODUCT_MANAGER, Role.BANK_CLIENT}]
)
def test_only_a_product_manager_or_the_banks_system_drafts(db, role):
    with pytest.raises(Forbidden):
        service.draft_product(Actor(uuid4(), role, uuid4(), "某人"), FACTS)


@pytest.mark.parametrize("act", [service.submit_product, service.read_version])
def test_a_draft_does_not_exist_for_another_bank(manager, act):
    version = draft(manager)
    with pytest.raises(NotFound):
        act(manager_of(bank("另一家虚构银行")), version.id)


def test_the_office_and_the_bank_itself_read_a_draft(manager):
    version = draft(manager)
    assert service.read_version(clerk(), version.id) is version
    assert service.read_version(manager, version.id) is version


def test_the_code_of_a_product_never_changes(manager):
    version = draft(manager)
    with pytest.raises(InvalidInput):
        service.update_draft(manager, version.id, replace(FACTS, code="OTHER"))


def test_a_draft_beyond_the_purpose_or_without_words_is_not_submitted():
    found = shortfalls_for_review(
        replace(FACTS, description=" "), known_items={"registration", "tax"}, allowed_items={"tax"}
    )
    assert set(found) == {"required_items", "description"}


def test_an_unknown_product_does_not_exist(db):
    with pytest.raises(NotFound):
        queries.get_product(uuid4())
    with pytest.raises(NotFound):
        queries.get_version(uuid4())


def test_a_bank_cannot_list_or_return_its_own_product(manager):
    version = under_review(manager)
    with pytest.raises(Forbidden):
        service.list_product(manager, version.id)
    with pytest.raises(Forbidden):
        service.return_product(manager, version.id, "不合适")


def test_anyone_reads_a_listed_version_and_nobody_outside_a_draft(manager):
    shown = listed_version(manager)
    hidden = draft(manager, code="HIDDEN")
    assert service.read_version(ANONYMOUS, shown.id) is shown
    with pytest.raises(NotFound):
        service.read_version(ANONYMOUS, hidden.id)


def test_the_office_returns_a_version_with_its_reason(manager):
    version = under_review(manager)
    service.return_product(clerk(), version.id, "请写明费用")
    assert version.state is S.DRAFT
    assert version.return_reason == "请写明费用"
    with pytest.raises(InvalidInput):
        service.return_product(clerk(), service.submit_product(manager, version.id).id, "  ")


def test_a_listed_version_cannot_be_changed(manager):
    version = listed_version(manager)
    with pytest.raises(InvalidTransition):
        service.update_draft(manager, version.id, replace(FACTS, name="新名称"))
    assert version.name == FACTS.name


def test_listing_a_new_version_delists_the_former(manager):
    first = listed_version(manager)
    second = service.revise_product(manager, first.product_id)
    service.update_draft(manager, second.id, replace(FACTS, name="纳税信用贷二代", examples=None))
    assert first.product.name == FACTS.name
    service.list_product(clerk(), service.submit_product(manager, second.id).id)
    assert (first.state, second.state) == (S.DELISTED, S.LISTED)
    assert second.product.current_version == 2
    assert second.product.name == "纳税信用贷二代"


def test_only_one_version_is_unfinished_at_a_time(manager):
    version = listed_version(manager)
    service.revise_product(manager, version.product_id)
    with pytest.raises(Conflict):
        service.revise_product(manager, version.product_id)


def test_the_next_version_is_like_the_one_it_was_started_from(manager):
    first = listed_version(manager, name="一代")
    second = service.revise_product(manager, first.product_id)
    service.update_draft(manager, second.id, replace(FACTS, name="二代", examples=None))
    service.add_proposed_examples(manager, second.id)
    service.submit_product(manager, second.id)
    service.list_product(clerk(), second.id)
    third = service.revise_product(manager, first.product_id, source_id=first.id)
    assert (third.version, third.name) == (3, "一代")


def test_a_delisted_product_is_off_the_shelf(manager):
    version = listed_version(manager)
    service.delist_product(manager, version.id, "额度用完")
    assert version.product.current_version is None
    assert version.id not in queries.listed_version_ids()


def test_a_product_code_is_used_once(manager):
    draft(manager)
    with pytest.raises(Conflict):
        draft(manager_of(bank("另一家虚构银行")))


def test_a_product_that_asks_for_unknown_items_is_not_submitted(manager):
    version = draft(manager, required_items=("registration", "horoscope"))
    with pytest.raises(RuleBroken) as refused:
        service.submit_product(manager, version.id)
    assert "required_items" in refused.value.details["fields"]
    assert version.state is S.DRAFT


def test_a_criterion_on_an_unknown_indicator_is_refused_at_the_door(manager):
    with pytest.raises(InvalidInput) as refused:
        draft(manager, criteria=(criterion("indicator:luck", "at_least", 1),))
    assert "criteria.0" in refused.value.fields


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"terms": replace(TERMS, amount_min_fen=10**12)}, "amount_max"),
        ({"terms": replace(TERMS, amount_max_fen=0)}, "amount_max"),
        ({"terms": replace(TERMS, term_min_months=0)}, "term_min"),
        ({"terms": replace(TERMS, rate_max=2)}, "rate_max"),
        ({"terms": replace(TERMS, promise_days=0)}, "promise_days"),
        ({"code": "编号"}, "code"),
        ({"name": " "}, "name"),
        ({"region_codes": ("4",)}, "region_codes"),
        ({"region_codes": ("990000",)}, "region_codes"),
        ({"region_codes": ("410400",) * 101}, "region_codes"),
        ({"description": "长" * 4001}, "description"),
        ({"documents": ("长" * 1001,)}, "documents"),
        ({"terms": replace(TERMS, fee_note="长" * 501)}, "fee_note"),
    ],
)
def test_facts_that_cannot_be_right_are_refused(manager, changes, field):
    with pytest.raises(InvalidInput) as refused:
        draft(manager, **changes)
    assert field in refused.value.fields


def test_the_database_too_keeps_amounts_in_order(db, manager):
    version = draft(manager)
    version.amount_min_fen = 10**12
    with pytest.raises(IntegrityError), db.begin_nested():
        db.flush()


def test_a_submission_is_taken_back_by_its_bank_only_and_the_office_hears(manager, db):
    version = under_review(manager)
    with pytest.raises(Forbidden):
        service.withdraw_product(clerk(), version.id)
    with pytest.raises(NotFound):
        service.withdraw_product(manager_of(bank("另一家虚构银行")), version.id)
    service.withdraw_product(manager, version.id)
    assert version.state is S.DRAFT
    with pytest.raises(InvalidTransition):
        service.withdraw_product(manager, version.id)


def test_what_a_colleague_saved_is_not_overwritten_unknowingly(manager):
    version = draft(manager)
    read_as = service.draft_mark(version, service.DraftPart.FACTS)
    service.update_draft(manager, version.id, replace(FACTS, name="甲改的"), read_as=read_as)
    with pytest.raises(Conflict) as refused:
        service.update_draft(manager, version.id, replace(FACTS, name="乙改的"), read_as=read_as)
    assert refused.value.code == service.CHANGED


def test_the_same_content_sent_twice_is_no_conflict(manager):
    version = draft(manager)
    read_as = service.draft_mark(version, service.DraftPart.FACTS)
    for _ in range(2):
        service.update_draft(manager, version.id, replace(FACTS, name="新名"), read_as=read_as)
    assert version.name == "新名"


SECOND = "信用等级 不低于 BB｜说明：低了。"


def test_an_empty_text_takes_no_criteria_away(manager):
    version = draft(manager)
    with pytest.raises(InvalidInput, match="现有的 1 条没有改动"):
        service.replace_criteria(manager, version.id, "# 没有条件\n")


def test_criteria_and_examples_have_marks_of_their_own(manager):
    version = draft(manager)
    parts = service.DraftPart
    rules, examples = (service.draft_mark(version, p) for p in (parts.CRITERIA, parts.EXAMPLES))
    service.add_proposed_examples(manager, version.id)
    line = "员工人数 不低于 9｜说明：少了。"
    service.replace_criteria(manager, version.id, line, read_as=rules)
    with pytest.raises(Conflict):
        service.replace_criteria(manager, version.id, line + "\n" + SECOND, read_as=rules)
    with pytest.raises(Conflict):
        service.keep_examples(manager, version.id, [], read_as=examples)


def test_a_pasted_rule_on_a_list_nobody_has_is_refused_with_its_place(manager):
    version = draft(manager)
    raw = json.dumps([criterion("tags", "has_any", ["whitelist:friends"])])
    with pytest.raises(InvalidInput) as refused:
        service.replace_criteria(manager, version.id, raw)
    assert refused.value.fields == {
        "item.1": "第 1 条：“企业资质与名单”没有“whitelist:friends”这个选项。"
    }
