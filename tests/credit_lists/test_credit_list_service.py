"""Releases: drafted, checked by another person, published, withdrawn; entries live on records."""

from datetime import timedelta

import pytest

from tests.factories import parties
from tests.factories.lists import CASE_NO, COURT, DEBT, deliver
from xinyidai.catalogue.credit_lists import Side
from xinyidai.credit_lists import queries, service
from xinyidai.credit_lists.models import ListEntry
from xinyidai.credit_lists.rules import planned_out_on, read_typed
from xinyidai.credit_lists.values import OutReason, ReleaseState, TypedEntry
from xinyidai.credit_records.service import cases
from xinyidai.credit_records.values import RecordStatus
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM
from xinyidai.kernel.errors import Conflict, Forbidden, InvalidInput, NotFound, RuleBroken
from xinyidai.kernel.http import Page
from xinyidai.notifications.models import Notification
from xinyidai.notifications.values import Topic

LIST = "dishonest_debtor"


def shown(text: str = "", code: str = LIST):
    return service.public_entries(code, Page(), text)[0]


def typed(firm, **changes) -> TypedEntry:
    facts = {"row": 1, "uscc": firm.uscc, "document": "鹰人社〔2026〕1号", "organ": "演示局",
             "in_on": clock.today() - timedelta(days=10)}  # fmt: skip
    return TypedEntry(**{**facts, **changes})


def test_a_release_puts_the_firm_on_the_public_list_with_its_basis(town):
    town.listed()
    [entry] = shown()
    assert (entry.name, entry.uscc) == (town.firm.name, town.firm.uscc)
    assert (entry.document, entry.organ) == (CASE_NO, COURT)
    assert entry.out_planned_on > clock.today()


def test_nothing_is_public_before_publication(town):
    town.owes()
    drafted = service.draft_from_records(town.clerk.as_actor(), LIST, "批次")
    assert shown() == []
    service.check_release(town.second.as_actor(), drafted.id, "同意发布，依据充分")
    assert shown() == []


def test_the_drafter_does_not_check_the_own_draft(town):
    town.owes()
    drafted = service.draft_from_records(town.clerk.as_actor(), LIST, "批次")
    with pytest.raises(Forbidden) as error:
        service.check_release(town.clerk.as_actor(), drafted.id, "同意发布，依据充分")
    assert error.value.code == "four_eyes"


def test_an_unchecked_release_is_not_published(town):
    town.owes()
    drafted = service.draft_from_records(town.clerk.as_actor(), LIST, "批次")
    with pytest.raises(Conflict):
        service.publish_release(town.second.as_actor(), drafted.id)


def test_a_second_click_on_publish_is_refused(town):
    release = town.listed()
    with pytest.raises(Conflict):
        service.publish_release(town.second.as_actor(), release.id)


def test_the_designating_department_drafts_and_another_one_does_not(town):
    town.owes()
    drafted = service.draft_from_records(town.judge.as_actor(), LIST, "法院批次")
    assert drafted.department_id == town.court.id
    with pytest.raises(Forbidden):
        service.draft_from_records(town.buyer.as_actor(), LIST, "批次")
    with pytest.raises(NotFound):
        service.read_release(town.buyer.as_actor(), drafted.id)


def test_a_department_neither_checks_nor_publishes(town):
    town.owes()
    drafted = service.draft_from_records(town.judge.as_actor(), LIST, "法院批次")
    with pytest.raises(Forbidden):
        service.check_release(town.judge.as_actor(), drafted.id, "同意发布，依据充分")


def test_nothing_new_makes_no_release(town):
    town.listed()
    with pytest.raises(RuleBroken) as error:
        service.draft_from_records(town.clerk.as_actor(), LIST, "又一批")
    assert error.value.code == "nothing_new"


def test_serious_dishonesty_is_never_typed_in(town):
    with pytest.raises(RuleBroken) as error:
        service.draft_typed(town.clerk.as_actor(), LIST, "批次", [typed(town.firm)])
    assert error.value.code == "records_only"


@pytest.mark.parametrize(
    "status", [RecordStatus.REPAIRED, RecordStatus.WITHDRAWN, RecordStatus.CORRECTED]
)
def test_a_record_that_ends_takes_its_entry_off(town, status):
    town.listed()
    town.retire(status)
    assert shown() == []


def test_a_withdrawn_record_that_is_delivered_anew_does_not_bring_the_entry_back(town):
    town.listed()
    town.retire(RecordStatus.WITHDRAWN)
    town.owes(content={"case_no": CASE_NO, "court_name": "另一家法院"})
    assert town.debt().content["court_name"] == "另一家法院"
    assert shown() == []


def test_a_corrected_record_needs_a_new_release(town):
    town.listed()
    fields = {"case_no": CASE_NO, "court_name": "另一家法院"}
    fields["published_on"] = str(clock.today() - timedelta(days=60))
    cases.correct_record(SYSTEM, town.firm.id, town.debt().id, fields, "更正")
    assert shown() == []
    town.release()
    assert [entry.organ for entry in shown()] == ["另一家法院"]


def test_a_record_that_ran_out_takes_its_entry_off(town):
    until = clock.today() + timedelta(days=3)
    town.owes(valid_until=until)
    town.release()
    assert len(shown()) == 1
    with clock.at(clock.now() + timedelta(days=4)):
        assert shown() == []


def test_a_newer_delivery_of_the_same_fact_keeps_the_entry(town):
    town.listed()
    content = {"case_no": CASE_NO, "court_name": COURT, "behaviour": "补充"}
    deliver(town.firm, DEBT, CASE_NO, content)
    assert len(shown()) == 1


def test_withdrawal_clears_the_firms_in_public(town):
    release = town.listed()
    notice = service.withdraw_release(
        town.clerk.as_actor(), release.id, "法院通知录入错误，予以更正"
    )
    assert shown() == []
    row = queries.find_notice(notice.id)
    assert row is not None
    assert row.firms == ((town.firm.name, town.firm.uscc),)
    assert release.state is ReleaseState.WITHDRAWN


def test_one_wrong_listing_is_reversed_with_a_notice_and_the_rest_stays(town):
    other = parties.enterprise()
    town.owes(other)
    town.listed()
    [entry] = [one for one in shown() if one.uscc == town.firm.uscc]
    removal = service.draft_removal(
        town.clerk.as_actor(), [entry.id], OutReason.WRONG_LISTING, "同名企业列错，予以更正"
    )
    service.check_release(town.second.as_actor(), removal.id, "核实无误，同意更正")
    assert len(shown()) == 2
    service.publish_release(town.clerk.as_actor(), removal.id)
    assert [one.uscc for one in shown()] == [other.uscc]
    assert queries.notices(Page())[1] == 1


def test_a_lawful_removal_announces_no_error(town):
    town.listed()
    removal = service.draft_removal(
        town.clerk.as_actor(), [shown()[0].id], OutReason.REMOVED, "履行完毕移出"
    )
    service.check_release(town.second.as_actor(), removal.id, "已履行完毕，同意移出")
    service.publish_release(town.clerk.as_actor(), removal.id)
    assert shown() == []
    assert queries.notices(Page())[1] == 0


def test_an_honour_list_takes_typed_rows_of_known_firms_only(town):
    rows = [typed(town.firm)]
    drafted = service.draft_typed(town.clerk.as_actor(), "labour_a", "A级名单", rows)
    assert drafted.row_count == 1
    stranger = [typed(town.firm, uscc="91350100M000100Y43")]
    with pytest.raises(InvalidInput) as error:
        service.draft_typed(town.clerk.as_actor(), "labour_a", "A级名单", stranger)
    assert "91350100M000100Y43" in error.value.fields["rows"]


def test_only_a_grade_taxpayers_are_on_the_honour_list(town):
    other = parties.enterprise()
    for firm, grade in ((town.firm, "A"), (other, "B")):
        content = {"year": "2025", "grade": grade}
        deliver(firm, "tax_grade", "2025", content, {"level": grade})
    town.release("tax_a")
    assert [one.uscc for one in shown(code="tax_a")] == [town.firm.uscc]
    deliver(town.firm, "tax_grade", "2025", {"year": "2025", "grade": "C"}, {"level": "C"})
    assert shown(code="tax_a") == []


def test_search_finds_by_name_and_code(town):
    town.listed()
    assert len(shown(town.firm.name[:6])) == len(shown(town.firm.uscc[:12])) == 1
    assert shown("没有这家") == []


def test_the_share_is_counted_from_its_own_list(town):
    before = service.serious_share()
    town.listed()
    after = service.serious_share()
    rows, total = service.entries_of_side(town.clerk.as_actor(), Side.SERIOUS, Page())
    assert after.firms - before.firms == len({one.uscc for one in rows}) == total == 1


def test_firm_and_drafter_are_told(town, db):
    release = town.listed()
    told = db.query(Notification).filter_by(topic=Topic.CREDIT_LIST).all()
    assert [one for one in told if one.enterprise_id == town.firm.id]
    assert [
        one for one in told if one.department_id == town.office.id and release.number in one.title
    ]


def test_the_night_notes_what_ended_by_itself_and_why(town, db):
    town.listed()
    town.retire()
    assert service.note_ended([LIST]) == 1
    assert service.note_ended([LIST]) == 0
    [entry] = db.query(ListEntry).filter_by(enterprise_id=town.firm.id).all()
    assert entry.out_reason is OutReason.RECORD_ENDED


def test_a_dropped_draft_frees_its_records_for_the_next(town):
    town.owes()
    drafted = service.draft_from_records(town.clerk.as_actor(), LIST, "批次")
    service.drop_release(town.clerk.as_actor(), drafted.id, "重新核对后再发")
    assert town.release().row_count == 1


def test_a_firm_sees_on_which_lists_it_is(town):
    town.listed()
    [own] = service.own_memberships(town.boss)
    assert own.list_type.code == LIST


def test_typed_lines_name_every_fault():
    today = clock.today()
    text = "统一社会信用代码,依据,单位,日期\n91410400MA9K000A3N\t甲〔2026〕1号\t演示局\t2026年5月1日\n123,甲,乙,2026-05-01\n91410400MA9K000A3N,甲,乙,2999-01-01\n91410400MA9K000A3N,甲"
    entries, faults = read_typed(text, today)
    assert [one.uscc for one in entries] == ["91410400MA9K000A3N"]
    assert [fault[:4] for fault in faults] == ["第 3 ", "第 4 ", "第 5 "]


def test_the_term_ends_with_the_month(at):
    from datetime import date

    from xinyidai.catalogue.credit_lists import CREDIT_LISTS

    assert planned_out_on(CREDIT_LISTS[LIST], date(2024, 2, 29)) == date(2026, 2, 28)
