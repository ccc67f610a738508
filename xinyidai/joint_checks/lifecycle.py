"""The loop of a check, 四步闭环, as a table; request and answer create it in `answered`."""

from xinyidai.joint_checks.values import CheckAction as A
from xinyidai.joint_checks.values import CheckState as S
from xinyidai.kernel.lifecycle import Lifecycle, Step

LIFECYCLE: Lifecycle[S, A] = Lifecycle(
    {
        A.HANDLE: Step(frozenset({S.ANSWERED}), S.HANDLED),
        A.FEEDBACK: Step(frozenset({S.HANDLED}), S.CLOSED),
    }
)
