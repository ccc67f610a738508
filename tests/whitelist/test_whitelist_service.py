"""Use cases of whitelists against the database."""

from datetime import timedelta

import pytest

from tests.factories import parties
from xinyidai.audit.queries import list_of_subject
from xinyidai.catalogue.list_types import get_list_type
from xinyidai.enterprises.values import RegistrationStatus
from xinyidai.kernel import clock
from xinyidai.kernel.actor import ANONYMOUS, Role
from xinyidai.kernel.errors import (
    Conflict,
    Forbidden,
    InvalidInput,
    InvalidTransition,
    NotFound,
    RuleBroken,
)
from xinyidai.kernel.http import Page
from xinyidai.whitelist import queries, service
from xinyidai.whitelist.service import Nomination
from xinyidai.whitelist.values import EntryAction, EntryState

pytestmark = pytest.mark.usefixtures("db")

SIMPLE, SCIENCE = "small_micro_coordination", "science"


def evidence_for(code):
    return {standard.code: "走访记录和材料已核实" for standard in get_list_type(code).standards}


@pytest.fixture
def office():
    return parties.credit_office()


@pytest.fixture
def clerk(office):
    return parties.clerk_of(office)


@pytest.fixture
def street():
    return parties.clerk_of(parties.department())


def nominated(actor, code=SIMPLE, **changes):
    firm = parties.enterprise(**changes)
    return service.nominate_enterprise(
        actor, Nomination(code, firm.id, "走访后推荐", evidence_for(code))
    )


def listed(nominator, clerk, code=SIMPLE):
    entry = nominated(nominator, code)
    service.screen_entry(clerk, entry.id)
    return service.list_entry(clerk, entry.id)


def test_a_street_nominates_and_the_office_lists(street, clerk):
    entry = listed(street, clerk)
    assert entry.state is EntryState.LISTED
    assert [step.action for step in queries.steps_of(entry.id)] == [
        EntryAction.NOMINATE,
        EntryAction.SCREEN,
        EntryAction.LIST,
    ]
    assert [entry.action for entry in list_of_subject("whitelist_entry", entry.id)] == [
        "whitelist:nominate",
        "whitelist:screen",
        "whitelist:list",
    ]


def test_ticks_and_check_are_stored_with_evidence(street):
    entry = nominated(street)
    facts = {fact["code"]: fact["outcome_name"] for fact in entry.check_result["facts"]}
    assert entry.standards["fixed_premises"]["evidence"] == "走访记录和材料已核实"
    assert facts["registration_status"] == "符合"


@pytest.mark.parametrize(
    "role", [Role.ENTERPRISE_USER, Role.BANK_OFFICER, Role.AUDITOR, Role.PUBLIC, Role.OPERATOR]
)
def test_others_may_not_nominate(role):
    with pytest.raises(Forbidden):
        nominated(parties.account(role).as_actor())


@pytest.mark.parametrize(
    "deed",
    [
        service.screen_entry,
        service.review_entry,
        service.publicise_entry,
        service.list_entry,
        lambda actor, entry_id: service.suspend_entry(actor, entry_id, "核查"),
        lambda actor, entry_id: service.resume_entry(actor, entry_id, "核查"),
        lambda actor, entry_id: service.remove_entry(actor, entry_id, "核查"),
    ],
)
def test_only_the_credit_office_decides(deed, street):
    entry = nominated(street)
    with pytest.raises(Forbidden):
        deed(street, entry.id)
    assert entry.state is EntryState.NOMINATED


def test_who_nominated_may_not_list(office, clerk):
    entry = nominated(clerk)
    service.screen_entry(clerk, entry.id)
    with pytest.raises(Forbidden) as refused:
        service.list_entry(clerk, entry.id)
    assert refused.value.code == "four_eyes"
    assert EntryAction.LIST not in service.actions_of(clerk, entry)
    assert service.list_entry(parties.clerk_of(office), entry.id).state is EntryState.LISTED


def test_a_firm_has_one_live_entry_per_list(street, clerk):
    entry = nominated(street)
    again = Nomination(SIMPLE, entry.enterprise_id, "再次推荐", evidence_for(SIMPLE))
    with pytest.raises(Conflict, match="已有一条未移出的记录"):
        service.nominate_enterprise(street, again)
    service.remove_entry(clerk, entry.id, "材料不实")
    assert service.nominate_enterprise(street, again).state is EntryState.NOMINATED


def test_an_open_standard_keeps_a_nomination_from_passing(street, clerk):
    firm = parties.enterprise()
    entry = service.nominate_enterprise(
        street, Nomination(SIMPLE, firm.id, "走访", {"real_need": "合同"})
    )
    with pytest.raises(RuleBroken, match="固定经营场所"):
        service.screen_entry(clerk, entry.id)
    service.screen_entry(clerk, entry.id, "补充核实", evidence_for(SIMPLE))
    assert entry.standards["fixed_premises"]["ticked_by"] == clerk.name


def test_a_deregistered_firm_is_recorded_and_does_not_pass(street, clerk):
    entry = nominated(street, status=RegistrationStatus.CANCELLED)
    assert entry.check_result["facts"][0]["outcome_name"] == "不符合"
    with pytest.raises(RuleBroken, match="注销"):
        service.screen_entry(clerk, entry.id)


def test_a_firm_struck_off_after_screening_is_not_listed(street, clerk):
    entry = nominated(street)
    service.screen_entry(clerk, entry.id)
    queries.get_row(entry.id).enterprise.status = RegistrationStatus.REVOKED
    with pytest.raises(RuleBroken, match="吊销"):
        service.list_entry(clerk, entry.id)


def test_a_list_with_publicity_waits_until_it_is_over(street, clerk, at):
    with at("2026-05-11T09:00"):
        entry = nominated(street, SCIENCE)
        service.screen_entry(clerk, entry.id)
        with pytest.raises(InvalidTransition):
            service.list_entry(clerk, entry.id)
        service.publicise_entry(clerk, entry.id)
        names = [name.name for name in queries.publicised_names()]
    with at("2026-05-15T17:00"), pytest.raises(RuleBroken, match="2026年05月15日"):
        service.list_entry(clerk, entry.id)
    with at("2026-05-18T09:00"):
        assert service.list_entry(clerk, entry.id).state is EntryState.LISTED
    assert names == [queries.get_row(entry.id).enterprise.name]


def test_suspended_and_removed_firms_carry_no_tag(street, clerk):
    entry = listed(street, clerk)
    firm_id = entry.enterprise_id
    assert queries.tags_of(firm_id) == {f"whitelist:{SIMPLE}"}
    service.suspend_entry(clerk, entry.id, "举报核查")
    assert queries.tags_of(firm_id) == frozenset()
    service.resume_entry(clerk, entry.id, "举报不实")
    assert queries.tags_of(firm_id) == {f"whitelist:{SIMPLE}"}
    service.remove_entry(clerk, entry.id, "迁出本市")
    assert queries.tags_of(firm_id) == frozenset()
    assert entry.removed_reason == "迁出本市"


def test_removal_without_a_reason_is_refused(street, clerk):
    entry = listed(street, clerk)
    with pytest.raises(InvalidInput) as refused:
        service.remove_entry(clerk, entry.id, " ")
    assert "reason" in refused.value.fields
    assert entry.state is EntryState.LISTED


def test_membership_ends_with_the_term(street, clerk):
    entry = listed(street, clerk)
    later = clock.now() + timedelta(days=367)
    with clock.at(later):
        assert queries.tags_of(entry.enterprise_id) == frozenset()
        assert [row.entry for row in queries.expired(Page())[0]] == [entry]
        assert not queries.members(Page())[1]


def test_banks_see_listed_firms_only(street, clerk):
    officer = parties.officer_of(parties.institution())
    waiting, member = nominated(street), listed(street, clerk)
    rows, total = service.list_members(officer, Page(), list_type=SIMPLE)
    assert ([row.entry for row in rows], total) == ([member], 1)
    assert service.read_entry(officer, member.id).entry is member
    with pytest.raises(NotFound):
        service.read_entry(officer, waiting.id)
    with pytest.raises(Forbidden):
        service.list_waiting(officer, Page())


def test_anyone_sees_names_and_nothing_else(street, clerk):
    member = listed(street, clerk)
    nominated(street)
    names, total = queries.public_names(Page())
    assert ([name.name for name in names], total) == (
        [queries.get_row(member.id).enterprise.name],
        1,
    )
    with pytest.raises(Forbidden):
        service.list_members(ANONYMOUS, Page())
    with pytest.raises(NotFound):
        service.read_entry(ANONYMOUS, member.id)


def test_a_firm_sees_its_own_entries_only(street, clerk):
    entry = nominated(street)
    firm = queries.get_row(entry.id).enterprise
    assert [row.entry for row in service.list_of_enterprise(parties.boss_of(firm), firm.id)] == [
        entry
    ]
    with pytest.raises(NotFound):
        service.list_of_enterprise(parties.boss_of(parties.enterprise()), firm.id)


def test_an_office_finds_its_own_nominations(street):
    entry = nominated(street)
    nominated(parties.clerk_of(parties.department()))
    assert [row.entry for row in service.list_own_nominations(street, Page())[0]] == [entry]


def test_the_desk_shows_what_waits_longest_first(street, clerk):
    first, second = nominated(street), nominated(street)
    listed(street, clerk)
    rows, total = service.list_waiting(clerk, Page())
    assert ([row.entry for row in rows], total) == ([first, second], 2)


def test_the_history_tells_who_came_and_went_and_no_mere_nominations(street, clerk):
    mere, entry = nominated(street), listed(street, clerk)
    service.remove_entry(clerk, mere.id, "未通过")
    firms, today = [mere.enterprise_id, entry.enterprise_id], clock.today()
    before = queries.memberships_over_time(firms)
    service.suspend_entry(clerk, entry.id, "核查")
    after = queries.memberships_over_time(firms)
    assert before[mere.enterprise_id].on(today) == frozenset()
    assert before[entry.enterprise_id].on(today) == {entry.list_type}
    assert after[entry.enterprise_id].on(today) == frozenset()
