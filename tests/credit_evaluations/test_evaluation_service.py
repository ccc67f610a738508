"""Evaluations of firms in the database: what is kept, what holds, who may see it."""

from datetime import timedelta

import pytest

from tests.factories import parties
from tests.factories.rights import Town
from xinyidai.credit_evaluations import queries, service
from xinyidai.credit_records.service import write
from xinyidai.credit_records.values import RecordStatus
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM, Role
from xinyidai.kernel.errors import Forbidden, NotFound
from xinyidai.notifications.models import Notification
from xinyidai.profiles import service as profiles


@pytest.fixture
def town(db):
    return Town()


def history(town):
    return service.history(town.boss, town.firm.id)


def test_a_result_is_kept_once_and_holds(db, town):
    town.arrears()
    made = service.evaluate_firm(town.firm.id)
    assert service.evaluate_firm(town.firm.id).id == made.id
    assert service.find_current(town.boss, town.firm.id).id == made.id
    assert service.recomputes(made)
    assert len(history(town)) == 1


def test_a_city_without_collected_data_has_no_grades(db, town):
    made = service.evaluate_firm(town.firm.id)
    assert (made.grade, made.total) == (None, None)


def test_a_withdrawn_record_ends_the_result_at_once_and_the_next_is_better(db, town):
    fact = town.arrears()
    before = service.evaluate_firm(town.firm.id)
    write.retire_record(
        town.clerk.as_actor(), town.firm.id, fact.id, RecordStatus.WITHDRAWN, "来源函"
    )
    assert service.find_current(town.boss, town.firm.id) is None
    after = service.evaluate_firm(town.firm.id)
    points = [_points(one, "tax_arrears_amount") for one in (before, after)]
    assert points == [0, 5]
    assert [one.id for one in history(town)] == [after.id, before.id]


def _points(evaluation, indicator):
    return next(
        item["points"]
        for one in evaluation.dimensions
        for item in one["items"]
        if item["indicator"] == indicator
    )


def test_what_expires_overnight_ends_the_result(db, town, at):
    town.penalty()
    made = service.evaluate_firm(town.firm.id)
    tomorrow = clock.today() + timedelta(days=1)
    with at(f"{tomorrow}T09:00"):
        _is_made_again(town, made)


def _is_made_again(town, made):
    assert service.find_current(town.boss, town.firm.id) is None
    assert service.evaluate_firm(town.firm.id).id == made.id, "the same content is one row"
    assert service.find_current(town.boss, town.firm.id).id == made.id


def test_every_firm_is_evaluated_once_however_often_it_runs(db, town):
    other = parties.enterprise()
    town.arrears()
    profiles.build_all()
    told = []
    assert service.evaluate_all(SYSTEM, lambda done, total: told.append((done, total))) == 2
    assert told == [(2, 2)]
    assert service.evaluate_all() == 0
    assert {one.enterprise_id for one in map(queries.newest_of, (town.firm.id, other.id))} == {
        town.firm.id,
        other.id,
    }
    assert service.evaluate_firm(town.firm.id).id == queries.newest_of(town.firm.id).id


def test_batch_and_single_evaluation_say_the_same(db, town):
    town.arrears()
    profiles.build_all()
    service.evaluate_all()
    batch = queries.newest_of(town.firm.id)
    assert service.recomputes(batch)
    assert service.evaluate_firm(town.firm.id).content_hash == batch.content_hash


def test_a_firm_is_told_when_its_grade_changes_and_only_then(db, town):
    town.arrears()
    first = service.evaluate_firm(town.firm.id)
    assert _messages(db) == []
    town.deliver("dishonesty_list", "案号1", {"case_no": "案号1"}, 10)
    second = service.evaluate_firm(town.firm.id)
    assert (first.grade, second.grade) == (None, "D")
    assert _messages(db) == ["公共信用综合评价由 数据不足 变为 D"]
    service.evaluate_firm(town.firm.id)
    assert len(_messages(db)) == 1


def _messages(db):
    found = db.query(Notification).filter_by(topic="credit_evaluation")
    return [message.title for message in found]


def test_nobody_else_sees_a_firms_result(db, town):
    stranger = parties.account(Role.ENTERPRISE_USER, parties.enterprise()).as_actor()
    for actor in (stranger, town.clerk.as_actor(), town.officer.as_actor()):
        with pytest.raises(NotFound):
            service.find_current(actor, town.firm.id)
        with pytest.raises(NotFound):
            service.history(actor, town.firm.id)


def test_counts_are_for_offices_and_the_run_for_the_credit_office(db, town):
    assert service.spread(town.clerk.as_actor()) == []
    assert service.spread(town.auditor.as_actor()) == []
    for actor in (town.officer.as_actor(), town.boss, town.taxman.as_actor()):
        with pytest.raises(Forbidden):
            service.spread(actor)
        with pytest.raises(Forbidden):
            service.evaluate_all(actor)
    with pytest.raises(Forbidden):
        service.evaluate_all(town.auditor.as_actor())


def test_small_groups_are_not_counted_apart(db, town):
    firms = [parties.enterprise(section="C") for _ in range(10)]
    firms += [parties.enterprise(section="G") for _ in range(9)]
    profiles.build_all()
    service.evaluate_all()
    clerk = town.clerk.as_actor()
    assert sum(row.firms for row in service.spread(clerk)) == len(firms) + 1
    by_section = {row.group: row.firms for row in service.spread(clerk, "section")}
    assert by_section["C"] >= 10
    assert "G" not in by_section
    with pytest.raises(ValueError, match="grouped"):
        service.spread(clerk, "name")


def test_a_result_on_old_facts_is_not_counted(db, town):
    town.arrears()
    service.evaluate_firm(town.firm.id)
    town.arrears("消费税")
    assert service.spread(town.clerk.as_actor()) == []
