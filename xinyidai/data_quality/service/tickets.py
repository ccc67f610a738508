"""Correction tickets, 纠错单: opened, sent, answered, verified by re-delivery or office, closed."""

from collections.abc import Sequence
from uuid import UUID

from xinyidai.catalogue.quality import QUALITY
from xinyidai.credit_records.service import measuring as store
from xinyidai.credit_records.service.measuring import Delivered, MeasuredBatch
from xinyidai.data_quality import policies, queries, rules
from xinyidai.data_quality.lifecycle import TICKET
from xinyidai.data_quality.models import CorrectionTicket
from xinyidai.data_quality.service import steps, telling
from xinyidai.data_quality.service.departments import Directory
from xinyidai.data_quality.values import NewTicket, TicketAction, TicketState, TicketSubject
from xinyidai.institutions import queries as institutions
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM, Actor
from xinyidai.kernel.db import db, new_id, readable_number
from xinyidai.kernel.errors import InvalidInput, require_sound
from xinyidai.kernel.working_days import add_working_days

T = TicketAction
AUTOMATIC = "报送中有统一社会信用代码或名称不符的行，见清单。请对照营业执照更正后重新报送。"


def open_ticket(actor: Actor, new: NewTicket) -> CorrectionTicket:
    """Open a ticket by hand and send it to the source, 建单并转办.

    Raises:
        Forbidden: the actor is no clerk of the credit office.
        InvalidInput: nothing is said, or no department is named.

    """
    policies.require(actor, T.OPEN)
    faults = rules.words_faults("statement", new.statement, "请写明哪些代码有问题、依据是什么")
    if new.rows < 1:
        faults["rows"] = "请填写涉及的行数或主体数，至少为 1。"
    require_sound(faults)
    institutions.get_department(new.department_id)
    ticket = _new(new.subject, new.statement, new.rows)
    ticket.department_id, ticket.kind, ticket.opened_by = (
        new.department_id,
        new.kind,
        actor.account_id,
    )
    ticket.faults = dict(new.details)
    db.session.add(ticket)
    db.session.flush()
    steps.take_ticket_step(actor, T.OPEN, ticket, new.statement)
    _send(actor, ticket)
    return ticket


def open_for_deliveries(
    batches: Sequence[MeasuredBatch], directory: Directory
) -> list[CorrectionTicket]:
    """Open one ticket for each delivery that was given back rows for their codes, and send it.

    Then verify what was answered as corrected: a later delivery of the same source and kind
    that brought at least as many sound rows and none with a wrong code settles the ticket.
    """
    rejected = [one for one in batches if one.batch.rejected]
    known = queries.ticketed_batches([one.batch.id for one in rejected])
    found = store.code_faults([one.batch.id for one in rejected], list(QUALITY.code_rules))
    made = [
        _for_delivery(one, found[one.batch.id], directory)
        for one in rejected
        if one.batch.id in found and one.batch.id not in known
    ]
    _verify_by_delivery([one.batch for one in batches], found)
    return made


def send_ticket(actor: Actor, ticket_id: UUID, department_id: UUID) -> CorrectionTicket:
    """Send an opened ticket, whose source was not known, to a department."""
    ticket = _load(actor, T.SEND, ticket_id)
    institutions.get_department(department_id)
    ticket.department_id = department_id
    _send(actor, ticket)
    return ticket


def answer_ticket(
    actor: Actor, ticket_id: UUID, answer: TicketAction, words: str
) -> CorrectionTicket:
    """Let the source answer: corrected, or kept with the reason.

    Raises:
        NotFound, Forbidden: not the actor's to answer.
        InvalidInput: nothing was said, or the answer is neither.

    """
    if answer not in {T.CORRECT, T.KEEP}:
        raise InvalidInput("请选择“已更正”或“维持”。", fields={"answer": "请选择答复。"})
    ticket = _load(actor, answer, ticket_id)
    require_sound(rules.words_faults("words", words, "请写明更正情况或维持的理由"))
    steps.take_ticket_step(actor, answer, ticket, words)
    ticket.answer, ticket.answered_at = words.strip(), clock.now()
    telling.tell_ticket_answered(ticket)
    db.session.flush()
    return ticket


def return_ticket(actor: Actor, ticket_id: UUID, words: str) -> CorrectionTicket:
    """Give an answer back; the source has a new term."""
    ticket = _load(actor, T.RETURN, ticket_id)
    require_sound(rules.words_faults("words", words, "请写明退回的理由"))
    steps.take_ticket_step(actor, T.RETURN, ticket, words)
    ticket.due_on = add_working_days(clock.today(), QUALITY.ticket_days)
    ticket.answered_at = None
    telling.tell_ticket_sent(ticket, "答复被退回：")
    db.session.flush()
    return ticket


def verify_ticket(actor: Actor, ticket_id: UUID, words: str) -> CorrectionTicket:
    """Accept an answer after looking, and close the ticket."""
    ticket = _load(actor, T.VERIFY, ticket_id)
    require_sound(rules.words_faults("words", words, "请写明怎样核验的"))
    _close(actor, ticket, words)
    return ticket


def cancel_ticket(actor: Actor, ticket_id: UUID, words: str) -> CorrectionTicket:
    """Take back a ticket that was opened in error."""
    ticket = _load(actor, T.CANCEL, ticket_id)
    require_sound(rules.words_faults("words", words, "请写明撤销的理由"))
    steps.take_ticket_step(actor, T.CANCEL, ticket, words)
    ticket.closed_at = clock.now()
    telling.tell_ticket_closed(ticket)
    db.session.flush()
    return ticket


def read_ticket(actor: Actor, ticket_id: UUID) -> CorrectionTicket:
    """Return a ticket that the actor may see, or raise `NotFound`."""
    return policies.require_ticket(actor, queries.get_ticket(ticket_id))


def actions_of(actor: Actor, ticket: CorrectionTicket) -> list[TicketAction]:
    """Return what the actor may do to a ticket as it stands, in the order of its life."""
    shown = (T.SEND, T.CORRECT, T.KEEP, T.VERIFY, T.RETURN, T.CANCEL)
    possible = TICKET.actions_from(ticket.state)
    return [action for action in shown if action in possible and policies.may(actor, action)]


def watch() -> None:
    """Remind of answers due soon, note and tell late ones once; run twice, it does no more."""
    today = clock.today()
    telling.remind_tickets(
        queries.tickets_due(today, add_working_days(today, QUALITY.ticket_warn_days))
    )
    for ticket in queries.late_tickets(today):
        noted = [step.action for step in queries.ticket_steps(ticket.id)]
        last_sent = max(place for place, step in enumerate(noted) if step in {T.SEND, T.RETURN})
        if T.ESCALATE not in noted[last_sent:]:
            steps.take_ticket_step(SYSTEM, T.ESCALATE, ticket, "答复期限已过")
            telling.tell_ticket_late(ticket)


def _for_delivery(
    one: MeasuredBatch, found: dict[str, int], directory: Directory
) -> CorrectionTicket:
    batch = one.batch
    ticket = _new(TicketSubject.DELIVERY, AUTOMATIC, sum(found.values()))
    ticket.department_id = directory.ids.get(one.department_code)
    ticket.kind, ticket.source = batch.kind, batch.source
    ticket.batch_id, ticket.file_name = batch.id, batch.file_name
    ticket.faults = {QUALITY.code_rules[rule]: rows for rule, rows in sorted(found.items())}
    db.session.add(ticket)
    db.session.flush()
    steps.take_ticket_step(SYSTEM, T.OPEN, ticket, "报送退回的代码，系统建单")
    if ticket.department_id is not None:
        _send(SYSTEM, ticket)
    return ticket


def _verify_by_delivery(batches: Sequence[Delivered], found: dict[UUID, dict[str, int]]) -> None:
    for ticket in queries.tickets_in(TicketState.CORRECTED):
        later = [batch for batch in batches if _settles(batch, ticket, found)]
        if later:
            ticket.verified_by_batch = later[0].id
            _close(SYSTEM, ticket, f"重新报送的“{later[0].file_name}”没有同类问题，自动核验")


def _settles(batch: Delivered, ticket: CorrectionTicket, found: dict[UUID, dict[str, int]]) -> bool:
    return (
        ticket.sent_at is not None
        and batch.id != ticket.batch_id
        and (batch.source, batch.kind) == (ticket.source, ticket.kind)
        and batch.received_on >= clock.local(ticket.sent_at).date()
        and batch.accepted >= ticket.rows
        and batch.id not in found
    )


def _new(subject: TicketSubject, statement: str, rows: int) -> CorrectionTicket:
    ticket_id = new_id()
    return CorrectionTicket(
        id=ticket_id,
        number=readable_number("JC", ticket_id, 6),
        subject=subject,
        rows=rows,
        faults={},
        statement=statement.strip(),
        state=TicketState.OPENED,
        rule_version=QUALITY.version,
        opened_at=clock.now(),
    )


def _send(actor: Actor, ticket: CorrectionTicket) -> None:
    steps.take_ticket_step(actor, T.SEND, ticket)
    ticket.sent_at = clock.now()
    ticket.due_on = add_working_days(clock.today(), QUALITY.ticket_days)
    telling.tell_ticket_sent(ticket)
    db.session.flush()


def _close(actor: Actor, ticket: CorrectionTicket, words: str) -> None:
    steps.take_ticket_step(actor, T.VERIFY, ticket, words)
    steps.take_ticket_step(actor, T.CLOSE, ticket)
    ticket.closed_at = clock.now()
    telling.tell_ticket_closed(ticket)
    db.session.flush()


def _load(actor: Actor, action: TicketAction, ticket_id: UUID) -> CorrectionTicket:
    ticket = policies.require_ticket(actor, queries.get_ticket(ticket_id, for_update=True))
    policies.require(actor, action)
    return ticket
