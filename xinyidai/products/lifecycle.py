"""The life of a product version, 产品版本."""

from xinyidai.kernel.lifecycle import Lifecycle, Step
from xinyidai.products.values import ProductAction as A
from xinyidai.products.values import ProductVersionState as S

LIFECYCLE: Lifecycle[S, A] = Lifecycle(
    {
        A.UPDATE: Step(frozenset({S.DRAFT}), S.DRAFT),
        A.EXEMPLIFY: Step(frozenset({S.DRAFT}), S.DRAFT),
        A.SUBMIT: Step(frozenset({S.DRAFT}), S.UNDER_REVIEW),
        A.WITHDRAW: Step(frozenset({S.UNDER_REVIEW}), S.DRAFT),
        A.DISCARD: Step(frozenset({S.DRAFT}), S.DISCARDED),
        A.RETURN: Step(frozenset({S.UNDER_REVIEW}), S.DRAFT),
        A.LIST: Step(frozenset({S.UNDER_REVIEW}), S.LISTED),
        A.DELIST: Step(frozenset({S.LISTED}), S.DELISTED),
    }
)
