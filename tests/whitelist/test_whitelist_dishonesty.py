"""A firm on a list of serious dishonesty gets onto no whitelist; the check that said so stays."""

import pytest

from tests.factories import parties
from tests.factories.lists import ListTown
from xinyidai.catalogue.list_types import get_list_type
from xinyidai.joint_checks import queries as checks
from xinyidai.joint_checks.queries import CheckFilter
from xinyidai.joint_checks.values import CheckChannel, CheckOutcome, CheckState
from xinyidai.kernel.db import db, own_transaction
from xinyidai.kernel.errors import RuleBroken
from xinyidai.kernel.http import Page
from xinyidai.whitelist import service
from xinyidai.whitelist.service import Nomination

LIST = "small_micro_coordination"


def nominated(town):
    evidence = {one.code: "已核实" for one in get_list_type(LIST).standards}
    actor = parties.clerk_of(parties.department())
    return service.nominate_enterprise(actor, Nomination(LIST, town.firm.id, "经营正常", evidence))


def fact(entry) -> dict[str, str]:
    [found] = [one for one in entry.check_result["facts"] if one["code"] == "serious_dishonesty"]
    return found


def of_firm(town):
    return [
        row.check for row in checks.list_checks(CheckFilter(enterprise_id=town.firm.id), Page())[0]
    ]


def test_a_clear_firm_is_checked_at_each_step(db):
    town = ListTown()
    entry = nominated(town)
    service.screen_entry(town.clerk.as_actor(), entry.id)
    assert fact(entry)["outcome"] == "met"
    found = of_firm(town)
    assert [one.outcome for one in found] == [CheckOutcome.NONE] * 2
    assert {one.channel for one in found} == {CheckChannel.AUTOMATIC}


def test_missing_data_is_left_to_people_and_never_a_pass(db):
    town = ListTown()
    town.owes()
    assert fact(nominated(town))["outcome"] == "insufficient"


def test_a_listed_firm_is_stopped_and_the_refused_check_stays(live):
    town = ListTown()
    town.listed()
    entry_id = nominated(town).id
    clerk = town.clerk.as_actor()
    db.session.commit()
    with pytest.raises(RuleBroken) as error, own_transaction():
        service.screen_entry(clerk, entry_id)
    assert error.value.code == "check_unmet"
    assert "失信被执行人" not in error.value.message
    stopped, told = of_firm(town)
    assert (stopped.outcome, stopped.state) == (CheckOutcome.SERIOUS, CheckState.CLOSED)
    assert stopped.taken == ["convenience_limit"]
    assert told.taken == []


def test_after_a_repair_the_firm_passes(db):
    town = ListTown()
    town.listed()
    entry = nominated(town)
    town.retire()
    service.screen_entry(town.clerk.as_actor(), entry.id)
    assert fact(entry)["outcome"] == "met"
