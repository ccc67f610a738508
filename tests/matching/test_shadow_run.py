"""A trial beside the listed version over the past months, and old matches judged again."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy.exc import ProgrammingError

from tests.matching.factories import firm, user_of
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
from xinyidai.credit_records.models import QueryEvent
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM, Actor, Role
from xinyidai.kernel.errors import Forbidden, NotFound, RuleBroken
from xinyidai.matching import service
from xinyidai.matching.models import MatchRun
from xinyidai.matching.shadow_rules import Look, Trial
from xinyidai.matching.values import Wish
from xinyidai.products import queries as products
from xinyidai.products import service as product_service
from xinyidai.products.rules import parse_criteria
from xinyidai.products.values import Outcome, ShadowSide
from xinyidai.profiles import service as profiles
from xinyidai.whitelist.models import WhitelistEntry, WhitelistStep
from xinyidai.whitelist.values import EntryAction, EntryState

STAFF = criterion("employees", "at_least", 10, "staff")
AMOUNT = criterion("amount_fen", "at_most", 1_000, "amount")


def rules(*raw):
    """Return parsed criteria."""
    return parse_criteria(raw, {})


def looks(*staff: int | None):
    """Return what a firm read month by month, its staff only."""
    return [
        Look(date(2026, place, 28), {} if number is None else {"employees": number}, place)
        for place, number in enumerate(staff, start=1)
    ]


@pytest.fixture
def manager(db):
    """The product manager of an invented bank."""
    return manager_of(bank())


@pytest.fixture
def tried(manager):
    """A listed product for ten people and more, a draft for five and more, and twelve firms."""
    for number in range(12):
        one = firm(employees=number)
        profiles.build_profile(SYSTEM, one.id)
    first = listed_version(manager, criteria=(STAFF,))
    second = product_service.revise_product(manager, first.product_id)
    looser = replace(FACTS, criteria=(STAFF | {"value": 5}, AMOUNT), examples=None)
    return product_service.update_draft(manager, second.id, looser)


def test_firms_on_one_side_only_are_counted_once_with_the_criterion_that_decides():
    trial = Trial(rules(STAFF | {"value": 5}), rules(STAFF))
    for number, staff in enumerate(((7, 7), (12, 12), (3, 12), (12, 7), (None, 6), (None, None))):
        trial.add(f"firm{number}", looks(*staff))
    assert (trial.firms, trial.reach, trial.listed_reach) == (6, 5, 2)
    assert (trial.gained, trial.lost) == (2, 0)
    assert [(c.enterprise_id, c.criteria, c.facts_version) for c in trial.changes] == [
        ("firm0", ("staff",), 2),
        ("firm4", ("staff",), 2),
    ]
    assert trial.months_as_json()[0] == {
        "month": "2026-01", "firms": 6, "draft": 3, "listed": 2, "gained": 1, "lost": 0,
    }  # fmt: skip
    assert trial.by_criterion() == [
        {"side": "gained", "code": "staff", "text": "员工人数不低于10 人", "firms": 2}
    ]


def test_a_change_that_is_no_longer_so_is_kept_without_the_present_facts():
    trial = Trial(rules(STAFF | {"value": 20}), rules(STAFF))
    trial.add("firm", looks(12, None))
    [change] = trial.changes
    assert (change.side, change.criteria, change.facts_version) == (
        ShadowSide.LOST,
        ("staff",),
        None,
    )


def test_a_trial_counts_whom_the_draft_gains_and_is_one_event(manager, tried, db):
    run = service.shadow_run(manager, tried.id)
    assert (run.firms, run.reach, run.listed_reach, run.gained, run.lost) == (12, 7, 2, 5, 0)
    assert product_service.change_text(run) == "+5 / −不足 5 家"
    assert run.left_out == ["申请金额不高于0.001 万元"]
    event = db.get(QueryEvent, run.query_event_id)
    assert (event.purpose, event.firm_count, event.account_id) == (
        "matching", 12, manager.account_id,
    )  # fmt: skip
    changes = products.list_shadow_changes(run.id)
    assert sorted(one.employees for _, one in changes) == [5, 6, 7, 8, 9]
    assert run.rules_digest == product_service.rules_digest(tried)
    assert {one["code"]: one[Outcome.ELIGIBLE] for one in run.met} == {
        "service_region": 12, "staff": 7,
    }  # fmt: skip


def test_a_first_version_has_a_reach_and_nothing_to_compare_with(manager):
    for number in range(6):
        profiles.build_profile(SYSTEM, firm(employees=10 + number).id)
    run = service.shadow_run(manager, draft(manager, criteria=(STAFF,)).id)
    assert (run.listed_version_id, run.reach, run.gained) == (None, 6, 6)
    assert products.list_shadow_changes(run.id) == []


def test_an_older_profile_counts_in_its_month_and_not_after_a_year(manager, tried):
    old = firm(employees=9)
    for days in (40, 400):
        with clock.at(clock.now() - timedelta(days=days)):
            profiles.build_profile(SYSTEM, old.id)
    run = service.shadow_run(manager, tried.id)
    assert (run.firms, len(run.months), run.gained) == (13, 2, 6)


def test_a_month_is_judged_by_the_lists_of_that_month(manager, db, monkeypatch):
    # Without titles to look up, what stands in the tags are the lists alone.
    monkeypatch.setattr("xinyidai.matching.service.assembling.TAG_INDICATORS", ())
    member = firm(employees=9)
    left = clock.now() - timedelta(days=20)
    entry = WhitelistEntry(
        list_type="general", enterprise_id=member.id, state=EntryState.REMOVED, basis="虚构",
        rules_version="1", listed_at=left - timedelta(days=200), removed_at=left,
    )  # fmt: skip
    db.add(entry)
    db.flush()
    for action, state, at in (
        (EntryAction.LIST, EntryState.LISTED, left - timedelta(days=200)),
        (EntryAction.REMOVE, EntryState.REMOVED, left),
    ):
        db.add(WhitelistStep(entry_id=entry.id, action=action, to_state=state, actor_name="虚构",
                             reason="", taken_at=at))  # fmt: skip
    for days in (70, 0):
        with clock.at(clock.now() - timedelta(days=days)):
            profiles.build_profile(SYSTEM, member.id)
    asked = criterion("tags", "has_any", ["whitelist:general"], "on")
    run = service.shadow_run(manager, draft(manager, region_codes=(), criteria=(asked,)).id)
    assert [(month["firms"], month["draft"]) for month in run.months] == [(1, 1), (1, 0)]


def test_what_waits_for_review_untried_is_tried_once_by_the_platform(manager, monkeypatch):
    monkeypatch.setattr("xinyidai.products.service.shadow.MOST_A_DAY", 0)
    version = submitted(manager, draft(manager, criteria=(STAFF,)).id)
    assert service.run_due_shadows() == 1
    run = products.find_shadow_run(version.id)
    assert (run.rules_digest, run.run_by) == (product_service.rules_digest(version), None)
    assert service.run_due_shadows() == 0


def test_only_the_bank_itself_and_the_office_try_a_version(manager, tried):
    with pytest.raises(NotFound):
        service.shadow_run(manager_of(bank("另一家虚构银行")), tried.id)
    with pytest.raises(Forbidden):
        service.shadow_run(user_of(firm().id), tried.id)
    assert service.shadow_run(clerk(), tried.id).run_by_name == "信用办"


def test_a_version_off_the_shelf_is_not_tried_nor_one_too_often(manager, monkeypatch):
    version = listed_version(manager, criteria=(STAFF,))
    monkeypatch.setattr("xinyidai.products.service.shadow.MOST_A_DAY", 1)
    service.shadow_run(manager, version.id)
    with pytest.raises(RuleBroken, match="一天内最多试运行 1 次"):
        service.shadow_run(manager, version.id)
    product_service.delist_product(manager, version.id, "额度用完")
    with pytest.raises(RuleBroken, match="已下架"):
        service.shadow_run(manager, version.id)


def test_a_large_city_is_tried_in_the_background_for_the_person_who_asked(
    manager, tried, monkeypatch
):
    monkeypatch.setattr("xinyidai.matching.service.shadowing.MOST_AT_ONCE", 3)
    assert service.shadow_run(manager, tried.id) is None
    service.run_queued_shadow(
        {
            "version_id": str(tried.id),
            "account_id": str(manager.account_id),
            "role": manager.role.value,
            "party_id": str(manager.party_id),
            "person": manager.name,
        }
    )
    run = products.find_shadow_run(tried.id)
    assert (run.gained, run.run_by) == (5, manager.account_id)


def test_a_trial_is_not_changed_afterwards(manager, tried, db):
    run = service.shadow_run(manager, tried.id)
    run.gained = 99
    with pytest.raises(ProgrammingError, match="permission denied"):
        db.flush()


def matched(one) -> MatchRun:
    """Return a firm's own matching of today."""
    profiles.build_profile(SYSTEM, one.id)
    return service.match_own_firm(user_of(one.id), one.id, Wish(500, 12)).run


def test_an_old_match_comes_out_the_same_by_its_old_version(manager):
    one = firm(employees=12, established_on=date(2020, 1, 1))
    first = listed_version(manager, criteria=(STAFF, AMOUNT))
    listed_version(manager, code="OTHER", criteria=(STAFF | {"value": 50},), region_codes=("42",))
    run = matched(one)
    second = product_service.revise_product(manager, first.product_id)
    product_service.update_draft(
        manager, second.id, replace(FACTS, criteria=(STAFF | {"value": 50},), examples=None)
    )
    product_service.list_product(clerk(), submitted(manager, second.id).id)
    with clock.at(clock.now() + timedelta(days=30)):
        done = service.replay_run(SYSTEM, run.id)
    assert {one.then for one in done} == {Outcome.ELIGIBLE, Outcome.INELIGIBLE}
    assert first.id in {one.version_id for one in done}
    assert all(one.is_same for one in done)


def test_a_replay_names_the_field_whose_reading_has_moved(manager, db):
    one = firm(employees=12)
    listed_version(manager, criteria=(STAFF,))
    run = matched(one)
    one.employees = 3
    db.flush()
    [done] = service.replay_run(SYSTEM, run.id)
    assert (done.then, done.now, done.moved) == (
        Outcome.ELIGIBLE, Outcome.INELIGIBLE, ("employees",),
    )  # fmt: skip
    assert not done.is_same


def test_the_firm_and_its_overseers_replay_and_nobody_else(manager):
    listed_version(manager, criteria=(STAFF,))
    one, other = firm(), firm()
    run = matched(one)
    for actor in (user_of(one.id), clerk()):
        assert all(done.is_same for done in service.replay_run(actor, run.id))
    with pytest.raises(NotFound):
        service.replay_run(user_of(other.id), run.id)
    for role in (Role.BANK_OFFICER, Role.DEPARTMENT):
        with pytest.raises(Forbidden):
            service.replay_run(Actor(None, role, None, "某人"), run.id)
