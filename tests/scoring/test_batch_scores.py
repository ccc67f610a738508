"""Many firms: only those that need it, equal to one by one, gone on with after a kill."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tests.factories import models, parties
from xinyidai.enterprises.models import Enterprise
from xinyidai.kernel import clock
from xinyidai.kernel.errors import RuleBroken
from xinyidai.profiles import service as profiles
from xinyidai.scoring import service
from xinyidai.scoring.models import ScoreHead, ScoreResult
from xinyidai.scoring.service import batch_scores

TOLD = ("default_probability", "grade", "points", "reasons", "missing", "is_insufficient")


@pytest.fixture
def firms(db, at):
    """Twelve firms under a model in force; eight have signed up."""
    with at("2026-05-31T12:00"):
        models.put_in_force()
        yield models.city_with_records(12)


def scores_of(db, firm):
    statement = select(ScoreResult).where(ScoreResult.enterprise_id == firm.id)
    return db.scalars(statement.order_by(ScoreResult.facts_version)).all()


def judged(db, firm):
    return not scores_of(db, firm)[0].is_insufficient


def change(db, firm):
    firm.facts_version += 1
    firm.employees = (firm.employees or 0) + 40
    db.flush()


def test_a_batch_stores_what_scoring_each_firm_alone_would(firms, db):
    profiles.build_all()
    assert service.score_all() == 12
    batch = {firm.id: [getattr(scores_of(db, firm)[0], name) for name in TOLD] for firm in firms}
    db.execute(ScoreHead.__table__.delete())
    db.execute(ScoreResult.__table__.delete())
    alone = {firm.id: service.score_firm(firm.id) for firm in firms}
    assert all(reason["source"] and reason["label"] for row in batch.values() for reason in row[3])
    signed_up = [firm.id for firm in firms if firm.registered_at]
    assert len(signed_up) == 8
    assert sum(not alone[firm].is_insufficient for firm in signed_up) >= 3
    for firm in signed_up:
        assert batch[firm] == [getattr(alone[firm], name) for name in TOLD]


def test_a_refresh_on_another_day_reads_that_day(firms, db, at):
    firm = next(firm for firm in firms if firm.registered_at and judged_now(firm))
    before = service.refresh_firm(firm.id)
    assert service.refresh_firm(firm.id).id == before.id
    with at("2029-05-31T01:00"):
        after = service.refresh_firm(firm.id)
    assert (after.id, after.inputs_hash) != (before.id, before.inputs_hash)
    assert after.facts_version == before.facts_version


def judged_now(firm):
    return not service.score_firm(firm.id).is_insufficient


def test_scoring_twice_scores_nothing_again(firms):
    profiles.build_all()
    assert (service.score_all(), service.score_all(), service.score_dirty()) == (12, 0, 0)


def test_only_firms_whose_facts_changed_are_scored_again(firms, db):
    profiles.build_all()
    service.score_all()
    change(db, firms[2])
    assert service.count_dirty() == 1
    assert service.score_dirty() == 1
    assert [len(scores_of(db, firm)) for firm in firms] == [1, 1, 2] + [1] * 9
    assert service.find_current_score(firms[2].id).facts_version == firms[2].facts_version


def test_many_changed_firms_are_built_and_scored_in_one_batch(firms, db):
    service.score_dirty()
    for firm in firms:
        change(db, firm)
    assert service.score_dirty() == 8
    db.expire_all()
    assert service.count_dirty() == 0


def test_another_model_makes_every_scored_firm_due(firms, db):
    service.score_dirty()
    models.put_in_force(models.OTHER)
    assert service.score_dirty(limit=2) == 2
    assert service.score_dirty() == 6
    assert {row.model_version for row in db.scalars(select(ScoreHead))} == {models.OTHER}


def test_a_day_that_changes_an_indicator_makes_the_firm_due(firms, db):
    profiles.build_all()
    service.score_all()
    with clock.at(clock.now() + timedelta(days=400)):
        assert service.count_dirty() == 0
        profiles.build_all()
        scored = service.score_all()
    assert scored > 0


def test_unchanged_inputs_keep_their_reasons(firms, db):
    service.score_dirty()
    firm = firms[4]
    firm.facts_version += 1
    db.flush()
    service.score_dirty()
    before, after = scores_of(db, firm)
    assert (before.inputs_hash, before.reasons) == (after.inputs_hash, after.reasons)
    assert after.facts_version == before.facts_version + 1


def test_reasons_wait_until_somebody_reads_the_score(firms, db):
    profiles.build_all()
    service.score_all()
    hidden = next(f for f in firms if not f.registered_at and judged(db, f))
    [stored] = scores_of(db, hidden)
    assert (stored.is_explained, stored.reasons) == (False, [])
    shown = service.find_current_score(hidden.id)
    assert shown.is_explained
    [still] = scores_of(db, hidden)
    assert not still.is_explained
    assert service.score_firm(hidden.id).reasons == shown.reasons
    assert [row.is_explained for row in scores_of(db, hidden)] == [True]


def test_a_killed_run_goes_on_where_it_stood(firms, db, monkeypatch):
    monkeypatch.setattr(batch_scores, "CHUNK", 4)
    profiles.build_all()
    done = []

    @contextmanager
    def dying():
        with db.begin_nested():
            yield
            done.append(1)
            if len(done) == 3:
                raise KeyboardInterrupt

    seen = []
    with pytest.raises(KeyboardInterrupt):
        service.score_all(seen.append, step=dying)
    assert seen == [4, 8]
    assert service.score_all(seen.append) == 4
    assert db.scalar(select(func.count()).select_from(ScoreResult)) == 12


def test_without_a_model_nothing_is_scored(db):
    parties.enterprise(registered_at=clock.now())
    with pytest.raises(RuleBroken):
        service.score_dirty()
    assert service.count_dirty() == 0


def test_a_firm_without_profile_and_account_waits_for_the_night(db):
    models.put_in_force()
    firm = parties.enterprise()
    assert (service.score_dirty(), service.score_all()) == (0, 0)
    profiles.build_some([firm.id])
    assert service.score_all() == 1
    assert db.get(Enterprise, firm.id) is not None
