"""Past scores come out again, to the last bit; what was tampered with does not."""

from datetime import timedelta
from uuid import uuid4

import pytest
from click.testing import CliRunner
from sqlalchemy import update

from tests.factories import models
from tests.factories.rights import Town
from xinyidai.consents import service as consents
from xinyidai.consents.values import ConsentDraft, ConsentMode
from xinyidai.kernel import clock
from xinyidai.kernel.errors import InvalidInput
from xinyidai.profiles import service as profiles
from xinyidai.profiles.models import ProfileSnapshot
from xinyidai.scoring import batch_queries, service
from xinyidai.scoring.commands import model
from xinyidai.scoring.models import ModelVersion, ScoreResult
from xinyidai.scoring.service import disclosing, recomputing
from xinyidai.scoring.service.looks import LookOrder, look

FIRMS = 300
NOON = "2026-05-31T12:00"


@pytest.fixture
def scored(db, at):
    """Firms scored by one model, and some again by the next; the first one is retired."""
    with at(NOON):
        score_city(30)
        yield


def score_city(firms):
    models.put_in_force(models.OTHER)
    models.city_with_records(firms)
    profiles.build_all()
    service.score_all()
    models.put_in_force()
    service.score_dirty(limit=20)


def test_hundreds_of_scores_come_out_again_also_of_a_retired_model(db, at):
    with at(NOON):
        score_city(FIRMS)
    done = service.recompute()
    assert (done.checked, done.differences) == (FIRMS + 20, [])
    judged = [row for row in db.query(ScoreResult) if not row.is_insufficient]
    assert len(judged) > FIRMS / 2
    assert sum(len(row.reasons) for row in judged) > FIRMS / 2


def test_one_score_is_recomputed_by_its_id(scored, db):
    one = db.query(ScoreResult).first()
    assert service.recompute([one.id]).checked == 1
    assert service.recompute([uuid4()]).checked == 0


def test_only_so_many_are_recomputed_as_asked_for(scored):
    assert service.recompute(limit=7).checked == 7


@pytest.mark.parametrize(
    ("column", "value"), [("default_probability", 0.123), ("points", 899), ("grade", "AAA")]
)
def test_a_number_that_was_changed_is_found(scored, db, column, value):
    one = db.query(ScoreResult).filter_by(is_insufficient=False).first()
    db.execute(update(ScoreResult).where(ScoreResult.id == one.id).values({column: value}))
    db.expire_all()
    assert [found.what for found in service.recompute().differences] == [column]


def test_a_snapshot_that_was_changed_is_found(scored, db):
    one = db.query(ScoreResult).filter_by(is_insufficient=False).first()
    snapshot = db.get(ProfileSnapshot, one.snapshot_id)
    years = snapshot.indicators["years_established"] | {"value": 99.0}
    snapshot.indicators = snapshot.indicators | {"years_established": years}
    db.flush()
    found = {difference.what for difference in service.recompute([one.id]).differences}
    assert {"snapshot", "inputs_hash"} <= found


def test_a_score_without_its_snapshot_cannot_be_proved(scored, db):
    one = db.query(ScoreResult).first()
    db.execute(update(ScoreResult).where(ScoreResult.id == one.id).values(snapshot_id=None))
    db.expire_all()
    assert [found.what for found in service.recompute([one.id]).differences] == ["snapshot"]


def test_a_model_whose_files_changed_recomputes_nothing(scored, db):
    db.execute(update(ModelVersion).values(manifest_hash="0" * 64))
    found = service.recompute(limit=3).differences
    assert {difference.what for difference in found} == {"model"}


def see(town, mode):
    """Let the bank look once under a consent of this mode."""
    today = clock.today()
    draft = ConsentDraft(
        enterprise_id=town.firm.id,
        institution_id=town.bank.id,
        purpose="pre_loan",
        item_codes=["tax", "registration", "judicial"],
        valid_until=today + timedelta(days=30),
        data_from=today - timedelta(days=365),
        data_life_days=30,
        max_uses=2,
        mode=mode,
    )
    [consent] = consents.grant_directly(town.boss, [draft])
    return look(town.officer.as_actor(), LookOrder(consent.id, town.firm.id, "pre_loan"))


@pytest.mark.parametrize("mode", [ConsentMode.STORE, ConsentMode.RESULT])
def test_what_a_bank_was_shown_comes_out_again(db, mode):
    models.put_in_force()
    town = Town()
    town.firm.established_on = clock.today() - timedelta(days=2000)
    shown = see(town, mode)
    assert ("indicators" in shown.content) is (mode is ConsentMode.STORE)
    done = service.recompute_looks()
    assert (done.checked, done.differences) == (1, [])
    assert service.recompute_looks([shown.id]).checked == 1


def test_the_basis_of_a_result_goes_with_the_data_life_of_its_look(db):
    models.put_in_force()
    shown = see(Town(), ConsentMode.RESULT)
    disclosing.forget_bases()
    assert batch_queries.all_bases() == [shown.event_id]
    from xinyidai.credit_records.service import forget_expired_snapshots

    with clock.at(clock.now() + timedelta(days=31)):
        forget_expired_snapshots()
        disclosing.forget_bases()
    assert batch_queries.all_bases() == []
    assert service.recompute_looks().checked == 0


def test_an_id_that_is_none_is_refused():
    with pytest.raises(InvalidInput):
        recomputing.read_ids("42")


def test_the_command_wants_all_or_ids():
    answer = CliRunner().invoke(model, ["recompute"])
    assert answer.exit_code == 2
    assert "--all" in answer.output
