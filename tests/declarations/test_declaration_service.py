"""Declarations from the draft to the end of the record: who may, what is kept, what changes."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from tests.declarations.conftest import BASIS, CERTIFICATE
from tests.factories import files, parties
from tests.factories.rights import Town
from xinyidai.audit.models import AuditEntry
from xinyidai.catalogue.declarations import DECLARATIONS
from xinyidai.catalogue.objections import ObjectionSubject
from xinyidai.declarations import queries, service
from xinyidai.declarations.values import DeclarationState as S
from xinyidai.enterprises.models import Enterprise
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
from xinyidai.objections import service as objections
from xinyidai.objections.service.answering import Answer
from xinyidai.objections.values import Remedy, Target, Wording

KIND = "declared_qualification"


def version_of(db, town) -> int:
    return db.scalar(select(Enterprise.facts_version).where(Enterprise.id == town.firm.id))


def test_starting_twice_is_one_draft(town):
    first = service.start_declaration(town.boss, "charity")
    assert service.start_declaration(town.boss, "charity").id == first.id
    with pytest.raises(NotFound):
        service.start_declaration(town.boss, "horoscope")
    with pytest.raises(Forbidden):
        service.start_declaration(town.clerk.as_actor(), "charity")


def test_what_was_typed_is_kept_although_it_is_not_sound(town):
    made = service.start_declaration(town.boss, "qualification")
    faults = service.save_fields(
        town.boss, made.id, {"certificate_kind": "演示", "issued_on": "昨天"}
    )
    assert {"issued_on", "certificate_no", "organ"} <= set(faults)
    assert made.texts == {"certificate_kind": "演示", "issued_on": "昨天"}


def test_a_field_that_is_not_asked_for_is_refused(town):
    made = service.start_declaration(town.boss, "charity")
    for name in ("ethnicity", "declaration_no", "certificate_no"):
        with pytest.raises(InvalidInput) as raised:
            service.save_fields(town.boss, made.id, {name: "1"})
        assert set(raised.value.fields) == {name}


def test_a_certificate_that_is_over_is_not_declared(town):
    made = service.start_declaration(town.boss, "qualification")
    faults = service.save_fields(town.boss, made.id, {**CERTIFICATE, "valid_until": "2025-04-01"})
    assert set(faults) == {"valid_until"}


@pytest.mark.parametrize("name", files.BAD_FILES)
def test_a_file_is_what_its_content_says(town, name):
    made = service.start_declaration(town.boss, "qualification")
    title, content = files.BAD_FILES[name]
    with pytest.raises(InvalidInput) as raised:
        service.attach_file(town.boss, made.id, title, content)
    assert set(raised.value.fields) == {"file"}
    assert queries.files_of(made.id) == []


def test_a_file_too_large_and_one_too_many_are_refused(town):
    made = service.start_declaration(town.boss, "qualification")
    huge = files.pdf() + b"\n" * (DECLARATIONS.most_mib * 1024 * 1024) + b"%%EOF"
    with pytest.raises(InvalidInput, match="不能超过 5 MB"):
        service.attach_file(town.boss, made.id, "大.pdf", huge)
    for number in range(DECLARATIONS.most_files):
        service.attach_file(town.boss, made.id, "证书.pdf", files.pdf(str(number)))
    with pytest.raises(InvalidInput, match="最多 6 个"):
        service.attach_file(town.boss, made.id, "证书.pdf", files.pdf("x"))


def test_the_same_file_twice_is_one_and_its_name_leads_nowhere(town):
    made = service.start_declaration(town.boss, "qualification")
    first = service.attach_file(town.boss, made.id, "../../etc/passwd\x00.html", files.png())
    again = service.attach_file(town.boss, made.id, "又一次.jpg", files.png())
    assert (again.id, first.name) == (first.id, "passwd.png")
    jpeg = service.attach_file(town.boss, made.id, "照片", files.jpeg())
    assert jpeg.name == "照片.jpg"


def test_nothing_is_handed_in_without_file_statement_and_fields(town):
    made = service.start_declaration(town.boss, "qualification")
    with pytest.raises(InvalidInput) as raised:
        service.submit_declaration(town.boss, made.id, agreed=False)
    assert {"file", "statement", "certificate_no"} <= set(raised.value.fields)
    assert made.state is S.DRAFT


def test_what_is_signed_names_text_person_and_files(db, town, submitted):
    made = submitted(town)
    assert made.statement_hash == DECLARATIONS.statement_hash
    assert (made.signer_account_id, made.signer_name) == (town.owner.id, town.owner.name)
    assert service.is_whole(made)
    [file] = queries.files_of(made.id)
    assert file.sha256 in made.artefact
    again = service.submit_declaration(town.boss, made.id, agreed=True)
    assert again.artefact_hash == made.artefact_hash
    steps = [step.action.value for step in queries.steps_of(made.id)]
    assert steps == ["start", "submit"]


def test_an_agent_whose_mandate_is_over_does_not_sign(db, town, drafted):
    made = drafted(town)
    town.owner.mandate_until = clock.today() - timedelta(days=1)
    with pytest.raises(RuleBroken, match="授权委托已到期"):
        service.submit_declaration(town.boss, made.id, agreed=True)


def test_only_a_verified_declaration_becomes_a_record(db, town, submitted):
    made = submitted(town)
    before = version_of(db, town)
    assert town.facts(KIND) == []
    service.verify_declaration(town.clerk.as_actor(), made.id, BASIS)
    [fact] = town.facts(KIND)
    assert (fact.source, fact.content["certificate_no"]) == ("self_declared", "YS-演示-001")
    assert version_of(db, town) == before + 1
    told = db.scalars(select(Notification).where(Notification.topic == Topic.DECLARATION)).all()
    assert [one.title[:5] for one in told if one.enterprise_id] == ["填报已提交", "填报已通过"]
    assert "YS-演示-001" not in "".join(one.title + one.body for one in told)


def test_withdrawn_the_record_is_gone_in_the_same_breath(db, town, verified):
    made = verified(town)
    before = version_of(db, town)
    service.withdraw_declaration(town.boss, made.id, "证书已注销")
    assert (made.state, town.facts(KIND)) == (S.WITHDRAWN, [])
    assert version_of(db, town) == before + 1
    service.withdraw_declaration(town.boss, made.id)
    assert [step.action.value for step in queries.steps_of(made.id)].count("withdraw") == 1


def test_found_untrue_the_record_is_gone_and_the_reason_stays(town, verified, market):
    made = verified(town)
    with pytest.raises(InvalidInput):
        service.revoke_declaration(market, made.id, "")
    service.revoke_declaration(market, made.id, "认证机构复函：没有这张证书")
    assert (made.state, made.result) == (S.UNTRUE, "认证机构复函：没有这张证书")
    assert town.facts(KIND) == []


def test_an_objection_upheld_ends_the_declaration_too(town, verified):
    made = verified(town)
    [fact] = town.facts(KIND)
    target = Target(subject=ObjectionSubject.RECORD, record_id=fact.id)
    words = Wording(reason="other", statement="证书编号填错了，请撤销这条记录")
    raised = objections.open_objection(town.boss, target, words)
    clerk = town.clerk.as_actor()
    objections.accept_objection(clerk, raised.id)
    objections.uphold_objection(
        clerk, raised.id, Answer(remedy=Remedy.WITHDRAW, basis="经核实编号确有错误")
    )
    assert (made.state, town.facts(KIND)) == (S.WITHDRAWN, [])


def test_a_returned_one_is_put_right_and_signed_again(town, submitted, market):
    made = submitted(town)
    digest = made.artefact_hash
    with pytest.raises(Conflict):
        service.save_fields(town.boss, made.id, CERTIFICATE)
    service.return_declaration(market, made.id, "请补充证书背面")
    service.attach_file(town.boss, made.id, "背面.png", files.png())
    service.submit_declaration(town.boss, made.id, agreed=True)
    assert (made.state, made.artefact_hash == digest) == (S.SUBMITTED, False)
    service.refuse_declaration(market, made.id, "证书编号查不到")
    assert town.facts(KIND) == []


def test_edited_behind_the_signature_nothing_is_verified(db, town, submitted):
    made = submitted(town)
    made.content = {**made.content, "certificate_no": "别的"}
    with pytest.raises(RuleBroken, match="不一致"):
        service.verify_declaration(town.clerk.as_actor(), made.id, BASIS)


def test_two_clicks_on_verify_are_one_record(town, verified):
    made = verified(town)
    with pytest.raises(InvalidTransition):
        service.verify_declaration(town.clerk.as_actor(), made.id, BASIS)
    assert len(town.facts(KIND)) == 1


def test_what_runs_out_lapses_once(town, verified, submitted, at):
    made, clerk = verified(town), town.clerk.as_actor()
    other = Town(tax=town.tax)
    late = submitted(other)
    service.return_declaration(clerk, late.id, "请补充证书背面")
    service.watch()
    assert (made.state, late.state) == (S.VERIFIED, S.RETURNED)
    with at("2060-03-01T09:00"):
        service.watch()
        service.watch()
    assert (made.state, late.state, town.facts(KIND)) == (S.EXPIRED, S.EXPIRED, [])
    assert [step.action.value for step in queries.steps_of(made.id)].count("lapse") == 1


def test_files_are_for_the_firm_and_for_whoever_verifies(town, submitted, market):
    made = submitted(town)
    [file] = queries.files_of(made.id)
    for actor in (town.boss, town.clerk.as_actor(), market):
        opened = service.open_file(actor, made.id, file.id)
        assert opened.upload.content == files.pdf()
    other = Town(tax=town.tax)
    foreign = service.start_declaration(other.boss, "charity")
    strangers = (town.taxman, town.officer, town.auditor)
    for actor in (other.boss, *(one.as_actor() for one in strangers)):
        with pytest.raises(NotFound):
            service.open_file(actor, made.id, file.id)
    with pytest.raises(NotFound):  # the id of a file of somebody else under an own declaration
        service.open_file(other.boss, foreign.id, file.id)
    service.remove_file(other.boss, foreign.id, file.id)
    assert len(queries.files_of(made.id)) == 1


def test_others_neither_see_a_declaration_nor_touch_it(town, drafted, market):
    made = drafted(town)
    other = parties.account(Role.ENTERPRISE_USER, parties.enterprise()).as_actor()
    for actor in (other, town.taxman.as_actor(), town.officer.as_actor(), market):
        with pytest.raises(NotFound):
            service.read_declaration(actor, made.id)
    with pytest.raises(NotFound):  # a draft is the firm's alone
        service.verify_declaration(town.clerk.as_actor(), made.id, BASIS)
    service.submit_declaration(town.boss, made.id, agreed=True)
    with pytest.raises(Forbidden):
        service.verify_declaration(town.boss, made.id, BASIS)
    with pytest.raises(Forbidden):
        service.verify_declaration(town.auditor.as_actor(), made.id, BASIS)
    with pytest.raises(NotFound):
        service.read_declaration(town.boss, uuid4())


def test_each_desk_finds_what_it_verifies(town, submitted, market):
    made = submitted(town)
    page, waits = Page(1, 20), frozenset({S.SUBMITTED})
    for actor in (town.clerk.as_actor(), market):
        rows, _ = service.list_of_city(actor, page, waits)
        assert made.id in {row.declaration.id for row in rows}
    with pytest.raises(Forbidden):
        service.list_of_city(town.taxman.as_actor(), page, waits)
    assert service.waiting_for(market)[0] >= 1


def test_every_deed_stands_in_the_trail(db, town, verified):
    made = verified(town)
    entries = db.scalars(select(AuditEntry.action).where(AuditEntry.subject_id == str(made.id)))
    assert set(entries) >= {
        "declaration:start", "declaration:attach", "declaration:submit", "declaration:verify"
    }  # fmt: skip
