"""The life of a lead, 线索, as a table."""

from xinyidai.kernel.lifecycle import Lifecycle, Step
from xinyidai.leads.values import LeadAction as A
from xinyidai.leads.values import LeadState as S

LIFECYCLE: Lifecycle[S, A] = Lifecycle(
    {
        A.AUTHORIZE: Step(frozenset({S.SENT}), S.AUTHORIZED),
        A.DECLINE: Step(frozenset({S.SENT}), S.DECLINED),
        A.WITHDRAW: Step(frozenset({S.SENT}), S.WITHDRAWN),
        A.EXPIRE: Step(frozenset({S.SENT}), S.EXPIRED),
        A.FEED_BACK: Step(frozenset({S.AUTHORIZED}), S.AUTHORIZED),
    }
)
