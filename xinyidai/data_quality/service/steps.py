"""What every deed on a ticket or a suspect shares: the next state, the step, the trail."""

from xinyidai.audit import service as audit
from xinyidai.data_quality import queries
from xinyidai.data_quality.lifecycle import SUSPECT, TICKET
from xinyidai.data_quality.models import (
    ConcealmentSuspect,
    CorrectionTicket,
    SuspectStep,
    TicketStep,
)
from xinyidai.data_quality.values import SuspectAction, TicketAction
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db


def take_ticket_step(
    actor: Actor, action: TicketAction, ticket: CorrectionTicket, reason: str = ""
) -> None:
    """Take a step of a ticket: next state, event row, audit entry; in the caller's transaction.

    Raises:
        InvalidTransition: the ticket is not in a state for it.

    """
    if action is not TicketAction.OPEN:
        ticket.state = TICKET.next_state(ticket.state, action)
    db.session.add(
        TicketStep(
            ticket_id=ticket.id,
            place=len(queries.ticket_steps(ticket.id)) + 1,
            action=action,
            to_state=ticket.state,
            account_id=actor.account_id,
            role=actor.role,
            actor_name=actor.name,
            reason=reason.strip(),
        )
    )
    details = {"number": ticket.number, "to_state": ticket.state.value}
    audit.record(actor, f"correction_ticket:{action}", "correction_ticket", ticket.id, details)
    db.session.flush()


def take_suspect_step(
    actor: Actor, action: SuspectAction, suspect: ConcealmentSuspect, reason: str = ""
) -> None:
    """Take a step of a suspect, as above."""
    if action is not SuspectAction.FIND:
        suspect.state = SUSPECT.next_state(suspect.state, action)
    db.session.add(
        SuspectStep(
            suspect_id=suspect.id,
            place=len(queries.suspect_steps(suspect.id)) + 1,
            action=action,
            to_state=suspect.state,
            account_id=actor.account_id,
            role=actor.role,
            actor_name=actor.name,
            reason=reason.strip(),
        )
    )
    details = {"organ": suspect.organ_code, "to_state": suspect.state.value}
    audit.record(actor, f"suspect:{action}", "concealment_suspect", suspect.id, details)
    db.session.flush()
