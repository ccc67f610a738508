"""Eight threads, two firms, two banks: nobody ever reads a word of the other's."""

from tests.gate import storm
from tests.gate.ground import pooled

SAMPLE = 1_500


def test_no_answer_carries_anything_of_the_other(live):
    with pooled(live):
        weather = storm.run(live, SAMPLE)
    assert weather.faults[:5] == []
    assert weather.requests >= SAMPLE
    assert weather.marked > SAMPLE / 4, "their own marks are there to be mixed up"
    assert {200, 201, 404} <= weather.statuses.keys()
