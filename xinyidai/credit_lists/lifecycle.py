"""The life of a release, 批次, as a table; `DRAFT` is no step: it creates the release."""

from xinyidai.credit_lists.values import ReleaseAction as A
from xinyidai.credit_lists.values import ReleaseState as S
from xinyidai.kernel.lifecycle import Lifecycle, Step

LIFECYCLE: Lifecycle[S, A] = Lifecycle(
    {
        A.CHECK: Step(frozenset({S.DRAFT}), S.CHECKED),
        A.PUBLISH: Step(frozenset({S.CHECKED}), S.PUBLISHED),
        A.WITHDRAW: Step(frozenset({S.PUBLISHED}), S.WITHDRAWN),
        A.DROP: Step(frozenset({S.DRAFT, S.CHECKED}), S.DROPPED),
    }
)
