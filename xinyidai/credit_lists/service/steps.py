"""What every deed on a release shares: the locked row, the next state, the step, the trail."""

from uuid import UUID

from xinyidai.audit import service as audit
from xinyidai.credit_lists import policies, queries
from xinyidai.credit_lists.lifecycle import LIFECYCLE
from xinyidai.credit_lists.models import ListRelease, ReleaseStep
from xinyidai.credit_lists.values import ReleaseAction
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db


def load(actor: Actor, action: ReleaseAction, release_id: UUID) -> ListRelease:
    """Return the locked release that the actor may do this to.

    Raises:
        NotFound: none such, or none of the actor's business.
        Forbidden: the actor's role, or the actor as its drafter, does not take this step.

    """
    release = policies.require_sight(actor, queries.find_release(release_id, for_update=True))
    policies.require(actor, action, release)
    return release


def take(actor: Actor, action: ReleaseAction, release: ListRelease, reason: str = "") -> None:
    """Take a step: next state, event row, audit entry; in the caller's transaction.

    Raises:
        InvalidTransition: the release is not in a state for it.

    """
    release.state = LIFECYCLE.next_state(release.state, action)
    note(actor, action, release, reason)


def note(actor: Actor, action: ReleaseAction, release: ListRelease, reason: str = "") -> None:
    """Write the event row and the audit entry of a step just taken."""
    db.session.add(
        ReleaseStep(
            release_id=release.id,
            action=action,
            to_state=release.state,
            account_id=actor.account_id,
            role=actor.role,
            actor_name=actor.name,
            reason=reason.strip(),
        )
    )
    audit.record(
        actor,
        f"credit_list:{action}",
        "credit_list_release",
        release.id,
        {"number": release.number, "list_type": release.list_type, "to_state": release.state},
    )
    db.session.flush()
