"""All firms of a day at once: the same outcomes as one by one, and nothing but counts."""

import pytest

from tests.matching.factories import firm, user_of
from tests.products.factories import bank, listed_version, manager_of
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM
from xinyidai.kernel.errors import Forbidden
from xinyidai.matching import service
from xinyidai.matching.values import Wish
from xinyidai.profiles import service as profiles


def test_the_batch_counts_what_each_firm_gets_by_itself(db):
    listed_version(manager_of(bank()))
    firms = [firm() for _ in range(3)]
    for one in firms:
        profiles.build_profile(SYSTEM, one.id)
    runs = [service.match_own_firm(user_of(one.id), one.id, Wish()).run for one in firms]
    counts = service.match_all(clock.today())
    assert (counts.firms, counts.products) == (3, 1)
    assert counts.pairs_eligible == sum(run.eligible_count for run in runs)
    assert counts.pairs_insufficient == sum(run.insufficient_count for run in runs)
    assert counts.pairs_ineligible == sum(run.ineligible_count for run in runs)


def test_a_firm_without_a_profile_of_the_day_is_not_counted(db):
    one = firm()
    profiles.build_profile(SYSTEM, one.id)
    one.facts_version += 1
    db.flush()
    assert service.match_all(clock.today()).firms == 0


def test_only_the_platform_matches_all_firms(db):
    with pytest.raises(Forbidden):
        service.match_all(clock.today(), actor=user_of(firm().id))
