"""The life of an alarm, as a table."""

from xinyidai.kernel.lifecycle import Lifecycle, Step
from xinyidai.model_monitoring.values import AlarmAction as A
from xinyidai.model_monitoring.values import AlarmState as S

LIFECYCLE: Lifecycle[S, A] = Lifecycle(
    {
        A.TAKE: Step(frozenset({S.OPEN}), S.TAKEN),
        # Whoever closes an alarm has taken it before, so that it always has an owner.
        A.CLOSE: Step(frozenset({S.TAKEN}), S.CLOSED),
    }
)
