"""Before the answer commits everybody sees the old state; after it nobody sees any of it."""

import pytest

from tests.factories.readers import SURFACES, make_reader
from tests.factories.rights import STATEMENT, Town
from xinyidai.catalogue.objections import ObjectionSubject
from xinyidai.credit_records.service import cases
from xinyidai.kernel.db import db
from xinyidai.objections import service
from xinyidai.objections.service import Answer
from xinyidai.objections.values import Remedy, Target, Wording
from xinyidai.scoring.service.looks import LookOrder, look

ALL = dict.fromkeys(SURFACES, True)
NONE = dict.fromkeys(SURFACES, False)
BASIS = "已核对征收系统，税款三月入库"


@pytest.fixture
def scene(live, client_as):
    """A firm with one arrears record under objection, and somebody who reads it everywhere."""
    town = Town()
    town.fact = town.arrears()
    reader = make_reader(
        live,
        client_as,
        town,
        text="欠税公告",
        indicator="tax_arrears_amount",
        value=1_234_500,
    )
    target = Target(subject=ObjectionSubject.RECORD, record_id=town.fact.id)
    wording = Wording(reason="settled", statement=STATEMENT)
    town.objection = service.open_objection(town.boss, target, wording)
    service.accept_objection(town.clerk.as_actor(), town.objection.id)
    db.session.commit()
    return town, reader


def test_a_record_withdrawn_on_objection_goes_everywhere_with_the_commit(scene):
    town, reader = scene
    assert reader.seen() == ALL
    answer = Answer(remedy=Remedy.WITHDRAW, basis=BASIS)
    service.uphold_objection(town.taxman.as_actor(), town.objection.id, answer)
    assert reader.seen() == ALL
    db.session.commit()
    assert reader.seen() == NONE
    reader.refresh()
    assert reader.indicators()["tax_arrears_amount"]["value"] == 0
    assert reader.seen() == NONE | {"score": True, "match": True}


def test_a_corrected_record_is_wrong_before_the_commit_and_right_after_it(scene):
    town, reader = scene
    reader.text = "12,345.00 元"
    texts = {
        "tax_type": "增值税",
        "balance": "678.90",
        "announced_on": town.fact.content["announced_on"],
    }
    answer = Answer(remedy=Remedy.CORRECT, basis=BASIS, texts=texts)
    service.uphold_objection(town.taxman.as_actor(), town.objection.id, answer)
    assert reader.seen() == ALL | {"file": False}  # the file holds 分
    db.session.commit()
    assert reader.seen() == NONE
    assert "678.90 元" in reader.owner.post("/enterprise/records").text
    reader.refresh()
    assert reader.indicators()["tax_arrears_amount"]["value"] == 67_890


def test_a_correction_without_an_objection_is_as_whole(scene):
    town, reader = scene
    texts = {"tax_type": "增值税", "balance": "1", "announced_on": "2026-05-01"}
    cases.correct_record(town.clerk.as_actor(), town.firm.id, town.fact.id, texts, "来源函")
    before = reader.seen()
    db.session.rollback()
    assert before == reader.seen() == ALL
    cases.correct_record(town.clerk.as_actor(), town.firm.id, town.fact.id, texts, "来源函")
    db.session.commit()
    gone = {name: reader.seen()[name] for name in ("indicator", "score", "match", "bank", "api")}
    assert not any(gone.values())


def test_a_mark_comes_and_goes_with_its_commit_on_every_surface(live, client_as):
    town = Town()
    fact = town.arrears()
    reader = make_reader(
        live, client_as, town, text="", indicator="tax_arrears_amount", value=1_234_500
    )
    shown, kept = reader.snapshot_ids

    def marks() -> dict[str, bool]:
        return reader.apart(read)

    def read() -> dict[str, bool]:
        api = reader.program.get(f"/api/v1/queries/{kept}", headers=reader.headers).json
        return {
            "records": "看异议进展" in reader.owner.post("/enterprise/records").text,
            "holdings": "1 条异议中" in reader.owner.post("/enterprise/holdings").text,
            "profile": "异议中" in reader.owner.get("/enterprise/profile").text,
            "bank": "异议中" in reader.officer.get(f"/queries/{shown}").text,
            "api": api["under_objection"] == {"records": 1, "kinds": ["tax_arrears"]},
        }

    nowhere = dict.fromkeys(marks(), False)
    target = Target(subject=ObjectionSubject.RECORD, record_id=fact.id)
    wording = Wording(reason="settled", statement=STATEMENT)
    objection = service.open_objection(town.boss, target, wording)
    service.accept_objection(town.clerk.as_actor(), objection.id)
    assert marks() == nowhere
    db.session.commit()
    assert marks() == dict.fromkeys(nowhere, True)
    consent = town.consent(purpose="post_loan")
    order = LookOrder(consent.id, town.firm.id, consent.purpose)
    made = look(town.officer.as_actor(), order)
    assert made.content["under_objection"] == {"records": 1, "kinds": ["tax_arrears"]}
    service.reject_objection(town.taxman.as_actor(), objection.id, BASIS)
    db.session.commit()
    assert marks() == nowhere
