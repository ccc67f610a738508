"""From draft to use: two persons, two parties, a report, and limits against probing."""

from copy import deepcopy
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from tests.factories import parties
from tests.joint_results.documents_for_joint import card
from xinyidai.joint_results import queries, service
from xinyidai.joint_results.values import VersionState
from xinyidai.kernel import clock
from xinyidai.kernel.db import db as database
from xinyidai.kernel.errors import Conflict, Forbidden, NotFound, RuleBroken, TooMany
from xinyidai.notifications.models import Notification
from xinyidai.notifications.values import Topic

S = VersionState


def handed_in(desk, document=None):
    version = desk.draft(document)
    return service.submit(desk.manager, version.id)


def test_versions_of_a_code_are_numbered_and_keep_their_hash(desk):
    first, second = desk.draft(), desk.draft(card(base=90))
    assert (first.number, second.number) == (1, 2)
    assert first.content_hash != second.content_hash


def test_a_document_sent_twice_is_one_draft_until_it_is_handed_in(desk):
    first = desk.draft()
    assert desk.draft().id == first.id
    service.submit(desk.manager, first.id)
    assert desk.draft().number == 2


def test_a_version_goes_from_draft_to_use_and_the_former_retires(desk):
    first = desk.active()
    second = desk.active(card(base=90))
    assert (first.state, second.state) == (S.RETIRED, S.ACTIVE)
    assert first.retired_reason == "由第 2 版替代"


def test_the_office_hears_that_a_model_waits_and_the_bank_what_became_of_it(desk):
    version = handed_in(desk)
    [waiting] = sent_to(department_id=desk.office.id)
    assert waiting.link == f"/office/joint-models/{version.id}"
    service.return_version(desk.clerk, version.id, "请说明各档怎么用。")
    [returned] = sent_to(institution_id=desk.bank.id)
    assert "退回" in returned.title


def sent_to(**party):
    statement = select(Notification).filter_by(topic=Topic.JOINT_RESULT, **party)
    return database.session.scalars(statement).all()


def test_nobody_of_the_bank_approves(desk):
    version = handed_in(desk)
    for actor in (desk.manager, desk.officer):
        with pytest.raises(Forbidden):
            service.approve(actor, version.id, "同意")


def test_the_database_too_wants_another_party(desk):
    version = handed_in(desk)
    with pytest.raises(IntegrityError), database.session.begin_nested():
        database.session.execute(
            text("update joint_model_version set state = 'approved' where id = :id"),
            {"id": version.id},
        )


def test_the_office_sees_no_draft_and_another_bank_nothing(desk):
    version = desk.draft()
    for actor in (desk.clerk, parties.officer_of(parties.institution())):
        with pytest.raises(NotFound):
            service.read_version(actor, version.id)


def test_a_returned_version_is_a_draft_again_with_the_reason(desk):
    version = handed_in(desk)
    service.return_version(desk.clerk, version.id, "请减少档数。")
    assert (version.state, version.returned_reason) == (S.DRAFT, "请减少档数。")


def test_what_is_not_approved_is_not_put_in_use(desk):
    version = handed_in(desk)
    with pytest.raises(Conflict):
        service.activate(desk.manager, version.id)


def test_a_report_with_faults_cannot_be_approved(desk):
    version = handed_in(desk)
    version.report = {**version.report, "faults": ["“甲”档的企业不足 5 家。"]}
    with pytest.raises(RuleBroken) as caught:
        service.approve(desk.clerk, version.id, "同意")
    assert caught.value.code == "joint_model_unsafe"


def test_the_reviewer_sees_the_nearest_version_and_that_it_may_be_a_probe(desk):
    handed_in(desk)
    probe = deepcopy(card(code="another_code"))
    probe["bands"][0]["from"] = 161
    report = handed_in(desk, probe).report
    assert report["near"]["changed"] == ["bands[0].from"]
    assert (report["recent"], report["is_probe"]) == (1, True)


def test_a_fifth_version_within_thirty_days_waits(desk):
    first = [handed_in(desk, card(code=f"card_{number}", base=number)) for number in range(4)]
    version = desk.draft(card(code="card_5"))
    with pytest.raises(TooMany):
        service.submit(desk.manager, version.id)
    first[0].submitted_at = clock.now() - timedelta(days=31)
    database.session.flush()
    assert service.submit(desk.manager, version.id).state is S.UNDER_REVIEW


def test_the_population_check_is_one_logged_run_and_keeps_no_firms_result(desk):
    handed_in(desk)
    statement = text("select subject from query_event where purpose = 'joint_review'")
    assert list(database.session.scalars(statement)) == ["platform_run"]


def test_a_purpose_that_is_not_in_force_takes_no_model(desk):
    database.session.execute(
        text("update purpose_template set state = 'retired' where code = 'pre_loan'")
    )
    with pytest.raises(RuleBroken):
        desk.draft()


def test_what_left_can_be_neither_changed_nor_taken_back(desk):
    version, consent = desk.active(), desk.consent()
    service.give(desk.officer, version.id, consent.id)
    for statement in ("update joint_result set band = '甲'", "delete from joint_result"):
        with pytest.raises(Exception, match="permission denied"), database.session.begin_nested():
            database.session.execute(text(statement))


def test_too_many_drafts_wait(desk, monkeypatch):
    monkeypatch.setattr("xinyidai.joint_results.service.drafting.MOST_DRAFTS", 2)
    desk.draft()
    desk.draft(card(base=1))
    with pytest.raises(RuleBroken):
        desk.draft(card(base=2))
    assert queries.count_drafts(desk.bank.id) == 2
