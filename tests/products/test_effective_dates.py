"""Versions and criteria of a later date, and what a product may ask for."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.products.factories import (
    FACTS,
    bank,
    clerk,
    draft,
    listed_version,
    manager_of,
    submitted,
)
from tests.products.worlds import criterion
from xinyidai.consents.models import PurposeTemplate
from xinyidai.kernel import clock
from xinyidai.kernel.errors import InvalidInput, RuleBroken
from xinyidai.notifications.models import Notification
from xinyidai.products import queries, service
from xinyidai.products.service import indicator_names
from xinyidai.products.values import ProductVersionState as S


@pytest.fixture
def manager(db):
    """The product manager of an invented bank."""
    return manager_of(bank())


def in_days(days: int):
    """Return the day so many days from now."""
    return clock.today() + timedelta(days=days)


def next_version(manager, first, **changes):
    """List a second version of a product."""
    second = service.revise_product(manager, first.product_id)
    facts = replace(FACTS, examples=None, **changes)
    service.update_draft(manager, second.id, facts)
    return service.list_product(clerk(), submitted(manager, second.id).id)


def test_a_waiting_version_is_not_offered_and_the_former_stays_until_then(manager):
    first = listed_version(manager)
    second = next_version(manager, first, effective_from=in_days(10), name="二代")
    assert (first.state, second.state) == (S.LISTED, S.LISTED)
    assert queries.listed_version_ids() == (first.id,)
    assert queries.listed_version_ids(on=in_days(10)) == (second.id,)
    assert queries.find_listed_version(first.product_id).id == first.id
    assert first.product.name == FACTS.name
    with clock.at(clock.now() + timedelta(days=10)):
        assert queries.find_listed_version(first.product_id).id == second.id
        assert service.end_replaced() == 1
        assert (first.state, first.product.name) == (S.DELISTED, "二代")
        assert service.end_replaced() == 0


def test_a_newer_waiting_version_takes_the_place_of_the_one_that_waits(manager):
    first = listed_version(manager)
    second = next_version(manager, first, effective_from=in_days(10))
    third = next_version(manager, first, effective_from=in_days(5))
    assert (first.state, second.state, third.state) == (S.LISTED, S.DELISTED, S.LISTED)
    assert first.replaced_on == in_days(5)
    fourth = next_version(manager, first, effective_from=None)
    assert [one.state for one in (first, third, fourth)] == [S.DELISTED, S.DELISTED, S.LISTED]


def test_a_waiting_version_that_is_taken_off_leaves_the_former_on_sale(manager):
    first = listed_version(manager)
    second = next_version(manager, first, effective_from=in_days(10))
    service.delist_product(manager, second.id, "不换了")
    assert (first.state, first.replaced_on, first.product.current_version) == (S.LISTED, None, 1)
    with clock.at(clock.now() + timedelta(days=11)):
        assert service.end_replaced() == 0
        assert queries.find_listed_version(first.product_id).id == first.id


def test_a_version_taken_off_between_two_lets_the_first_last_until_the_third(manager):
    first = listed_version(manager)
    second = next_version(manager, first, effective_from=in_days(5))
    third = next_version(manager, first, effective_from=in_days(9))
    assert (first.replaced_on, second.replaced_on) == (in_days(5), in_days(9))
    service.delist_product(manager, second.id, "跳过")
    assert (first.replaced_on, third.replaced_on) == (in_days(9), None)


def test_a_version_taken_off_while_the_next_waits_does_not_stop_the_next(manager):
    first = listed_version(manager)
    second = next_version(manager, first, effective_from=in_days(5))
    service.delist_product(manager, first.id, "提前停")
    assert queries.find_listed_version(first.product_id) is None
    assert queries.listed_version_ids(on=in_days(5)) == (second.id,)


def test_a_day_that_is_over_is_not_submitted_and_not_copied(manager):
    version = draft(manager, effective_from=in_days(-1))
    with pytest.raises(RuleBroken) as refused:
        service.submit_product(manager, version.id)
    assert "已经过了" in refused.value.details["fields"]["effective_from"]
    listed = listed_version(manager, code="TODAY", effective_from=clock.today())
    with clock.at(clock.now() + timedelta(days=3)):
        assert service.revise_product(manager, listed.product_id).effective_from is None


def test_a_first_version_of_a_later_date_is_offered_from_its_day_on(manager):
    version = listed_version(manager, effective_from=in_days(3))
    assert queries.find_listed_version(version.product_id) is None
    assert queries.listed_version_ids(on=in_days(3)) == (version.id,)


def test_a_criterion_holds_from_its_own_day_on(manager):
    later = criterion("employees", "at_least", 5, "staff") | {
        "effective_from": in_days(7).isoformat()
    }
    listed_version(manager, criteria=(*FACTS.criteria, later))
    names = indicator_names()
    [today] = queries.listed_products(names)
    [then] = queries.listed_products(names, on=in_days(7))
    assert [c.code for c in today.criteria] == ["service_region", "years"]
    assert [c.code for c in then.criteria] == ["service_region", "years", "staff"]


def test_industries_and_target_groups_stand_for_criteria(manager):
    version = draft(
        manager,
        industry_codes=("C", "F51"),
        target_groups=("small_and_micro", "medium", "high_tech"),
    )
    implied = {c.code: c.threshold_text() for c in queries.all_criteria(version, indicator_names())}
    assert implied["served_industry"] == "所属行业属于制造业（C）、批发业（F51）"
    assert implied["target_scale"] == "企业规模属于小型、微型、中型"
    assert implied["target_tags"] == "企业资质与名单至少具有其中一项：国家高新技术企业"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"industry_codes": ("Z9",)}, "industry_codes"),
        ({"target_groups": ("martians",)}, "target_groups"),
        ({"whitelist_code": "friends"}, "whitelist_code"),
    ],
)
def test_unknown_industries_groups_and_lists_are_refused(manager, changes, field):
    with pytest.raises(InvalidInput) as refused:
        draft(manager, **changes)
    assert field in refused.value.fields


def beyond(db) -> str:
    """Take 税务 out of what the purpose 贷前审查 may cover, as a new template would."""
    template = db.query(PurposeTemplate).filter_by(code="pre_loan", state="active").one()
    caps = template.content["caps"]
    items = [item for item in caps["items"] if item != "tax"]
    defaults = template.content["defaults"]
    template.content = {
        **template.content,
        "caps": {**caps, "items": items},
        "defaults": {**defaults, "items": [i for i in defaults["items"] if i != "tax"]},
    }
    db.flush()
    return "tax"


def test_a_product_that_asks_for_more_than_its_purpose_is_neither_submitted_nor_listed(manager, db):
    waiting = draft(manager)
    submitted(manager, waiting.id)
    other = draft(manager, code="OTHER")
    service.add_proposed_examples(manager, other.id)
    item = beyond(db)
    for act in (
        lambda: service.submit_product(manager, other.id),
        lambda: service.list_product(clerk(), waiting.id),
    ):
        with pytest.raises(RuleBroken) as refused:
            act()
        assert item in refused.value.details["fields"]["required_items"]
    assert (waiting.state, other.state) == (S.UNDER_REVIEW, S.DRAFT)


def test_the_bank_hears_of_a_return_a_listing_and_an_end(manager, db):
    version = submitted(manager, draft(manager).id)
    service.return_product(clerk(), version.id, "条件写错了")
    service.list_product(clerk(), service.submit_product(manager, version.id).id)
    service.delist_product(clerk(), version.id, "额度用完")
    titles = [
        one.title for one in db.query(Notification).filter_by(institution_id=manager.party_id)
    ]
    words = [title.split("：")[0] for title in titles]
    assert sorted(words) == sorted(["产品被退回修改", "产品已上架", "产品已下架"])
