"""The life of a link as a table; `PROPOSE` creates it in `proposed`.

A link comes into force by two persons: who registered it does not approve it.
"""

from xinyidai.kernel.lifecycle import Lifecycle, Step
from xinyidai.node_exchange.values import NodeAction as A
from xinyidai.node_exchange.values import NodeState as S

LIFECYCLE: Lifecycle[S, A] = Lifecycle(
    {
        A.REVISE: Step(frozenset({S.PROPOSED, S.APPROVED, S.ACTIVE, S.SUSPENDED}), S.PROPOSED),
        A.APPROVE: Step(frozenset({S.PROPOSED}), S.APPROVED),
        A.ACTIVATE: Step(frozenset({S.APPROVED, S.SUSPENDED}), S.ACTIVE),
        A.SUSPEND: Step(frozenset({S.ACTIVE}), S.SUSPENDED),
        A.END: Step(frozenset({S.PROPOSED, S.APPROVED, S.ACTIVE, S.SUSPENDED}), S.ENDED),
    }
)
