"""The life of a model version in the database: who may, what is signed, what stops a model."""

import json
from http import HTTPStatus
from types import SimpleNamespace

import pytest
from sqlalchemy import select, text, update

from tests.factories import artefacts as models
from tests.factories import parties
from xinyidai.audit import queries as audit
from xinyidai.catalogue.indicators import indicator_dictionary
from xinyidai.kernel.actor import Role
from xinyidai.kernel.errors import (
    Conflict,
    DomainError,
    Forbidden,
    InvalidTransition,
    NotFound,
    RuleBroken,
)
from xinyidai.kernel.http import status_of
from xinyidai.ledger import service as ledger
from xinyidai.notifications.models import Notification
from xinyidai.notifications.values import Topic
from xinyidai.scoring import queries, service
from xinyidai.scoring.artefacts import ArtefactRefused, shipped_folder
from xinyidai.scoring.lifecycle import ModelAction as A
from xinyidai.scoring.models import ModelVersion
from xinyidai.scoring.service import model_steps
from xinyidai.scoring.validation import report
from xinyidai.scoring.values import ModelState as S

CODE, ONE, TWO = models.CODE, "2026.1", "2026.2"


@pytest.fixture
def people(db):
    """An operator who registers, and two persons of the credit office."""
    office = parties.credit_office()
    clerks = [parties.account(Role.CREDIT_OFFICE, office).as_actor() for _ in range(2)]
    keeper = parties.account(Role.OPERATOR).as_actor()
    return SimpleNamespace(keeper=keeper, clerk=clerks[0], other=clerks[1])


@pytest.fixture
def raised(people, tmp_path):
    """Bring a copied version as far as asked: number of steps after the registration."""

    def build(version=ONE, steps=3, **failed):
        folder = models.copied(tmp_path, version, **failed)
        service.register_model(people.keeper, folder, "新一轮训练")
        deeds = (
            (service.validate_model, people.keeper),
            (service.approve_model, people.clerk),
            (service.activate_model, people.keeper),
        )
        for deed, actor in deeds[:steps]:
            deed(actor, CODE, version, "同意")
        return queries.find_version(CODE, version)

    return build


def test_each_step_keeps_who_when_and_why(raised, people):
    model = raised()
    steps = model_steps.steps_of(model)
    assert [step.action for step in steps] == [A.REGISTER, A.VALIDATE, A.APPROVE, A.ACTIVATE]
    assert [step.opinion for step in steps] == ["新一轮训练", "同意", "同意", "同意"]
    assert [step.account_id for step in steps] == [
        people.keeper.account_id,
        people.keeper.account_id,
        people.clerk.account_id,
        people.keeper.account_id,
    ]
    assert steps[1].details["validation_sha256"] == model.validation_hash
    deeds = {entry.action for entry in audit.list_of_subject("model_version", model.id)}
    assert deeds >= {"model:register", "model:validate", "model:approve", "model:activate"}


def test_the_credit_office_is_told_what_waits_and_what_changed(raised, people, db):
    model = raised()
    newest = select(Notification).order_by(Notification.created_at, Notification.id)
    told = [note for note in db.scalars(newest) if note.link == f"/office/models/{model.id}"]
    words = [note.title.removeprefix(f"评分模型 {CODE} {ONE} ") for note in told]
    assert words == ["待第二人批准", "已批准，可以启用", "已启用"]
    assert {note.topic for note in told} == {Topic.MODEL_MONITORING}


def test_what_failed_its_validation_is_a_reference_for_good(raised, people):
    model = raised(steps=0, calibration_ece="0.2")
    assert model.state is S.REFERENCE
    for deed in (service.validate_model, service.approve_model, service.activate_model):
        with pytest.raises(DomainError):
            deed(people.clerk, CODE, ONE)
    assert model.state is S.REFERENCE
    assert queries.find_active() is None


def test_the_reference_model_never_takes_a_step(people):
    model = service.register_model(people.keeper, shipped_folder("sba-reference", "1"))
    assert model.state is S.REFERENCE
    with pytest.raises(InvalidTransition):
        service.activate_model(people.clerk, model.code, model.version)


def test_without_a_report_a_candidate_is_not_validated(people, tmp_path):
    folder = models.copied(tmp_path, ONE, is_validated=False)
    assert service.register_model(people.keeper, folder).state is S.CANDIDATE
    with pytest.raises(RuleBroken, match="验证报告"):
        service.validate_model(people.keeper, CODE, ONE)
    report.write(folder, models.report_on(folder, monotone="3"))
    with pytest.raises(RuleBroken, match="没有通过"):
        service.validate_model(people.keeper, CODE, ONE)
    report.write(folder, models.report_on(folder))
    assert service.validate_model(people.keeper, CODE, ONE).state is S.VALIDATED


def test_a_report_on_another_manifest_counts_as_none(people, tmp_path):
    folder = models.copied(tmp_path, ONE)
    path = folder / report.REPORT
    path.write_text(path.read_text().replace(report.manifest_hash(folder), "0" * 64))
    service.register_model(people.keeper, folder)
    with pytest.raises(RuleBroken, match="没有针对当前清单"):
        service.validate_model(people.keeper, CODE, ONE)


def test_registrar_and_validator_cannot_approve(people, tmp_path):
    service.register_model(people.clerk, models.copied(tmp_path, ONE))
    service.validate_model(people.other, CODE, ONE)
    for actor in (people.clerk, people.other):
        with pytest.raises(Forbidden, match="另一位"):
            service.approve_model(actor, CODE, ONE, "同意")
    with pytest.raises(Forbidden, match="信用办"):
        service.approve_model(people.keeper, CODE, ONE, "同意")


def test_no_step_may_be_skipped(raised, people):
    raised(steps=0)
    for deed in (service.approve_model, service.activate_model):
        with pytest.raises(InvalidTransition):
            deed(people.other, CODE, ONE, "同意")
    service.validate_model(people.keeper, CODE, ONE)
    with pytest.raises(InvalidTransition):
        service.activate_model(people.keeper, CODE, ONE)


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.BANK_OFFICER, Role.ENTERPRISE_USER])
def test_nobody_else_keeps_models(raised, people, role):
    raised()
    stranger = parties.account(role, _party(role)).as_actor()
    with pytest.raises(Forbidden):
        service.retire_model(stranger, CODE, ONE)
    with pytest.raises(Forbidden):
        service.roll_back(stranger, "试试")
    with pytest.raises(Forbidden):
        service.register_model(stranger, shipped_folder(CODE, TWO))


def _party(role):
    if role is Role.AUDITOR:
        return parties.department()
    return parties.institution() if role is Role.BANK_OFFICER else parties.enterprise()


def test_the_same_version_with_another_content_is_refused(raised, people, tmp_path):
    raised(steps=0)
    other = models.copied(tmp_path / "b", ONE)
    manifest = json.loads((other / "manifest.json").read_text())
    (other / "manifest.json").write_text(json.dumps(manifest | {"title": "别的"}))
    with pytest.raises(Conflict):
        service.register_model(people.keeper, other)


def test_an_altered_file_stops_the_model_everywhere(raised, people):
    model = raised(steps=2)
    path = service.folder_of(model) / "model.txt"
    path.write_text(path.read_text() + "\n")
    with pytest.raises(ArtefactRefused):
        service.activate_model(people.keeper, CODE, ONE)


def test_an_altered_report_stops_the_activation(raised, people):
    model = raised(steps=2)
    folder = service.folder_of(model)
    report.write(folder, models.report_on(folder))
    with pytest.raises(ArtefactRefused, match="改动"):
        service.activate_model(people.keeper, CODE, ONE)


@pytest.mark.parametrize(
    "changes",
    [
        {"manifest_hash": "0" * 64},
        {"approved_by": None},
        {"validation_hash": "0" * 64},
        {"version": "2027.1"},
        {"signature": "AAAA"},
        {"signature": None},
        {"signature_key_id": "00000000"},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_an_edited_entry_computes_no_score(raised, db, changes):
    model = raised()
    assert service.active_scorer() is not None
    db.execute(update(ModelVersion).where(ModelVersion.id == model.id).values(**changes))
    db.expire_all()
    with pytest.raises(ArtefactRefused):
        service.active_scorer()


def test_another_approver_written_into_the_entry_breaks_the_signature(raised, people, db):
    model = raised()
    model.approved_by = people.other.account_id
    db.flush()
    with pytest.raises(ArtefactRefused, match="签名"):
        service.active_scorer()


def test_a_signature_of_another_kind_of_text_is_none(raised):
    model = raised(steps=0)
    made = ledger.sign_text("xinyidai.other.v1", model_steps._signed(model), key="model")
    model.signature = made.signature
    with pytest.raises(ArtefactRefused, match="签名"):
        model_steps.require_sound(model)


def test_a_feature_the_dictionary_lost_stops_the_activation(raised, people, monkeypatch):
    raised(steps=2)
    known = dict(indicator_dictionary().indicators)
    known.pop("years_established")
    monkeypatch.setattr(
        "xinyidai.scoring.service.models.indicator_dictionary",
        lambda: SimpleNamespace(version="2099.1", indicators=known),
    )
    with pytest.raises(RuleBroken, match="years_established"):
        service.activate_model(people.keeper, CODE, ONE)


def test_a_rollback_brings_back_the_version_before_and_no_further(raised, people):
    first, second = raised(ONE), raised(TWO)
    assert (first.state, second.state) == (S.RETIRED, S.ACTIVE)
    assert service.rollback_target() == first
    assert service.roll_back(people.clerk, "漂移") == first
    assert (first.state, second.state) == (S.ACTIVE, S.RETIRED)
    assert model_steps.steps_of(first)[-1].details == {"replaces": f"{CODE} {TWO}"}
    with pytest.raises(RuleBroken, match="没有可以回滚"):
        service.roll_back(people.clerk, "再来一次")
    assert first.state is S.ACTIVE


def test_activating_twice_changes_nothing(raised, people):
    model = raised()
    before = len(model_steps.steps_of(model))
    assert service.activate_model(people.keeper, CODE, ONE) == model
    assert len(model_steps.steps_of(model)) == before


def test_an_active_version_is_told_only_to_who_may_activate(raised):
    raised()
    officer = parties.officer_of(parties.institution())
    with pytest.raises(Forbidden):
        service.activate_model(officer, CODE, ONE)


def test_a_model_that_was_altered_is_unavailable_and_no_crash():
    assert status_of(ArtefactRefused("改动过")) == HTTPStatus.SERVICE_UNAVAILABLE


def test_an_unknown_version_is_not_found(people):
    with pytest.raises(NotFound):
        service.activate_model(people.keeper, CODE, "1.1")


def test_the_history_can_only_grow(raised, db):
    raised(steps=0)
    refused = []
    for statement in ("delete from model_step", "update model_step set opinion = ''"):
        with pytest.raises(Exception, match="permission denied"), db.begin_nested():
            db.execute(text(statement))
        refused.append(statement)
    assert len(refused) == 2
