"""The life of a financing need, 融资需求; steps of 派单/抢单 come with the desk that takes them."""

from xinyidai.financing_needs.values import FinancingNeedAction as A
from xinyidai.financing_needs.values import FinancingNeedState as S
from xinyidai.kernel.lifecycle import Lifecycle, Step

LIFECYCLE: Lifecycle[S, A] = Lifecycle(
    {
        A.UPDATE: Step(frozenset({S.DRAFT}), S.DRAFT),
        A.PUBLISH: Step(frozenset({S.DRAFT}), S.PUBLISHED),
        A.WITHDRAW: Step(frozenset({S.DRAFT, S.PUBLISHED}), S.WITHDRAWN),
        A.EXPIRE: Step(frozenset({S.PUBLISHED}), S.EXPIRED),
    }
)
