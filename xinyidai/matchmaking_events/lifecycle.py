"""The life of a matchmaking event, as a table.

`PLAN` is no step of the table: it creates the event in `planned`. That sign-up ends at a moment
follows from `sign_up_until` and the clock; `CLOSE` ends it earlier.
"""

from xinyidai.kernel.lifecycle import Lifecycle, Step
from xinyidai.matchmaking_events.values import EventAction as A
from xinyidai.matchmaking_events.values import EventState as S

LIFECYCLE: Lifecycle[S, A] = Lifecycle(
    {
        A.OPEN: Step(frozenset({S.PLANNED}), S.OPEN),
        A.CLOSE: Step(frozenset({S.OPEN}), S.CLOSED),
        A.HOLD: Step(frozenset({S.OPEN, S.CLOSED}), S.HELD),
        A.FOLLOW_UP: Step(frozenset({S.HELD}), S.FOLLOWED_UP),
        A.CANCEL: Step(frozenset({S.PLANNED, S.OPEN, S.CLOSED}), S.CANCELLED),
    }
)
