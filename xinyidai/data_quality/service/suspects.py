"""Decisions known from elsewhere that their organ has not delivered, 瞒报疑点.

A suspicion, never a verdict: the department explains, the office closes it with a reason; when the
department delivers the decision after all, it closes by itself.
"""

from datetime import date
from uuid import UUID

from xinyidai.catalogue.quality import QUALITY
from xinyidai.data_quality import policies, queries, rules
from xinyidai.data_quality.lifecycle import SUSPECT
from xinyidai.data_quality.models import ConcealmentSuspect
from xinyidai.data_quality.service import counting, steps, telling
from xinyidai.data_quality.values import SuspectAction, SuspectOutcome, SuspectState
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db
from xinyidai.kernel.errors import require_sound


def find(today: date, actor: Actor) -> list[ConcealmentSuspect]:
    """Open a suspect for each decision not met before; settle those delivered meanwhile.

    Works on what the measuring staged, in its transaction. A decision is met by the document's
    number, or by firm, sort of decision and day; it is none before its last day is over.
    """
    found = []
    for row in counting.rows(counting.NEW_SUSPECTS, today=today):
        suspect = ConcealmentSuspect(
            suspect_key=row.match_key,
            organ_code=row.organ_code,
            kind=row.kind,
            known_source=row.known_source,
            record_id=row.record_id,
            shown_number=row.shown_number,
            decided_on=row.decided_on,
            due_on=row.due_on,
            found_on=today,
            state=SuspectState.OPEN,
            rule_version=QUALITY.version,
        )
        db.session.add(suspect)
        db.session.flush()
        steps.take_suspect_step(actor, SuspectAction.FIND, suspect)
        found.append(suspect)
    telling.tell_suspects(found)
    for (suspect_id,) in counting.rows(counting.NOW_REPORTED):
        settled = queries.get_suspect(suspect_id, for_update=True)
        if settled is not None:
            steps.take_suspect_step(actor, SuspectAction.SETTLE, settled, "部门已补报该决定")
            _end(settled, SuspectOutcome.REPORTED, "部门已补报该决定")
    return found


def explain_suspect(actor: Actor, suspect_id: UUID, words: str) -> ConcealmentSuspect:
    """Let the department say why the decision was not delivered.

    Raises:
        NotFound: no such suspect, or another department's.
        InvalidInput: nothing was said.

    """
    suspect = policies.require_suspect(actor, queries.get_suspect(suspect_id, for_update=True))
    policies.require(actor, SuspectAction.EXPLAIN)
    require_sound(rules.words_faults("words", words, "请说明没有报送的原因"))
    steps.take_suspect_step(actor, SuspectAction.EXPLAIN, suspect, words)
    suspect.explanation = words.strip()
    db.session.flush()
    return suspect


def close_suspect(
    actor: Actor, suspect_id: UUID, outcome: SuspectOutcome, words: str
) -> ConcealmentSuspect:
    """Close a suspect with what came of it and why; the department is told.

    Raises:
        NotFound, Forbidden: not the actor's to close.
        InvalidInput: no reason was given.

    """
    suspect = policies.require_suspect(actor, queries.get_suspect(suspect_id, for_update=True))
    policies.require(actor, SuspectAction.CLOSE)
    require_sound(rules.words_faults("words", words, "请写明了结的依据"))
    steps.take_suspect_step(actor, SuspectAction.CLOSE, suspect, words)
    _end(suspect, outcome, words)
    telling.tell_suspect_closed(suspect)
    return suspect


def read_suspect(actor: Actor, suspect_id: UUID) -> ConcealmentSuspect:
    """Return a suspect that the actor may see, or raise `NotFound`."""
    return policies.require_suspect(actor, queries.get_suspect(suspect_id))


def suspect_actions(actor: Actor, suspect: ConcealmentSuspect) -> list[SuspectAction]:
    """Return what the actor may do to a suspect as it stands."""
    possible = SUSPECT.actions_from(suspect.state)
    return [action for action in possible if policies.may(actor, action)]


def _end(suspect: ConcealmentSuspect, outcome: SuspectOutcome, reason: str) -> None:
    suspect.outcome, suspect.closing_reason = outcome, reason.strip()
    suspect.closed_at = clock.now()
    db.session.flush()
