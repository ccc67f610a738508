"""Which firms are served first, and on what that rests."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

import xinyidai
from tests.factories import parties
from tests.whitelist.factories import listed
from xinyidai.catalogue.list_types import LIST_TYPES
from xinyidai.enterprises.models import Enterprise
from xinyidai.kernel import clock
from xinyidai.whitelist.priority_queries import find_priority, has_priority, priorities_of
from xinyidai.whitelist.values import EntryState

PACKAGE = Path(xinyidai.__file__).parent
SILENT = "key_private_investment"


def test_a_listed_firm_is_served_first_with_list_entry_and_day(db):
    firm = parties.enterprise()
    entry = listed(firm)
    found = find_priority(firm.id)
    assert (found.entry_id, found.list_name, found.listed_on) == (
        entry.id,
        "物流白名单",
        clock.today(),
    )
    assert found.answer_days == LIST_TYPES["logistics"].priority.answer_days


@pytest.mark.parametrize("state", [s for s in EntryState if s is not EntryState.LISTED])
def test_an_entry_that_is_not_in_force_gives_no_priority(db, state):
    firm = parties.enterprise()
    listed(firm, state=state)
    assert find_priority(firm.id) is None


def test_an_entry_gives_priority_only_within_its_term(db):
    firm = parties.enterprise()
    listed(firm, at=clock.now() - timedelta(days=366))
    assert find_priority(firm.id) is None


def test_an_entry_gives_no_priority_before_the_firm_was_listed(db):
    firm = parties.enterprise()
    listed(firm)
    with clock.at(clock.now() - timedelta(days=1)):
        assert find_priority(firm.id) is None


def test_a_list_that_promises_nothing_gives_no_priority(db):
    firm = parties.enterprise()
    listed(firm, SILENT)
    assert LIST_TYPES[SILENT].priority is None
    assert find_priority(firm.id) is None


def test_of_two_lists_the_shorter_promise_counts(db):
    firm = parties.enterprise()
    listed(firm, "general", at=clock.now() - timedelta(days=3))
    listed(firm, "science")
    assert find_priority(firm.id).list_type == "science"


def test_the_condition_in_sql_says_the_same_as_the_list_in_python(db):
    firms = [parties.enterprise() for _ in range(4)]
    listed(firms[0])
    listed(firms[1], SILENT)
    listed(firms[2], state=EntryState.SUSPENDED)
    ids = [firm.id for firm in firms]
    statement = select(Enterprise.id).where(Enterprise.id.in_(ids), has_priority(Enterprise.id))
    assert list(db.scalars(statement)) == [firms[0].id] == list(priorities_of(ids))


def test_nobody_asked_about_is_nobody_found(db):
    assert priorities_of([]) == {}


@pytest.mark.parametrize(
    "slice_name", ["products", "matching", "scoring", "credit_evaluations", "profiles", "leads"]
)
def test_neither_admission_nor_score_nor_order_of_products_reads_priority(slice_name):
    files = list((PACKAGE / slice_name).rglob("*.py"))
    readers = [file.name for file in files if "priority_" in file.read_text(encoding="utf-8")]
    assert files
    assert readers == []
