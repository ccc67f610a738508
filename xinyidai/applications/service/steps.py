"""The one place where an application's state changes."""

from uuid import UUID

from sqlalchemy import select

from xinyidai.applications import policies
from xinyidai.applications.lifecycle import LIFECYCLE
from xinyidai.applications.models import ApplicationStep, LoanApplication
from xinyidai.applications.service import telling
from xinyidai.applications.values import ApplicationAction, ApplicationState
from xinyidai.audit import service as audit
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db


def load(actor: Actor, application_id: UUID) -> LoanApplication:
    """Return the application, locked, or raise `NotFound` for an absent as for a foreign one."""
    application = db.session.scalar(
        select(LoanApplication)
        .where(LoanApplication.id == application_id)
        .with_for_update()
        # What this session read before it waited for the lock may be old by now.
        .execution_options(populate_existing=True)
    )
    return policies.require_seen(actor, application)


def take(
    actor: Actor, action: ApplicationAction, application: LoanApplication, note: str | None = None
) -> ApplicationStep:
    """Check right and lifecycle, change the state, write step and audit entry, tell who waits."""
    policies.require(actor, action, application)
    before = application.state
    application.state = LIFECYCLE.next_state(before, action)
    step = _note(actor, action, application, before, note)
    telling.tell_step(application, action)
    return step


def note_hand_over(actor: Actor, application: LoanApplication, words: str) -> ApplicationStep:
    """Write the step by which another officer takes over; the state stays."""
    policies.require(actor, ApplicationAction.HAND_OVER, application)
    step = _note(actor, ApplicationAction.HAND_OVER, application, application.state, words)
    telling.tell_step(application, ApplicationAction.HAND_OVER)
    return step


def _note(
    actor: Actor,
    action: ApplicationAction,
    application: LoanApplication,
    before: ApplicationState,
    note: str | None,
) -> ApplicationStep:
    step = ApplicationStep(
        application_id=application.id,
        action=action,
        from_state=before,
        to_state=application.state,
        account_id=actor.account_id,
        actor_name=actor.name,
        role=actor.role,
        note=note,
    )
    db.session.add(step)
    telling.mark_dealt_with(actor, application)
    audit.record(actor, f"application:{action}", "loan_application", application.id)
    return step
