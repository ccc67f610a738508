"""Commitments from the template to the record: who may, what is signed, what follows."""

from datetime import timedelta
from hashlib import sha256

import pytest
from sqlalchemy import select

from tests.commitments.conftest import BASIS, BODY
from tests.factories import files
from tests.factories.rights import Town
from tests.repairs.conftest import CLAIM
from xinyidai.catalogue.commitments import SOURCES, CommitmentKind, placeholder_fault
from xinyidai.catalogue.objections import ObjectionSubject
from xinyidai.commitments import queries, service
from xinyidai.commitments.queries import Wanted
from xinyidai.commitments.values import CommitmentState as S
from xinyidai.commitments.values import TemplateDraft, TemplateState
from xinyidai.enterprises.models import Enterprise
from xinyidai.kernel import clock
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
from xinyidai.objections import service as objections
from xinyidai.objections.service.answering import Answer
from xinyidai.objections.values import Remedy, Target, Wording
from xinyidai.repairs import service as repairs

PAGE = Page(1, 20)


def version_of(db, town) -> int:
    return db.scalar(select(Enterprise.facts_version).where(Enterprise.id == town.firm.id))


def reminders(db, town) -> list[str]:
    statement = select(Notification.dedupe_key).where(
        Notification.topic == Topic.COMMITMENT,
        Notification.enterprise_id == town.firm.id,
        Notification.dedupe_key.is_not(None),
    )
    return sorted(key.split(":")[2] for key in db.scalars(statement))


def test_every_kind_says_which_policy_names_it():
    assert set(SOURCES) == set(CommitmentKind)
    assert len(CommitmentKind) == 6


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ("{企业名称}{统一社会信用代码}{承诺事项}{履行期限}{法人身份证}", "法人身份证"),
        ("{企业名称}{承诺事项}{履行期限}", "统一社会信用代码"),
        (BODY + "{", "花括号"),
    ],
)
def test_a_template_knows_its_placeholders_only(body, word):
    assert word in placeholder_fault(body)


def test_a_template_needs_two_clerks(town):
    draft = TemplateDraft(
        code="demo_one",
        kind=CommitmentKind.PROACTIVE,
        title="演示公开承诺书",
        body=BODY,
        term_days=30,
    )
    made = service.draft_template(town.clerk.as_actor(), draft)
    with pytest.raises(RuleBroken, match="另一位"):
        service.approve_template(town.clerk.as_actor(), made.id)
    for stranger in (town.boss, town.taxman.as_actor(), town.auditor.as_actor()):
        with pytest.raises(Forbidden):
            service.draft_template(stranger, draft)
    with pytest.raises(Forbidden):
        service.approve_template(town.auditor.as_actor(), made.id)
    service.approve_template(town.second.as_actor(), made.id)
    assert made.state is TemplateState.IN_FORCE


def test_a_new_version_retires_the_one_before(town, template):
    first = template(town, code="demo_two")
    second = template(town, code="demo_two", title="演示容缺受理承诺书（新）")
    assert (first.state, second.state) == (TemplateState.RETIRED, TemplateState.IN_FORCE)
    assert (first.version, second.version) == (1, 2)
    service.retire_template(town.clerk.as_actor(), second.id, "依据的办法废止")
    assert second.state is TemplateState.RETIRED


def test_nothing_is_signed_with_a_draft_or_a_retired_template(town, template, promise):
    one = template(town)
    service.retire_template(town.clerk.as_actor(), one.id, "依据的办法废止")
    with pytest.raises(Forbidden, match="停用"):
        service.sign_commitment(town.boss, promise(one))


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("matter", {"matter": ""}),
        ("matter", {"matter": "联系电话 13912345678 的项目"}),
        ("due_on", {"due_on": None}),
        ("due_on", {"due_on": timedelta(days=0)}),  # from the day on which it runs
        ("due_on", {"due_on": timedelta(days=61)}),
        ("agreed", {"agreed": False}),
    ],
)
def test_a_promise_says_for_what_and_until_when(town, template, promise, field, changes):
    if isinstance(changes.get("due_on"), timedelta):
        changes = {"due_on": clock.today() + changes["due_on"]}
    with pytest.raises(InvalidInput) as raised:
        service.sign_commitment(town.boss, promise(template(town), **changes))
    assert set(raised.value.fields) == {field}


def test_what_is_signed_is_the_text_with_everything_in_it(town, signed):
    made = signed(town)
    assert town.firm.name in made.text
    assert "演示项目备案" in made.text
    assert "{" not in made.text
    assert made.text_hash == sha256(made.text.encode()).hexdigest()
    assert service.is_whole(made)
    made.due_on += timedelta(days=100)
    assert not service.is_whole(made)
    with pytest.raises(RuleBroken, match="不一致"):
        service.find_kept(town.clerk.as_actor(), made.id, BASIS)


def test_two_clicks_are_one_commitment(town, template, promise):
    one = promise(template(town))
    first = service.sign_commitment(town.boss, one)
    assert service.sign_commitment(town.boss, one).id == first.id
    with pytest.raises(Forbidden):
        service.sign_commitment(town.clerk.as_actor(), one)


def test_kept_it_becomes_a_good_record(db, town, signed):
    made = signed(town)
    service.attach_evidence(town.boss, made.id, "回执.pdf", files.pdf())
    service.supply_evidence(town.boss, made.id, "材料六月一日补齐，回执见附件")
    assert (made.state, town.facts("credit_commitment")) == (S.SUPPLIED, [])
    before = version_of(db, town)
    service.find_kept(town.clerk.as_actor(), made.id, BASIS)
    [fact] = town.facts("credit_commitment")
    assert (fact.level, made.state) == ("kept", S.KEPT)
    assert version_of(db, town) == before + 1
    with pytest.raises(Conflict):
        service.find_broken(town.clerk.as_actor(), made.id, BASIS)
    with pytest.raises(Conflict):
        service.attach_evidence(town.boss, made.id, "再来.pdf", files.pdf("2"))


def test_broken_it_is_objected_to_like_any_record_and_leaves_the_page(db, town, signed):
    made, clerk = signed(town), town.clerk.as_actor()
    service.find_broken(clerk, made.id, "期限已过，材料没有补齐")
    [fact] = town.facts("broken_commitment")
    target = Target(subject=ObjectionSubject.RECORD, record_id=fact.id)
    words = Wording(reason="other", statement="材料五月二十日已经补齐，有回执")
    raised = objections.open_objection(town.boss, target, words)
    objections.accept_objection(clerk, raised.id)
    before = version_of(db, town)
    objections.uphold_objection(
        clerk, raised.id, Answer(remedy=Remedy.WITHDRAW, basis="经核实材料确已补齐")
    )
    assert (made.state, town.facts("broken_commitment")) == (S.ANNULLED, [])
    assert version_of(db, town) == before + 1
    assert service.read_public(made.number).commitment.state is S.ANNULLED


def test_a_broken_one_leaves_publicity_after_a_year(town, signed, at):
    made = signed(town)
    service.find_broken(town.clerk.as_actor(), made.id, "期限已过，材料没有补齐")
    wanted = Wanted(text=town.firm.uscc)
    assert service.list_public(wanted, PAGE)[1] == 1
    later = clock.now() + timedelta(days=366)
    with at(later.strftime("%Y-%m-%dT%H:%M")):
        assert service.list_public(wanted, PAGE)[1] == 0
        with pytest.raises(NotFound):
            service.read_public(made.number)


def test_a_department_finds_on_its_own_commitments_only(town, signed):
    made, own = signed(town), signed(town, department="taxation")
    taxman = town.taxman.as_actor()
    with pytest.raises(NotFound):
        service.find_kept(taxman, made.id, BASIS)
    rows, total = service.list_of_city(taxman, Wanted(), PAGE)
    assert (total, rows[0].commitment.id) == (1, own.id)
    service.find_kept(taxman, own.id, BASIS)
    assert own.state is S.KEPT


def test_evidence_is_for_the_firm_and_for_whoever_finds(town, signed):
    made, other = signed(town), Town(tax=town.tax)
    file = service.attach_evidence(town.boss, made.id, "回执.pdf", files.pdf())
    assert service.open_evidence(town.clerk.as_actor(), made.id, file.id).content == files.pdf()
    for actor in (
        other.boss,
        town.taxman.as_actor(),
        town.officer.as_actor(),
        town.auditor.as_actor(),
    ):
        with pytest.raises(NotFound):
            service.open_evidence(actor, made.id, file.id)
    with pytest.raises(NotFound):
        service.attach_evidence(other.boss, made.id, "回执.pdf", files.pdf())
    with pytest.raises(Forbidden):
        service.find_kept(town.boss, made.id, BASIS)
    for title, content in files.BAD_FILES.values():
        with pytest.raises(InvalidInput):
            service.attach_evidence(town.boss, made.id, title, content)


def test_the_clock_reminds_and_notes_what_nobody_found_each_once(db, town, signed, at):
    made = signed(town)
    due = made.due_on
    for days, expected in (
        (16, []),
        (15, ["15"]),
        (9, ["15"]),
        (3, ["15", "3"]),
        (0, ["0", "15", "3"]),
    ):
        with at(f"{due - timedelta(days=days)}T08:50"):
            service.watch()
            service.watch()
        assert reminders(db, town) == expected
    with at(f"{due + timedelta(days=30)}T08:50"):
        service.watch()
    assert made.state is S.ACTIVE
    with at(f"{due + timedelta(days=31)}T08:50"):
        service.watch()
        service.watch()
    assert made.state is S.EXPIRED
    service.find_kept(town.clerk.as_actor(), made.id, BASIS)
    assert made.state is S.KEPT


def test_a_repairs_commitment_is_public_until_the_repair_ends(town):
    repair = repairs.apply_for_repair(town.boss, town.penalty().id, CLAIM)
    [row] = service.list_public(Wanted(text=town.firm.uscc), PAGE)[0]
    made = row.commitment
    assert (made.kind, made.origin_no) == (CommitmentKind.REPAIR, repair.number)
    assert made.text_hash == repair.commitment_hash
    with pytest.raises(RuleBroken):
        service.find_broken(town.clerk.as_actor(), made.id, BASIS)
    clerk = town.clerk.as_actor()
    repairs.check_repair(clerk, repair.id)
    repairs.hand_over_repair(clerk, repair.id, "XYZG-2026-1")
    repairs.complete_repair(clerk, repair.id, "认定机关同意修复")
    assert service.list_public(Wanted(text=town.firm.uscc), PAGE)[1] == 0
    with pytest.raises(NotFound):
        service.read_public(made.number)


def test_a_broken_commitment_repaired_is_annulled(town, signed, at):
    made, clerk = signed(town), town.clerk.as_actor()
    service.find_broken(clerk, made.id, "期限已过，材料没有补齐")
    [fact] = town.facts("broken_commitment")
    with at(f"{clock.today() + timedelta(days=93)}T09:00"):
        repair = repairs.apply_for_repair(town.boss, fact.id, CLAIM)
        repairs.check_repair(clerk, repair.id)
        repairs.hand_over_repair(clerk, repair.id, "XYZG-2026-1")
        repairs.complete_repair(clerk, repair.id, "认定机关同意修复")
    assert (made.state, town.facts("broken_commitment")) == (S.ANNULLED, [])


def test_counts_stand_by_kind_and_area(town, signed):
    clerk = town.clerk.as_actor()
    kept, broken = signed(town), signed(town)
    signed(town)
    service.find_kept(clerk, kept.id, BASIS)
    service.find_broken(clerk, broken.id, "期限已过，材料没有补齐")
    [tally] = [one for one in queries.tallies("kind") if one.code == "tolerance"]
    assert (tally.total, tally.kept_rate) == (3, 0.5)
    [area] = queries.tallies("region")
    assert (area.code, area.total) == (town.firm.region_code, 3)
    assert queries.firms_with_any() == 1


def test_a_finding_is_made_once(town, signed):
    made, clerk = signed(town), town.clerk.as_actor()
    with pytest.raises(InvalidInput):
        service.find_kept(clerk, made.id, "")
    service.find_kept(clerk, made.id, BASIS)
    with pytest.raises((Conflict, InvalidTransition)):
        service.find_kept(clerk, made.id, BASIS)
    assert len(town.facts("credit_commitment")) == 1
