"""The life of an objection as a table.

`SUBMIT` creates it. What only pauses, resumes or hastens the answer leaves the state as it is and
stands in `STAYING`, with the states in which it may be done.
"""

from collections.abc import Mapping

from xinyidai.kernel.errors import InvalidTransition
from xinyidai.kernel.lifecycle import Lifecycle, Step
from xinyidai.objections.values import ANSWERED_STATES, OPEN_STATES
from xinyidai.objections.values import ObjectionAction as A
from xinyidai.objections.values import ObjectionState as S

LIFECYCLE: Lifecycle[S, A] = Lifecycle(
    {
        A.ACCEPT: Step(frozenset({S.SUBMITTED}), S.ACCEPTED),
        A.DISMISS: Step(frozenset({S.SUBMITTED}), S.REJECTED),
        A.MARK: Step(frozenset({S.ACCEPTED}), S.MARKED),
        A.ROUTE: Step(frozenset({S.ACCEPTED, S.MARKED}), S.AT_SOURCE),
        A.UPHOLD: Step(frozenset({S.AT_SOURCE}), S.UPHELD),
        A.REJECT: Step(frozenset({S.AT_SOURCE}), S.REJECTED),
        A.WITHDRAW: Step(OPEN_STATES, S.WITHDRAWN),
        A.CLOSE: Step(ANSWERED_STATES, S.CLOSED),
    }
)
WAITING_STATES = frozenset({S.SUBMITTED, S.AT_SOURCE})
STAYING: Mapping[A, frozenset[S]] = {
    A.ASK: WAITING_STATES,
    A.SUPPLY: WAITING_STATES,
    A.RESUME: WAITING_STATES,
    A.ESCALATE: OPEN_STATES,
}


def next_state(current: S, action: A) -> S:
    """Return the state after any action, or raise `InvalidTransition`."""
    if action not in STAYING:
        return LIFECYCLE.next_state(current, action)
    if current not in STAYING[action]:
        raise InvalidTransition(
            "当前状态不能进行这项操作，请刷新页面查看最新进展。",
            details={"state": str(current), "action": str(action)},
        )
    return current
