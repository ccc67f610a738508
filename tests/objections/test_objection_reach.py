"""What may be objected to, who may do what with it, and whom the mark reaches."""

from datetime import timedelta
from uuid import uuid4

import pytest

from tests.factories import parties
from tests.factories.rights import ARREARS, IDENTITY, Town
from tests.objections.acting import BASIS, OTHER, WITHDRAWAL, look, messages
from xinyidai.catalogue.objections import ObjectionSubject
from xinyidai.credit_records import queries as looks
from xinyidai.credit_records import service as credit_records
from xinyidai.credit_records.values import QueryKind
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Role
from xinyidai.kernel.errors import (
    Forbidden,
    InvalidInput,
    InvalidTransition,
    NotFound,
    RuleBroken,
)
from xinyidai.notifications.values import Topic
from xinyidai.objections import queries, service
from xinyidai.objections.service import Answer
from xinyidai.objections.values import (
    Channel,
    ObjectionAction,
    ObjectionOutcome,
    Remedy,
    Target,
    Wording,
)


def test_a_look_of_the_firms_log_is_objected_to_and_answered_by_the_office(town):
    consent = town.consent()
    event = looks.event_by_id(look(town, consent).event_id)
    target = Target(subject=ObjectionSubject.LOOK, event_id=event.id)
    wording = Wording(reason="unknown_look", statement="我们没有和这家银行办过业务")
    objection = service.open_objection(town.boss, target, wording)
    service.accept_objection(town.clerk.as_actor(), objection.id)
    assert objection.department_id is None
    with pytest.raises(NotFound):
        service.reject_objection(town.taxman.as_actor(), objection.id, BASIS)
    answer = Answer(remedy=Remedy.OTHER, basis="已要求银行说明并停用该账户")
    service.uphold_objection(town.clerk.as_actor(), objection.id, answer)
    assert objection.outcome is ObjectionOutcome.REMEDIED


def test_a_missing_kind_goes_to_the_department_that_delivers_it(town):
    target = Target(subject=ObjectionSubject.KIND, item="tax_grade")
    objection = service.open_objection(
        town.boss, target, Wording(reason="missing", statement="去年评了 A 级，平台没有")
    )
    service.accept_objection(town.clerk.as_actor(), objection.id)
    assert objection.department_id == town.tax.id
    steps = [step.action for step in queries.steps_of(objection.id)]
    assert ObjectionAction.MARK not in steps


def test_a_foreign_record_look_or_kind_is_not_found(town):
    other = Town(tax=town.tax)
    foreign = other.arrears()
    event = looks.event_by_id(look(other, other.consent()).event_id)
    for target in (
        Target(subject=ObjectionSubject.RECORD, record_id=foreign.id),
        Target(subject=ObjectionSubject.RECORD),
        Target(subject=ObjectionSubject.LOOK, event_id=event.id),
        Target(subject=ObjectionSubject.LOOK),
        Target(subject=ObjectionSubject.KIND, item="gossip"),
        Target(subject=ObjectionSubject.HOLDING, item=""),
    ):
        with pytest.raises(NotFound):
            service.open_objection(town.boss, target, OTHER)


def test_others_neither_see_an_objection_nor_touch_it(town, objected):
    objection = objected(town)
    other = Town(tax=parties.department())
    for actor in (other.boss, other.taxman.as_actor(), town.officer.as_actor()):
        with pytest.raises(NotFound):
            service.read_objection(actor, objection.id)
        with pytest.raises(NotFound):
            service.withdraw_objection(actor, objection.id)
    with pytest.raises(NotFound):  # not routed yet
        service.read_objection(town.taxman.as_actor(), objection.id)
    assert service.read_objection(town.auditor.as_actor(), objection.id).source is None
    with pytest.raises(NotFound):
        service.read_objection(town.boss, uuid4())


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.OPERATOR, Role.BANK_OFFICER])
def test_who_only_watches_takes_no_step(role, town, objected):
    objection = objected(town)
    actor = parties.account(role, town.bank if role is Role.BANK_OFFICER else town.office)
    for deed in (
        lambda who: service.accept_objection(who, objection.id),
        lambda who: service.dismiss_objection(who, objection.id, "没有写明理由"),
        lambda who: service.ask_firm(who, objection.id, "请补充说明"),
        lambda who: service.withdraw_objection(who, objection.id),
    ):
        with pytest.raises((Forbidden, NotFound)):
            deed(actor.as_actor())


def test_firm_and_source_take_only_their_own_steps(town, at_source):
    objection = at_source(town)
    with pytest.raises(Forbidden):
        service.reject_objection(town.boss, objection.id, BASIS)
    with pytest.raises(Forbidden):
        service.withdraw_objection(town.taxman.as_actor(), objection.id)
    with pytest.raises(Forbidden):
        service.acknowledge_objection(town.clerk.as_actor(), objection.id)
    with pytest.raises(InvalidTransition):
        service.acknowledge_objection(town.boss, objection.id)
    with pytest.raises(Forbidden):
        service.open_objection(town.taxman.as_actor(), Target(subject="kind"), OTHER)


def test_a_department_answers_only_for_what_it_delivers(town, at_source):
    objection = at_source(town)
    fact = town.facts()[0]
    stranger = parties.account(Role.DEPARTMENT, parties.department()).as_actor()
    with pytest.raises(NotFound):
        service.uphold_objection(stranger, objection.id, WITHDRAWAL)
    with pytest.raises(NotFound):
        credit_records.write.retire_record(stranger, town.firm.id, fact.id, "withdrawn", "不归我管")
    assert len(town.facts()) == 1


def test_seeing_the_record_is_a_look_that_the_firm_finds(town, at_source):
    objection = at_source(town)
    town.penalty()
    shown = service.show_record(town.taxman.as_actor(), objection.id)
    assert shown.id == objection.record_id
    [event] = looks.looks_at_enterprise(town.firm.id, kinds=(QueryKind.HANDLING,))
    assert (event.purpose, event.batch_id) == ("objection", objection.id)
    assert (event.kinds, event.record_count) == ([ARREARS], 1)
    with pytest.raises(Forbidden):
        service.show_record(town.auditor.as_actor(), objection.id)
    service.reject_objection(town.taxman.as_actor(), objection.id, BASIS)
    with pytest.raises(RuleBroken):
        service.show_record(town.taxman.as_actor(), objection.id)


def test_a_clerk_opens_one_for_whoever_stands_at_the_counter(town):
    fact, clerk = town.arrears(), town.clerk.as_actor()
    [shown] = service.show_at_counter(clerk, town.firm.id, ARREARS, IDENTITY)
    assert shown.id == fact.id
    target = Target(subject=ObjectionSubject.RECORD, item=ARREARS, record_id=fact.id)
    objection = service.object_at_counter(clerk, town.firm.id, target, OTHER, identity=IDENTITY)
    assert (objection.channel, objection.identity_note) == (Channel.COUNTER, IDENTITY)
    assert len(looks.looks_at_enterprise(town.firm.id, kinds=(QueryKind.HANDLING,))) == 2
    with pytest.raises(InvalidInput):
        service.show_at_counter(clerk, town.firm.id, ARREARS, "")
    with pytest.raises(Forbidden):
        service.show_at_counter(town.taxman.as_actor(), town.firm.id, ARREARS, IDENTITY)
    with pytest.raises(NotFound):
        service.show_at_counter(clerk, uuid4(), ARREARS, IDENTITY)


def test_a_new_look_carries_the_mark_and_an_old_one_says_so_when_read_again(town, at_source):
    fact, consent = town.arrears(), town.consent()
    old = look(town, consent)
    assert old.content == {"records": 0, "kinds": []}
    at_source(town, fact)
    assert look(town, consent).content == {"records": 1, "kinds": [ARREARS]}
    again = credit_records.read_snapshot(town.officer.as_actor(), old.id)
    assert again.content == {"records": 0, "kinds": []}
    assert service.reading_marks(again) == {"records": 1, "kinds": [ARREARS]}


def test_a_mark_is_not_told_to_a_look_that_does_not_reach_the_record(town, at_source):
    fact = town.arrears()
    elsewhere = town.consent(item_codes=["environment"])
    recent = town.consent(purpose="post_loan", data_from=clock.today() - timedelta(days=10))
    at_source(town, fact)
    # 欠税 that is not cleared still holds, so the period does not hide it; the items do.
    assert look(town, elsewhere).content["records"] == 0
    assert look(town, recent).content["records"] == 1


def test_only_past_recipients_whose_look_reached_the_record_are_told(db, town, at_source):
    elsewhere = Town(firm=town.firm, tax=town.tax)
    look(elsewhere, elsewhere.consent(item_codes=["environment"]))
    early = Town(firm=town.firm, tax=town.tax)
    look(early, early.consent())
    fact = town.arrears()
    look(town, town.consent())
    objection = at_source(town, fact)
    service.uphold_objection(town.taxman.as_actor(), objection.id, WITHDRAWAL)
    told = messages(db, Topic.RECORD_CHANGED)
    assert [message.institution_id for message in told] == [town.bank.id]
