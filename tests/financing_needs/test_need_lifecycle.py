"""Every legal step of a need and of a bank's place, and every other one refused."""

from itertools import product

import pytest

from xinyidai.financing_needs.lifecycle import LIFECYCLE, OFFER_LIFECYCLE, settled_state
from xinyidai.financing_needs.values import (
    ACTION_NAMES,
    FINANCING_NEED_STATE_NAMES,
    OFFER_END_NAMES,
    OFFER_STATE_NAMES,
    OPEN_OFFERS,
    OPEN_STATES,
    OfferEnd,
    OfferState,
)
from xinyidai.financing_needs.values import FinancingNeedAction as A
from xinyidai.financing_needs.values import FinancingNeedState as S
from xinyidai.kernel.errors import InvalidTransition

P = OfferState
LEGAL = {
    (S.DRAFT, A.UPDATE): S.DRAFT,
    (S.DRAFT, A.PUBLISH): S.PUBLISHED,
    (S.DRAFT, A.WITHDRAW): S.WITHDRAWN,
    **{(state, A.WITHDRAW): S.WITHDRAWN for state in OPEN_STATES},
    **{(state, A.EXPIRE): S.EXPIRED for state in OPEN_STATES},
    **{(state, A.CONVERT): S.CONVERTED for state in OPEN_STATES},
}
PLACES = {
    (P.DISPATCHED, A.TAKE): P.CLAIMED,
    (P.CLAIMED, A.AUTHORIZE): P.AUTHORIZED,
    (P.AUTHORIZED, A.CONTACT): P.CONTACTED,
    (P.AUTHORIZED, A.RELEASE): P.RELEASED,
    (P.DISPATCHED, A.LAPSE): P.LAPSED,
    (P.CLAIMED, A.LAPSE): P.LAPSED,
    **{(state, A.DECLINE): P.DECLINED for state in OPEN_OFFERS},
    **{(state, A.REFUSE): P.REFUSED for state in OPEN_OFFERS - {P.DISPATCHED}},
    **{(state, A.END): P.ENDED for state in OPEN_OFFERS},
    **{(state, A.CONVERT): P.CONVERTED for state in OPEN_OFFERS},
}


@pytest.mark.parametrize(("step", "target"), LEGAL.items())
def test_a_legal_step_leads_on(step, target):
    assert LIFECYCLE.next_state(*step) is target


@pytest.mark.parametrize("step", sorted(set(product(S, A)) - set(LEGAL)))
def test_any_other_step_is_refused(step):
    with pytest.raises(InvalidTransition):
        LIFECYCLE.next_state(*step)


def test_a_place_takes_its_legal_steps_and_no_other():
    for step in product(P, A):
        if step in PLACES:
            assert OFFER_LIFECYCLE.next_state(*step) is PLACES[step]
        else:
            with pytest.raises(InvalidTransition):
                OFFER_LIFECYCLE.next_state(*step)


@pytest.mark.parametrize(
    ("places", "state"),
    [
        ([], S.PUBLISHED),
        ([P.DISPATCHED], S.DISPATCHED),
        ([P.DISPATCHED, P.CLAIMED], S.CLAIMED),
        ([P.AUTHORIZED, P.DISPATCHED], S.CLAIMED),
        ([P.CLAIMED, P.CONTACTED], S.CONTACTED),
    ],
)
def test_the_farthest_bank_says_how_far_an_open_need_is(places, state):
    assert {settled_state(now, places) for now in OPEN_STATES} == {state}


@pytest.mark.parametrize("state", sorted(set(S) - OPEN_STATES))
def test_a_need_that_is_not_open_has_no_places(state):
    with pytest.raises(InvalidTransition):
        settled_state(state, [P.CLAIMED])


def test_every_word_has_a_chinese_name():
    assert set(FINANCING_NEED_STATE_NAMES) == set(S)
    assert set(OFFER_STATE_NAMES) == set(P)
    assert set(OFFER_END_NAMES) == set(OfferEnd)
    assert set(ACTION_NAMES) == set(A)
