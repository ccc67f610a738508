"""Build the profiles of many firms at once: some thousand firms after the other, by the grid."""

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import UTC, date, datetime
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert

from xinyidai.catalogue.indicators import indicator_dictionary
from xinyidai.credit_records import service as credit_records
from xinyidai.credit_records.service import PlatformRun
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM, Actor
from xinyidai.kernel.db import db, new_id, own_transaction
from xinyidai.profiles import policies, queries, rules
from xinyidai.profiles.grid.memory import Finished, finish_tables
from xinyidai.profiles.models import ProfileSnapshot
from xinyidai.profiles.record_export import read_tables
from xinyidai.profiles.service.building import PURPOSE, snapshot_row
from xinyidai.profiles.service.past import facts_known, knowledge_of
from xinyidai.profiles.values import FirmFacts, ProfileFacts

ROWS_AT_ONCE = 500
FIRMS_AT_ONCE = 2_000
FIRMS_A_STEP = 4_000
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
WITH_RECORDS = text(
    "SELECT DISTINCT enterprise_id FROM credit.credit_record WHERE status = 'in_force'"
)

Progress = Callable[[int, int], None]


def build_all(
    as_of: date | None = None,
    on_progress: Progress | None = None,
    *,
    known_at: datetime | None = None,
    actor: Actor = SYSTEM,
) -> int:
    """Compute and store the profile of every firm; return how many firms there are.

    Firms that have the day's profile on their present facts are passed over, unless `known_at`
    asks for another knowledge of a past day (as in `build_profile`). `on_progress` gets firms done
    and firms in all.
    """
    if known_at is not None:
        return build_some(None, as_of, on_progress, known_at=known_at, actor=actor)
    everyone = queries.count_firms()
    build_dirty(as_of, counted(on_progress, everyone), actor=actor)
    return everyone


def build_in_pieces(
    as_of: date | None = None, on_progress: Progress | None = None, *, actor: Actor = SYSTEM
) -> int:
    """Do what `build_all` does in steps that are kept: killed and started again, it goes on."""
    policies.require_processing(actor)
    everyone, day = queries.count_firms(), as_of or clock.today()
    told = counted(on_progress, everyone)
    with own_transaction():
        waiting = queries.lacking_profile(day, indicator_dictionary().version, _unchanged_since())
    for start in range(0, len(waiting), FIRMS_A_STEP):
        with own_transaction():
            build_some(waiting[start : start + FIRMS_A_STEP], day, actor=actor)
        if told:
            told(min(start + FIRMS_A_STEP, len(waiting)), len(waiting))
    return everyone


def build_dirty(
    as_of: date | None = None,
    on_progress: Progress | None = None,
    *,
    limit: int | None = None,
    actor: Actor = SYSTEM,
) -> int:
    """Build the profiles that are not there: of the day, on present facts; return how many.

    Facts are present while the firm's `facts_version` is the same; a kind of record collected for
    the first time turns 数据不足 into zero for every firm, so a profile older than the last
    collection is built anew too. `limit` keeps to that many firms.
    """
    policies.require_processing(actor)
    day = as_of or clock.today()
    version = indicator_dictionary().version
    waiting = queries.lacking_profile(day, version, _unchanged_since(), limit)
    return build_some(waiting, day, on_progress, actor=actor) if waiting else 0


def build_some(
    enterprise_ids: Collection[UUID] | None,
    as_of: date | None = None,
    on_progress: Progress | None = None,
    *,
    known_at: datetime | None = None,
    actor: Actor = SYSTEM,
) -> int:
    """Compute and store the profiles of these firms (`None`: all); return their number."""
    policies.require_processing(actor)
    day = as_of or clock.today()
    # Versions before records, as in `build_profile`: a change in between outdates the snapshot.
    firms = queries.list_firms(enterprise_ids)
    versions = {facts.enterprise_id: version for facts, _, version in firms}
    with credit_records.platform_run(
        PURPOSE,
        indicator_dictionary().version,
        enterprise_ids=enterprise_ids,
        actor=actor,
        known=knowledge_of(day, known_at),
    ) as run:
        profiles = profiles_of(run, [facts for facts, _, _ in firms], day)
        rows = (snapshot_row(p, versions[p.enterprise_id], queries.WHOLE) for p in profiles)
        return _store(rows, len(firms), on_progress)


def build_with_records(
    as_of: date | None = None, on_progress: Progress | None = None, *, actor: Actor = SYSTEM
) -> int:
    """Compute and store the profiles of the firms that have a record in force; return how many."""
    policies.require_processing(actor)
    with credit_records.platform_run(PURPOSE, indicator_dictionary().version, actor=actor) as run:
        firms = {firm for (firm,) in run.execute(WITH_RECORDS)}
    return build_some(firms, as_of, on_progress, actor=actor)


def profiles_of(run: PlatformRun, firms: Sequence[FirmFacts], day: date) -> Iterator[ProfileFacts]:
    """Yield the profile of each firm, computed by the grid from what the run may read."""
    for finished in finished_of(run, firms, day):
        yield from finished.profiles()


def finished_of(run: PlatformRun, firms: Sequence[FirmFacts], day: date) -> Iterator[Finished]:
    """Yield the indicators of the firms, some thousand at a time and in their order of ids.

    The run says what counts as known.
    """
    if not firms:
        return
    reading = rules.Reading(day, frozenset(credit_records.collected_kinds()))
    facts = facts_known(run, firms, day)
    for start in range(0, len(facts), FIRMS_AT_ONCE):
        piece = facts[start : start + FIRMS_AT_ONCE]
        records, register = read_tables(run, piece, known=run.known)
        yield finish_tables(records, register, reading)


def counted(on_progress: Progress | None, everyone: int) -> Progress | None:
    """Count firms that needed nothing as done."""
    if on_progress is None:
        return None
    return lambda done, waiting: on_progress(everyone - waiting + done, everyone)


def _unchanged_since() -> datetime:
    """Return the end of the last collection, of whatever kind."""
    return max(credit_records.collected_kinds().values(), default=NEVER)


def _store(rows: Iterator[dict[str, Any]], total: int, on_progress: Progress | None) -> int:
    statement = insert(ProfileSnapshot).on_conflict_do_nothing()
    done, now = 0, clock.now()
    while piece := list(islice(rows, ROWS_AT_ONCE)):
        full = [{**row, "id": new_id(), "created_at": now} for row in piece]
        db.session.execute(statement, full)
        done += len(piece)
        if on_progress:
            on_progress(done, total)
    return done
