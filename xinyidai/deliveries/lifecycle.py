"""The life of a delivery as a table; `RECEIVE` creates it in `received`.

`BEGIN` also leads from `collecting`: a job whose worker was killed begins again. A refused
delivery stays refused: whoever corrects the file delivers it anew.
"""

from xinyidai.deliveries.values import DeliveryAction as A
from xinyidai.deliveries.values import DeliveryState as S
from xinyidai.kernel.lifecycle import Lifecycle, Step

LIFECYCLE: Lifecycle[S, A] = Lifecycle(
    {
        A.PROPOSE: Step(frozenset({S.RECEIVED, S.AWAITING_MAPPING}), S.AWAITING_MAPPING),
        A.CONFIRM: Step(frozenset({S.RECEIVED, S.AWAITING_MAPPING}), S.QUEUED),
        A.BEGIN: Step(frozenset({S.QUEUED, S.COLLECTING}), S.COLLECTING),
        A.FINISH: Step(frozenset({S.COLLECTING}), S.COLLECTED),
        A.FINISH_PARTLY: Step(frozenset({S.COLLECTING}), S.PARTLY_REJECTED),
        A.REFUSE: Step(frozenset({S.RECEIVED, S.QUEUED, S.COLLECTING}), S.REFUSED),
        A.CANCEL: Step(frozenset({S.AWAITING_MAPPING}), S.REFUSED),
        A.FAIL: Step(frozenset({S.RECEIVED, S.QUEUED, S.COLLECTING}), S.FAILED),
    }
)
