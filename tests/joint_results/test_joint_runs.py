"""Runs over all firms: one result each, together at the end, gone on with after a kill."""

from datetime import timedelta
from uuid import uuid4

import pytest

from tests.factories import parties
from tests.joint_results.documents_for_joint import card
from xinyidai.accounts.values import AccountStatus
from xinyidai.consents.values import ConsentMode
from xinyidai.joint_results import queries, service
from xinyidai.joint_results.service import running
from xinyidai.joint_results.values import RowOutcome, RunState
from xinyidai.kernel import clock, jobs
from xinyidai.kernel.db import db as database
from xinyidai.kernel.errors import Conflict, InvalidInput, NotFound
from xinyidai.kernel.http import Page

ALL = Page(1, 50)


def outcomes(run_id):
    database.session.rollback()
    return [row.JointRunRow.outcome for row in queries.rows_of(run_id, ALL)]


def ordered(town, version):
    run_id = uuid4()
    service.order_run(town.officer, run_id, version.id)
    town.save()
    return run_id


def test_a_run_takes_the_firms_that_authorized_results_only(town):
    version = town.active()
    kept = [town.consent(), town.consent()]
    town.consent(mode=ConsentMode.STORE)
    town.consent(purpose="limit_estimate", data_from=clock.today() - timedelta(days=300))
    town.revoke(town.consent())
    run_id = town.run(version)
    lines = service.lines_of(town.officer, run_id, ALL)
    assert {line.consent.id for line in lines} == {one.id for one in kept}
    assert all(line.band in version.band_names for line in lines)
    run = queries.find_run(run_id)
    assert (run.state, run.given, run.inputs) == (RunState.FINISHED, 2, version.inputs)


def test_no_band_is_told_before_the_whole_run_has_ended(town):
    version = town.active()
    town.consent(), town.consent()
    run_id = ordered(town, version)
    running._run_row(run_id, 1, is_late=False)
    assert [line.band for line in service.lines_of(town.officer, run_id, ALL)] == [None, None]
    service.run_all(run_id)
    assert all(line.band for line in service.lines_of(town.officer, run_id, ALL))


def test_a_revoke_between_two_rows_stops_the_next_one(town):
    version, first, second = town.active(), town.consent(), town.consent()
    run_id = ordered(town, version)
    running._run_row(run_id, 1, is_late=False)
    rows = queries.rows_of(run_id, ALL)
    later = next(one for one in (first, second) if one.id == rows[1].JointRunRow.consent_id)
    town.revoke(later)
    service.run_all(run_id)
    assert outcomes(run_id) == [RowOutcome.GIVEN, RowOutcome.REFUSED]


def test_a_firm_that_revokes_afterwards_is_left_out_of_the_list(town):
    version, consent = town.active(), town.consent()
    run_id = town.run(version)
    town.revoke(consent)
    [line] = service.lines_of(town.officer, run_id, ALL)
    assert (line.band, "撤回" in line.cause) == (None, True)


def test_a_run_started_again_spends_nothing_twice(town):
    version, consent = town.active(), town.consent()
    run_id = town.run(version)
    queries.find_run(run_id).state = RunState.RUNNING
    town.save()
    service.run_all(run_id)
    database.session.expire_all()
    assert (outcomes(run_id), consent.use_count) == ([RowOutcome.GIVEN], 1)


def test_the_job_runs_an_ordered_run(town, live):
    version = town.active()
    town.consent()
    run_id = ordered(town, version)
    jobs.run_job(live, running.JOB, {"run_id": str(run_id)})
    assert outcomes(run_id) == [RowOutcome.GIVEN]


def test_a_run_that_takes_too_long_leaves_the_rest_out(town, at):
    version = town.active()
    town.consent()
    run_id = ordered(town, version)
    run = queries.find_run(run_id)
    run.started_at = clock.now() - timedelta(minutes=21)
    town.save()
    service.run_all(run_id)
    assert outcomes(run_id) == [RowOutcome.NOT_RUN]


def test_an_officer_who_left_meanwhile_is_given_nothing(town):
    version, consent = town.active(), town.consent()
    run_id = ordered(town, version)
    town.officer_account.status = AccountStatus.SUSPENDED
    town.save()
    service.run_all(run_id)
    assert outcomes(run_id) == [RowOutcome.NOT_RUN]
    assert consent.use_count == 0


def test_a_version_retired_meanwhile_gives_nothing(town):
    version = town.active()
    town.consent()
    run_id = ordered(town, version)
    service.retire(town.clerk, version.id, "发现问题，先停用。")
    town.save()
    service.run_all(run_id)
    assert outcomes(run_id) == [RowOutcome.NOT_RUN]


def test_the_same_firm_is_not_run_twice_a_day(town):
    version = town.active()
    town.consent()
    town.run(version)
    with pytest.raises(InvalidInput):
        service.order_run(town.officer, uuid4(), version.id)


def test_an_id_sent_twice_orders_once_and_belongs_to_one_order(town):
    version, other = town.active(), town.active(card(code="second_card", base=90))
    town.consent()
    run_id = ordered(town, version)
    assert service.order_run(town.officer, run_id, version.id).row_count == 1
    with pytest.raises(Conflict):
        service.order_run(town.officer, run_id, other.id)


def test_another_banks_run_does_not_exist(town):
    version = town.active()
    town.consent()
    run_id = town.run(version)
    with pytest.raises(NotFound):
        service.lines_of(parties.officer_of(parties.institution()), run_id, ALL)


def test_a_distribution_is_shown_of_ten_results_that_may_still_be_read(town):
    version = town.active()
    signed = [town.consent() for _ in range(10)]
    run = queries.find_run(town.run(version))
    assert sum(service.spread_of(run).values()) == 10
    town.revoke(signed[0])
    assert service.spread_of(queries.find_run(run.id)) is None


def test_two_officers_at_once_get_one_result_of_a_firm(town):
    version, consent = town.active(), town.consent()
    colleague = parties.officer_of(town.bank)
    first, second = uuid4(), uuid4()
    service.order_run(town.officer, first, version.id)
    service.order_run(colleague, second, version.id)
    town.save()
    service.run_all(first)
    service.run_all(second)
    assert (outcomes(first), outcomes(second)) == ([RowOutcome.GIVEN], [RowOutcome.LIMITED])
    assert consent.use_count == 1
    [line] = service.lines_of(colleague, second, ALL)
    assert "今天已经" in line.cause
