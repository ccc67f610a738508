"""A draft that nobody wants is thrown away and stays on record."""

from dataclasses import replace

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
from xinyidai.audit.queries import list_of_subject
from xinyidai.kernel.errors import (
    Conflict,
    Forbidden,
    InvalidInput,
    InvalidTransition,
    NotFound,
    RuleBroken,
)
from xinyidai.notifications.models import Notification
from xinyidai.products import queries, service
from xinyidai.products.service import DraftPart
from xinyidai.products.values import ProductVersionState as S

WHY = "重复录入"


@pytest.fixture
def manager(db):
    """The product manager of an invented bank."""
    return manager_of(bank())


def test_a_draft_is_discarded_with_its_reason_on_record(manager):
    version = draft(manager)
    service.discard_product(manager, version.id, f" {WHY} ")
    assert version.state is S.DISCARDED
    entry = list_of_subject("product_version", version.id)[-1]
    assert (entry.action, entry.details) == ("product:discard", {"reason": WHY})
    assert service.read_discarding(version) is entry
    with pytest.raises(InvalidTransition):
        service.discard_product(manager, version.id, WHY)


def test_only_its_own_bank_discards_a_draft(manager):
    version = draft(manager)
    with pytest.raises(Forbidden):
        service.discard_product(clerk(), version.id, WHY)
    with pytest.raises(NotFound):
        service.discard_product(manager_of(bank("另一家虚构银行")), version.id, WHY)
    assert version.state is S.DRAFT
    assert service.read_discarding(version) is None


def test_what_is_under_review_is_taken_back_first(manager):
    version = submitted(manager, draft(manager).id)
    with pytest.raises(InvalidTransition, match="先撤回提交"):
        service.discard_product(manager, version.id, WHY)
    service.withdraw_product(manager, version.id)
    assert service.discard_product(manager, version.id, WHY).state is S.DISCARDED


def test_what_was_ever_listed_is_never_discarded(manager):
    version = listed_version(manager)
    for _ in range(2):
        with pytest.raises(InvalidTransition):
            service.discard_product(manager, version.id, WHY)
        if version.state is S.LISTED:
            service.delist_product(manager, version.id, "停办")
    assert version.state is S.DELISTED


@pytest.mark.parametrize("reason", ["", "  ", "长" * 501])
def test_a_reason_must_be_given(manager, reason):
    version = draft(manager)
    with pytest.raises(InvalidInput) as refused:
        service.discard_product(manager, version.id, reason)
    assert list(refused.value.fields) == ["reason"]
    assert version.state is S.DRAFT


def test_what_a_colleague_saved_is_not_thrown_away_unknowingly(manager):
    version = draft(manager)
    read_as = service.draft_mark(version, DraftPart.WHOLE)
    service.update_draft(manager, version.id, replace(FACTS, description="同事改过"))
    with pytest.raises(Conflict) as refused:
        service.discard_product(manager, version.id, WHY, read_as=read_as)
    assert refused.value.code == service.CHANGED
    again = service.draft_mark(version, DraftPart.WHOLE)
    assert service.discard_product(manager, version.id, WHY, read_as=again).state is S.DISCARDED


def test_who_drafted_it_hears_that_a_colleague_discarded_it(manager, db):
    version = draft(manager)
    colleague = replace(manager, account_id=clerk().account_id)
    service.discard_product(colleague, version.id, WHY)
    [told] = db.query(Notification).filter_by(title=f"草稿已作废：{version.name}").all()
    assert WHY in told.body


def test_the_product_goes_on_with_its_other_versions(manager):
    first = listed_version(manager)
    second = service.revise_product(manager, first.product_id)
    service.discard_product(manager, second.id, WHY)
    assert [one.id for one in queries.list_of_institution(manager.party_id)] == [first.id]
    third = service.revise_product(manager, first.product_id)
    assert (third.version, third.state) == (3, S.DRAFT)


def test_a_new_version_copies_what_was_not_discarded_unless_it_is_asked_for(manager):
    first = listed_version(manager)
    second = service.revise_product(manager, first.product_id)
    service.update_draft(manager, second.id, replace(FACTS, description="另一种说法"))
    service.discard_product(manager, second.id, WHY)
    third = service.revise_product(manager, first.product_id)
    assert third.description == first.description
    service.discard_product(manager, third.id, WHY)
    fourth = service.revise_product(manager, first.product_id, source_id=second.id)
    assert fourth.description == "另一种说法"


def test_the_code_of_a_discarded_product_serves_its_own_bank_again(manager):
    first = draft(manager)
    with pytest.raises(Conflict):
        service.draft_product(manager, FACTS)
    service.discard_product(manager, first.id, WHY)
    with pytest.raises(Conflict):
        service.draft_product(manager_of(bank("另一家虚构银行")), FACTS)
    again = service.draft_product(manager, replace(FACTS, name="换个名字"))
    assert (again.product_id, again.version) == (first.product_id, 2)
    assert [one.id for one in queries.list_of_institution(manager.party_id)] == [again.id]


def test_what_is_discarded_is_not_changed_tried_or_submitted(manager):
    version = draft(manager)
    service.discard_product(manager, version.id, WHY)
    for step in (
        lambda: service.update_draft(manager, version.id, FACTS),
        lambda: service.keep_examples(manager, version.id, []),
        lambda: service.submit_product(manager, version.id),
    ):
        with pytest.raises(InvalidTransition):
            step()
    with pytest.raises(RuleBroken, match="已作废"):
        service.open_for_shadow(manager, version.id)
