"""Read checks as far as they are the actor's business; ended entries say nothing any more."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from xinyidai.catalogue.credit_lists import CREDIT_LISTS
from xinyidai.credit_lists import service as credit_lists
from xinyidai.credit_lists.values import Membership
from xinyidai.joint_checks import policies, queries
from xinyidai.joint_checks.models import BatchRow, CheckBatch, CheckStep, JointCheck
from xinyidai.joint_checks.queries import CheckFilter, CheckRow, CountRow, HitRow
from xinyidai.joint_checks.service import handling
from xinyidai.joint_checks.values import CheckAction, CheckOutcome, CheckState, RowShelf
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.errors import NotFound
from xinyidai.kernel.http import Page

Line = tuple[BatchRow, JointCheck | None, str | None]


@dataclass(frozen=True)
class CheckView:
    """One check for who may see it: hits in force, and how many are no longer to be used."""

    row: CheckRow
    hits: tuple[Membership, ...]
    ended: int
    offered: tuple[str, ...]
    steps: Sequence[CheckStep]
    actions: frozenset[CheckAction]

    @property
    def check(self) -> JointCheck:
        """Return the row of the check itself."""
        return self.row.check


@dataclass(frozen=True)
class Figures:
    """The city's checks, each number with its list: all, to report on, reported, late."""

    counts: Sequence[CountRow]
    checks: int
    serious: int
    due: int
    closed: int
    late: int
    taken: Mapping[str, int]


def read_check(actor: Actor, check_id: UUID) -> CheckView:
    """Return one check, or raise `NotFound`."""
    check = policies.require_sight(actor, queries.find(check_id))
    rows = queries.hits_of([check_id])
    standing = credit_lists.still_standing([row.entry.id for row in rows])
    shown = tuple(_membership(row) for row in rows if row.entry.id in standing)
    return CheckView(
        row=queries.get_row(check_id),
        hits=shown,
        ended=len(rows) - len(shown),
        offered=handling.offered_by(check, {hit.list_type.code for hit in shown}),
        steps=queries.steps_of(check_id),
        actions=_actions(actor, check),
    )


def list_own(actor: Actor, wanted: CheckFilter, page: Page) -> tuple[Sequence[CheckRow], int]:
    """Return the checks that the actor's own office made."""
    office = policies.require_checking(actor)
    return queries.list_checks(replace(wanted, department_id=office, enterprise_id=None), page)


def list_of_city(actor: Actor, wanted: CheckFilter, page: Page) -> tuple[Sequence[CheckRow], int]:
    """Return the checks of the whole city, for who oversees them."""
    policies.require_desk(actor)
    return queries.list_checks(wanted, page)


def list_of_firm(actor: Actor, page: Page) -> tuple[Sequence[CheckRow], int]:
    """Return the checks of the actor's own firm."""
    if actor.party_id is None:
        raise NotFound(policies.ABSENT)
    return queries.list_checks(CheckFilter(enterprise_id=actor.party_id), page)


def figures(actor: Actor) -> Figures:
    """Return the counts of the city."""
    policies.require_desk(actor)
    counts = queries.counts()
    return Figures(
        counts=counts,
        checks=sum(row.checks for row in counts),
        serious=sum(row.serious for row in counts),
        due=sum(row.due for row in counts),
        closed=sum(row.closed for row in counts),
        late=queries.count(CheckFilter(late_on=clock.today())),
        taken=queries.taken_counts(),
    )


def list_batches(actor: Actor, page: Page) -> tuple[Sequence[CheckBatch], int]:
    """Return the batches of the actor's own office."""
    return queries.list_batches(policies.require_checking(actor), page)


def read_batch(
    actor: Actor, batch_id: UUID, page: Page | None, shelf: RowShelf | None = None
) -> tuple[CheckBatch, Sequence[Line], Mapping[CheckOutcome, int]]:
    """Return a batch, its rows and its outcomes; without page and shelf all rows."""
    batch = policies.require_batch(actor, queries.find_batch(batch_id))
    return batch, queries.batch_rows(batch_id, page, shelf), queries.batch_outcomes(batch_id)


def _actions(actor: Actor, check: JointCheck) -> frozenset[CheckAction]:
    if not policies.may_handle(actor, check):
        return frozenset()
    by_state: Mapping[CheckState, Collection[CheckAction]] = {
        CheckState.ANSWERED: (CheckAction.HANDLE,),
        CheckState.HANDLED: (CheckAction.FEEDBACK,),
    }
    return frozenset(by_state.get(check.state, ()))


def _membership(row: HitRow) -> Membership:
    return Membership(
        entry_id=row.entry.id,
        enterprise_id=row.entry.enterprise_id,
        list_type=CREDIT_LISTS[row.hit.list_type],
        document=row.entry.document,
        organ=row.entry.organ,
        in_on=row.entry.in_on,
        out_planned_on=row.entry.out_planned_on,
    )
