"""What every deed on an objection shares: the locked row, the next state, the step, the trail."""

from uuid import UUID

from xinyidai.audit import service as audit
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db
from xinyidai.objections import policies, queries
from xinyidai.objections.lifecycle import next_state
from xinyidai.objections.models import Objection, ObjectionStep
from xinyidai.objections.values import ObjectionAction


def load(actor: Actor, action: ObjectionAction, objection_id: UUID) -> Objection:
    """Return the locked objection that the actor may do this to.

    Raises:
        NotFound: none such, or none of the actor's business.
        Forbidden: the actor's role does not take this step.

    """
    found = queries.find(objection_id, for_update=True)
    objection = policies.require_sight(actor, found)
    policies.require(actor, action, objection)
    return objection


def take(actor: Actor, action: ObjectionAction, objection: Objection, reason: str = "") -> None:
    """Take a step: next state, event row, audit entry; in the caller's transaction.

    Raises:
        InvalidTransition: the objection is not in a state for it.

    """
    objection.state = next_state(objection.state, action)
    note(actor, action, objection, reason)


def note(actor: Actor, action: ObjectionAction, objection: Objection, reason: str = "") -> None:
    """Write the event row and the audit entry of a step just taken."""
    db.session.add(
        ObjectionStep(
            objection_id=objection.id,
            action=action,
            to_state=objection.state,
            account_id=actor.account_id,
            role=actor.role,
            actor_name=actor.name,
            reason=reason.strip(),
        )
    )
    audit.record(
        actor,
        f"objection:{action}",
        "objection",
        objection.id,
        {"number": objection.number, "to_state": objection.state.value},
    )
    db.session.flush()
