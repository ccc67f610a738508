"""The life of a version of a bank's model, as a table."""

from xinyidai.joint_results.values import VersionAction as A
from xinyidai.joint_results.values import VersionState as S
from xinyidai.kernel.lifecycle import Lifecycle, Step

LIFECYCLE: Lifecycle[S, A] = Lifecycle(
    {
        A.SUBMIT: Step(frozenset({S.DRAFT}), S.UNDER_REVIEW),
        A.RETURN: Step(frozenset({S.UNDER_REVIEW}), S.DRAFT),
        A.APPROVE: Step(frozenset({S.UNDER_REVIEW}), S.APPROVED),
        A.ACTIVATE: Step(frozenset({S.APPROVED}), S.ACTIVE),
        A.RETIRE: Step(frozenset({S.APPROVED, S.ACTIVE}), S.RETIRED),
    }
)
