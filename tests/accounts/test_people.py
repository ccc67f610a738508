"""The people of a firm: added, extended and stopped by the legal representative alone."""

from datetime import timedelta
from uuid import uuid4

import pytest

from tests.factories import parties
from xinyidai.accounts import queries, service
from xinyidai.accounts.service import NewAgent
from xinyidai.accounts.values import AccountStatus, Position
from xinyidai.audit import queries as audit
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Role
from xinyidai.kernel.errors import Conflict, Forbidden, InvalidInput, NotFound, RuleBroken

PASSWORD = "一句好记的话 2026"


@pytest.fixture
def firm(db):
    return parties.enterprise()


@pytest.fixture
def boss(firm):
    return parties.account(Role.ENTERPRISE_USER, firm)


def new_agent(**changes: object) -> NewAgent:
    facts = {
        "name": "王经办",
        "phone": "13800000001",
        "login": "wang-jingban",
        "password": PASSWORD,
        "mandate_until": clock.today() + timedelta(days=180),
    }
    return NewAgent(**{**facts, **changes})


def agent_of(boss, **changes: object):
    return service.add_agent(boss.as_actor(), new_agent(**changes))


def test_an_agent_is_added_with_a_mandate_and_signs_in(firm, boss):
    agent = agent_of(boss)

    account, _ = service.sign_in("WANG-jingban", PASSWORD, "测试")
    assert account is agent
    assert (agent.enterprise_id, agent.position) == (firm.id, Position.AGENT)
    assert agent.role is Role.ENTERPRISE_USER
    assert [entry.action for entry in audit.list_of_subject("account", agent.id)] == [
        "account:open",
        "account:add_agent",
        "account:sign_in",
    ]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "  "),
        ("name", "长" * 51),
        ("phone", "12345"),
        ("phone", "１３８００００００００"),
        ("login", "abc"),
        ("login", "two words"),
        ("login", "x" * 65),
        ("password", "short"),
        ("password", "wang-jingban-2026"),
    ],
)
def test_a_wrong_field_is_named_and_nobody_added(boss, field, value):
    with pytest.raises(InvalidInput) as refused:
        agent_of(boss, **{field: value})
    assert set(refused.value.fields) == {field}
    assert len(queries.people_of(boss.enterprise_id)) == 1


@pytest.mark.parametrize("days", [-1, 366])
def test_a_mandate_lasts_a_year_at_most_and_ends_not_before_today(boss, days):
    agent, until = agent_of(boss), clock.today() + timedelta(days=days)
    with pytest.raises(InvalidInput) as refused:
        agent_of(boss, login="another", mandate_until=until)
    with pytest.raises(InvalidInput):
        service.extend_mandate(boss.as_actor(), agent.id, until)
    assert set(refused.value.fields) == {"mandate_until"}


def test_a_taken_login_is_named(boss):
    agent_of(boss)
    with pytest.raises(InvalidInput) as refused:
        agent_of(boss, login="Wang-Jingban")
    assert "login" in refused.value.fields


def test_a_firm_has_a_bounded_number_of_accounts(boss):
    for _ in range(19):
        parties.account(
            Role.ENTERPRISE_USER, position=Position.AGENT, enterprise_id=boss.enterprise_id
        )
    with pytest.raises(RuleBroken):
        agent_of(boss)


def test_a_mandate_is_extended_and_audited(boss):
    agent = agent_of(boss)
    until = clock.today() + timedelta(days=365)

    service.extend_mandate(boss.as_actor(), agent.id, until)

    assert agent.mandate_until == until
    last = audit.list_of_subject("account", agent.id)[-1]
    assert (last.action, last.details) == (
        "account:extend_mandate",
        {"mandate_until": until.isoformat()},
    )


def test_a_representative_or_a_stopped_agent_has_no_mandate_to_extend(boss):
    agent, until = agent_of(boss), clock.today()
    service.stop_account(boss.as_actor(), agent.id)
    for person in (agent, boss):
        with pytest.raises(Conflict):
            service.extend_mandate(boss.as_actor(), person.id, until)


def test_stopping_ends_every_session_at_once_and_for_good(boss):
    agent = agent_of(boss)
    tokens = [service.open_session(agent, "手机"), service.open_session(agent, "电脑")]

    service.stop_account(boss.as_actor(), agent.id)

    assert [service.actor_of_session(token) for token in tokens] == [None, None]
    assert agent.status is AccountStatus.SUSPENDED
    assert audit.list_of_subject("account", agent.id)[-1].action == "account:stop"
    with pytest.raises(Conflict):
        service.stop_account(boss.as_actor(), agent.id)


def test_the_last_representative_cannot_stop_the_own_account(firm, boss):
    agent_of(boss)
    with pytest.raises(RuleBroken):
        service.stop_account(boss.as_actor(), boss.id)
    second = parties.account(Role.ENTERPRISE_USER, firm)
    service.stop_account(boss.as_actor(), boss.id)
    with pytest.raises(RuleBroken):
        service.stop_account(second.as_actor(), second.id)


def test_an_agent_manages_nobody(boss):
    agent = agent_of(boss).as_actor()
    with pytest.raises(Forbidden):
        service.add_agent(agent, new_agent(login="another"))
    with pytest.raises(Forbidden):
        service.extend_mandate(agent, agent.account_id, clock.today())
    with pytest.raises(Forbidden):
        service.stop_account(agent, boss.id)


def test_a_stopped_representative_manages_nobody(firm, boss):
    second = parties.account(Role.ENTERPRISE_USER, firm)
    service.stop_account(second.as_actor(), boss.id)
    with pytest.raises(Forbidden):
        agent_of(boss)


def test_people_of_another_firm_are_not_found(boss):
    stranger = parties.account(Role.ENTERPRISE_USER, parties.enterprise())
    for account_id in (stranger.id, uuid4()):
        with pytest.raises(NotFound):
            service.stop_account(boss.as_actor(), account_id)
        with pytest.raises(NotFound):
            service.extend_mandate(boss.as_actor(), account_id, clock.today())
    assert stranger.status is AccountStatus.ACTIVE


def test_only_firms_have_people_to_manage(db):
    officer = parties.officer_of(parties.institution())
    with pytest.raises(Forbidden):
        service.add_agent(officer, new_agent())
    with pytest.raises(Forbidden):
        service.stop_account(officer, officer.account_id)


def test_people_are_listed_with_their_last_sign_in(firm, boss):
    agent = agent_of(boss)
    service.open_session(boss, "手机")
    stopped = agent_of(boss, login="stopped")
    service.stop_account(boss.as_actor(), stopped.id)
    parties.account(Role.ENTERPRISE_USER, parties.enterprise())

    found = queries.people_of(firm.id)

    assert [person.account for person in found] == [boss, agent, stopped]
    assert [person.signed_in_at is not None for person in found] == [True, False, False]
