"""The loop of a check: request, answer, handling, feedback; who may, what is refused."""

from datetime import timedelta

import pytest

from tests.factories import parties
from tests.factories.lists import CASE_NO, DEBT, deliver
from xinyidai.audit.models import AuditEntry
from xinyidai.catalogue.errors import UnknownMeasure, UnknownOccasion
from xinyidai.credit_lists import service as lists
from xinyidai.credit_records import queries as log
from xinyidai.credit_records.values import QueryKind, RecordStatus
from xinyidai.joint_checks import queries, service
from xinyidai.joint_checks.queries import CheckFilter
from xinyidai.joint_checks.values import (
    CheckAction,
    CheckOrder,
    CheckOutcome,
    CheckState,
    Handling,
    HandlingDecision,
    ScreenOrder,
)
from xinyidai.kernel import clock
from xinyidai.kernel.errors import Conflict, Forbidden, InvalidInput, NotFound, RuleBroken
from xinyidai.kernel.http import Page
from xinyidai.notifications.models import Notification
from xinyidai.notifications.values import Topic

OCCASION = "government_procurement"
APPLIED = Handling(decision=HandlingDecision.APPLIED, measures=("procurement_exclusion",))
NOT_APPLIED = Handling(decision=HandlingDecision.NOT_APPLIED, reason="项目已终止")


def ask(town, **changes):
    facts = {"uscc": town.firm.uscc, "occasion": OCCASION, "case_no": "采〔2026〕1号"}
    return service.check(town.buyer.as_actor(), CheckOrder(**{**facts, **changes}))


def looks(firm):
    return log.looks_at_enterprise(firm.id, kinds=[QueryKind.CHECK])


def test_a_firm_on_no_list_is_no_hit_and_closed_at_once(town):
    check = ask(town)
    assert (check.outcome, check.state) == (CheckOutcome.NONE, CheckState.CLOSED)
    assert check.due_on is None


def test_a_listed_firm_is_a_hit_with_what_applies_on_the_occasion(town):
    town.listed()
    view = service.read_check(town.buyer.as_actor(), ask(town).id)
    assert view.check.outcome is CheckOutcome.SERIOUS
    assert [hit.list_type.code for hit in view.hits] == ["dishonest_debtor"]
    assert view.offered == ("procurement_exclusion",)
    assert view.check.due_on > clock.today()


def test_the_name_finds_the_firm_too(town):
    town.listed()
    assert ask(town, uscc="", name=town.firm.name).outcome is CheckOutcome.SERIOUS


def test_several_firms_of_one_name_are_no_answer(town):
    parties.enterprise(name=town.firm.name)
    with pytest.raises(InvalidInput) as error:
        ask(town, uscc="", name=town.firm.name)
    assert error.value.code == "ambiguous_name"


def test_a_name_that_is_not_the_codes_is_refused(town):
    with pytest.raises(InvalidInput) as error:
        ask(town, name="另一家有限公司")
    assert error.value.code == "name_mismatch"


def test_a_source_never_collected_makes_no_silent_pass(db):
    from tests.factories.lists import ListTown, collect

    firm = parties.enterprise()
    office = parties.department()
    collect(DEBT)
    order = CheckOrder(uscc=firm.uscc, occasion=OCCASION, case_no="1")
    check = service.check(parties.clerk_of(office), order)
    assert check.outcome is CheckOutcome.INSUFFICIENT
    assert "从未归集" in check.missing[0]["text"]
    assert ListTown


def test_a_stale_source_makes_no_silent_pass(town):
    with clock.at(clock.now() + timedelta(days=200)):
        assert ask(town).outcome is CheckOutcome.INSUFFICIENT


def test_a_record_that_no_release_went_through_makes_no_silent_pass(town):
    town.owes()
    check = ask(town)
    assert check.outcome is CheckOutcome.INSUFFICIENT
    assert [one["gap"] for one in check.missing] == ["unreleased"]


def test_a_listing_whose_term_is_over_is_decided_and_no_gap(town):
    town.owes(occurred_on=clock.today() - timedelta(days=725))
    town.release()
    assert ask(town).outcome is CheckOutcome.SERIOUS
    with clock.at(clock.now() + timedelta(days=20)):
        assert ask(town, case_no="2").outcome is CheckOutcome.NONE


def test_a_listing_taken_back_as_wrong_is_no_hit(town):
    release = town.listed()
    lists.withdraw_release(town.clerk.as_actor(), release.id, "同名企业列错，予以更正")
    assert ask(town).outcome is CheckOutcome.NONE


def test_a_corrected_record_waits_for_its_release_and_passes_nobody(town):
    town.listed()
    town.retire(RecordStatus.CORRECTED)
    town.owes(content={"case_no": CASE_NO, "court_name": "另一家法院"})
    assert ask(town).outcome is CheckOutcome.INSUFFICIENT


def test_an_unknown_firm_is_insufficient_and_kept(town):
    check = ask(town, uscc="91350100M000100Y43")
    assert check.outcome is CheckOutcome.INSUFFICIENT
    assert check.enterprise_id is None


@pytest.mark.parametrize(
    "changes", [{"uscc": "123"}, {"uscc": ""}, {"case_no": " "}, {"case_no": "长" * 101}]
)
def test_a_bad_order_is_refused(town, changes):
    with pytest.raises(InvalidInput):
        ask(town, **changes)


def test_an_unknown_occasion_is_refused(town):
    with pytest.raises(UnknownOccasion):
        ask(town, occasion="birthday")


def test_only_offices_check(town):
    order = CheckOrder(uscc=town.firm.uscc, occasion=OCCASION, case_no="1")
    for actor in (town.boss, parties.officer_of(parties.institution()), town.auditor.as_actor()):
        with pytest.raises(Forbidden):
            service.check(actor, order)


def test_the_firm_finds_each_check_in_its_log_without_any_content(town):
    town.listed()
    check = ask(town)
    [event] = looks(town.firm)
    assert (event.id, event.purpose, event.record_count) == (check.event_id, OCCASION, 1)
    assert event.items == []
    [own], total = service.list_of_firm(town.boss, Page())
    assert (own.check.id, total) == (check.id, 1)


def test_the_same_order_sent_again_is_one_check(town):
    first, second = (ask(town, request_key="a-1") for _ in range(2))
    assert first.id == second.id
    assert len(looks(town.firm)) == 1


def test_a_key_used_for_another_order_is_refused(town):
    ask(town, request_key="a-1")
    with pytest.raises(Conflict) as error:
        ask(town, request_key="a-1", occasion="bidding")
    assert error.value.code == "key_reused"


def test_two_offices_may_use_one_key(town):
    first = ask(town, request_key="a-1")
    order = CheckOrder(
        uscc=town.firm.uscc, occasion=OCCASION, case_no="采〔2026〕1号", request_key="a-1"
    )
    assert service.check(town.judge.as_actor(), order).id != first.id


def test_four_steps_close_the_loop(town, db):
    town.listed()
    check, actor = ask(town), town.buyer.as_actor()
    service.handle_check(actor, check.id, APPLIED)
    service.close_check(actor, check.id, "资格审查不通过，已告知")
    assert check.state is CheckState.CLOSED
    steps = service.read_check(actor, check.id).steps
    assert [step.action for step in steps] == list(CheckAction)
    tags = {row.action for row in db.query(AuditEntry).filter_by(subject_id=str(check.id))}
    assert tags == {"joint_check:request", "joint_check:handle", "joint_check:feedback"}


def test_feedback_before_handling_and_a_second_click_are_refused(town):
    town.listed()
    check, actor = ask(town), town.buyer.as_actor()
    with pytest.raises(Conflict):
        service.close_check(actor, check.id, "办结")
    service.handle_check(actor, check.id, NOT_APPLIED)
    with pytest.raises(Conflict):
        service.handle_check(actor, check.id, NOT_APPLIED)


def test_a_measure_outside_the_lists_cannot_be_attached(town):
    town.listed()
    check = ask(town)
    invented = Handling(decision=HandlingDecision.APPLIED, measures=("no_school",))
    with pytest.raises(UnknownMeasure):
        service.handle_check(town.buyer.as_actor(), check.id, invented)
    assert check.state is CheckState.ANSWERED


def test_a_listed_measure_that_does_not_fit_the_hit_is_refused(town):
    town.listed()
    exit_limit = Handling(decision=HandlingDecision.APPLIED, measures=("exit_limit",))
    with pytest.raises(RuleBroken) as error:
        service.handle_check(town.buyer.as_actor(), ask(town).id, exit_limit)
    assert error.value.code == "measure_not_offered"


def test_after_a_repair_nothing_may_be_taken_and_the_old_answer_says_nothing(town):
    town.listed()
    check, actor = ask(town), town.buyer.as_actor()
    town.retire()
    view = service.read_check(actor, check.id)
    assert (view.hits, view.ended, view.offered) == ((), 1, ())
    with pytest.raises(RuleBroken) as error:
        service.handle_check(actor, check.id, APPLIED)
    assert error.value.code == "measure_over"
    assert ask(town, case_no="2").outcome is CheckOutcome.NONE


def test_another_office_neither_sees_nor_handles(town):
    check = ask(town)
    stranger = town.judge.as_actor()
    with pytest.raises(NotFound):
        service.read_check(stranger, check.id)
    with pytest.raises(NotFound):
        service.handle_check(stranger, check.id, NOT_APPLIED)
    other = parties.boss_of(parties.enterprise())
    with pytest.raises(NotFound):
        service.read_check(other, check.id)


def test_the_credit_office_sees_and_does_not_handle_for_others(town):
    town.listed()
    check, clerk = ask(town), town.clerk.as_actor()
    assert service.read_check(clerk, check.id).actions == frozenset()
    with pytest.raises(Forbidden):
        service.handle_check(clerk, check.id, APPLIED)


def test_the_firm_is_told_of_measures_and_not_of_none(town, db):
    town.listed()
    service.handle_check(town.buyer.as_actor(), ask(town).id, NOT_APPLIED)
    told = db.query(Notification).filter_by(topic=Topic.JOINT_CHECK, enterprise_id=town.firm.id)
    assert told.count() == 0
    service.handle_check(town.buyer.as_actor(), ask(town, case_no="2").id, APPLIED)
    [message] = told.all()
    assert "限制参加政府采购活动" in message.body


def test_a_report_sent_twice_closes_once(town):
    town.listed()
    check, actor = ask(town), town.buyer.as_actor()
    for _ in range(2):
        service.report_check(actor, check.id, APPLIED, "资格审查不通过")
    with pytest.raises(Conflict):
        service.report_check(actor, check.id, NOT_APPLIED, "资格审查不通过")


def test_reminder_and_lateness_come_once(town, db):
    town.listed()
    check = ask(town)
    told = db.query(Notification).filter_by(topic=Topic.JOINT_CHECK, department_id=town.finance.id)
    noon = clock.now().replace(hour=12)
    with clock.at(noon + (check.due_on - clock.today())):
        service.watch()
        service.watch()
    assert [one.title[:5] for one in told] == ["核查待反馈"]
    with clock.at(noon + (check.due_on - clock.today()) + timedelta(days=1)):
        service.watch()
        service.watch()
        late, total = service.list_of_city(
            town.clerk.as_actor(), CheckFilter(late_on=clock.today()), Page()
        )
    assert told.count() == 2
    assert (late[0].check.id, total) == (check.id, 1)


def test_who_took_measures_is_told_once_the_firm_is_off_the_list(town, db):
    town.listed()
    check, actor = ask(town), town.buyer.as_actor()
    service.report_check(actor, check.id, APPLIED, "资格审查不通过")
    town.retire()
    lists.note_ended(["dishonest_debtor"])
    service.watch()
    service.watch()
    told = db.query(Notification).filter_by(topic=Topic.JOINT_CHECK, department_id=town.finance.id)
    assert [one.title[:4] for one in told] == ["请停止据"]


def test_counts_equal_the_lists_behind_them(town):
    town.listed()
    for number in range(3):
        ask(town, case_no=str(number))
    service.report_check(town.buyer.as_actor(), ask(town).id, APPLIED, "不通过")
    figures = service.figures(town.clerk.as_actor())
    [row] = [one for one in figures.counts if one.department_id == town.finance.id]
    wanted = CheckFilter(department_id=town.finance.id, occasion=OCCASION)
    assert row.checks == service.list_of_city(town.clerk.as_actor(), wanted, Page())[1] == 4
    assert (row.serious, row.due, row.closed) == (4, 4, 1)
    assert figures.taken == {"procurement_exclusion": 1}


def test_an_auditor_reads_the_figures_and_a_department_does_not(town):
    assert service.figures(town.auditor.as_actor()).checks == 0
    with pytest.raises(Forbidden):
        service.figures(town.buyer.as_actor())


def test_an_honest_firm_is_offered_incentives(town):
    deliver(town.firm, "tax_grade", "2025", {"year": "2025", "grade": "A"}, {"level": "A"})
    town.release("tax_a")
    check = ask(town)
    assert (check.outcome, check.measures) == (CheckOutcome.HONOUR, ["bidding_bonus"])


def test_subsidies_screen_as_whitelists_do(town):
    town.listed()
    order = ScreenOrder(enterprise_id=town.firm.id, occasion="subsidy", case_no="贴息 1")
    screening = service.screen(town.buyer.as_actor(), order)
    assert screening.is_serious
    kept = screening.keep("只作提示")
    assert kept.state is CheckState.CLOSED
    assert queries.count(CheckFilter(enterprise_id=town.firm.id, occasion="subsidy")) == 1
