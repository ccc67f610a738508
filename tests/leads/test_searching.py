"""Whom a bank seeks: numbers by outcome that give no firm away, and firms only under consent."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from tests.leads.town import LARGE, MACHINERY, MANY, Town
from tests.products import factories as products
from tests.products.worlds import criterion
from xinyidai.credit_records.models import QueryEvent
from xinyidai.credit_records.values import QueryKind
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.errors import Conflict, Forbidden, InvalidInput, NotFound, RuleBroken
from xinyidai.leads import queries, rules, service
from xinyidai.leads.models import LeadCount
from xinyidai.leads.values import SearchOrder
from xinyidai.products.values import Outcome


@pytest.fixture
def town(db):
    return Town(size=3)


@pytest.fixture
def crowd(db):
    return Town(size=MANY)


def shown(search):
    return service.shown_counts([search.id])[search.id].shown


def test_a_count_by_outcome_is_one_platform_run_with_one_event_and_names_nobody(crowd, db):
    search = crowd.search()
    counts = shown(search)
    assert counts[Outcome.ELIGIBLE].number in {20, 30}
    assert counts[Outcome.INELIGIBLE].text == "不足 20 家"
    [event] = db.scalars(select(QueryEvent).where(QueryEvent.party_id == crowd.bank.id))
    assert (event.kind, event.purpose, event.enterprise_id) == (
        QueryKind.PLATFORM,
        "matching",
        None,
    )
    assert event.firm_count >= crowd.size


def test_few_firms_are_never_told_apart(db):
    few = Town(size=7)
    nobody, seven = few.search(LARGE, "大厂"), few.search()
    assert {shown(one)[Outcome.ELIGIBLE].number for one in (nobody, seven)} == {None}


def test_missing_data_is_counted_as_such_and_never_as_meeting_the_condition(crowd):
    counts = shown(crowd.search((criterion("revenue_fen", "at_least", 1),), "有收入"))
    assert counts[Outcome.ELIGIBLE].number is None
    assert counts[Outcome.INSUFFICIENT].number in {20, 30}


def test_the_same_search_always_shows_the_same_number(crowd):
    search = crowd.search()
    first = shown(search)[Outcome.ELIGIBLE].number
    assert shown(service.count_again(crowd.officer, search.id))[Outcome.ELIGIBLE].number == first


def test_a_search_that_differs_by_one_firm_repeats_the_earlier_number(crowd):
    crowd.firms[0].established_on = clock.today() - timedelta(days=4000)
    everybody = shown(crowd.search())[Outcome.ELIGIBLE]
    but_one = (*MACHINERY, criterion("employees", "at_most", 20))
    crowd.firms[1].employees = 500
    nearly = shown(crowd.search(but_one, "去掉一家"))[Outcome.ELIGIBLE]
    assert nearly.number == everybody.number
    assert nearly.as_of == clock.today()


def test_a_search_far_from_all_earlier_ones_has_a_number_of_its_own(crowd, db):
    crowd.add_many(20, industry_code="F5111", section="F")  # far apart whatever their drawers
    crowd.search()
    trade = crowd.search((criterion("industry", "in_industry", ["F"]),), "批发")
    rows = db.scalars(select(LeadCount).where(LeadCount.search_id == trade.id)).all()
    assert [row.repeats for row in rows if row.outcome is Outcome.ELIGIBLE] == [None]


def test_a_bank_counts_only_so_often_a_day(town, monkeypatch):
    monkeypatch.setattr(rules, "MOST_COUNTS_A_DAY", 2)
    search = town.search()
    service.count_again(town.officer, search.id)
    with pytest.raises(RuleBroken, match="明天"):
        service.count_again(town.officer, search.id)
    assert service.counts_left(town.bank.id) == 0
    assert service.counts_left(town.other.id) == 2


def test_without_profiles_of_the_day_nothing_is_counted(db):
    empty = Town(size=0)
    with pytest.raises(Conflict, match="还没有算完"):
        empty.search()


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (criterion("shoe_size", "at_least", 2), "没有“shoe_size”"),
        (criterion("indicator:no_such_thing", "at_least", 2), "没有"),
        (criterion("amount_fen", "at_least", 2), "申请时才填"),
        (criterion("employees", "in_region", ["41"]), "不能使用"),
    ],
)
def test_unknown_fields_and_what_only_a_firm_wishes_are_refused(town, bad, words):
    with pytest.raises(InvalidInput) as refused:
        town.search((bad,))
    assert any(words in text for text in refused.value.fields.values())


def test_a_search_needs_a_name_and_a_condition(town):
    with pytest.raises(InvalidInput) as refused:
        town.search((), " ")
    assert set(refused.value.fields) == {"name", "criteria"}


def test_like_my_product_takes_its_conditions_but_not_the_wish(db):
    town = Town(size=1)
    manager = products.manager_of(town.bank)
    asks = (criterion("amount_fen", "at_least", 1, "amount"), criterion("employees", "at_least", 5))
    version = products.listed_version(manager, criteria=asks, code="LIKE-ME")
    search = service.count_firms(manager, SearchOrder("像我的产品", (), version.product_id))
    asked = {entry["field"] for entry in search.criteria}
    assert asked == {"region_code", "employees"}
    with pytest.raises(NotFound):
        service.count_firms(
            town.rival.as_actor(), SearchOrder("别人的产品", (), version.product_id)
        )


def test_only_banks_search_and_only_their_own_searches_exist(town):
    with pytest.raises(Forbidden):
        town.search(actor=town.boss())
    with pytest.raises(Forbidden):
        town.search(actor=Actor(uuid4(), Role.CREDIT_OFFICE, uuid4(), "信用办"))
    search = town.search()
    for deed in (service.count_again, service.save_search, service.stop_search,
                 service.invite_firms, service.read_search):  # fmt: skip
        with pytest.raises(NotFound):
            deed(town.rival.as_actor(), search.id)
        with pytest.raises(NotFound):
            deed(town.officer, uuid4())


def test_the_words_for_firms_and_the_order_of_conditions_do_not_make_another_search():
    one, two = criterion("employees", "at_least", 5), criterion("grade", "at_least", "BBB")
    reworded = replace_text(one, "人太少")
    assert rules.fingerprint_of([one, two]) == rules.fingerprint_of([two, reworded])
    assert rules.fingerprint_of([one]) != rules.fingerprint_of([two])


def replace_text(entry, words):
    return entry | {"denial_text": words}


def test_sketches_are_never_farther_apart_than_their_firms_are():
    firms = [uuid4() for _ in range(400)]
    secret = b"k" * 32
    whole = rules.sketch_of(firms, secret)
    for gone in (0, 1, 4, 9, 40):
        part = rules.sketch_of(firms[gone:], secret)
        assert rules.distance(whole, part) == gone
    moved = rules.sketch_of([*firms[3:], *(uuid4() for _ in range(3))], secret)
    assert rules.distance(whole, moved) <= 6


def test_the_log_of_counts_is_kept_for_the_office(town):
    search = town.search()
    overseer = Actor(uuid4(), Role.CREDIT_OFFICE, uuid4(), "信用办")
    [numbers] = service.read_lead_numbers(overseer)
    assert (numbers.searches, numbers.counts, numbers.invited) == (1, 1, 0)
    assert queries.find_search(search.id).created_by == town.staff.id
    with pytest.raises(Forbidden):
        service.read_lead_numbers(town.officer)
