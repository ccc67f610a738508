"""Who may see and do what to a declaration and its files, 权限.

The credit office verifies every category, a department those that the catalogue gives it. Nobody
but the firm sees a draft; auditors see declarations and never the files.
"""

from xinyidai.catalogue.declarations import DECLARATIONS, get_category
from xinyidai.declarations.models import Declaration
from xinyidai.declarations.values import DeclarationAction as A
from xinyidai.declarations.values import DeclarationState
from xinyidai.institutions import queries as institutions
from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.errors import Forbidden, NotFound

ABSENT = "没有找到这件填报。"
OVERSEERS = frozenset({Role.CREDIT_OFFICE, Role.AUDITOR})
FIRMS = frozenset({A.START, A.SUBMIT, A.WITHDRAW})
OFFICES = frozenset({A.RETURN, A.VERIFY, A.REFUSE, A.REVOKE})
MAY: dict[Role, frozenset[A]] = {
    Role.ENTERPRISE_USER: FIRMS,
    Role.CREDIT_OFFICE: OFFICES,
    Role.DEPARTMENT: OFFICES,
}


def categories_of(actor: Actor) -> frozenset[str]:
    """Return the categories whose declarations of all firms the actor may see."""
    if actor.role in OVERSEERS:
        return frozenset(DECLARATIONS.categories)
    if actor.role is not Role.DEPARTMENT or actor.party_id is None:
        return frozenset()
    code = institutions.get_department(actor.party_id).code
    found = DECLARATIONS.categories.values()
    return frozenset(one.code for one in found if code in one.departments)


def may_see(actor: Actor, declaration: Declaration) -> bool:
    """Tell whether the declaration is any of the actor's business."""
    if actor.role is Role.ENTERPRISE_USER:
        return actor.party_id is not None and actor.party_id == declaration.enterprise_id
    is_draft = declaration.state is DeclarationState.DRAFT or declaration.submitted_at is None
    return not is_draft and declaration.category in categories_of(actor)


def require_sight(actor: Actor, declaration: Declaration | None) -> Declaration:
    """Return the declaration; one that the actor may not see does not exist."""
    if declaration is None or not may_see(actor, declaration):
        raise NotFound(ABSENT)
    return declaration


def may(actor: Actor, action: A, declaration: Declaration) -> bool:
    """Tell whether the actor's role takes this step of what it sees."""
    return action in MAY.get(actor.role, frozenset()) and may_see(actor, declaration)


def require(actor: Actor, action: A, declaration: Declaration) -> None:
    """Raise `Forbidden` unless the actor's role takes this step."""
    if not may(actor, action, declaration):
        raise Forbidden("您的账户不能办理自愿填报的这一步。")


def require_files(actor: Actor, declaration: Declaration) -> None:
    """Raise `NotFound` unless the actor may have the files: the firm and whoever verifies."""
    if actor.role is Role.AUDITOR or not may_see(actor, declaration):
        raise NotFound("没有找到这个附件。")


def require_desk(actor: Actor) -> frozenset[str]:
    """Return the categories on the actor's desk, or raise `Forbidden` when there are none."""
    found = categories_of(actor)
    if not found:
        raise Forbidden("只有信用办、监管和负责核验的部门可以查看。")
    return found


def require_firm(actor: Actor, category: str) -> None:
    """Raise `Forbidden` unless the actor acts for a firm, `NotFound` for an unknown category."""
    get_category(category)
    if actor.role is not Role.ENTERPRISE_USER or actor.party_id is None:
        raise Forbidden("只有企业自己可以填报。")
