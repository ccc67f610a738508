"""The life of an application for repair as a table; `SUBMIT` creates it in `submitted`.

Handed over, it cannot be withdrawn here: the single window, 信用中国, has it.
"""

from xinyidai.kernel.lifecycle import Lifecycle, Step
from xinyidai.repairs.values import RepairAction as A
from xinyidai.repairs.values import RepairState as S

LIFECYCLE: Lifecycle[S, A] = Lifecycle(
    {
        A.CHECK: Step(frozenset({S.SUBMITTED}), S.CHECKED),
        A.RETURN: Step(frozenset({S.SUBMITTED}), S.RETURNED),
        A.RESUBMIT: Step(frozenset({S.RETURNED}), S.SUBMITTED),
        A.HAND_OVER: Step(frozenset({S.CHECKED}), S.HANDED_OVER),
        A.REPAIR: Step(frozenset({S.HANDED_OVER}), S.REPAIRED),
        A.REFUSE: Step(frozenset({S.SUBMITTED, S.CHECKED, S.HANDED_OVER}), S.REFUSED),
        A.WITHDRAW: Step(frozenset({S.SUBMITTED, S.RETURNED, S.CHECKED}), S.WITHDRAWN),
    }
)
