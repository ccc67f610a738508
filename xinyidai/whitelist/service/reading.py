"""Look at whitelists as far as the actor may."""

from collections.abc import Collection, Sequence
from uuid import UUID

from xinyidai.catalogue.list_types import LIST_TYPES, get_list_type
from xinyidai.enterprises import service as enterprises
from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.errors import Forbidden
from xinyidai.kernel.http import Page
from xinyidai.whitelist import policies, queries
from xinyidai.whitelist.lifecycle import lifecycle_of
from xinyidai.whitelist.models import WhitelistEntry
from xinyidai.whitelist.queries import EntryRow
from xinyidai.whitelist.values import EntryAction, EntryState


def read_entry(actor: Actor, entry_id: UUID) -> EntryRow:
    """Return an entry with names; any that the actor may not see does not exist."""
    policies.require_sight(actor, queries.get_entry(entry_id))
    return queries.get_row(entry_id)


def list_members(
    actor: Actor, page: Page, *, list_type: str | None = None
) -> tuple[Sequence[EntryRow], int]:
    """Return current members with their basis, for banks and offices, and how many there are."""
    policies.require_member_list(actor)
    if list_type is not None:
        get_list_type(list_type)
    return queries.members(page, list_type=list_type)


def list_waiting(
    actor: Actor, page: Page, *, list_type: str | None = None
) -> tuple[Sequence[EntryRow], int]:
    """Return what waits for the credit office, and how much there is."""
    policies.require_desk(actor)
    return queries.waiting(page, list_type=list_type)


def list_own_nominations(
    actor: Actor, page: Page, *, states: Collection[EntryState] = ()
) -> tuple[Sequence[EntryRow], int]:
    """Return what the actor's own office nominated, in any or in these states, and how much."""
    if actor.role not in policies.NOMINATORS or actor.party_id is None:
        raise Forbidden("只有部门、园区、街道和信用办有自己的推荐。")
    return queries.nominated_for(actor.party_id, page, states=states)


def list_of_enterprise(actor: Actor, enterprise_id: UUID) -> Sequence[EntryRow]:
    """Return a firm's entries as far as the actor may see them, newest first."""
    enterprises.get_enterprise(actor, enterprise_id)
    rows = queries.of_enterprise(enterprise_id)
    return [row for row in rows if policies.may_see(actor, row.entry)]


def actions_of(actor: Actor, entry: WhitelistEntry) -> tuple[EntryAction, ...]:
    """Return what the actor may do next to an entry, for the buttons of its page."""
    list_type = LIST_TYPES.get(entry.list_type)
    if list_type is None or actor.role is not Role.CREDIT_OFFICE:
        return ()
    actions = lifecycle_of(list_type.publicity_days).actions_from(entry.state)
    if actor.account_id is None or actor.account_id == entry.nominated_by:
        return tuple(action for action in actions if action is not EntryAction.LIST)
    return actions
