"""Routes × roles × foreign objects: nobody of one world meets anything of the other."""

import pytest

from tests.gate import intruders, twins
from tests.gate.ground import pooled

SAMPLE = 1_500
ALL = 5_000


@pytest.fixture(scope="module")
def enough():
    return SAMPLE


def test_every_route_has_a_line_in_the_table(app):
    assert intruders.gaps(app) == []


def test_there_are_enough_attempts_to_make(app):
    assert len(intruders.knocks(app)) >= ALL


def test_nobody_meets_anything_of_another_world(live, pg):
    with pooled(live):
        ours, theirs = twins.build_twins()
        name = live.config["SQLALCHEMY_DATABASE_URI"].rsplit("/", 1)[-1].split("?")[0]
        intruder = intruders.Intruder(live, ours, theirs, pg.admin_url(name))
        assert len(intruder.own_doors_open()) > 30
        findings = intruder.run(intruders.sample(intruders.knocks(live), SAMPLE))
    assert findings.leaks == []
    assert findings.attempts >= SAMPLE
    assert findings.opened > 100
