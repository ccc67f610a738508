"""Every legal and every illegal step of a matchmaking event."""

from itertools import product

import pytest

from xinyidai.kernel.errors import InvalidTransition
from xinyidai.matchmaking_events.lifecycle import LIFECYCLE
from xinyidai.matchmaking_events.values import EventAction as A
from xinyidai.matchmaking_events.values import EventState as S

LEGAL = {
    (S.PLANNED, A.OPEN): S.OPEN,
    (S.OPEN, A.CLOSE): S.CLOSED,
    (S.OPEN, A.HOLD): S.HELD,
    (S.CLOSED, A.HOLD): S.HELD,
    (S.HELD, A.FOLLOW_UP): S.FOLLOWED_UP,
    (S.PLANNED, A.CANCEL): S.CANCELLED,
    (S.OPEN, A.CANCEL): S.CANCELLED,
    (S.CLOSED, A.CANCEL): S.CANCELLED,
}


@pytest.mark.parametrize(("step", "target"), LEGAL.items())
def test_a_legal_step_leads_to_its_state(step, target):
    assert LIFECYCLE.next_state(*step) is target


@pytest.mark.parametrize("step", [pair for pair in product(S, A) if pair not in LEGAL])
def test_an_illegal_step_is_refused(step):
    with pytest.raises(InvalidTransition):
        LIFECYCLE.next_state(*step)
