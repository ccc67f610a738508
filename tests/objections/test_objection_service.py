"""Objections from the first word to the last: who may, what is told, what changes."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.factories.rights import ARREARS, IDENTITY, STATEMENT
from tests.objections.acting import BASIS, OTHER, WITHDRAWAL, look, messages
from xinyidai.audit.models import AuditEntry
from xinyidai.catalogue.objections import OBJECTIONS, ObjectionSubject
from xinyidai.credit_records import queries as looks
from xinyidai.credit_records import service as credit_records
from xinyidai.credit_records.service import cases
from xinyidai.enterprises.models import Enterprise
from xinyidai.kernel import clock
from xinyidai.kernel.errors import (
    Conflict,
    InvalidInput,
)
from xinyidai.notifications.values import Topic
from xinyidai.objections import queries, service
from xinyidai.objections.service import Answer, marking
from xinyidai.objections.values import (
    ObjectionAction,
    ObjectionOutcome,
    ObjectionState,
    Remedy,
    Target,
    Wording,
)


def test_an_objection_names_the_record_and_nothing_of_what_it_says(db, town, objected):
    fact = town.arrears()
    objection = objected(town, fact)
    assert (objection.state, objection.item) == (ObjectionState.SUBMITTED, ARREARS)
    assert objection.record_key == cases.key_of(town.firm.id, fact)
    assert objection.due_on == clock.today() + timedelta(days=OBJECTIONS.term.days)
    assert objection.number.startswith("YY")
    assert fact.natural_key not in str(vars(objection))
    [entry] = db.scalars(select(AuditEntry).where(AuditEntry.action == "objection:submit"))
    assert entry.subject_id == str(objection.id)


def test_an_accepted_objection_is_marked_and_routed_in_one_step(db, town, at_source):
    fact = town.arrears()
    objection = at_source(town, fact)
    steps = [step.action for step in queries.steps_of(objection.id)]
    assert steps == ["submit", "accept", "mark", "route"]
    assert objection.state is ObjectionState.AT_SOURCE
    assert objection.department_id == town.tax.id
    assert marking.is_marked(service.marks_of(town.firm.id), town.firm.id, fact)
    [told] = messages(db, Topic.OBJECTION, department_id=town.tax.id)
    assert told.link == f"/department/objections/{objection.id}"


def test_nothing_is_marked_before_the_acceptance_or_after_the_end(town, objected):
    fact = town.arrears()
    objection = objected(town, fact)
    assert service.marks_of(town.firm.id).keys == frozenset()
    service.accept_objection(town.clerk.as_actor(), objection.id)
    assert service.marks_of(town.firm.id).kinds == {ARREARS}
    service.withdraw_objection(town.boss, objection.id)
    assert service.marks_of(town.firm.id).keys == frozenset()


def test_a_mark_stays_on_a_record_that_is_delivered_anew(town, at_source):
    objection = at_source(town, town.arrears())
    newer = town.arrears(balance=999)
    assert newer.id != objection.record_id
    assert marking.is_marked(service.marks_of(town.firm.id), town.firm.id, newer)
    service.uphold_objection(town.taxman.as_actor(), objection.id, WITHDRAWAL)
    assert town.facts() == []


def test_a_withdrawal_by_the_source_ends_the_record_and_tells_everybody(db, town, at_source):
    fact, consent = town.arrears(), town.consent()
    snapshot = look(town, consent)
    objection = at_source(town, fact)
    version = select(Enterprise.facts_version).where(Enterprise.id == town.firm.id)
    before = db.scalar(version)
    service.uphold_objection(town.taxman.as_actor(), objection.id, WITHDRAWAL)
    assert (objection.state, objection.outcome) == (
        ObjectionState.UPHELD,
        ObjectionOutcome.WITHDRAWN_BY_SOURCE,
    )
    assert db.scalar(version) == before + 1
    assert town.facts() == []
    with pytest.raises(Conflict, match="更正、撤销"):
        credit_records.read_snapshot(town.officer.as_actor(), snapshot.id)
    [told] = messages(db, Topic.RECORD_CHANGED, institution_id=town.bank.id)
    assert "欠税" not in told.title + told.body
    assert "异议成立" in messages(db, Topic.OBJECTION, enterprise_id=town.firm.id)[-1].title


def test_a_correction_puts_the_right_values_in_place_of_the_wrong(town, at_source):
    fact = town.arrears()
    objection = at_source(town, fact)
    texts = {
        "tax_type": "增值税",
        "balance": "0",
        "announced_on": fact.content["announced_on"],
        "cleared_on": str(clock.today()),
    }
    answer = Answer(remedy=Remedy.CORRECT, basis=BASIS, texts=texts)
    service.uphold_objection(town.taxman.as_actor(), objection.id, answer)
    [now] = town.facts()
    assert (now.amount_fen, now.valid_until, now.natural_key) == (0, clock.today(), "增值税")
    assert now.id != fact.id
    assert objection.outcome is ObjectionOutcome.CORRECTED


@pytest.mark.parametrize(
    ("texts", "field"),
    [
        ({"balance": "0", "announced_on": "2026-05-01"}, "tax_type"),
        ({"tax_type": "增值税", "balance": "很多", "announced_on": "2026-05-01"}, "balance"),
        ({"tax_type": "增值税", "balance": "-1", "announced_on": "2026-05-01"}, "balance"),
        ({"tax_type": "增值税", "balance": "1", "announced_on": "2999-05-01"}, "announced_on"),
        ({"tax_type": "税" * 60, "balance": "1", "announced_on": "2026-05-01"}, "tax_type"),
    ],
)
def test_a_correction_that_is_not_sound_changes_nothing(db, texts, field, town, at_source):
    objection = at_source(town)
    answer = Answer(remedy=Remedy.CORRECT, basis=BASIS, texts=texts)
    with pytest.raises(InvalidInput) as raised, db.begin_nested():
        service.uphold_objection(town.taxman.as_actor(), objection.id, answer)
    assert set(raised.value.fields) == {field}
    assert len(town.facts()) == 1
    db.refresh(objection)
    assert objection.state is ObjectionState.AT_SOURCE


def test_a_correction_that_changes_nothing_is_none(town, at_source):
    fact = town.arrears()
    texts = {"tax_type": "增值税", "balance": "12345", "announced_on": fact.content["announced_on"]}
    answer = Answer(remedy=Remedy.CORRECT, basis=BASIS, texts=texts)
    with pytest.raises(InvalidInput, match="没有变化"):
        service.uphold_objection(town.taxman.as_actor(), at_source(town, fact).id, answer)


def test_a_corrected_record_does_not_become_the_twin_of_another(town, at_source):
    fact = town.arrears("增值税|2026-05-01")
    town.arrears("消费税|2026-05-01")
    texts = {"tax_type": "消费税", "balance": "1", "announced_on": "2026-05-01"}
    answer = Answer(remedy=Remedy.CORRECT, basis=BASIS, texts=texts)
    objection = at_source(town, next(f for f in town.facts() if f.id == fact.id))
    with pytest.raises(Conflict, match="同样编号"):
        service.uphold_objection(town.taxman.as_actor(), objection.id, answer)


def test_delivered_wrong_once_more_a_corrected_record_stays_right(town, at_source):
    fact = town.arrears()
    texts = {"tax_type": "增值税", "balance": "0", "announced_on": fact.content["announced_on"]}
    answer = Answer(remedy=Remedy.CORRECT, basis=BASIS, texts=texts)
    service.uphold_objection(town.taxman.as_actor(), at_source(town, fact).id, answer)
    town.deliver(ARREARS, "增值税", dict(fact.content), 40)
    assert [now.amount_fen for now in town.facts()] == [0]


def test_a_record_gone_meanwhile_needs_no_remedy(town, at_source):
    fact = town.arrears()
    first = at_source(town, fact)
    credit_records.write.retire_record(
        town.clerk.as_actor(), town.firm.id, fact.id, "withdrawn", "来源撤销"
    )
    service.uphold_objection(town.taxman.as_actor(), first.id, WITHDRAWAL)
    assert first.outcome is ObjectionOutcome.GONE_BEFORE


def test_an_objection_that_is_not_upheld_leaves_the_record_and_takes_the_mark(town, at_source):
    objection = at_source(town)
    service.reject_objection(town.taxman.as_actor(), objection.id, BASIS)
    assert (objection.state, objection.outcome) == (
        ObjectionState.REJECTED,
        ObjectionOutcome.MAINTAINED,
    )
    assert len(town.facts()) == 1
    assert service.marks_of(town.firm.id).keys == frozenset()
    service.acknowledge_objection(town.boss, objection.id)
    assert objection.state is ObjectionState.CLOSED


def test_a_dismissed_objection_says_why_and_may_be_raised_again(town, objected):
    fact = town.arrears()
    objection = objected(town, fact)
    with pytest.raises(InvalidInput):
        service.dismiss_objection(town.clerk.as_actor(), objection.id, "")
    service.dismiss_objection(town.clerk.as_actor(), objection.id, "没有写明哪里不对")
    assert objection.outcome is ObjectionOutcome.DISMISSED
    assert objected(town, fact).id != objection.id


def test_one_objection_to_one_thing_at_a_time(town, objected):
    fact = town.arrears()
    objected(town, fact)
    with pytest.raises(Conflict, match="正在办理"):
        objected(town, fact)


def test_while_the_firm_is_awaited_the_clock_stands(town, at_source, at):
    with at("2026-09-01T10:00"):
        objection = at_source(town)
        assert str(objection.due_on) == "2026-09-21"
    taxman = town.taxman.as_actor()
    with at("2026-09-05T10:00"):
        service.ask_firm(taxman, objection.id, "请上传完税证明的编号")
        for deed in (
            lambda: service.uphold_objection(taxman, objection.id, WITHDRAWAL),
            lambda: service.reject_objection(taxman, objection.id, BASIS),
            lambda: service.ask_firm(taxman, objection.id, "再补充一次说明"),
        ):
            with pytest.raises(Conflict, match="补充"):
                deed()
    with at("2026-09-09T10:00"):
        service.supply_objection(town.boss, objection.id, "证明编号 123456")
    assert str(objection.due_on) == "2026-09-25"
    with pytest.raises(Conflict):
        service.supply_objection(town.boss, objection.id, "再补一次材料")


def test_the_clock_tells_reminds_resumes_and_closes(db, town, at_source, at):
    with at("2026-09-01T10:00"):
        objection = at_source(town)
    with at("2026-09-19T08:20"):
        service.watch()
        service.watch()
    reminded = messages(db, Topic.OBJECTION, department_id=town.tax.id)
    assert [told.title[:6] for told in reminded].count("异议即将到期") == 1
    with at("2026-09-22T08:20"):
        service.watch()
        service.watch()
    assert len(messages(db, Topic.OBJECTION_LATE, department_id=town.office.id)) == 1
    assert len(messages(db, Topic.OBJECTION_LATE, department_id=town.tax.id)) == 1
    steps = [step.action for step in queries.steps_of(objection.id)]
    assert steps.count(ObjectionAction.ESCALATE) == 1
    with at("2026-09-22T10:00"):
        service.reject_objection(town.taxman.as_actor(), objection.id, BASIS)
        assert (queries.on_time().in_time, queries.on_time().answered) == (0, 1)
    with at("2026-10-08T08:20"):
        service.watch()
    assert objection.state is ObjectionState.CLOSED


def test_what_nobody_has_accepted_is_reminded_of_at_the_office(db, town, objected, at):
    with at("2026-09-01T10:00"):
        objected(town)
    with at("2026-09-19T08:20"):
        service.watch()
        service.watch()
    reminded = messages(db, Topic.OBJECTION, department_id=town.office.id)
    assert [told.title[:6] for told in reminded] == ["异议即将到期"]


def test_a_firm_is_told_when_the_clock_runs_on_without_its_answer(db, town, at_source):
    objection = at_source(town)
    service.ask_firm(town.taxman.as_actor(), objection.id, "请补充完税证明")
    service.resume_objection(town.taxman.as_actor(), objection.id, "已在系统查到")
    told = messages(db, Topic.OBJECTION, enterprise_id=town.firm.id)
    assert told[-1].title.startswith("已恢复计时")


@pytest.mark.parametrize("deed", ["supply", "withdraw"])
def test_a_firm_is_told_what_the_counter_did_in_its_name(db, town, deed):
    fact = town.arrears()
    target = Target(subject=ObjectionSubject.RECORD, item=ARREARS, record_id=fact.id)
    clerk = town.clerk.as_actor()
    opened = service.object_at_counter(clerk, town.firm.id, target, OTHER, identity=IDENTITY)
    if deed == "supply":
        service.accept_objection(clerk, opened.id)
        service.ask_firm(town.taxman.as_actor(), opened.id, "请补充完税证明")
        service.supply_objection(clerk, opened.id, "企业交来完税证明")
    else:
        service.withdraw_objection(clerk, opened.id, "企业当面要求撤回")
    told = messages(db, Topic.OBJECTION, enterprise_id=town.firm.id)
    words = "已代您补充说明" if deed == "supply" else "异议已撤回"
    assert [message.title.startswith(words) for message in told].count(True) == 1


def test_who_withdraws_its_own_objection_gets_no_letter_about_it(db, town, objected):
    objection = objected(town)
    service.withdraw_objection(town.boss, objection.id)
    told = messages(db, Topic.OBJECTION, enterprise_id=town.firm.id)
    assert not any(message.title.startswith("异议已撤回") for message in told)


def test_a_correction_of_a_version_that_is_no_longer_there_is_refused(town, at_source):
    objection = at_source(town)
    seen = service.show_record(town.taxman.as_actor(), objection.id)
    town.arrears(balance=700)
    answer = Answer(remedy=Remedy.CORRECT, basis=BASIS, seen=seen.id, texts={"balance": "5"})
    with pytest.raises(Conflict) as raised:
        service.uphold_objection(town.taxman.as_actor(), objection.id, answer)
    assert raised.value.code == "record_renewed"
    assert town.facts()[-1].content["balance"] == 700


def test_a_look_that_was_wrong_changes_no_record_and_the_message_does_not_say_so(db, town):
    event = looks.event_by_id(look(town, town.consent()).event_id)
    target = Target(subject=ObjectionSubject.LOOK, event_id=event.id)
    wording = Wording(reason="unknown_look", statement=STATEMENT)
    opened = service.open_objection(town.boss, target, wording)
    service.accept_objection(town.clerk.as_actor(), opened.id)
    answer = Answer(remedy=Remedy.OTHER, basis=BASIS)
    service.uphold_objection(town.clerk.as_actor(), opened.id, answer)
    bodies = [told.body for told in messages(db, Topic.OBJECTION, enterprise_id=town.firm.id)]
    assert not any("异议中" in body or "画像" in body for body in bodies)


def test_a_pause_ends_by_itself_when_the_firm_is_silent(town, at_source, at):
    with at("2026-09-01T10:00"):
        objection = at_source(town)
        service.ask_firm(town.taxman.as_actor(), objection.id, "请补充完税证明")
    with at("2026-09-22T08:00"):
        assert queries.late_ones(clock.today()) == []
        service.watch()
    assert objection.waiting_since is None
    assert str(objection.due_on) == "2026-10-12"
