"""Who may do what to a loan application, 权限."""

from xinyidai.applications.models import LoanApplication
from xinyidai.applications.values import ApplicationAction as A
from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.errors import Forbidden, NotFound
from xinyidai.products.models import LoanProduct

APPLICANT_ACTIONS = frozenset({A.SUBMIT, A.WITHDRAW, A.TAKE_OFFER, A.REFUSE_OFFER, A.REASSIGN})
SYSTEM_ACTIONS = frozenset({A.TIME_OUT, A.EXPIRE})
BANK = frozenset({Role.BANK_OFFICER, Role.BANK_CLIENT})


def may_see(actor: Actor, application: LoanApplication) -> bool:
    """Tell whether the application is any of the actor's business."""
    if actor.role is Role.ENTERPRISE_USER:
        return actor.party_id == application.enterprise_id
    if actor.role in BANK:
        is_theirs = actor.party_id == application.institution_id
        return is_theirs and application.submitted_at is not None
    return actor.role in {Role.CREDIT_OFFICE, Role.AUDITOR, Role.SYSTEM}


def require_seen(actor: Actor, application: LoanApplication | None) -> LoanApplication:
    """Return the application, or raise `NotFound` for an absent as for a foreign one."""
    if application is None or not may_see(actor, application):
        raise NotFound("没有找到这份申请，或者它不属于您。")
    return application


def require_system(actor: Actor) -> None:
    """Raise `Forbidden` unless the system itself is at work."""
    if actor.role is not Role.SYSTEM:
        raise Forbidden("这一步只由系统办理。")


def require(actor: Actor, action: A, application: LoanApplication) -> None:
    """Raise `Forbidden` unless the actor's own party may take the action."""
    if action in APPLICANT_ACTIONS:
        is_allowed = (
            actor.role is Role.ENTERPRISE_USER and actor.party_id == application.enterprise_id
        )
    elif action in SYSTEM_ACTIONS:
        is_allowed = actor.role is Role.SYSTEM
    else:
        is_allowed = actor.role in BANK and actor.party_id == application.institution_id
    if not is_allowed:
        raise Forbidden("您的账户不能办理这份申请的这项操作。")


def require_outcomes(actor: Actor, product: LoanProduct) -> None:
    """Raise unless the actor may see what is behind a product's numbers.

    Who watches all institutions may, and people of the product's own; to another institution the
    product's numbers do not exist.
    """
    if actor.role in {Role.CREDIT_OFFICE, Role.AUDITOR, Role.SYSTEM}:
        return
    if actor.role not in {Role.BANK_OFFICER, Role.BANK_PRODUCT_MANAGER}:
        raise Forbidden("只有信用办、监管和本机构可以查看产品的办理结果。")
    if actor.party_id != product.institution_id:
        raise NotFound("没有找到这款产品。")
