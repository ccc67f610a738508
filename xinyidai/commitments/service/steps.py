"""What every deed on a commitment shares: the locked row, the next state, the step, the trail."""

from uuid import UUID

from xinyidai.audit import service as audit
from xinyidai.commitments import policies, queries
from xinyidai.commitments.lifecycle import LIFECYCLE
from xinyidai.commitments.models import Commitment, CommitmentStep
from xinyidai.commitments.values import CommitmentAction
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db


def load(actor: Actor, action: CommitmentAction, commitment_id: UUID) -> Commitment:
    """Return the locked commitment that the actor may do this to.

    Raises:
        NotFound: none such, or none of the actor's business.
        Forbidden: the actor's role does not take this step.

    """
    found = policies.require_sight(actor, queries.find(commitment_id, for_update=True))
    policies.require(actor, action, found)
    return found


def take(actor: Actor, action: CommitmentAction, commitment: Commitment, reason: str = "") -> None:
    """Take a step: next state, event row, audit entry; in the caller's transaction.

    Raises:
        InvalidTransition: the commitment is not in a state for it.

    """
    commitment.state = LIFECYCLE.next_state(commitment.state, action)
    note(actor, action, commitment, reason)


def note(actor: Actor, action: CommitmentAction, commitment: Commitment, reason: str = "") -> None:
    """Write the event row and the audit entry of a step just taken."""
    db.session.add(
        CommitmentStep(
            commitment_id=commitment.id,
            action=action,
            to_state=commitment.state,
            account_id=actor.account_id,
            role=actor.role,
            actor_name=actor.name,
            reason=reason.strip(),
        )
    )
    details = {"number": commitment.number, "to_state": commitment.state.value}
    audit.record(actor, f"commitment:{action}", "commitment", commitment.id, details)
