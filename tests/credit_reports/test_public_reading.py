"""The way through the door for anybody: open kinds, in publicity, in force, no persons."""

import pytest

from tests.credit_reports.conftest import PENALTY, PERSON, penalised
from tests.factories import parties
from xinyidai.catalogue.kinds import KINDS
from xinyidai.credit_records import publicity, queries
from xinyidai.credit_records import service as credit_records
from xinyidai.credit_records.service import own_looks, write
from xinyidai.credit_records.values import PUBLIC_PURPOSES, QueryKind, RecordStatus
from xinyidai.kernel import clock
from xinyidai.kernel.actor import ANONYMOUS, SYSTEM
from xinyidai.kernel.errors import InvalidInput, NotFound
from xinyidai.kernel.http import Page


def public(town, actor=ANONYMOUS):
    return credit_records.read_public(actor, town.firm.id, "public_query")


def test_a_penalty_in_publicity_is_shown_without_persons(town):
    with penalised(town):
        [record] = public(town)
    assert record.content["cf_wsh"] == PENALTY["cf_wsh"]
    said = repr(record)
    assert not [
        word for word in (PERSON, "赵虚构", "1101011990", "13800138000", "内部备注") if word in said
    ]
    assert "张＊＊" in record.content["cf_sy"]


def test_what_is_for_authorized_looks_or_out_of_publicity_stays_behind_the_door(town):
    town.deliver("tax_payment", "2026-05", {"period": "2026-05", "amount": 1}, 30)
    town.deliver("social_insurance_arrears", "2026-05", {"balance": 1}, 30)
    town.penalty(days=400)
    town.arrears(cleared_on=str(clock.today()))
    assert [record.kind for record in public(town)] == ["tax_arrears"]


def test_a_record_of_a_natural_person_is_never_public(town):
    content = {**PENALTY, "cf_xdr_lb": "自然人"}
    town.deliver("administrative_penalty", "x", content, 10)
    assert public(town) == ()


def test_a_repaired_record_is_gone(town):
    fact = town.penalty()
    assert len(public(town)) == 1
    write.retire_record(SYSTEM, town.firm.id, fact.id, RecordStatus.REPAIRED, "已修复")
    assert public(town) == ()


def test_another_firms_records_do_not_come_through(town):
    town.penalty()
    other = parties.enterprise()
    assert credit_records.read_public(ANONYMOUS, other.id, "public_query") == ()


def test_each_query_is_one_event_and_the_firm_learns_only_the_number(town):
    town.penalty()
    public(town), public(town)
    [first, _] = queries.looks_at_enterprise(town.firm.id, kinds=(QueryKind.PUBLIC,))
    assert (first.record_count, first.kinds, first.purpose) == (
        1,
        ["environment_penalty"],
        "public_query",
    )
    since = first.happened_at.replace(hour=0, minute=0)
    assert own_looks.public_counts(town.boss, town.firm.id, since)["public_query"] == 2
    listed, _ = own_looks.list_own_looks(
        town.boss, town.firm.id, own_looks.LookFilter(kind=None), Page()
    )
    assert QueryKind.PUBLIC not in {event.kind for event in listed}
    with pytest.raises(NotFound):
        own_looks.get_own_look(town.boss, first.id)


def test_a_stranger_does_not_learn_how_often_a_firm_is_looked_up(town):
    with pytest.raises(NotFound):
        own_looks.public_counts(town.officer.as_actor(), town.firm.id, clock.now())


def test_a_firm_that_looks_at_itself_looks_as_its_own(town):
    public(town, town.boss)
    kinds = {QueryKind.PUBLIC, QueryKind.OWN}
    [event] = queries.looks_at_enterprise(town.firm.id, kinds=kinds)
    assert event.kind is QueryKind.OWN


def test_a_purpose_that_nobody_listed_is_refused(town):
    with pytest.raises(InvalidInput):
        credit_records.read_public(ANONYMOUS, town.firm.id, "curiosity")
    assert "public_query" in PUBLIC_PURPOSES


def test_a_firm_that_was_penalised_long_ago_has_nothing_to_remove(town):
    kinds = publicity.public_kinds()
    assert credit_records.last_removals([town.firm.id], kinds, clock.now()) == {}


def test_no_public_field_is_personal_and_no_closed_kind_has_one():
    shown = [
        (k.code, f.code) for k in KINDS.values() for f in publicity.public_fields(k) if f.personal
    ]
    assert shown == []
    closed = set(KINDS) - publicity.public_kinds()
    assert "tax_payment" in closed
    assert [code for code in closed if publicity.public_fields(KINDS[code])] == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("证号11010119900307123X。", "证号" + "＊" * 18 + "。"),
        ("电话13800138000", "电话" + "＊" * 11),
        ("信用代码91410400XN0000018J", "信用代码91410400XN0000018J"),
        ("文号410400009923456", "文号410400009923456"),
        ("罚款20000元", "罚款20000元"),
    ],
)
def test_numbers_of_persons_are_hidden_in_texts_and_others_are_not(text, shown):
    assert publicity.hide_persons(text, ()) == shown
