"""Versions in the shadow: scored apart, compared, shown to nobody outside the office."""

import pytest
from sqlalchemy import func, select

from tests.factories import artefacts as models
from tests.factories import parties
from tests.model_monitoring.conftest import store_profile
from xinyidai.kernel.actor import Role
from xinyidai.kernel.errors import Conflict, Forbidden, InvalidInput, NotFound, RuleBroken
from xinyidai.model_monitoring import queries, service
from xinyidai.model_monitoring.models import ShadowScore
from xinyidai.model_monitoring.service import shadow
from xinyidai.scoring import queries as scores
from xinyidai.scoring import service as scoring


@pytest.fixture
def challenger(active, tmp_path):
    """An active version, another in the shadow, and twelve firms with profiles and scores."""
    active()
    model = scoring.register_model(active.keeper, models.copied(tmp_path, "2025.1"))
    for seed in range(12):
        store_profile(parties.enterprise().id, seed)
    scoring.score_all()
    service.start_shadow(active.clerk, model.id, "比较")
    return model


def test_a_night_scores_all_firms_apart_and_leaves_the_scores_alone(challenger, active, db):
    firms = [row.enterprise_id for row in queries.present_snapshots()]
    before = [scores.find_current(firm).id for firm in firms]
    assert service.run_shadows() == {challenger.id: 12}
    assert service.run_shadows() == {challenger.id: 12}
    assert db.scalar(select(func.count()).select_from(ShadowScore)) == 12
    assert [scores.find_current(firm).id for firm in firms] == before
    assert {scores.find_current(firm).model_version for firm in firms} == {"2026.1"}


def test_the_comparison_counts_every_firm_once_and_numbers_lead_to_groups(challenger):
    service.run_shadows()
    found = service.compare_shadow(challenger.id)
    assert found.firms == 12
    assert -1 <= found.correlation <= 1
    for cells, expected in ((list(found.table), 12), (found.moved_cells, found.moved)):
        assert sum(row[2] for row in queries.groups_with(challenger.id, cells)) == expected


def test_a_shadow_score_equals_what_the_version_would_say_online(challenger, db):
    service.run_shadows()
    scorer = scoring.sound_scorer(challenger)
    for snapshot in list(queries.present_snapshots()):
        kept = db.get(ShadowScore, (challenger.id, snapshot.enterprise_id))
        outcome = scorer.score_one(scoring.inputs_of(snapshot.indicators))
        assert (kept.default_probability, kept.points) == (outcome.pd, outcome.points)


def test_stopping_deletes_the_scores_and_keeps_the_history(challenger, active, db):
    service.run_shadows()
    service.stop_shadow(active.keeper, challenger.id)
    assert db.scalar(select(func.count()).select_from(ShadowScore)) == 0
    assert [run.reason for run in queries.assignments_of(challenger.id)] == ["比较"]
    with pytest.raises(Conflict):
        service.stop_shadow(active.keeper, challenger.id)
    assert service.run_shadows() == {}


def test_a_version_stopped_during_its_run_keeps_no_scores(challenger, active, db, monkeypatch):
    run = shadow._run

    def stopped_meanwhile(model):
        service.stop_shadow(active.keeper, model.id)
        return run(model)

    monkeypatch.setattr(shadow, "_run", stopped_meanwhile)
    assert service.run_shadows() == {}
    assert db.scalar(select(func.count()).select_from(ShadowScore)) == 0


def test_a_version_that_was_activated_has_left_the_shadow(challenger, active, db):
    service.run_shadows()
    scoring.validate_model(active.keeper, challenger.code, challenger.version)
    scoring.approve_model(active.clerk, challenger.code, challenger.version, "同意")
    scoring.activate_model(active.keeper, challenger.code, challenger.version)
    assert service.run_shadows() == {}
    assert db.scalar(select(func.count()).select_from(ShadowScore)) == 0


def test_who_and_what_is_refused(challenger, active):
    bank = parties.account(Role.BANK_OFFICER, parties.institution()).as_actor()
    with pytest.raises(Forbidden):
        service.start_shadow(bank, challenger.id, "好奇")
    with pytest.raises(Conflict):
        service.start_shadow(active.clerk, challenger.id, "再来")
    with pytest.raises(RuleBroken):
        service.start_shadow(active.clerk, scoring.get_model("demo-city", "2026.1").id, "比较")
    with pytest.raises(NotFound):
        service.start_shadow(active.clerk, parties.enterprise().id, "比较")
    service.stop_shadow(active.clerk, challenger.id)
    with pytest.raises(InvalidInput):
        service.start_shadow(active.clerk, challenger.id, " ")
