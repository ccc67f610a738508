"""Look at objections as far as the actor may."""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.errors import Forbidden
from xinyidai.kernel.http import Page
from xinyidai.objections import policies, queries
from xinyidai.objections.lifecycle import LIFECYCLE, STAYING
from xinyidai.objections.models import Objection
from xinyidai.objections.queries import ObjectionRow
from xinyidai.objections.values import ObjectionAction as A
from xinyidai.objections.values import ObjectionState

ANSWERS = frozenset({A.UPHOLD, A.REJECT, A.ACCEPT, A.ASK})


def read_objection(actor: Actor, objection_id: UUID) -> ObjectionRow:
    """Return an objection with names; any that the actor may not see does not exist."""
    policies.require_sight(actor, queries.find(objection_id))
    return queries.get_row(objection_id)


def list_own(actor: Actor, page: Page) -> tuple[Sequence[ObjectionRow], int]:
    """Return the objections of the actor's own firm, newest first, and how many there are."""
    if actor.role is not Role.ENTERPRISE_USER or actor.party_id is None:
        raise Forbidden("只有企业有自己的异议。")
    return queries.of_enterprise(actor.party_id, page)


def list_of_department(
    actor: Actor, page: Page, states: Collection[ObjectionState]
) -> tuple[Sequence[ObjectionRow], int]:
    """Return what was routed to the actor's office, the earliest due first, and how many."""
    if actor.role is not Role.DEPARTMENT or actor.party_id is None:
        raise Forbidden("只有部门有转来核实的异议。")
    return queries.of_department(actor.party_id, page, states=states)


def list_of_city(
    actor: Actor,
    page: Page,
    states: Collection[ObjectionState],
    *,
    overdue_on: date | None = None,
) -> tuple[Sequence[ObjectionRow], int]:
    """Return objections of all firms for the credit office and for oversight, and how many."""
    policies.require_desk(actor)
    return queries.of_city(page, states=states, overdue_on=overdue_on)


def actions_of(actor: Actor, objection: Objection) -> frozenset[A]:
    """Return what the actor may do next to an objection it sees, for the buttons of its page."""
    stateful = LIFECYCLE.actions_from(objection.state)
    staying = [action for action, states in STAYING.items() if objection.state in states]
    possible = {a for a in (*stateful, *staying) if policies.may(actor, a, objection)}
    if objection.waiting_since is None:
        return frozenset(possible - {A.SUPPLY, A.RESUME})
    return frozenset(possible - ANSWERS)
