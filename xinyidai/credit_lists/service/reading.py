"""Read credit lists: public pages, the desk's releases, and how firms stand, 名单状况."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from xinyidai.catalogue.credit_lists import (
    CREDIT_LISTS,
    CreditListType,
    Side,
    get_credit_list,
)
from xinyidai.credit_lists import policies, queries, rules
from xinyidai.credit_lists.lifecycle import LIFECYCLE
from xinyidai.credit_lists.models import ListRelease
from xinyidai.credit_lists.queries import ReleaseRow
from xinyidai.credit_lists.values import Membership, ReleaseAction, ReleaseState, Standing
from xinyidai.credit_records.service import listing
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.http import Page

AT_ONCE = 1000


@dataclass(frozen=True)
class PublicEntry:
    """What anyone may see of one entry in force."""

    id: UUID
    list_type: str
    name: str
    uscc: str
    document: str
    organ: str
    in_on: date
    out_planned_on: date | None


@dataclass(frozen=True)
class SeriousShare:
    """How many firms in business are on a list of serious dishonesty, 严重失信占比."""

    firms: int
    surviving: int


def codes_of(side: Side) -> tuple[str, ...]:
    """Return the codes of the lists of one side."""
    return tuple(code for code, one in CREDIT_LISTS.items() if one.side is side)


def public_entries(list_code: str, page: Page, text: str = "") -> tuple[Sequence[PublicEntry], int]:
    """Return one page of the entries in force of a list for anyone, and how many there are.

    Raises:
        UnknownListType: no such list.

    """
    return _entries((get_credit_list(list_code).code,), page, text)


def entries_of_side(
    actor: Actor, side: Side, page: Page, text: str = ""
) -> tuple[Sequence[PublicEntry], int]:
    """Return the entries in force of all lists of one side: what the share is counted from."""
    policies.require_desk(actor)
    return _entries(codes_of(side), page, text)


def all_entries(list_code: str) -> Iterator[PublicEntry]:
    """Yield every entry in force of a list, for a file."""
    number = 1
    while True:
        found, _ = public_entries(list_code, Page(number, AT_ONCE))
        yield from found
        if len(found) < AT_ONCE:
            return
        number += 1


def counts_in_force() -> dict[str, int]:
    """Return how many entries in force each list has."""
    rows = listing.read_standing(queries.counts_in_force(clock.today()))
    counted = {code: int(number) for code, number in rows}
    return {code: counted.get(code, 0) for code in CREDIT_LISTS}


def serious_share() -> SeriousShare:
    """Return the share that the city's plan sets a limit to, with its two counts."""
    statement = queries.firms_in_force(clock.today(), codes_of(Side.SERIOUS))
    firms = int(listing.read_standing(statement)[0][0])
    return SeriousShare(firms, queries.surviving_firms())


def standing_of(enterprise_ids: Collection[UUID], event_id: UUID) -> Standing:
    """Return how these firms stand on the lists now, for the check that the event tells of."""
    if not enterprise_ids:
        return Standing({}, {})
    today = clock.today()
    single = next(iter(enterprise_ids)) if len(enterprise_ids) == 1 else None
    rows = listing.read_standing(
        queries.memberships(today, enterprise_ids), enterprise_id=single, event_id=event_id
    )
    missing = listing.read_standing(
        listing.uncovered(
            enterprise_ids, rules.first_days(today), today, queries.released(enterprise_ids)
        ),
        enterprise_id=single,
        event_id=event_id,
    )
    found: dict[UUID, list[Membership]] = {}
    for row in rows:
        if row.list_type in CREDIT_LISTS:
            found.setdefault(row.enterprise_id, []).append(_membership(row))
    return Standing(
        {firm: tuple(entries) for firm, entries in found.items()},
        {firm: int(number) for firm, number in missing},
    )


def still_standing(entry_ids: Collection[UUID]) -> frozenset[UUID]:
    """Return those of the entries that are in force now; the rest may no longer be used."""
    if not entry_ids:
        return frozenset()
    rows = listing.read_standing(queries.standing_ids(clock.today(), entry_ids))
    return frozenset(row[0] for row in rows)


def own_memberships(actor: Actor) -> tuple[Membership, ...]:
    """Return on which lists the actor's own firm is; public anyway, so no look is noted."""
    if actor.party_id is None:
        return ()
    statement = queries.memberships(clock.today(), [actor.party_id])
    rows = listing.read_standing(statement, enterprise_id=actor.party_id)
    return tuple(_membership(row) for row in rows if row.list_type in CREDIT_LISTS)


def list_releases(
    actor: Actor, page: Page, states: Collection[ReleaseState]
) -> tuple[Sequence[ReleaseRow], int]:
    """Return the releases of the city, newest first, and how many there are."""
    policies.require_desk(actor)
    return queries.releases(page, states=states)


def list_own_releases(actor: Actor, page: Page) -> tuple[Sequence[ReleaseRow], int]:
    """Return the releases that the actor's own office drafted, and how many there are."""
    return queries.releases(page, states=list(ReleaseState), department_id=actor.party_id)


def read_release(actor: Actor, release_id: UUID) -> ReleaseRow:
    """Return one release, or raise `NotFound`."""
    policies.require_sight(actor, queries.find_release(release_id))
    return queries.get_row(release_id)


def actions_of(actor: Actor, release: ListRelease) -> tuple[ReleaseAction, ...]:
    """Return what the actor may do next to a release, for the buttons of its page."""
    possible = LIFECYCLE.actions_from(release.state)
    return tuple(action for action in possible if policies.may(actor, action, release))


def draftable(actor: Actor) -> tuple[CreditListType, ...]:
    """Return the lists of which the actor's office may draft releases."""
    return policies.lists_of(actor)


def _entries(codes: Collection[str], page: Page, text: str) -> tuple[Sequence[PublicEntry], int]:
    statement = queries.public_entries(clock.today(), codes, text)
    total = int(listing.read_standing(queries.counted(statement))[0][0])
    rows = listing.read_standing(queries.paged(statement, page))
    return [PublicEntry(*row) for row in rows], total


def _membership(row: Row[*tuple[Any, ...]]) -> Membership:
    return Membership(
        entry_id=row.id,
        enterprise_id=row.enterprise_id,
        list_type=CREDIT_LISTS[row.list_type],
        document=row.document,
        organ=row.organ,
        in_on=row.in_on,
        out_planned_on=row.out_planned_on,
    )
