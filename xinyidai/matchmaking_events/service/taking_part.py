"""What firms and institutions do: sign up, and withdraw from it."""

from uuid import UUID

from xinyidai.audit import service as audit
from xinyidai.institutions import queries as institutions
from xinyidai.institutions.values import InstitutionStatus
from xinyidai.joint_checks import service as joint_checks
from xinyidai.joint_checks.values import ScreenOrder
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.db import db
from xinyidai.kernel.errors import NotFound, RuleBroken, require_sound
from xinyidai.matchmaking_events import policies, queries, rules
from xinyidai.matchmaking_events.models import EventRegistration, MatchmakingEvent
from xinyidai.matchmaking_events.rules import SignUpFacts
from xinyidai.matchmaking_events.values import EventState

# The firm signs itself up; the check is the platform's.
REGISTRATION = Actor(None, Role.SYSTEM, None, "对接会报名自动核查")


def register(actor: Actor, event_id: UUID, wish: str = "") -> EventRegistration:
    """Sign the actor's firm or institution up, 报名; a second click changes nothing.

    The event is locked, so that the last seat goes to one party only.

    Raises:
        Forbidden: the actor acts for no firm or institution.
        RuleBroken: not open, past the deadline, full, or the institution is suspended; the code
            says which.

    """
    party_id = policies.require_party(actor)
    event = queries.get_event(event_id, for_update=True)
    policies.require_sight(actor, event)
    require_sound(rules.wish_faults(wish))
    registration = queries.find_registration(event.id, party_id)
    if registration is not None and registration.cancelled_at is None:
        return registration
    _require_open(event)
    _require_working(actor, party_id)
    if registration is None:
        registration = _new_registration(actor, event.id, party_id)
    registration.cancelled_at, registration.registered_at = None, clock.now()
    registration.account_id, registration.wish = actor.account_id, wish.strip()
    db.session.add(registration)
    db.session.flush()
    _check(actor, event, party_id)
    _note(actor, "event:register", registration)
    return registration


def cancel_registration(actor: Actor, event_id: UUID) -> EventRegistration:
    """Withdraw the actor's own registration before the event begins; the seat is free again."""
    party_id = policies.require_party(actor)
    event = queries.get_event(event_id, for_update=True)
    registration = queries.find_registration(event.id, party_id)
    if registration is None:
        raise NotFound("您没有报名这场活动。")
    if registration.cancelled_at is not None:
        return registration
    if event.state not in {EventState.OPEN, EventState.CLOSED} or clock.now() >= event.starts_at:
        raise RuleBroken("活动开始后不能再取消报名。", code="event_begun")
    registration.cancelled_at = clock.now()
    _note(actor, "event:cancel_registration", registration)
    return registration


def _check(actor: Actor, event: MatchmakingEvent, party_id: UUID) -> None:
    """Check a firm that signs up, 逢报必查; the result is advice and keeps nobody from coming."""
    if actor.role not in policies.ENTERPRISE_SIDE:
        return
    order = ScreenOrder(
        enterprise_id=party_id, occasion="matchmaking_event", case_no=f"对接会 {event.id.hex[-8:]}"
    )
    screening = joint_checks.screen(REGISTRATION, order)
    screening.keep("报名时自动核查，结果提示主办方，不限制报名")


def _require_open(event: MatchmakingEvent) -> None:
    taken = queries.count_taken(event.id)
    facts = SignUpFacts(event.state, event.sign_up_until, event.capacity, taken)
    obstacle = rules.sign_up_obstacle(facts, clock.now())
    if obstacle is not None:
        code, sentence = obstacle
        raise RuleBroken(sentence, code=code)


def _require_working(actor: Actor, party_id: UUID) -> None:
    if actor.role not in policies.INSTITUTION_SIDE:
        return
    if institutions.get_institution(party_id).status is not InstitutionStatus.ACTIVE:
        raise RuleBroken("您的机构已暂停，暂时不能报名。", code="institution_suspended")


def _new_registration(actor: Actor, event_id: UUID, party_id: UUID) -> EventRegistration:
    if actor.role in policies.ENTERPRISE_SIDE:
        return EventRegistration(event_id=event_id, enterprise_id=party_id)
    return EventRegistration(event_id=event_id, institution_id=party_id)


def _note(actor: Actor, action: str, registration: EventRegistration) -> None:
    audit.record(
        actor,
        action,
        "event_registration",
        registration.id,
        {"event_id": str(registration.event_id)},
    )
