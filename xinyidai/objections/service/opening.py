"""Open an objection, 提出异议: by the firm itself, or by a clerk at the counter, 窗口代办."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from xinyidai.catalogue.kinds import get_kind
from xinyidai.catalogue.objections import OBJECTIONS, ObjectionSubject, get_objection_reason
from xinyidai.credit_records import queries as looks
from xinyidai.credit_records import service as credit_records
from xinyidai.credit_records.service import cases, own_looks
from xinyidai.credit_records.values import Fact, HandledCase
from xinyidai.enterprises import queries as enterprises
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.db import db, new_id, readable_number
from xinyidai.kernel.errors import Conflict, Forbidden, NotFound, require_sound
from xinyidai.objections import policies, queries, rules
from xinyidai.objections.models import Objection
from xinyidai.objections.service import steps, telling
from xinyidai.objections.values import Channel, ObjectionAction, ObjectionState, Target, Wording

COUNTER = "counter"
LONGEST_ITEM = 64


@dataclass(frozen=True)
class _Named:
    """What a target turned out to be."""

    item: str
    record_id: int | None = None
    record_key: str | None = None
    event_id: UUID | None = None

    @property
    def what(self) -> str:
        """Return what tells it from other things that the firm may object to."""
        return self.record_key or (str(self.event_id) if self.event_id else self.item)


def open_objection(actor: Actor, target: Target, wording: Wording) -> Objection:
    """Object to something that the actor's firm sees; for a record this is a look of its own.

    Raises:
        Forbidden: the actor acts for no firm.
        NotFound: no such reason, kind, record or look, or not the firm's.
        InvalidInput: the reason or the words are not sound.
        Conflict: an objection to the same thing is under way.

    """
    firm = actor.party_id
    if firm is None or actor.role is not Role.ENTERPRISE_USER:
        raise Forbidden("只有企业自己可以提出异议；窗口代办请从信用办页面进入。")
    _require_sound(target.subject, wording)
    named = _named(actor, firm, target)
    return _open(actor, firm, target.subject, named, wording)


def show_at_counter(actor: Actor, enterprise_id: UUID, kind: str, identity: str) -> Sequence[Fact]:
    """Show a clerk the records of one kind of a firm whose person stands at the counter.

    The look is an event that the firm sees; `identity` says whose papers were checked, and is kept
    in the audit trail of the case that follows.

    Raises:
        Forbidden: the actor is no clerk of the credit office.
        NotFound: no such firm or kind.
        InvalidInput: nothing is said of the person's identity.

    """
    _require_counter(actor, enterprise_id, identity)
    case = HandledCase(COUNTER, new_id(), enterprise_id)
    return cases.read_for_case(actor, case, [get_kind(kind).code])


def object_at_counter(
    actor: Actor, enterprise_id: UUID, target: Target, wording: Wording, *, identity: str
) -> Objection:
    """Object on behalf of a firm whose person stands at the counter.

    Raises:
        Forbidden: the actor is no clerk of the credit office.
        NotFound: no such firm, reason, kind, record or look.
        InvalidInput: identity, reason or words are not sound.
        Conflict: an objection to the same thing is under way.

    """
    _require_counter(actor, enterprise_id, identity)
    _require_sound(target.subject, wording)
    named = _named_at_counter(actor, enterprise_id, target)
    return _open(actor, enterprise_id, target.subject, named, wording, identity=identity.strip())


def _require_counter(actor: Actor, enterprise_id: UUID, identity: str) -> None:
    policies.require_clerk(actor)
    if enterprises.find_enterprise(enterprise_id) is None:
        raise NotFound("没有找到这家企业。")
    ask = "请写明来人姓名、与企业的关系和核对的证件"
    require_sound(rules.words_faults("identity", identity, ask))


def _require_sound(subject: ObjectionSubject, wording: Wording) -> None:
    reason = get_objection_reason(wording.reason)
    require_sound(rules.wording_faults(reason, subject, wording.statement))


def _named(actor: Actor, firm: UUID, target: Target) -> _Named:
    if target.subject is ObjectionSubject.RECORD:
        facts = credit_records.read_own(actor, firm)
        return _record(firm, facts, target.record_id)
    if target.subject is ObjectionSubject.LOOK:
        return _look(own_looks.get_own_look(actor, target.event_id or new_id()).id)
    return _item(target)


def _named_at_counter(actor: Actor, firm: UUID, target: Target) -> _Named:
    if target.subject is ObjectionSubject.RECORD:
        case = HandledCase(COUNTER, new_id(), firm)
        facts = cases.read_for_case(actor, case, [get_kind(target.item).code])
        return _record(firm, facts, target.record_id)
    if target.subject is ObjectionSubject.LOOK:
        event = looks.event_by_id(target.event_id) if target.event_id else None
        if event is None or event.enterprise_id != firm:
            raise NotFound(own_looks.ABSENT)
        return _look(event.id)
    return _item(target)


def _record(firm: UUID, facts: Sequence[Fact], record_id: int | None) -> _Named:
    fact = next((fact for fact in facts if fact.id == record_id), None)
    if fact is None:
        raise NotFound(cases.ABSENT)
    return _Named(fact.kind, fact.id, cases.key_of(firm, fact))


def _look(event_id: UUID) -> _Named:
    return _Named(ObjectionSubject.LOOK, event_id=event_id)


def _item(target: Target) -> _Named:
    """Take a kind of the catalogue, or the name of what else the platform holds."""
    if target.subject is ObjectionSubject.KIND:
        return _Named(get_kind(target.item).code)
    if not target.item or len(target.item) > LONGEST_ITEM:
        raise NotFound("没有找到要提出异议的内容，请从列表重新进入。")
    return _Named(target.item)


def _open(  # noqa: PLR0913 - the parts of one row
    actor: Actor,
    firm: UUID,
    subject: ObjectionSubject,
    named: _Named,
    wording: Wording,
    *,
    identity: str | None = None,
) -> Objection:
    if queries.open_about(firm, subject, named.what) is not None:
        raise _twin()
    objection_id, today = new_id(), clock.today()
    objection = Objection(
        id=objection_id,
        number=readable_number("YY", objection_id),
        enterprise_id=firm,
        subject=subject,
        item=named.item,
        record_id=named.record_id,
        record_key=named.record_key,
        event_id=named.event_id,
        reason=wording.reason,
        statement=wording.statement.strip(),
        state=ObjectionState.SUBMITTED,
        channel=Channel.ONLINE if identity is None else Channel.COUNTER,
        identity_note=identity,
        rules_version=OBJECTIONS.version,
        opened_by=actor.account_id,
        due_on=rules.due_on(today, OBJECTIONS.term),
    )
    try:
        with db.session.begin_nested():
            db.session.add(objection)
    except IntegrityError as error:
        if "uq_objection_one_open" not in str(error.orig):
            raise
        raise _twin() from error
    steps.note(actor, ObjectionAction.SUBMIT, objection, wording.statement)
    telling.tell_firm(objection, ObjectionAction.SUBMIT)
    return objection


def _twin() -> Conflict:
    return Conflict("这项内容的异议正在办理，不用重复提出。", code="objection_open")
