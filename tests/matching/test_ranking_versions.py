"""Versions of the ranking rule: each from its day, and an old match by its own."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.matching.factories import firm, user_of
from tests.products.factories import FACTS, bank, listed_version, manager_of
from tests.products.worlds import criterion
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM
from xinyidai.kernel.errors import NotFound
from xinyidai.matching import service
from xinyidai.matching.counted_costs import CostKnown
from xinyidai.matching.ranking_rules import RULES, current_rule, rule_of, rule_on
from xinyidai.matching.values import OutcomeCounts, Wish
from xinyidai.profiles import service as profiles

STAFF = criterion("employees", "at_least", 10, "staff")
FIRST_DAY = "2026-11-21T10:00"
SHEETLESS = replace(FACTS.terms, cost_items=None)


@pytest.fixture
def hidden(db):
    """A listed product whose bank publishes a rate and no cost sheet."""
    return listed_version(manager_of(bank()), criteria=(STAFF,), terms=SHEETLESS)


def matched(one):
    """Return a firm's own matching of today."""
    profiles.build_profile(SYSTEM, one.id)
    return service.match_own_firm(user_of(one.id), one.id, Wish()).run


def cost_of(run):
    """Return the stored cost factor of the only product."""
    [row] = run.matches
    return next(factor for factor in row.factors if factor["code"] == "cost")


@pytest.mark.parametrize(
    ("day", "version"),
    [
        (date(2026, 1, 1), "2026.1"),
        (date(2026, 11, 21), "2026.1"),
        (date(2026, 11, 22), "2026.3"),
        (date(2030, 1, 1), RULES[0].version),
    ],
)
def test_a_day_is_ranked_by_the_newest_rule_that_holds_by_then(day, version):
    assert rule_on(day).version == version
    assert rule_of(version).version == version


def test_a_rule_nobody_published_is_not_found():
    with pytest.raises(NotFound, match=r"2031\.1"):
        rule_of("2031.1")


def test_an_old_match_comes_out_the_same_by_its_old_formula_and_not_by_the_new(hidden, at):
    one = firm(employees=12)
    with at(FIRST_DAY):
        run = matched(one)
    assert run.rules_version == "2026.1"
    assert cost_of(run)["value"] > 0
    [done] = service.replay_run(SYSTEM, run.id)
    assert done.is_same
    run.rules_version = "2026.2"  # the same formula of cost
    assert all(done.is_same for done in service.replay_run(SYSTEM, run.id))
    run.rules_version = current_rule().version
    [done] = service.replay_run(SYSTEM, run.id)
    assert (done.moved, done.moved_factors, done.is_same) == ((), ("cost",), False)


def test_a_match_names_the_rule_of_its_day_and_does_not_hold_under_another(hidden, at):
    one = firm(employees=12)
    with at("2026-11-22T10:00"):
        run = matched(one)
        assert (run.rules_version, cost_of(run)["value"]) == ("2026.3", 0)
        assert cost_of(run)["numbers"]["known"] == CostKnown.NO_SHEET
        assert service.read_current_run(user_of(one.id), one.id) is run
        run.rules_version = "2026.2"
        assert service.read_current_run(user_of(one.id), one.id) is None


def test_a_replay_reads_the_outcomes_of_the_day_the_match_was_made(hidden):
    one, today = firm(employees=12), clock.today()
    counts = OutcomeCounts(decided=40, approved=30, promised=40, kept=20)
    service.record_standings(SYSTEM, today, {hidden.product_id: counts})
    run = matched(one)
    later = today + timedelta(days=1)
    service.record_standings(SYSTEM, later, {hidden.product_id: replace(counts, approved=1)})
    with clock.at(clock.now() + timedelta(days=2)):
        [done] = service.replay_run(SYSTEM, run.id)
    assert done.is_same


def test_a_match_by_a_rule_we_do_not_have_is_not_computed_again(hidden):
    run = matched(firm(employees=12))
    run.rules_version = "2031.1"
    with pytest.raises(NotFound, match="没有"):
        service.replay_run(SYSTEM, run.id)
