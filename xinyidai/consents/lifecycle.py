"""The life of a consent, 信息查询授权; terminal states have no way out."""

from xinyidai.consents.values import ConsentAction as A
from xinyidai.consents.values import ConsentState as S
from xinyidai.kernel.lifecycle import Lifecycle, Step

LIFECYCLE: Lifecycle[S, A] = Lifecycle(
    {
        A.REQUEST: Step(frozenset({S.DRAFT}), S.PENDING),
        A.SIGN_FIRST: Step(frozenset({S.PENDING}), S.PENDING),
        A.GRANT: Step(frozenset({S.PENDING}), S.ACTIVE),
        A.DECLINE: Step(frozenset({S.PENDING}), S.DECLINED),
        A.SUSPEND: Step(frozenset({S.ACTIVE}), S.SUSPENDED),
        A.RESUME: Step(frozenset({S.SUSPENDED}), S.ACTIVE),
        A.CONFIRM: Step(frozenset({S.SUSPENDED}), S.ACTIVE),
        A.REVOKE: Step(frozenset({S.ACTIVE, S.SUSPENDED}), S.REVOKED),
        A.END: Step(frozenset({S.PENDING, S.ACTIVE, S.SUSPENDED}), S.ENDED),
    }
)
