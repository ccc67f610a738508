"""Who may do what to a release, 权限: who designates drafts, the credit office decides."""

from xinyidai.catalogue.credit_lists import CREDIT_LISTS, CreditListType
from xinyidai.credit_lists.models import ListRelease
from xinyidai.credit_lists.values import ReleaseAction as A
from xinyidai.institutions import queries as institutions
from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.errors import Forbidden, NotFound

ABSENT = "没有找到这个名单批次。"
OVERSEERS = frozenset({Role.CREDIT_OFFICE, Role.AUDITOR, Role.SYSTEM})
DRAFTERS = frozenset({Role.CREDIT_OFFICE, Role.DEPARTMENT})


def lists_of(actor: Actor) -> tuple[CreditListType, ...]:
    """Return the lists of which the actor may draft releases."""
    if actor.party_id is None or actor.role not in DRAFTERS:
        return ()
    if actor.role is Role.CREDIT_OFFICE:
        return tuple(CREDIT_LISTS.values())
    code = institutions.get_department(actor.party_id).code
    return tuple(one for one in CREDIT_LISTS.values() if one.department == code)


def require_drafting(actor: Actor, list_type: CreditListType) -> None:
    """Raise `Forbidden` unless the actor's office designates this list, or is the credit office."""
    if actor.account_id is None or list_type not in lists_of(actor):
        raise Forbidden("只有认定部门和信用办可以起草这个名单的批次。")


def may_see(actor: Actor, release: ListRelease) -> bool:
    """Tell whether the release is any of the actor's business."""
    if actor.role in OVERSEERS:
        return True
    return actor.role is Role.DEPARTMENT and actor.party_id == release.department_id


def require_sight(actor: Actor, release: ListRelease | None) -> ListRelease:
    """Return the release; one that the actor may not see does not exist."""
    if release is None or not may_see(actor, release):
        raise NotFound(ABSENT)
    return release


def may(actor: Actor, action: A, release: ListRelease) -> bool:
    """Tell whether the actor may take this step; nobody checks the own draft, 四眼."""
    if actor.account_id is None:
        return False
    if action is A.DROP:
        return actor.role in DRAFTERS and may_see(actor, release)
    is_own = action is A.CHECK and actor.account_id == release.drafted_by
    return actor.role is Role.CREDIT_OFFICE and not is_own


def require(actor: Actor, action: A, release: ListRelease) -> None:
    """Raise `Forbidden` unless the actor may take this step."""
    if may(actor, action, release):
        return
    if action is A.CHECK and actor.role is Role.CREDIT_OFFICE:
        raise Forbidden("起草和审核须由不同人员办理。", code="four_eyes")
    raise Forbidden("名单批次由信用办审核、发布和撤回。")


def require_desk(actor: Actor) -> None:
    """Raise `Forbidden` unless the actor may see all releases of the city."""
    if actor.role not in OVERSEERS:
        raise Forbidden("只有信用办和监管可以查看全部名单批次。")
