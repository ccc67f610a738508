"""Who may see and do what about data quality, 权限.

A department sees its own figures, tickets and suspects; the credit office and the auditor all.
"""

from xinyidai.data_quality.models import ConcealmentSuspect, CorrectionTicket
from xinyidai.data_quality.values import SuspectAction, TicketAction
from xinyidai.institutions import queries as institutions
from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.errors import Forbidden, NotFound

OVERSEERS = frozenset({Role.CREDIT_OFFICE, Role.AUDITOR, Role.SYSTEM})
T, S = TicketAction, SuspectAction
MAY: dict[Role, frozenset[TicketAction | SuspectAction]] = {
    Role.CREDIT_OFFICE: frozenset({T.OPEN, T.SEND, T.RETURN, T.VERIFY, T.CLOSE, T.CANCEL, S.CLOSE}),
    Role.DEPARTMENT: frozenset({T.CORRECT, T.KEEP, S.EXPLAIN}),
    Role.SYSTEM: frozenset({T.OPEN, T.SEND, T.VERIFY, T.CLOSE, T.ESCALATE, S.FIND, S.SETTLE}),
}


def code_of(actor: Actor) -> str | None:
    """Return the code of the actor's own department, or None."""
    if actor.role is not Role.DEPARTMENT or actor.party_id is None:
        return None
    return institutions.get_department(actor.party_id).code


def require_overseer(actor: Actor) -> None:
    """Raise `Forbidden` unless the actor may see the quality of all departments."""
    if actor.role not in OVERSEERS:
        raise Forbidden("只有信用办和监管可以查看全市的数据质量。")


def require_department(actor: Actor, code: str) -> None:
    """Raise `NotFound` unless the actor may see this department's figures."""
    if actor.role in OVERSEERS:
        return
    if code_of(actor) != code:
        raise NotFound("没有找到这个部门的数据质量。")


def may(actor: Actor, action: TicketAction | SuspectAction) -> bool:
    """Tell whether the actor's role takes this step."""
    return action in MAY.get(actor.role, frozenset())


def require(actor: Actor, action: TicketAction | SuspectAction) -> None:
    """Raise `Forbidden` unless the actor's role takes this step."""
    if not may(actor, action):
        raise Forbidden("您的账户不能办理这一步。")


def require_ticket(actor: Actor, ticket: CorrectionTicket | None) -> CorrectionTicket:
    """Return the ticket; one that is not the actor's business does not exist."""
    is_own = (
        ticket is not None
        and actor.role is Role.DEPARTMENT
        and actor.party_id is not None
        and actor.party_id == ticket.department_id
        and ticket.sent_at is not None
    )
    if ticket is None or not (actor.role in OVERSEERS or is_own):
        raise NotFound("没有找到这张纠错单。")
    return ticket


def require_suspect(actor: Actor, suspect: ConcealmentSuspect | None) -> ConcealmentSuspect:
    """Return the suspect; one that is not the actor's business does not exist."""
    if suspect is None or not (actor.role in OVERSEERS or code_of(actor) == suspect.organ_code):
        raise NotFound("没有找到这条疑点。")
    return suspect
