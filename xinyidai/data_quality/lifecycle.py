"""The lives of a correction ticket and of a suspect as tables.

`OPEN` and `FIND` create them. `ESCALATE` leaves a ticket in its state and only notes that it is
late.
"""

from xinyidai.data_quality.values import SuspectAction, SuspectState, TicketAction, TicketState
from xinyidai.kernel.lifecycle import Lifecycle, Step

S, T = SuspectState, TicketState

TICKET: Lifecycle[TicketState, TicketAction] = Lifecycle(
    {
        TicketAction.SEND: Step(frozenset({T.OPENED}), T.SENT),
        TicketAction.CORRECT: Step(frozenset({T.SENT}), T.CORRECTED),
        TicketAction.KEEP: Step(frozenset({T.SENT}), T.KEPT),
        TicketAction.RETURN: Step(frozenset({T.CORRECTED, T.KEPT}), T.SENT),
        TicketAction.ESCALATE: Step(frozenset({T.SENT}), T.SENT),
        TicketAction.VERIFY: Step(frozenset({T.CORRECTED, T.KEPT}), T.VERIFIED),
        TicketAction.CLOSE: Step(frozenset({T.VERIFIED}), T.CLOSED),
        TicketAction.CANCEL: Step(frozenset({T.OPENED, T.SENT}), T.CANCELLED),
    }
)
SUSPECT: Lifecycle[SuspectState, SuspectAction] = Lifecycle(
    {
        SuspectAction.EXPLAIN: Step(frozenset({S.OPEN}), S.EXPLAINED),
        SuspectAction.CLOSE: Step(frozenset({S.OPEN, S.EXPLAINED}), S.CLOSED),
        SuspectAction.SETTLE: Step(frozenset({S.OPEN, S.EXPLAINED}), S.CLOSED),
    }
)
