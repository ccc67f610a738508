"""The first places of all firms: kept, found again only while they hold, and not made twice."""

import pytest

from tests.matching.factories import WISH, firm, user_of
from tests.products.factories import bank, listed_version, manager_of
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM
from xinyidai.kernel.errors import Forbidden
from xinyidai.matching import service
from xinyidai.matching.models import MatchHead
from xinyidai.products import service as products
from xinyidai.profiles import service as profiles


@pytest.fixture
def enterprise(db):
    """An invented firm with a profile of the day, and a product on sale."""
    listed_version(manager_of(bank()))
    return profiled(firm())


def profiled(enterprise):
    profiles.build_profile(SYSTEM, enterprise.id)
    return enterprise


def test_the_batch_keeps_what_the_firm_hears_by_itself(enterprise, db):
    run = service.match_own_firm(user_of(enterprise.id), enterprise.id, WISH).run
    assert service.match_due() == 1
    head = db.get(MatchHead, enterprise.id)
    assert head.version_ids == [row.product_version_id for row in run.matches]
    assert head.outcomes == [row.outcome.value for row in run.matches]
    assert [score / 10**9 for score in head.scores] == [row.score for row in run.matches]
    assert (head.eligible_count, head.wish) == (run.eligible_count, run.wish)


def test_a_second_run_finds_nothing_to_do(enterprise):
    assert (service.match_due(), service.match_due()) == (1, 0)


def test_a_stopped_run_goes_on_where_it_stood(enterprise, db):
    more = [profiled(firm()) for _ in range(4)]
    told = []
    assert service.match_due(told.append, limit=2) == 2
    assert service.match_due(told.append) == 3
    assert told == [2, 3]
    assert all(db.get(MatchHead, one.id) for one in (enterprise, *more))


def test_only_the_firm_that_changed_is_matched_anew(enterprise, db):
    profiled(firm())
    assert service.match_due() == 2
    enterprise.facts_version += 1
    db.flush()
    assert service.find_head(SYSTEM, enterprise.id) is None
    assert service.match_due() == 0  # its profile is of facts that are no more
    profiled(enterprise)
    assert service.match_due() == 1
    assert service.find_head(SYSTEM, enterprise.id) is not None


def test_a_product_listed_or_taken_off_outdates_the_places(enterprise, db):
    service.match_due()
    manager = manager_of(bank())
    version = listed_version(manager, code="SECOND")
    assert service.find_head(SYSTEM, enterprise.id) is None
    assert service.match_due() == 1
    assert service.find_head(SYSTEM, enterprise.id).product_count == 2
    products.delist_product(manager, version.id, "额度用完")
    assert service.find_head(SYSTEM, enterprise.id) is None
    assert service.match_due() == 1


def test_a_newer_wish_of_the_firm_is_matched_for(enterprise):
    service.match_due()
    service.match_own_firm(user_of(enterprise.id), enterprise.id, WISH)
    assert service.match_due() == 1
    assert service.find_head(SYSTEM, enterprise.id).wish["amount_fen"] == WISH.amount_fen


def test_places_of_yesterday_are_not_shown(enterprise, at):
    service.match_due()
    assert service.find_head(SYSTEM, enterprise.id) is not None
    with at(f"{clock.today().year + 1}-01-05T09:00"):
        assert service.find_head(SYSTEM, enterprise.id) is None


def test_only_the_platform_matches_all_firms_and_keeps_it(enterprise):
    with pytest.raises(Forbidden):
        service.match_due(actor=user_of(enterprise.id))
