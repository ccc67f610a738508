"""Every state and every action of an objection, in pairs."""

from itertools import product

import pytest

from xinyidai.kernel.errors import InvalidTransition
from xinyidai.objections.lifecycle import LIFECYCLE, STAYING, next_state
from xinyidai.objections.values import ACTION_NAMES, OPEN_STATES, STATE_NAMES
from xinyidai.objections.values import ObjectionAction as A
from xinyidai.objections.values import ObjectionState as S

STEPS = {
    (S.SUBMITTED, A.ACCEPT): S.ACCEPTED,
    (S.SUBMITTED, A.DISMISS): S.REJECTED,
    (S.SUBMITTED, A.WITHDRAW): S.WITHDRAWN,
    (S.ACCEPTED, A.MARK): S.MARKED,
    (S.ACCEPTED, A.ROUTE): S.AT_SOURCE,
    (S.ACCEPTED, A.WITHDRAW): S.WITHDRAWN,
    (S.MARKED, A.ROUTE): S.AT_SOURCE,
    (S.MARKED, A.WITHDRAW): S.WITHDRAWN,
    (S.AT_SOURCE, A.UPHOLD): S.UPHELD,
    (S.AT_SOURCE, A.REJECT): S.REJECTED,
    (S.AT_SOURCE, A.WITHDRAW): S.WITHDRAWN,
    (S.UPHELD, A.CLOSE): S.CLOSED,
    (S.REJECTED, A.CLOSE): S.CLOSED,
    **{(s, a): s for s in (S.SUBMITTED, S.AT_SOURCE) for a in (A.ASK, A.SUPPLY, A.RESUME)},
    **{(s, A.ESCALATE): s for s in OPEN_STATES},
}


@pytest.mark.parametrize(("state", "action"), [*product(S, A)])
def test_every_pair_leads_where_the_table_says_or_nowhere(state, action):
    if (state, action) in STEPS:
        assert next_state(state, action) is STEPS[state, action]
    else:
        with pytest.raises(InvalidTransition):
            next_state(state, action)


def test_every_action_but_the_first_stands_in_one_table():
    assert {*LIFECYCLE.steps, *STAYING, A.SUBMIT} == set(A)
    assert set(LIFECYCLE.steps).isdisjoint(STAYING)


def test_every_state_and_action_has_a_name():
    assert set(STATE_NAMES) == set(S)
    assert set(ACTION_NAMES) == set(A)
