"""What credit lists and joint checks need of records, 名单与核查: whether they stand, and the log.

Reading a list says which published entries still hold: a bare yes or no about records whose
existence was published, so it is no look at anybody's data. A check of one firm is one
(联合奖惩核查): an event that the firm sees.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Executable, Row

from xinyidai.credit_records.list_queries import (
    RecordColumns,
    candidates,
    put_right,
    stands,
    uncovered,
)
from xinyidai.credit_records.models import QueryEvent
from xinyidai.credit_records.service import door, log
from xinyidai.credit_records.service.door import Aperture
from xinyidai.credit_records.values import QueryKind, QueryOutcome
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor

__all__ = [
    "CheckNote",
    "RecordColumns",
    "candidates",
    "note_check",
    "note_check_apart",
    "note_checks",
    "put_right",
    "read_standing",
    "stands",
    "uncovered",
]

CHECK_SUBJECT = "joint_check"
LISTS = "credit_lists"


@dataclass(frozen=True, kw_only=True)
class CheckNote:
    """What the log says of one check: no content beyond how many lists the firm was found on."""

    event_id: UUID
    check_id: UUID
    enterprise_id: UUID | None
    occasion: str
    hits: int
    rule_version: str


def read_standing(
    statement: str | Executable,
    *,
    enterprise_id: UUID | None = None,
    event_id: UUID | None = None,
) -> Sequence[Row[*tuple[Any, ...]]]:
    """Run a statement of `list_queries` through the door, narrowed to one firm where one is named.

    `event_id` names the check that the reading belongs to.
    """
    if enterprise_id is not None:
        return door.read(Aperture(enterprise_id, event_id=event_id), statement)
    return door.read(Aperture(platform_run=LISTS, event_id=event_id), statement)


def note_check(actor: Actor, note: CheckNote, kinds: Collection[str]) -> None:
    """Write one check into the log, with its evidence, in the caller's transaction."""
    log.write(_event(actor, note, kinds))


def note_checks(actor: Actor, notes: Sequence[CheckNote], kinds: Collection[str]) -> None:
    """Write the checks of one batch into the log, each an entry of its own for its firm."""
    log.write_many([_event(actor, note, kinds) for note in notes])


def note_check_apart(actor: Actor, note: CheckNote, kinds: Collection[str]) -> None:
    """Write one check into the log for good, whatever becomes of the caller's transaction."""
    log.write_refusal(_event(actor, note, kinds))


def _event(actor: Actor, note: CheckNote, kinds: Collection[str]) -> QueryEvent:
    return QueryEvent(
        id=note.event_id,
        happened_at=clock.now(),
        kind=QueryKind.CHECK,
        outcome=QueryOutcome.ALLOWED,
        account_id=actor.account_id,
        role=actor.role,
        party_id=actor.party_id,
        actor_name=actor.name,
        enterprise_id=note.enterprise_id,
        purpose=note.occasion,
        subject=CHECK_SUBJECT,
        kinds=sorted(kinds),
        record_count=note.hits,
        rule_version=note.rule_version,
        batch_id=note.check_id,
    )
