"""Every legal and every illegal step of a whitelist entry."""

from itertools import product

import pytest

from xinyidai.kernel.errors import InvalidTransition
from xinyidai.whitelist.lifecycle import SIMPLE, WITH_PUBLICITY, lifecycle_of
from xinyidai.whitelist.values import EntryAction as A
from xinyidai.whitelist.values import EntryState as S

LEGAL = {
    (S.NOMINATED, A.SCREEN): S.SCREENED,
    (S.SCREENED, A.REVIEW): S.UNDER_JOINT_REVIEW,
    (S.SCREENED, A.PUBLICISE): S.PUBLICISED,
    (S.UNDER_JOINT_REVIEW, A.PUBLICISE): S.PUBLICISED,
    (S.PUBLICISED, A.LIST): S.LISTED,
    (S.LISTED, A.SUSPEND): S.SUSPENDED,
    (S.SUSPENDED, A.RESUME): S.LISTED,
    **{(state, A.REMOVE): S.REMOVED for state in S if state is not S.REMOVED},
}
LEGAL_SIMPLE = LEGAL | {
    (S.SCREENED, A.LIST): S.LISTED,
    (S.UNDER_JOINT_REVIEW, A.LIST): S.LISTED,
}
CASES = [
    (lifecycle, state, action, legal.get((state, action)))
    for lifecycle, legal in ((WITH_PUBLICITY, LEGAL), (SIMPLE, LEGAL_SIMPLE))
    for state, action in product(S, A)
]


@pytest.mark.parametrize(("lifecycle", "state", "action", "target"), [c for c in CASES if c[3]])
def test_a_legal_step_leads_to_its_state(lifecycle, state, action, target):
    assert lifecycle.next_state(state, action) is target


@pytest.mark.parametrize(("lifecycle", "state", "action", "target"), [c for c in CASES if not c[3]])
def test_an_illegal_step_is_refused(lifecycle, state, action, target):
    with pytest.raises(InvalidTransition):
        lifecycle.next_state(state, action)


def test_a_list_with_publicity_days_must_be_publicised():
    assert lifecycle_of(5) is WITH_PUBLICITY
    assert lifecycle_of(0) is SIMPLE
