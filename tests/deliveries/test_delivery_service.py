"""From the file to the records: proposal, mapping, collection, rejections, and no step twice."""

import io

import pytest

from tests.deliveries.deliverers import (
    GOOD,
    HALF_BAD,
    KIND,
    STRANGE,
    TARGETS,
    choice_of,
    files_kept,
    work,
)
from xinyidai.deliveries import queries, service, store
from xinyidai.deliveries.values import DeliveryState
from xinyidai.kernel.db import db as database
from xinyidai.kernel.errors import Forbidden, InvalidInput, InvalidTransition, NotFound
from xinyidai.kernel.http import Page


def test_a_file_is_proposed_confirmed_and_collected(town):
    delivery = town.upload(GOOD)
    assert delivery.state is DeliveryState.AWAITING_MAPPING
    assert delivery.proposal["kind"] == KIND
    assert service.targets_of(delivery.proposal) == TARGETS
    service.confirm(town.actor(), delivery.id, choice_of(delivery))
    database.session.commit()
    done = work(delivery.id)
    assert done.state is DeliveryState.COLLECTED
    assert (done.rows_total, done.rows_accepted, done.rows_rejected) == (2, 2, 0)
    assert done.batch_id is not None


def test_the_next_file_with_the_same_headings_goes_straight_through(town):
    town.collected(GOOD)
    again = town.upload(GOOD.replace(b"200", b"300"), "欠税2.csv")
    assert again.state is DeliveryState.QUEUED
    done = work(again.id)
    assert (done.state, done.rows_accepted, done.rows_unchanged) == (
        DeliveryState.COLLECTED,
        1,
        1,
    )


def test_a_saved_mapping_finds_the_table_below_a_title_too(town):
    town.collected(GOOD)
    titled = "2024年欠税公告表,,,,\n".encode() + GOOD.replace(b"100", b"150")
    again = town.upload(titled, "欠税3.csv")
    assert again.state is DeliveryState.QUEUED
    assert work(again.id).rows_accepted == 1


def test_a_clerk_corrects_strange_headings_and_they_are_known_from_then_on(town):
    delivery = town.upload(STRANGE, "数据.csv", KIND)
    choice = choice_of(delivery, targets=TARGETS)
    service.confirm(town.actor(), delivery.id, choice)
    database.session.commit()
    assert work(delivery.id).rows_accepted == 2
    [saved] = queries.mappings_of(delivery.source_id)
    assert (saved.version, saved.kind, saved.confirmed_name) == (1, KIND, town.clerk.name)
    assert town.upload(STRANGE.replace(b"100", b"7"), "数据.csv").state is DeliveryState.QUEUED


def test_a_corrected_mapping_supersedes_and_never_overwrites(town):
    first = town.upload(STRANGE, "数据.csv", KIND)
    service.confirm(town.actor(), first.id, choice_of(first, targets=TARGETS))
    second = town.upload(STRANGE.replace(b"100", b"7"), "数据.csv", "tax_grade")
    assert second.state is DeliveryState.AWAITING_MAPPING, "the kind named is not the saved one"
    service.propose_as(town.actor(), second.id, KIND)
    targets = (TARGETS[0], "", *TARGETS[2:])
    service.confirm(town.actor(), second.id, choice_of(second, targets=targets))
    database.session.commit()
    versions = queries.mappings_of(first.source_id)
    assert sorted((m.version, m.superseded_at is None) for m in versions) == [(1, False), (2, True)]


def test_rejected_rows_are_told_with_field_value_rule_and_advice(town):
    done = town.collected(HALF_BAD)
    assert done.state is DeliveryState.PARTLY_REJECTED
    rows, total = service.rejections_of(town.actor(), done, Page(1, 20))
    assert (total, rows[0].row_number, rows[0].rule) == (1, 3, "negative")
    assert "负数" in rows[0].advice
    assert "-5" not in rows[0].shown_value
    assert service.all_rejections(town.actor(), done.id) == list(rows)


def test_the_same_content_twice_is_one_delivery(town):
    first, second = town.upload(GOOD), town.upload(GOOD, "另一个名字.csv")
    assert first.id == second.id
    assert files_kept(town) == 1


def test_a_job_that_runs_again_changes_nothing(town):
    done = town.collected(GOOD)
    moment = done.finished_at
    again = work(done.id)
    assert (again.state, again.finished_at) == (DeliveryState.COLLECTED, moment)


def test_a_job_that_was_killed_while_collecting_goes_on(town):
    delivery = town.confirmed(GOOD)
    from xinyidai.deliveries.service import collecting

    collecting._begin(delivery.id)
    database.session.commit()
    assert queries.find(delivery.id).state is DeliveryState.COLLECTING
    assert work(delivery.id).state is DeliveryState.COLLECTED


def test_a_file_that_cannot_be_collected_is_refused_with_its_sentence(town):
    town.collected(GOOD)
    twice = town.upload(GOOD + "合计,,,300,\n".encode() + GOOD, "接在一起.csv")
    done = work(twice.id)
    assert done.state is DeliveryState.REFUSED
    assert "又是一行表头" in done.message
    assert done.batch_id is None


def test_a_stranger_sees_nothing_and_delivers_nothing(town):
    delivery = town.upload(GOOD)
    stranger = town.stranger.as_actor()
    for deed in (
        lambda: service.read_delivery(stranger, delivery.id),
        lambda: service.confirm(stranger, delivery.id, choice_of(delivery)),
        lambda: service.cancel(stranger, delivery.id),
        lambda: service.all_rejections(stranger, delivery.id),
    ):
        with pytest.raises(NotFound):
            deed()
    own = queries.get_source(delivery.source_id)
    with pytest.raises(NotFound):
        service.upload(stranger, own, io.BytesIO(GOOD), service.Claim("欠税.csv"))
    with pytest.raises(Forbidden):
        service.upload(town.auditor.as_actor(), own, io.BytesIO(GOOD), service.Claim("欠税.csv"))


def test_a_department_delivers_only_the_kinds_the_catalogue_gives_it(town):
    with pytest.raises(InvalidInput, match="不由本部门报送"):
        town.upload(GOOD, kind="court_judgement")
    database.session.rollback()
    delivery = town.upload(GOOD)
    with pytest.raises(InvalidInput, match="不由本部门报送"):
        service.confirm(town.actor(), delivery.id, choice_of(delivery, kind="court_judgement"))


@pytest.mark.parametrize(
    ("targets", "says"),
    [
        (("@code", "@code", "tax_type", "balance", "announced_on"), "选了同一个字段"),
        (("", "", "tax_type", "balance", "announced_on"), "哪一列是统一社会信用代码"),
        (("@code", "@name", "shoe_size", "balance", "announced_on"), "刷新页面"),
        (("@code", "@name"), "刷新页面"),
    ],
)
def test_a_choice_that_makes_no_mapping_is_refused(town, targets, says):
    delivery = town.upload(GOOD)
    with pytest.raises(InvalidInput, match=says):
        service.confirm(town.actor(), delivery.id, choice_of(delivery, targets=targets))
    database.session.rollback()
    assert queries.find(delivery.id).state is DeliveryState.AWAITING_MAPPING


def test_a_required_column_that_is_left_out_makes_the_records_incomplete(town):
    delivery = town.upload(GOOD)
    targets = ("@code", "@name", "", "balance", "announced_on")
    service.confirm(town.actor(), delivery.id, choice_of(delivery, targets=targets))
    assert "absent" in delivery.mapping
    assert work(delivery.id).rows_accepted == 2


def test_confirming_twice_is_told_and_changes_nothing(town):
    delivery = town.upload(GOOD)
    service.confirm(town.actor(), delivery.id, choice_of(delivery))
    with pytest.raises(InvalidTransition):
        service.confirm(town.actor(), delivery.id, choice_of(delivery))


def test_old_files_go_and_their_counts_stay(town, at):
    done = town.collected(GOOD)
    kept = store.path_of(done.stored)
    with at("2099-01-01T00:00"):
        service.clean_up()
    database.session.expire_all()
    after = queries.find(done.id)
    assert (after.stored, after.rows_total, kept.exists()) == (None, 2, False)


def test_what_waits_for_a_clerk_is_not_forgotten(town, at):
    waiting = town.upload(GOOD)
    with at("2099-01-01T00:00"):
        service.clean_up()
    database.session.expire_all()
    assert store.path_of(queries.find(waiting.id).stored).is_file()
