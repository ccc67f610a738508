"""Build the profiles of many firms at once: Parquet, DuckDB, and rows stored in pieces."""

import tempfile
from collections.abc import Callable, Collection, Iterator
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert

from xinyidai.catalogue.indicators import indicator_dictionary
from xinyidai.credit_records import service as credit_records
from xinyidai.credit_records.service import PlatformRun
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM, Actor
from xinyidai.kernel.db import db, new_id
from xinyidai.profiles import engine_duckdb, policies, queries, rules
from xinyidai.profiles.models import ProfileSnapshot
from xinyidai.profiles.record_export import write_tables
from xinyidai.profiles.service.building import PURPOSE, snapshot_row
from xinyidai.profiles.service.past import facts_known, knowledge_of
from xinyidai.profiles.values import FirmFacts, ProfileFacts

ROWS_AT_ONCE = 500
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

    Running it twice stores nothing new. `on_progress` gets firms done and firms in all; a past
    day and `known_at` mean what they mean to `build_profile`.
    """
    return build_some(None, as_of, on_progress, known_at=known_at, actor=actor)


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


def profiles_of(
    run: PlatformRun, firms: Collection[FirmFacts], day: date
) -> Iterator[ProfileFacts]:
    """Yield the profile of each firm, computed by DuckDB from what the run may read and knows."""
    if not firms:
        return
    reading = rules.Reading(day, frozenset(credit_records.collected_kinds()))
    facts = facts_known(run, list(firms), day)
    with tempfile.TemporaryDirectory(prefix="profiles-") as folder:
        records, register = write_tables(run, facts, Path(folder), known=run.known)
        for raw in engine_duckdb.read_all(records, register, day):
            yield rules.finish(raw, reading)


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
