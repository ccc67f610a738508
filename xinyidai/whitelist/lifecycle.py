"""The life of a whitelist entry, as a table for each way a list is kept.

`NOMINATE` is no step of the table: it creates the entry in `nominated`.
"""

from collections.abc import Mapping

from xinyidai.kernel.lifecycle import Lifecycle, Step
from xinyidai.whitelist.values import EntryAction as A
from xinyidai.whitelist.values import EntryState as S

REVIEWED = frozenset({S.SCREENED, S.UNDER_JOINT_REVIEW})

_COMMON: Mapping[A, Step[S]] = {
    A.SCREEN: Step(frozenset({S.NOMINATED}), S.SCREENED),
    A.REVIEW: Step(frozenset({S.SCREENED}), S.UNDER_JOINT_REVIEW),
    A.PUBLICISE: Step(REVIEWED, S.PUBLICISED),
    A.SUSPEND: Step(frozenset({S.LISTED}), S.SUSPENDED),
    A.RESUME: Step(frozenset({S.SUSPENDED}), S.LISTED),
    A.REMOVE: Step(frozenset(S) - {S.REMOVED}, S.REMOVED),
}
SIMPLE: Lifecycle[S, A] = Lifecycle({**_COMMON, A.LIST: Step(REVIEWED | {S.PUBLICISED}, S.LISTED)})
WITH_PUBLICITY: Lifecycle[S, A] = Lifecycle(
    {**_COMMON, A.LIST: Step(frozenset({S.PUBLICISED}), S.LISTED)}
)


def lifecycle_of(publicity_days: int) -> Lifecycle[S, A]:
    """Return the table of a list type: with publicity days, nothing is listed unpublicised."""
    return WITH_PUBLICITY if publicity_days > 0 else SIMPLE
