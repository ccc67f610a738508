"""Correction tickets: opened by the measuring or a clerk, answered, verified, late."""

from datetime import date

import pytest

from tests.data_quality.conftest import HOUSING, LICENCE, REFORM, TRANSPORT, Row
from tests.data_quality.test_measuring import WIDE
from xinyidai.data_quality import queries, service
from xinyidai.data_quality.models import CorrectionTicket
from xinyidai.data_quality.service import tickets
from xinyidai.data_quality.values import (
    UNCLOSED_TICKETS,
    NewTicket,
    TicketAction,
    TicketState,
    TicketSubject,
)
from xinyidai.kernel.errors import Forbidden, InvalidInput, InvalidTransition, NotFound
from xinyidai.notifications.models import Notification
from xinyidai.notifications.values import Topic

BAD = {"uscc_check_digit": 2, "name_mismatch": 1, "required_missing": 4}


def unclosed() -> list[CorrectionTicket]:
    return list(queries.tickets(WIDE, states=UNCLOSED_TICKETS)[0])


@pytest.fixture
def ticket(city) -> CorrectionTicket:
    city.deliver(HOUSING, LICENCE, date(2025, 3, 10), [], BAD)
    city.measure(date(2025, 3, 10))
    return unclosed()[0]


def test_a_delivery_with_wrong_codes_opens_one_ticket_and_sends_it(city, ticket, db) -> None:
    assert (ticket.state, ticket.rows) == (TicketState.SENT, 3)
    assert ticket.faults == {"name_mismatch": 1, "wrong_check_digit": 2}
    assert ticket.due_on == date(2025, 3, 24)
    city.measure(date(2025, 3, 11))
    assert len(unclosed()) == 1
    told = db.query(Notification).filter_by(topic=Topic.CORRECTION_TICKET).all()
    assert [one.department_id for one in told] == [city.offices[HOUSING].id]


def test_other_faults_open_no_ticket(city) -> None:
    city.deliver(HOUSING, LICENCE, date(2025, 3, 10), [], {"required_missing": 4})
    city.measure(date(2025, 3, 10))
    assert unclosed() == []


def test_a_sound_delivery_verifies_what_was_answered_as_corrected(city, ticket, at) -> None:
    with at("2025-03-12T09:00"):
        service.answer_ticket(
            city.builder.as_actor(), ticket.id, TicketAction.CORRECT, "已核对三行"
        )
    rows = [Row(city.firms[n], f"补{n}号", date(2025, 3, 7)) for n in range(3)]
    city.deliver(HOUSING, LICENCE, date(2025, 3, 13), rows[:2])
    city.measure(date(2025, 3, 13))
    assert ticket.state is TicketState.CORRECTED
    batch_id = city.deliver(HOUSING, LICENCE, date(2025, 3, 14), rows, {"required_missing": 1})
    assert ticket.state is TicketState.CORRECTED
    city.deliver(HOUSING, LICENCE, date(2025, 3, 14), [], {"uscc_length": 1})
    rows = [Row(city.firms[n], f"再{n}号", date(2025, 3, 7)) for n in range(3)]
    batch_id = city.deliver(HOUSING, LICENCE, date(2025, 3, 14), rows)
    city.measure(date(2025, 3, 14))
    assert (ticket.state, ticket.verified_by_batch) == (TicketState.CLOSED, batch_id)
    actions = [step.action.value for step in queries.ticket_steps(ticket.id)]
    assert actions == ["open", "send", "correct", "verify", "close"]


def test_the_office_gives_an_answer_back_or_accepts_it(city, ticket, at) -> None:
    builder, clerk = city.builder.as_actor(), city.clerk.as_actor()
    with at("2025-03-12T09:00"):
        service.answer_ticket(builder, ticket.id, TicketAction.KEEP, "代码与执照一致")
        service.return_ticket(clerk, ticket.id, "执照复印件没有附上")
        assert (ticket.state, ticket.due_on) == (TicketState.SENT, date(2025, 3, 26))
        service.answer_ticket(builder, ticket.id, TicketAction.KEEP, "附执照，代码无误")
        service.verify_ticket(clerk, ticket.id, "已看执照")
    assert ticket.state is TicketState.CLOSED
    with pytest.raises(InvalidTransition):
        service.verify_ticket(clerk, ticket.id, "再次核验")


def test_strangers_and_wrong_roles_are_turned_away(city, ticket) -> None:
    with pytest.raises(NotFound):
        service.read_ticket(city.carrier.as_actor(), ticket.id)
    with pytest.raises(NotFound):
        service.answer_ticket(city.carrier.as_actor(), ticket.id, TicketAction.CORRECT, "改了")
    with pytest.raises(Forbidden):
        service.verify_ticket(city.builder.as_actor(), ticket.id, "自己核验")
    with pytest.raises(InvalidInput):
        service.answer_ticket(city.builder.as_actor(), ticket.id, TicketAction.CORRECT, " ")
    with pytest.raises(InvalidInput):
        service.answer_ticket(city.builder.as_actor(), ticket.id, TicketAction.CLOSE, "办结")


def test_a_clerk_opens_a_ticket_by_hand(city, at) -> None:
    new = NewTicket(
        TicketSubject.WAITING_NAME, city.offices[TRANSPORT].id, "12 个名称没有代码", rows=12
    )
    with at("2025-03-12T09:00"):
        made = service.open_ticket(city.clerk.as_actor(), new)
    assert (made.state, made.rows, made.due_on) == (TicketState.SENT, 12, date(2025, 3, 26))
    with pytest.raises(Forbidden):
        service.open_ticket(city.carrier.as_actor(), new)


def test_a_late_ticket_is_noted_once_and_told_to_both(city, ticket, at, db) -> None:
    with at("2025-03-21T09:00"):
        tickets.watch()
        tickets.watch()
    assert db.query(Notification).filter(Notification.title.like("%即将到期%")).count() == 1
    with at("2025-03-25T09:00"):
        tickets.watch()
        tickets.watch()
    actions = [step.action.value for step in queries.ticket_steps(ticket.id)]
    assert actions == ["open", "send", "escalate"]
    late = db.query(Notification).filter(Notification.title.like("%超期%")).all()
    assert {one.department_id for one in late} == {city.offices[HOUSING].id, city.office.id}


def test_a_ticket_of_an_unknown_source_waits_for_the_office(city, at) -> None:
    city.deliver("某平台", LICENCE, date(2025, 3, 10), [], {"uscc_length": 1})
    city.measure(date(2025, 3, 10))
    [opened] = unclosed()
    assert (opened.state, opened.department_id) == (TicketState.OPENED, None)
    with at("2025-03-11T09:00"):
        service.send_ticket(city.clerk.as_actor(), opened.id, city.offices[REFORM].id)
    assert opened.state is TicketState.SENT


def test_the_rate_counts_rows_until_their_ticket_is_closed(city, ticket, at) -> None:
    counts = service.count_codes()
    assert (counts["wrong_check_digit"], counts["name_mismatch"]) == (2, 1)
    with at("2025-03-12T09:00"):
        service.cancel_ticket(city.clerk.as_actor(), ticket.id, "重复建单")
    assert service.count_codes()["wrong_check_digit"] == 0
