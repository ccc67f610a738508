"""Who may do what to a whitelist entry, 权限."""

from datetime import date

from xinyidai.catalogue.list_types import LIST_TYPES
from xinyidai.kernel import clock
from xinyidai.kernel.actor import BANK_ROLES, Actor, Role
from xinyidai.kernel.errors import Forbidden, NotFound
from xinyidai.whitelist import rules
from xinyidai.whitelist.models import WhitelistEntry
from xinyidai.whitelist.values import EntryAction as A
from xinyidai.whitelist.values import EntryState

NOMINATORS = frozenset({Role.DEPARTMENT, Role.CREDIT_OFFICE})
OVERSEERS = frozenset({Role.CREDIT_OFFICE, Role.AUDITOR, Role.SYSTEM})
MEMBER_READERS = OVERSEERS | BANK_ROLES | {Role.GUARANTOR, Role.DEPARTMENT}


def require(actor: Actor, action: A) -> None:
    """Raise `Forbidden` unless the actor's role may take the action."""
    if action is A.NOMINATE:
        if actor.role not in NOMINATORS:
            raise Forbidden("只有部门、园区、街道和信用办可以推荐白名单企业。")
    elif actor.role is not Role.CREDIT_OFFICE:
        raise Forbidden("只有信用办可以办理白名单审核。")


def require_another_person(actor: Actor, entry: WhitelistEntry) -> None:
    """Refuse to let one person both nominate and list a firm: four eyes."""
    if actor.account_id is None or actor.account_id == entry.nominated_by:
        raise Forbidden("推荐和入库须由不同人员办理。", code="four_eyes")


def require_member_list(actor: Actor) -> None:
    """Refuse whoever may see no more than the public names."""
    if actor.role not in MEMBER_READERS:
        raise Forbidden("您的账户只能查看公开的白名单名称。")


def require_desk(actor: Actor) -> None:
    """Refuse whoever is not concerned with entries that are still being decided."""
    if actor.role not in OVERSEERS:
        raise Forbidden("只有信用办可以查看待办的白名单推荐。")


def may_see(actor: Actor, entry: WhitelistEntry) -> bool:
    """Tell whether the entry with its basis is any of the actor's business.

    Banks and guarantors see current members only; a department also what was nominated for it; a
    firm its own.
    """
    if actor.role in OVERSEERS:
        return True
    if actor.role is Role.ENTERPRISE_USER:
        return actor.party_id == entry.enterprise_id
    if actor.role is Role.DEPARTMENT and actor.party_id == entry.nominated_for:
        return actor.party_id is not None
    return actor.role in MEMBER_READERS and is_current(entry, clock.today())


def require_sight(actor: Actor, entry: WhitelistEntry) -> None:
    """Refuse as if the entry did not exist."""
    if not may_see(actor, entry):
        raise NotFound("没有找到这条白名单记录。")


def is_current(entry: WhitelistEntry, on: date) -> bool:
    """Tell whether the entry is listed and its term has not run out; `queries` says it in SQL."""
    list_type = LIST_TYPES.get(entry.list_type)
    if list_type is None or entry.state is not EntryState.LISTED or entry.listed_at is None:
        return False
    listed_on = clock.local(entry.listed_at).date()
    return on < rules.ends_on(listed_on, list_type.valid_months)
