"""A revoke against four readers at the same moment, decided by the database's commit times."""

from tests.gate import races
from tests.gate.ground import pooled

SAMPLE = 200


def test_nothing_is_read_after_the_revoke_committed(live):
    with pooled(live):
        result = races.run(live, SAMPLE)
    assert result.faults == []
    assert result.races >= SAMPLE
    assert result.late == 0
    both_ends = {f"{road} {end}" for road in races.ROADS for end in races.ENDS}
    assert set(result.outcomes) == both_ends, "each road must lose and win, or nothing is raced"
