"""Every legal and every illegal step of an application."""

import itertools

import pytest

from xinyidai.applications.lifecycle import LIFECYCLE
from xinyidai.applications.values import FINAL_STATES
from xinyidai.applications.values import ApplicationAction as A
from xinyidai.applications.values import ApplicationState as S
from xinyidai.kernel.errors import InvalidTransition

LEGAL = [
    (S.DRAFT, A.SUBMIT, S.SUBMITTED),
    (S.RETURNED, A.SUBMIT, S.SUBMITTED),
    (S.SUBMITTED, A.ACCEPT, S.ACCEPTED),
    (S.ACCEPTED, A.INVESTIGATE, S.DUE_DILIGENCE),
    (S.ACCEPTED, A.SEND_TO_APPROVAL, S.IN_APPROVAL),
    (S.DUE_DILIGENCE, A.SEND_TO_APPROVAL, S.IN_APPROVAL),
    (S.IN_APPROVAL, A.APPROVE, S.APPROVED),
    (S.IN_APPROVAL, A.OFFER, S.COUNTER_OFFERED),
    (S.DUE_DILIGENCE, A.OFFER, S.COUNTER_OFFERED),
    (S.COUNTER_OFFERED, A.TAKE_OFFER, S.APPROVED),
    (S.COUNTER_OFFERED, A.REFUSE_OFFER, S.IN_APPROVAL),
    (S.APPROVED, A.SIGN, S.SIGNED),
    (S.SIGNED, A.DISBURSE, S.DISBURSED),
    (S.DISBURSED, A.SETTLE, S.SETTLED),
    *[(s, A.RETURN, S.RETURNED) for s in (S.SUBMITTED, S.ACCEPTED, S.DUE_DILIGENCE, S.IN_APPROVAL)],
    *[(s, A.DECLINE, S.DECLINED) for s in (S.SUBMITTED, S.ACCEPTED, S.DUE_DILIGENCE, S.IN_APPROVAL)],
    *[
        (s, A.WITHDRAW, S.WITHDRAWN)
        for s in (
            S.DRAFT, S.SUBMITTED, S.RETURNED, S.APPROVED, S.COUNTER_OFFERED,
            S.ACCEPTED, S.DUE_DILIGENCE, S.IN_APPROVAL,
        )
    ],
    (S.SUBMITTED, A.REASSIGN, S.REASSIGNED),
    (S.ACCEPTED, A.REASSIGN, S.REASSIGNED),
    (S.SUBMITTED, A.TIME_OUT, S.TIMED_OUT),
    *[(s, A.EXPIRE, S.EXPIRED) for s in (S.DRAFT, S.RETURNED, S.APPROVED, S.COUNTER_OFFERED)],
]  # fmt: skip
PAIRS = {(source, action) for source, action, _ in LEGAL}
ILLEGAL = [pair for pair in itertools.product(S, A) if pair not in PAIRS]


@pytest.mark.parametrize(("source", "action", "target"), LEGAL)
def test_a_legal_step_leads_where_it_should(source, action, target):
    assert LIFECYCLE.next_state(source, action) is target


@pytest.mark.parametrize(("source", "action"), ILLEGAL)
def test_an_illegal_step_is_refused(source, action):
    with pytest.raises(InvalidTransition):
        LIFECYCLE.next_state(source, action)


def test_nothing_leads_out_of_a_final_state():
    assert all(LIFECYCLE.actions_from(state) == () for state in FINAL_STATES)
