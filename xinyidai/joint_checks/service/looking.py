"""Look a firm up on the lists and put the answer into rows; who keeps them is the caller's choice.

The reading goes through the door and the log says that a check was made: no more than list
membership is read, and 未命中 is said only where every source could be looked at.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from xinyidai.audit import service as audit
from xinyidai.catalogue import credit_lists as lists
from xinyidai.catalogue import measures as catalogue
from xinyidai.catalogue.credit_lists import SERIOUS_KINDS
from xinyidai.credit_lists import service as credit_lists
from xinyidai.credit_lists.values import Standing
from xinyidai.credit_records.service import collected_kinds, listing
from xinyidai.credit_records.service.listing import CheckNote
from xinyidai.joint_checks import rules
from xinyidai.joint_checks.models import CheckHit, CheckStep, JointCheck
from xinyidai.joint_checks.values import (
    Answer,
    CheckAction,
    CheckChannel,
    CheckOutcome,
    CheckState,
    Gap,
    HandlingDecision,
    Missing,
)
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import Base, db, new_id, readable_number, record_refusal

UNKNOWN = Missing(Gap.UNKNOWN_FIRM, "平台没有这家企业的登记信息，无法核查，请核对代码")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Who is asked for, by whom and for what; `uscc` and `name` as they were given."""

    actor: Actor
    department_id: UUID | None
    channel: CheckChannel
    occasion: str
    case_no: str
    enterprise_id: UUID | None
    uscc: str | None = None
    name: str | None = None
    request_key: str | None = None
    batch_id: UUID | None = None


@dataclass(frozen=True)
class Found:
    """One check with its answer and what belongs to it, not yet kept."""

    check: JointCheck
    answer: Answer
    asked: Asked
    parts: tuple[Base, ...]

    def keep(self) -> JointCheck:
        """Keep the check in the caller's transaction, with its event and its trail."""
        db.session.add(self.check)
        db.session.flush()
        db.session.add_all(self.parts)
        db.session.flush()
        listing.note_check(self.asked.actor, self._note(), SERIOUS_KINDS)
        audit.record(
            self.asked.actor,
            "joint_check:request",
            "joint_check",
            self.check.id,
            {"occasion": self.check.occasion, "outcome": self.check.outcome},
        )
        return self.check

    def keep_apart(self) -> None:
        """Keep the check although the caller's transaction is about to be rolled back."""
        listing.note_check_apart(self.asked.actor, self._note(), SERIOUS_KINDS)
        record_refusal(self.check)
        record_refusal(*self.parts)

    def _note(self) -> CheckNote:
        return note_of(self.check, len(self.answer.hits))


def note_of(check: JointCheck, hits: int) -> CheckNote:
    """Return what the log says of a check."""
    return CheckNote(
        event_id=check.event_id,
        check_id=check.id,
        enterprise_id=check.enterprise_id,
        occasion=check.occasion,
        hits=hits,
        rule_version=check.rules_version,
    )


def look_up(asked: Asked) -> Found:
    """Look one firm up; nothing is kept yet.

    Raises:
        UnknownOccasion: the occasion is not listed.

    """
    event_id = new_id()
    firms = [asked.enterprise_id] if asked.enterprise_id else []
    standing = credit_lists.standing_of(firms, event_id)
    return found_of(asked, answer_of(asked, standing, gaps()), event_id)


def gaps() -> tuple[Missing, ...]:
    """Return which sources of the serious lists cannot be relied on now."""
    return rules.source_gaps(collected_kinds(), clock.now())


def answer_of(asked: Asked, standing: Standing, missing: Sequence[Missing]) -> Answer:
    """Return the answer for one firm from how firms stand."""
    if asked.enterprise_id is None:
        return rules.answer(asked.occasion, (), (UNKNOWN,))
    firm = asked.enterprise_id
    hits = standing.memberships.get(firm, ())
    open_records = rules.unreleased_gap(standing.unreleased.get(firm, 0))
    return rules.answer(asked.occasion, hits, (*missing, *open_records))


def found_of(asked: Asked, answer: Answer, event_id: UUID) -> Found:
    """Put an answer into rows; a check that found nothing is closed at once."""
    moment = clock.now()
    is_open = answer.outcome is not CheckOutcome.NONE
    check = JointCheck(
        id=new_id(),
        number=readable_number("HC", new_id()),
        event_id=event_id,
        batch_id=asked.batch_id,
        department_id=asked.department_id,
        request_key=asked.request_key,
        channel=asked.channel,
        occasion=asked.occasion,
        case_no=asked.case_no.strip(),
        asked_uscc=asked.uscc,
        asked_name=asked.name,
        enterprise_id=asked.enterprise_id,
        outcome=answer.outcome,
        measures=list(answer.measures),
        missing=[{"gap": one.gap.value, "text": one.text} for one in answer.missing],
        rules_version=rules.VERSION,
        lists_version=lists.VERSION,
        measures_version=catalogue.VERSION,
        state=CheckState.ANSWERED if is_open else CheckState.CLOSED,
        asked_by=asked.actor.account_id,
        role=asked.actor.role,
        actor_name=asked.actor.name,
        asked_at=moment,
        due_on=rules.due_on(moment.date()) if is_open else None,
        taken=[],
        closed_at=None if is_open else moment,
    )
    return Found(check, answer, asked, _parts(check, answer, asked.actor))


def settle(found: Found, *, taken: Collection[str], reason: str) -> None:
    """Close an automatic check with what the calling step did because of it."""
    check, moment = found.check, clock.now()
    if check.state is CheckState.CLOSED:
        return
    check.state, check.handled_at, check.closed_at = CheckState.CLOSED, moment, moment
    check.due_on = None  # nobody has to report on what the step itself did
    is_applied = bool(taken)
    check.decision = HandlingDecision.APPLIED if is_applied else HandlingDecision.NOT_APPLIED
    check.taken, check.reason, check.result = list(taken), reason, reason


def _parts(check: JointCheck, answer: Answer, actor: Actor) -> tuple[Base, ...]:
    hits = [
        CheckHit(check_id=check.id, entry_id=hit.entry_id, list_type=hit.list_type.code)
        for hit in answer.hits
    ]
    steps = [
        step_of(check, actor, action, "", check.asked_at)
        for action in (CheckAction.REQUEST, CheckAction.ANSWER)
    ]
    return (*hits, *steps)


def step_of(
    check: JointCheck, actor: Actor, action: CheckAction, note: str, moment: datetime
) -> CheckStep:
    """Return one step of a check, not yet kept."""
    return CheckStep(
        id=new_id(),
        check_id=check.id,
        action=action,
        to_state=check.state,
        account_id=actor.account_id,
        role=actor.role,
        actor_name="平台" if action is CheckAction.ANSWER else actor.name,
        note=note,
        taken_at=moment,
    )
