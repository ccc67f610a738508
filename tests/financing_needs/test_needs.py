"""A firm's needs: drafted, published, withdrawn, ended by time; and matched as they stand."""

from uuid import uuid4

import pytest

from tests.financing_needs.factories import NEED
from tests.matching.factories import WISH, firm, user_of
from xinyidai.audit import queries as audit
from xinyidai.financing_needs import queries, service
from xinyidai.financing_needs.values import FinancingNeedState as S
from xinyidai.financing_needs.values import NeedFacts
from xinyidai.kernel.actor import SYSTEM, Actor, Role
from xinyidai.kernel.errors import InvalidInput, NotFound
from xinyidai.matching import service as matching
from xinyidai.products.values import Wish


@pytest.fixture
def enterprise(db):
    """An invented firm."""
    return firm()


def test_a_need_is_drafted_published_and_withdrawn_with_a_trail(enterprise):
    user = user_of(enterprise.id)
    need = service.draft_need(user, enterprise.id, NEED)
    service.publish_need(user, need.id)
    assert (need.state, need.wish) == (S.PUBLISHED, WISH)
    assert need.expires_on is not None
    service.withdraw_need(user, need.id)
    actions = [
        entry.action.split(":")[1] for entry in audit.list_of_subject("financing_need", need.id)
    ]
    assert actions == ["draft", "publish", "withdraw"]


def test_a_draft_need_may_be_changed_and_is_listed_for_its_firm(enterprise):
    user = user_of(enterprise.id)
    need = service.draft_need(user, enterprise.id, NEED)
    service.update_need(user, need.id, NeedFacts(Wish(1, 2), "付工资"))
    assert (need.wish, need.purpose_text) == (Wish(1, 2), "付工资")
    assert queries.list_needs_of(enterprise.id) == [need]


def test_a_need_is_matched_and_its_run_found(enterprise):
    user = user_of(enterprise.id)
    need = service.draft_need(user, enterprise.id, NEED)
    run = service.match_need(user, need.id).run
    later = matching.match_own_firm(user, enterprise.id, WISH).run
    assert matching.read_current_run(user, enterprise.id, need_id=need.id) is run
    assert matching.read_current_run(user, enterprise.id) is later


@pytest.mark.parametrize("role", [r for r in Role if r not in {Role.ENTERPRISE_USER, Role.SYSTEM}])
def test_nobody_but_the_firm_touches_its_need(enterprise, role):
    need = service.draft_need(user_of(enterprise.id), enterprise.id, NEED)
    with pytest.raises(NotFound):
        service.publish_need(Actor(uuid4(), role, enterprise.id, "别人"), need.id)
    with pytest.raises(NotFound):
        service.withdraw_need(user_of(uuid4()), need.id)


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        (NeedFacts(Wish(0, 12), "用途"), "amount"),
        (NeedFacts(Wish(None, 12), "用途"), "amount"),
        (NeedFacts(Wish(1, 0), "用途"), "term_months"),
        (NeedFacts(Wish(1, 12), " "), "purpose_text"),
        (NeedFacts(Wish(1, 12), "用途", "长" * 1001), "preferences"),
    ],
)
def test_a_need_that_cannot_be_right_is_refused(enterprise, facts, field):
    with pytest.raises(InvalidInput) as refused:
        service.draft_need(user_of(enterprise.id), enterprise.id, facts)
    assert field in refused.value.fields


def test_a_need_ends_after_its_last_day(enterprise, at):
    user = user_of(enterprise.id)
    with at("2026-05-01T09:00"):
        need = service.publish_need(user, service.draft_need(user, enterprise.id, NEED).id)
    with at("2026-07-30T23:00"):
        assert service.expire_needs(SYSTEM) == 0
    with at("2026-07-31T00:20"):
        assert service.expire_needs(SYSTEM) == 1
    assert need.state is S.EXPIRED


def test_the_need_of_another_firm_is_not_matched(enterprise):
    other = firm(name="另一家虚构企业")
    need = service.draft_need(user_of(other.id), other.id, NEED)
    with pytest.raises(NotFound):
        service.match_need(user_of(enterprise.id), need.id)
