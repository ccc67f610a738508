"""Who may do what to a loan product, 权限."""

from uuid import UUID

from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.errors import Forbidden, NotFound
from xinyidai.products.models import LoanProduct, ProductVersion
from xinyidai.products.values import ProductAction as A
from xinyidai.products.values import ProductVersionState

BANK_ACTIONS = frozenset(
    {A.DRAFT, A.UPDATE, A.SUBMIT, A.WITHDRAW, A.DISCARD, A.REVISE, A.EXEMPLIFY}
)
# A bank's system acts for its product manager; the scope of its token was checked before.
KEEPERS = frozenset({Role.BANK_PRODUCT_MANAGER, Role.BANK_CLIENT})
OFFICE_ACTIONS = frozenset({A.LIST, A.RETURN})
LIST_KEEPERS = frozenset({Role.OPERATOR, Role.CREDIT_OFFICE, Role.BANK_PRODUCT_MANAGER})
SUPERVISORS = frozenset({Role.CREDIT_OFFICE, Role.AUDITOR, Role.SYSTEM})


def require(actor: Actor, action: A, product: LoanProduct) -> None:
    """Raise unless the actor may take the action: a stranger's product does not exist for a bank.

    The institution's product manager edits, submits and takes back; the credit office lists and
    returns; either may delist. The platform itself tries out what waits for review.
    """
    if actor.role is Role.SYSTEM and action is A.SHADOW:
        return
    if actor.role in KEEPERS and action not in OFFICE_ACTIONS:
        if actor.party_id != product.institution_id:
            raise NotFound("没有找到这个产品。")
        return
    if actor.role is Role.CREDIT_OFFICE and action not in BANK_ACTIONS:
        return
    raise Forbidden("您的角色不能进行这项操作。", details={"action": action.value})


def require_drafter(actor: Actor) -> UUID:
    """Return the institution the actor may draft for, or raise `Forbidden`."""
    if actor.role not in KEEPERS or actor.party_id is None:
        raise Forbidden("只有金融机构的产品经理可以新建产品。")
    return actor.party_id


def require_list_entry(actor: Actor) -> None:
    """Raise `Forbidden` unless the actor may enter a published list of products, 代录."""
    if actor.role not in LIST_KEEPERS or actor.account_id is None:
        raise Forbidden("只有平台管理员、信用办和产品经理可以导入产品清单。")


def may_see(actor: Actor, version: ProductVersion, product: LoanProduct) -> bool:
    """Return whether the actor may read this version: what was ever listed is public."""
    if version.state in {ProductVersionState.LISTED, ProductVersionState.DELISTED}:
        return True
    if actor.role in SUPERVISORS:
        return True
    return actor.role in KEEPERS and actor.party_id == product.institution_id
