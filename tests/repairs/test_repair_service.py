"""Repairs from the application to the end of the record: who may, what is told, what changes."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from tests.factories import parties
from tests.factories.rights import IDENTITY, PENALTY, Town
from tests.repairs.conftest import CLAIM
from xinyidai.audit.models import AuditEntry
from xinyidai.catalogue.repairs import REPAIRS
from xinyidai.catalogue.values import RepairClass, RepairRule
from xinyidai.credit_records import queries as looks
from xinyidai.credit_records import service as credit_records
from xinyidai.credit_records.values import DisclosureRequest, DisclosureSubject, QueryKind
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Role
from xinyidai.kernel.errors import (
    Conflict,
    Forbidden,
    InvalidInput,
    InvalidTransition,
    NotFound,
    RuleBroken,
)
from xinyidai.kernel.http import Page
from xinyidai.notifications.models import Notification
from xinyidai.notifications.values import Topic
from xinyidai.repairs import queries, rules, service
from xinyidai.repairs.values import RepairChannel, RepairClaim, RepairState

GENERAL = RepairRule(RepairClass.GENERAL, 3)
RESULT = "认定机关五月二十日同意修复"


def messages(db, topic, **party):
    statement = select(Notification).where(Notification.topic == topic)
    for name, value in party.items():
        statement = statement.where(getattr(Notification, name) == value)
    return db.scalars(statement.order_by(Notification.created_at)).all()


def test_an_application_keeps_what_was_promised_and_by_whom(db, town, applied):
    repair = applied(town)
    assert (repair.state, repair.kind) == (RepairState.SUBMITTED, PENALTY)
    assert repair.earliest_on == rules.earliest_on(GENERAL, clock.today() - timedelta(days=200))
    assert (repair.commitment_version, repair.signed_name) == (REPAIRS.version, "张演示")
    assert repair.commitment_hash == REPAIRS.commitment_hash
    assert "鹰环罚" not in str(vars(repair))
    [entry] = db.scalars(select(AuditEntry).where(AuditEntry.action == "repair:submit"))
    assert entry.subject_id == str(repair.id)


def test_before_the_earliest_day_nothing_is_applied_for(town):
    fact = town.penalty(days=89)
    with pytest.raises(InvalidInput) as raised:
        service.apply_for_repair(town.boss, fact.id, CLAIM)
    assert set(raised.value.fields) == {"record"}
    assert "起可以申请" in raised.value.fields["record"]


def test_without_duty_or_commitment_nothing_is_applied_for(town):
    fact = town.penalty()
    empty = RepairClaim(duty_note="", signed_name="", has_signed=False)
    with pytest.raises(InvalidInput) as raised:
        service.apply_for_repair(town.boss, fact.id, empty)
    assert set(raised.value.fields) == {"duty_note", "signed_name", "commitment"}


def test_only_an_own_negative_record_in_force_is_applied_for_and_once(town, applied):
    repair = applied(town)
    with pytest.raises(Conflict, match="正在办理"):
        service.apply_for_repair(town.boss, repair.record_id, CLAIM)
    town.deliver("tax_grade", "2025", {"grade": "A"}, 300)
    [grade] = town.facts("tax_grade")
    foreign = Town(tax=town.tax).penalty()
    for record_id in (grade.id, foreign.id, 0):
        with pytest.raises(NotFound):
            service.apply_for_repair(town.boss, record_id, CLAIM)
    with pytest.raises(Forbidden):
        service.apply_for_repair(town.clerk.as_actor(), repair.record_id, CLAIM)


def test_the_whole_way_ends_the_record_and_tells_whoever_saw_it(db, town, handed_over):
    town.penalty()
    consent = town.consent()
    request = DisclosureRequest(
        consent.id, town.firm.id, consent.purpose, DisclosureSubject.PROFILE, "1"
    )
    snapshot = credit_records.disclose(town.officer.as_actor(), request, lambda _: {})
    repair = handed_over(town)
    service.complete_repair(town.clerk.as_actor(), repair.id, RESULT)
    assert (repair.state, repair.result) == (RepairState.REPAIRED, RESULT)
    assert town.facts(PENALTY) == []
    with pytest.raises(Conflict, match="信用修复"):
        credit_records.read_snapshot(town.officer.as_actor(), snapshot.id)
    [told] = messages(db, Topic.RECORD_CHANGED, institution_id=town.bank.id)
    assert "处罚" not in told.title + told.body
    titles = [m.title[:6] for m in messages(db, Topic.REPAIR, enterprise_id=town.firm.id)]
    assert titles == ["修复申请已提", "修复申请审核", "修复申请已转", "信用修复完成"]
    steps = [step.action.value for step in queries.steps_of(repair.id)]
    assert steps == ["submit", "check", "hand_over", "repair"]


def test_delivered_again_a_repaired_record_does_not_come_back(town, handed_over):
    service.complete_repair(town.clerk.as_actor(), handed_over(town).id, RESULT)
    town.deliver(PENALTY, "鹰环罚〔2026〕1号", {"decision_no": "改了"}, 200)
    assert town.facts(PENALTY) == []


def test_nothing_is_repaired_that_was_not_handed_over(town, applied):
    repair = applied(town)
    with pytest.raises(InvalidTransition):
        service.complete_repair(town.clerk.as_actor(), repair.id, RESULT)
    assert len(town.facts(PENALTY)) == 1


def test_a_hand_over_needs_the_number_of_its_receipt(town, applied):
    repair, clerk = applied(town), town.clerk.as_actor()
    service.check_repair(clerk, repair.id)
    with pytest.raises(InvalidInput):
        service.hand_over_repair(clerk, repair.id, " ")
    service.hand_over_repair(clerk, repair.id, "XYZG-1")
    assert (repair.receipt_no, repair.state) == ("XYZG-1", RepairState.HANDED_OVER)
    with pytest.raises(InvalidTransition):
        service.withdraw_repair(town.boss, repair.id)


def test_a_returned_application_is_completed_and_a_refused_one_may_come_again(town, applied):
    repair, clerk = applied(town), town.clerk.as_actor()
    with pytest.raises(InvalidInput):
        service.return_repair(clerk, repair.id, "")
    service.return_repair(clerk, repair.id, "缺少缴款凭证的编号")
    service.resubmit_repair(town.boss, repair.id, "缴款书编号 000456")
    assert repair.duty_note == "缴款书编号 000456"
    service.refuse_repair(clerk, repair.id, "义务没有全部履行")
    assert len(town.facts(PENALTY)) == 1
    again = service.apply_for_repair(town.boss, repair.record_id, CLAIM)
    service.withdraw_repair(town.boss, again.id)
    assert again.state is RepairState.WITHDRAWN


def test_a_record_gone_meanwhile_is_repaired_all_the_same(town, handed_over):
    repair, clerk = handed_over(town), town.clerk.as_actor()
    credit_records.write.retire_record(
        clerk, town.firm.id, repair.record_id, "withdrawn", "来源撤销"
    )
    service.complete_repair(clerk, repair.id, RESULT)
    assert repair.state is RepairState.REPAIRED


def test_others_neither_see_an_application_nor_touch_it(town, applied):
    repair, other = applied(town), Town(tax=town.tax)
    for actor in (other.boss, town.taxman.as_actor(), town.officer.as_actor()):
        with pytest.raises(NotFound):
            service.read_repair(actor, repair.id)
        with pytest.raises(NotFound):
            service.check_repair(actor, repair.id)
    with pytest.raises(NotFound):
        service.read_repair(town.boss, uuid4())
    with pytest.raises(Forbidden):
        service.check_repair(town.boss, repair.id)
    with pytest.raises(Forbidden):
        service.check_repair(town.auditor.as_actor(), repair.id)
    with pytest.raises(Forbidden):  # the firm raised it itself
        service.withdraw_repair(town.clerk.as_actor(), repair.id)
    assert service.read_repair(town.auditor.as_actor(), repair.id).repair is repair


@pytest.mark.parametrize("role", [Role.BANK_OFFICER, Role.OPERATOR, Role.DEPARTMENT])
def test_nobody_else_has_the_citys_list(role, town):
    with pytest.raises(Forbidden):
        service.list_of_city(parties.account(role).as_actor(), Page(), {RepairState.SUBMITTED})


def test_a_clerk_applies_for_whoever_stands_at_the_counter(town):
    fact, clerk = town.penalty(), town.clerk.as_actor()
    [shown] = service.show_at_counter(clerk, town.firm.id, IDENTITY)
    assert shown.fact.id == fact.id
    repair = service.apply_at_counter(clerk, town.firm.id, fact.id, CLAIM, identity=IDENTITY)
    assert (repair.channel, repair.identity_note) == (RepairChannel.COUNTER, IDENTITY)
    events = looks.looks_at_enterprise(town.firm.id, kinds=(QueryKind.HANDLING,))
    assert {event.purpose for event in events} == {"counter"}
    service.withdraw_repair(clerk, repair.id)
    with pytest.raises(InvalidInput):
        service.show_at_counter(clerk, town.firm.id, "")
    with pytest.raises(Forbidden):
        service.show_at_counter(town.taxman.as_actor(), town.firm.id, IDENTITY)


def test_seeing_the_record_is_a_look_that_the_firm_finds(town, applied):
    repair = applied(town)
    shown = service.show_record(town.clerk.as_actor(), repair.id)
    assert shown.id == repair.record_id
    [event] = looks.looks_at_enterprise(town.firm.id, kinds=(QueryKind.HANDLING,))
    assert (event.purpose, event.batch_id, event.record_count) == ("repair", repair.id, 1)


@pytest.mark.parametrize("end", ["withdraw", "refuse", "repair"])
def test_an_ended_application_shows_no_record_any_more(town, handed_over, applied, end):
    clerk = town.clerk.as_actor()
    if end == "withdraw":
        repair = service.withdraw_repair(town.boss, applied(town).id)
    elif end == "refuse":
        repair = service.refuse_repair(clerk, handed_over(town).id, "认定机关不同意修复")
    else:
        repair = service.complete_repair(clerk, handed_over(town).id, RESULT)
    with pytest.raises(RuleBroken):
        service.show_record(clerk, repair.id)
    assert looks.looks_at_enterprise(town.firm.id, kinds=(QueryKind.HANDLING,)) == []


def test_a_firm_is_told_what_the_counter_did_in_its_name(db, town):
    fact, clerk = town.penalty(), town.clerk.as_actor()
    repair = service.apply_at_counter(clerk, town.firm.id, fact.id, CLAIM, identity=IDENTITY)
    service.return_repair(clerk, repair.id, "请补缴款书")
    service.resubmit_repair(clerk, repair.id, "已补交缴款书")
    service.withdraw_repair(clerk, repair.id, "企业当面要求撤回")
    told = [m.title for m in messages(db, Topic.REPAIR, enterprise_id=town.firm.id)]
    assert [title[:8] for title in told[-2:]] == ["修复申请已代您补", "修复申请已撤回："]


def test_who_has_applied_is_not_told_to_apply(db, town):
    fact = town.penalty(days=95)
    service.apply_for_repair(town.boss, fact.id, CLAIM)
    service.remind()
    assert messages(db, Topic.REPAIR_DUE, enterprise_id=town.firm.id) == []


def test_a_firm_is_told_thirty_days_before_and_on_the_day_once_each(db, town, at):
    today = clock.today()
    town.penalty(days=55)
    earliest = rules.earliest_on(GENERAL, today - timedelta(days=55))
    wait = (earliest - today).days  # 35 or so, by the months between

    def told():
        return [m.title for m in messages(db, Topic.REPAIR_DUE, enterprise_id=town.firm.id)]

    def on(days):
        moment = f"{today + timedelta(days=days)}T08:30"
        with at(moment):
            service.remind()
            service.remind()

    on(wait - 31)
    assert told() == []
    on(wait - 30)
    [early] = told()
    assert "起可以申请信用修复" in early
    on(wait - 29)
    assert len(told()) == 1
    on(wait)
    assert len(told()) == 2
    assert "现在可以" in told()[1]
    on(wait + 1)
    assert len(told()) == 2
    message = messages(db, Topic.REPAIR_DUE)[0]
    assert REPAIRS.free in message.body
    assert REPAIRS.warning in message.body


def test_a_day_without_the_job_is_made_up_for_and_an_old_record_says_nothing(db, town):
    town.penalty(days=95)
    town.penalty(days=200, key="鹰环罚〔2025〕9号")
    service.remind()
    [told] = messages(db, Topic.REPAIR_DUE, enterprise_id=town.firm.id)
    assert "现在可以" in told.title
