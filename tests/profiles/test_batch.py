"""The batch in the database: only what is needed, in steps that are kept."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM
from xinyidai.kernel.db import db as database
from xinyidai.profiles import service
from xinyidai.profiles.models import ProfileSnapshot
from xinyidai.profiles.service import batch


def count():
    return database.session.scalar(select(func.count()).select_from(ProfileSnapshot))


def test_only_firms_whose_facts_changed_are_built_again(city):
    firms = [city.firm() for _ in range(3)]
    assert service.build_dirty() == 3
    assert service.build_dirty() == 0
    with clock.at(clock.now() + timedelta(seconds=5)):
        city.record(firms[1], "patent", clock.today() - timedelta(days=9))
    # The kind was collected for the first time: its absence means zero for the others too.
    with clock.at(clock.now() + timedelta(seconds=9)):
        assert service.build_dirty() == 3
        assert service.build_dirty() == 0


def test_a_limit_leaves_the_rest_for_the_next_time(city):
    for _ in range(3):
        city.firm()
    assert [service.build_dirty(limit=2) for _ in range(3)] == [2, 1, 0]


def test_a_new_day_needs_every_profile_anew(city):
    city.firm()
    assert service.build_dirty() == 1
    assert service.build_dirty(clock.today() + timedelta(days=1)) == 1


class Killed(BaseException):
    """Stands for the end of the process."""


def test_a_killed_batch_goes_on_where_it_was(live, make_city, monkeypatch):
    for _ in range(5):
        make_city.firm()
    database.session.commit()
    monkeypatch.setattr(batch, "FIRMS_A_STEP", 2)

    def kill(done, total):
        if done >= 2:
            raise Killed

    with pytest.raises(Killed):
        service.build_in_pieces(on_progress=kill)
    assert count() == 2
    told = []
    assert service.build_in_pieces(on_progress=lambda *now: told.append(now), actor=SYSTEM) == 5
    assert told == [(4, 5), (5, 5)]
    assert count() == 5
