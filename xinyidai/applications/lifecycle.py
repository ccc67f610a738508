"""The life of a loan application, as a table.

`HAND_OVER` is no step of the table: another officer takes over and the state stays.
"""

from xinyidai.applications.values import ApplicationAction as A
from xinyidai.applications.values import ApplicationState as S
from xinyidai.kernel.lifecycle import Lifecycle, Step

UNDER_WAY = frozenset({S.ACCEPTED, S.DUE_DILIGENCE, S.IN_APPROVAL})
# An officer may hand over whatever still has to be worked on.
HANDED_OVER = UNDER_WAY | {S.SUBMITTED, S.RETURNED, S.COUNTER_OFFERED, S.APPROVED, S.SIGNED}

LIFECYCLE: Lifecycle[S, A] = Lifecycle(
    {
        A.SUBMIT: Step(frozenset({S.DRAFT, S.RETURNED}), S.SUBMITTED),
        A.ACCEPT: Step(frozenset({S.SUBMITTED}), S.ACCEPTED),
        A.INVESTIGATE: Step(frozenset({S.ACCEPTED}), S.DUE_DILIGENCE),
        A.SEND_TO_APPROVAL: Step(frozenset({S.ACCEPTED, S.DUE_DILIGENCE}), S.IN_APPROVAL),
        A.APPROVE: Step(frozenset({S.IN_APPROVAL}), S.APPROVED),
        A.OFFER: Step(frozenset({S.IN_APPROVAL, S.DUE_DILIGENCE}), S.COUNTER_OFFERED),
        A.TAKE_OFFER: Step(frozenset({S.COUNTER_OFFERED}), S.APPROVED),
        A.REFUSE_OFFER: Step(frozenset({S.COUNTER_OFFERED}), S.IN_APPROVAL),
        A.SIGN: Step(frozenset({S.APPROVED}), S.SIGNED),
        A.DISBURSE: Step(frozenset({S.SIGNED}), S.DISBURSED),
        A.SETTLE: Step(frozenset({S.DISBURSED}), S.SETTLED),
        A.RETURN: Step(frozenset({S.SUBMITTED}) | UNDER_WAY, S.RETURNED),
        A.DECLINE: Step(frozenset({S.SUBMITTED}) | UNDER_WAY, S.DECLINED),
        A.WITHDRAW: Step(
            frozenset({S.DRAFT, S.SUBMITTED, S.RETURNED, S.APPROVED, S.COUNTER_OFFERED})
            | UNDER_WAY,
            S.WITHDRAWN,
        ),
        A.REASSIGN: Step(frozenset({S.SUBMITTED, S.ACCEPTED}), S.REASSIGNED),
        A.TIME_OUT: Step(frozenset({S.SUBMITTED}), S.TIMED_OUT),
        A.EXPIRE: Step(frozenset({S.DRAFT, S.RETURNED, S.APPROVED, S.COUNTER_OFFERED}), S.EXPIRED),
    }
)
