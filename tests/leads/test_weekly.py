"""Standing matches: once a week, new firms in numbers, new products to firms."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tests.leads.town import MACHINERY, MANY, Town
from tests.products import factories as products
from tests.products.worlds import criterion
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM
from xinyidai.kernel.errors import Conflict, Forbidden, RuleBroken
from xinyidai.leads import queries, rules, service
from xinyidai.leads.models import StandingOffer
from xinyidai.notifications.models import Notification
from xinyidai.profiles import service as profiles


def next_monday():
    week = service.week_of(clock.today()) + timedelta(days=7)
    return clock.now() + timedelta(days=(week - clock.today()).days)


def rebuild(town):
    profiles.build_some([firm.id for firm in town.firms])


def told(db, **to):
    return db.scalars(select(Notification).filter_by(topic="lead", **to)).all()


def test_a_standing_match_tells_of_new_firms_once_a_week(db):
    town = Town(size=1)
    search = service.save_search(town.officer, town.search().id)
    with clock.at(next_monday()):
        town.add_many(MANY)
        rebuild(town)
        assert service.match_weekly(SYSTEM) == 1
        assert service.match_weekly(SYSTEM) == 0
        [week] = queries.weeks_of(search.id)
        assert week.new_shown in {20, 30}
        assert week.authorized_shown is None
        assert len(queries.met_before(search.id)) == MANY + 1
        [note] = told(db, institution_id=town.bank.id)
        assert "本周新增约" in note.title


def test_the_next_week_counts_only_who_is_new_and_few_are_not_told_apart(db):
    town = Town(size=MANY)
    search = service.save_search(town.officer, town.search().id)
    with clock.at(next_monday()):
        town.add()
        rebuild(town)
        service.match_weekly(SYSTEM)
        [week] = queries.weeks_of(search.id)
    assert week.new_shown is None
    assert week.total_shown in {20, 30}


def test_alike_searches_read_alike_every_week_so_that_no_mean_tells_more(db):
    town = Town(size=MANY)
    here = (*MACHINERY, criterion("region_code", "in_region", ["41"]))
    town.firms[0].employees = 500
    but_one = (*MACHINERY, criterion("employees", "at_most", 400))
    alike = [town.search(), town.search(here, "同样的企业"), town.search(but_one, "去掉一家")]
    for search in alike:
        service.save_search(town.officer, search.id)
    for later in (7, 35, 42):  # after 30 days the counts themselves are no longer compared with
        with clock.at(next_monday() + timedelta(days=later)):
            rebuild(town)
            assert service.match_weekly(SYSTEM) == len(alike)
            seen = {queries.weeks_of(search.id)[0].total_shown for search in alike}
            assert len(seen) == 1


def test_without_profiles_of_the_day_the_week_is_not_spent(db):
    town = Town(size=6)
    search = service.save_search(town.officer, town.search().id)
    with clock.at(next_monday()):
        assert service.match_weekly(SYSTEM) == 0
        with pytest.raises(Conflict):
            service.save_search(town.rival.as_actor(), of_the_rival(town).id)
        rebuild(town)
        assert service.match_weekly(SYSTEM) == 1
    assert len(queries.weeks_of(search.id)) == 1


def of_the_rival(town):
    with clock.at(clock.now() - timedelta(days=7)):
        rebuild(town)
        return town.search(actor=town.rival.as_actor())


def test_an_institution_has_only_so_many_standing_matches(db, monkeypatch):
    monkeypatch.setattr(rules, "MOST_SAVED", 1)
    town = Town(size=1)
    first, second = town.search(), town.search(name="又一次")
    service.save_search(town.officer, first.id)
    with pytest.raises(RuleBroken, match="最多 1 个"):
        service.save_search(town.officer, second.id)
    service.stop_search(town.officer, first.id)
    assert service.save_search(town.officer, second.id).saved_at


def test_a_search_saved_in_the_week_waits_for_the_next_and_a_stopped_one_rests(db):
    town = Town(size=1)
    search = service.save_search(town.officer, town.search().id)
    assert service.match_weekly(SYSTEM) == 0
    service.stop_search(town.officer, search.id)
    with clock.at(next_monday()):
        assert service.match_weekly(SYSTEM) == 0


def test_members_are_told_of_new_products_they_can_get_once(db):
    town = Town(size=2)
    for firm in town.firms:
        firm.registered_at = clock.now()
    town.firms[1].region_code = "420100"
    asks = (criterion("amount_fen", "at_least", 1, "amount"),)
    products.listed_version(products.manager_of(town.bank), code="NEW-ONE", criteria=asks)
    with clock.at(next_monday()):
        rebuild(town)
        assert service.offer_weekly(SYSTEM) == 1
        assert service.offer_weekly(SYSTEM) == 0
        [(offer, version)] = queries.offers_of(town.firms[0].id)
    assert version.name == "纳税信用贷"
    assert offer.week == service.week_of(clock.today()) + timedelta(days=7)
    assert db.scalar(select(func.count()).select_from(StandingOffer)) == 1
    assert told(db, enterprise_id=town.firms[1].id) == []


def test_only_the_platform_runs_the_week(db):
    town = Town(size=1)
    for deed in (service.match_weekly, service.offer_weekly):
        with pytest.raises(Forbidden):
            deed(town.officer)
