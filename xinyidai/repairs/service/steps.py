"""What every deed on a repair shares: the locked row, the next state, the step, the trail."""

from uuid import UUID

from xinyidai.audit import service as audit
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db
from xinyidai.repairs import policies, queries
from xinyidai.repairs.lifecycle import LIFECYCLE
from xinyidai.repairs.models import Repair, RepairStep
from xinyidai.repairs.values import RepairAction


def load(actor: Actor, action: RepairAction, repair_id: UUID) -> Repair:
    """Return the locked application that the actor may do this to.

    Raises:
        NotFound: none such, or none of the actor's business.
        Forbidden: the actor's role does not take this step.

    """
    repair = policies.require_sight(actor, queries.find(repair_id, for_update=True))
    policies.require(actor, action, repair)
    return repair


def take(actor: Actor, action: RepairAction, repair: Repair, reason: str = "") -> None:
    """Take a step: next state, event row, audit entry; in the caller's transaction.

    Raises:
        InvalidTransition: the application is not in a state for it.

    """
    repair.state = LIFECYCLE.next_state(repair.state, action)
    note(actor, action, repair, reason)


def note(actor: Actor, action: RepairAction, repair: Repair, reason: str = "") -> None:
    """Write the event row and the audit entry of a step just taken."""
    db.session.add(
        RepairStep(
            repair_id=repair.id,
            action=action,
            to_state=repair.state,
            account_id=actor.account_id,
            role=actor.role,
            actor_name=actor.name,
            reason=reason.strip(),
        )
    )
    audit.record(
        actor,
        f"repair:{action}",
        "repair",
        repair.id,
        {"number": repair.number, "to_state": repair.state.value},
    )
