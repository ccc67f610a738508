"""The life of a financing need, 融资需求, and of a bank's place in it, as tables.

While a need is open its state follows from the places of its banks (`settled_state`): the step
of one bank must not hide how far another one is.
"""

from collections.abc import Collection

from xinyidai.financing_needs.values import OPEN_OFFERS, OPEN_STATES, OfferState
from xinyidai.financing_needs.values import FinancingNeedAction as A
from xinyidai.financing_needs.values import FinancingNeedState as S
from xinyidai.kernel.errors import InvalidTransition
from xinyidai.kernel.lifecycle import Lifecycle, Step

O = OfferState  # noqa: E741 - one letter like A and S

LIFECYCLE: Lifecycle[S, A] = Lifecycle(
    {
        A.UPDATE: Step(frozenset({S.DRAFT}), S.DRAFT),
        A.PUBLISH: Step(frozenset({S.DRAFT}), S.PUBLISHED),
        A.WITHDRAW: Step(OPEN_STATES | {S.DRAFT}, S.WITHDRAWN),
        A.EXPIRE: Step(OPEN_STATES, S.EXPIRED),
        A.CONVERT: Step(OPEN_STATES, S.CONVERTED),
    }
)
OFFER_LIFECYCLE: Lifecycle[OfferState, A] = Lifecycle(
    {
        A.TAKE: Step(frozenset({O.DISPATCHED}), O.CLAIMED),
        A.AUTHORIZE: Step(frozenset({O.CLAIMED}), O.AUTHORIZED),
        A.CONTACT: Step(frozenset({O.AUTHORIZED}), O.CONTACTED),
        A.DECLINE: Step(OPEN_OFFERS, O.DECLINED),
        A.REFUSE: Step(frozenset({O.CLAIMED, O.AUTHORIZED, O.CONTACTED}), O.REFUSED),
        A.RELEASE: Step(frozenset({O.AUTHORIZED}), O.RELEASED),
        A.LAPSE: Step(frozenset({O.DISPATCHED, O.CLAIMED}), O.LAPSED),
        A.END: Step(OPEN_OFFERS, O.ENDED),
        A.CONVERT: Step(OPEN_OFFERS, O.CONVERTED),
    }
)
# The farthest bank says how far the need is.
FARTHEST: tuple[tuple[frozenset[OfferState], S], ...] = (
    (frozenset({O.CONTACTED}), S.CONTACTED),
    (frozenset({O.CLAIMED, O.AUTHORIZED}), S.CLAIMED),
    (frozenset({O.DISPATCHED}), S.DISPATCHED),
)


def settled_state(current: S, offers: Collection[OfferState]) -> S:
    """Return the state of an open need with these places, or raise `InvalidTransition`."""
    if current not in OPEN_STATES:
        raise InvalidTransition(
            "这项需求已经结束，不能再办理，请刷新页面查看最新进展。",
            details={"state": str(current)},
        )
    reached = (state for states, state in FARTHEST if states & set(offers))
    return next(reached, S.PUBLISHED)
