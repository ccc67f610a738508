"""The life of a declaration as a table; `START` creates it in `draft`.

A verified one still ends: the firm withdraws it, it runs out, or it is found untrue; its record
leaves in the same transaction.
"""

from xinyidai.declarations.values import DeclarationAction as A
from xinyidai.declarations.values import DeclarationState as S
from xinyidai.kernel.lifecycle import Lifecycle, Step

LIFECYCLE: Lifecycle[S, A] = Lifecycle(
    {
        A.SUBMIT: Step(frozenset({S.DRAFT, S.RETURNED}), S.SUBMITTED),
        A.RETURN: Step(frozenset({S.SUBMITTED}), S.RETURNED),
        A.VERIFY: Step(frozenset({S.SUBMITTED}), S.VERIFIED),
        A.REFUSE: Step(frozenset({S.SUBMITTED}), S.REFUSED),
        A.WITHDRAW: Step(frozenset({S.DRAFT, S.SUBMITTED, S.RETURNED, S.VERIFIED}), S.WITHDRAWN),
        A.LAPSE: Step(frozenset({S.RETURNED, S.VERIFIED}), S.EXPIRED),
        A.REVOKE: Step(frozenset({S.VERIFIED}), S.UNTRUE),
        A.END_RECORD: Step(frozenset({S.VERIFIED}), S.WITHDRAWN),
    }
)
