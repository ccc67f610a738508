"""Decisions that another source told of: found once, explained, closed, settled by delivery."""

from datetime import date

import pytest

from tests.data_quality.conftest import HOUSING, LICENCE, PENALTY, PROVINCE, REFORM, Row
from tests.data_quality.test_measuring import WIDE, figures
from xinyidai.data_quality import queries, service
from xinyidai.data_quality.models import ConcealmentSuspect
from xinyidai.data_quality.values import (
    OPEN_SUSPECTS,
    Measure,
    SuspectOutcome,
    SuspectState,
)
from xinyidai.kernel.errors import Forbidden, InvalidInput, InvalidTransition, NotFound
from xinyidai.notifications.models import Notification
from xinyidai.notifications.values import Topic

DECIDED = date(2025, 3, 5)  # the seventh working day is Friday the 14th
MARCH = date(2025, 3, 1)
ORGAN = "鹰川市housing_construction局"


def known(city, number: str = "罚1号", firm: int = 0, day: date = DECIDED) -> Row:
    return Row(city.firms[firm], number, day, ORGAN)


def suspects() -> list[ConcealmentSuspect]:
    return list(queries.suspects(WIDE, department=None, states=OPEN_SUSPECTS)[0])


@pytest.fixture
def suspect(city) -> ConcealmentSuspect:
    city.deliver(PROVINCE, PENALTY, date(2025, 3, 10), [known(city)])
    city.measure(date(2025, 3, 17))
    return suspects()[0]


def test_a_decision_known_from_elsewhere_is_a_suspect_after_its_term(city, db) -> None:
    city.deliver(PROVINCE, PENALTY, date(2025, 3, 10), [known(city)])
    city.measure(date(2025, 3, 14))
    assert suspects() == []
    city.measure(date(2025, 3, 15))
    city.measure(date(2025, 3, 16))
    [found] = suspects()
    assert (found.organ_code, found.known_source, found.due_on.day) == (HOUSING, PROVINCE, 14)
    assert figures(MARCH, Measure.REPORTING) == {(HOUSING, PENALTY): (0, 1)}
    told = db.query(Notification).filter_by(topic=Topic.DATA_QUALITY).all()
    assert [one.department_id for one in told] == [city.offices[HOUSING].id]


@pytest.mark.parametrize(
    ("number", "day"), [("罚1号", date(2025, 3, 6)), ("另一号", DECIDED)], ids=["number", "day"]
)
def test_what_the_organ_delivered_by_number_or_day_is_no_suspect(city, number, day) -> None:
    city.deliver(HOUSING, PENALTY, date(2025, 3, 11), [known(city, number, day=day)])
    city.deliver(PROVINCE, PENALTY, date(2025, 3, 10), [known(city)])
    city.measure(date(2025, 3, 20))
    assert suspects() == []
    assert figures(MARCH, Measure.REPORTING)[HOUSING, PENALTY] == (1, 2)  # and one cycle missed


def test_what_the_department_in_charge_of_the_kind_passed_on_is_no_suspect(city) -> None:
    city.deliver(REFORM, PENALTY, date(2025, 3, 11), [known(city)])
    city.deliver(PROVINCE, PENALTY, date(2025, 3, 10), [known(city)])
    city.measure(date(2025, 3, 20))
    assert suspects() == []


def test_another_organs_decision_is_nobodys_suspect(city) -> None:
    row = Row(city.firms[0], "罚9号", DECIDED, "外县某局")
    city.deliver(PROVINCE, PENALTY, date(2025, 3, 10), [row])
    city.measure(date(2025, 3, 20))
    assert suspects() == []


def test_a_later_delivery_settles_it(city, suspect) -> None:
    city.deliver(HOUSING, PENALTY, date(2025, 3, 18), [known(city)])
    city.measure(date(2025, 3, 18))
    assert (suspect.state, suspect.outcome) == (SuspectState.CLOSED, SuspectOutcome.REPORTED)
    assert figures(MARCH, Measure.REPORTING) == {(HOUSING, PENALTY): (1, 1)}


def test_the_department_explains_and_the_office_closes_with_a_reason(city, suspect) -> None:
    builder, clerk = city.builder.as_actor(), city.clerk.as_actor()
    service.explain_suspect(builder, suspect.id, "该决定已依法撤销，没有报送")
    assert suspect.state is SuspectState.EXPLAINED
    with pytest.raises(InvalidInput):
        service.close_suspect(clerk, suspect.id, SuspectOutcome.EXCLUDED, " ")
    service.close_suspect(clerk, suspect.id, SuspectOutcome.EXCLUDED, "见撤销决定书")
    with pytest.raises(InvalidTransition):
        service.close_suspect(clerk, suspect.id, SuspectOutcome.HANDED_ON, "再次")
    actions = [step.action.value for step in queries.suspect_steps(suspect.id)]
    assert actions == ["find", "explain", "close"]
    city.measure(date(2025, 3, 18))
    assert figures(MARCH, Measure.REPORTING) == {}
    assert queries.last_suspect_day(HOUSING) is None


def test_only_the_organ_explains_and_only_the_office_closes(city, suspect) -> None:
    with pytest.raises(NotFound):
        service.explain_suspect(city.carrier.as_actor(), suspect.id, "不是我们的")
    with pytest.raises(Forbidden):
        service.close_suspect(
            city.builder.as_actor(), suspect.id, SuspectOutcome.EXCLUDED, "自己了结"
        )
    with pytest.raises(Forbidden):
        service.explain_suspect(city.clerk.as_actor(), suspect.id, "代为说明")


def test_a_licence_is_no_match_for_a_penalty(city) -> None:
    city.deliver(HOUSING, LICENCE, date(2025, 3, 11), [known(city)])
    city.deliver(PROVINCE, PENALTY, date(2025, 3, 10), [known(city)])
    city.measure(date(2025, 3, 18))
    assert len(suspects()) == 1
