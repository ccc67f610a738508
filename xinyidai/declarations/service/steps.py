"""What every deed on a declaration shares: the locked row, the next state, the step, the trail."""

from uuid import UUID

from xinyidai.audit import service as audit
from xinyidai.declarations import policies, queries
from xinyidai.declarations.lifecycle import LIFECYCLE
from xinyidai.declarations.models import Declaration, DeclarationStep
from xinyidai.declarations.values import DeclarationAction
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db


def load(actor: Actor, action: DeclarationAction, declaration_id: UUID) -> Declaration:
    """Return the locked declaration that the actor may do this to.

    Raises:
        NotFound: none such, or none of the actor's business.
        Forbidden: the actor's role does not take this step.

    """
    found = policies.require_sight(actor, queries.find(declaration_id, for_update=True))
    policies.require(actor, action, found)
    return found


def take(
    actor: Actor, action: DeclarationAction, declaration: Declaration, reason: str = ""
) -> None:
    """Take a step: next state, event row, audit entry; in the caller's transaction.

    Raises:
        InvalidTransition: the declaration is not in a state for it.

    """
    declaration.state = LIFECYCLE.next_state(declaration.state, action)
    note(actor, action, declaration, reason)


def note(
    actor: Actor, action: DeclarationAction, declaration: Declaration, reason: str = ""
) -> None:
    """Write the event row and the audit entry of a step just taken."""
    db.session.add(
        DeclarationStep(
            declaration_id=declaration.id,
            action=action,
            to_state=declaration.state,
            account_id=actor.account_id,
            role=actor.role,
            actor_name=actor.name,
            reason=reason.strip(),
        )
    )
    details = {"number": declaration.number, "to_state": declaration.state.value}
    audit.record(actor, f"declaration:{action}", "declaration", declaration.id, details)
