"""Compare readings, events, snapshots, consents and the evidence log, 对账."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from uuid import UUID

from sqlalchemy import exists, select

from xinyidai.audit import service as audit
from xinyidai.credit_records.service.log import ERASED_NAME
from xinyidai.credit_records.service.reconciling import Found, compare_reads, found
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM, Actor
from xinyidai.kernel.db import db, new_id
from xinyidai.ledger import openings
from xinyidai.ledger import queries as ledger
from xinyidai.ledger.merkle import leaf_hash
from xinyidai.ledger.models import LedgerEntry, LedgerLeaf
from xinyidai.ledger.openings import Opening
from xinyidai.ledger.rules import canonical, commitment, entry_text
from xinyidai.oversight import queries
from xinyidai.oversight.models import Reconciliation
from xinyidai.oversight.service import telling
from xinyidai.oversight.values import Difference

log = logging.getLogger(__name__)

# What is still being written when the comparison begins is left to the next night …
SETTLED = timedelta(minutes=1)
# … which looks at a whole day once more, so that nothing falls between two nights.
OVERLAP = timedelta(days=1)
# The very first entry waited so long at most for the very first sealing.
FIRST_SEALING = timedelta(minutes=2)
SEALED_WITHIN = timedelta(minutes=5)
BATCH = 2000

Differences = dict[Difference, Found]


def reconcile(since: datetime | None = None, actor: Actor = SYSTEM) -> Reconciliation:
    """Compare from the last comparison's end less a day, or from `since`, up to a minute ago.

    Nothing from before the evidence log began is compared: there is nothing to compare it with.
    Differences are logged as an error and shown at the top of the office's and auditors' pages.
    """
    db.session.flush()
    db.session.expire_all()  # what was read before may have been changed behind our back
    until = clock.now() - SETTLED
    start = min(_start(since), until)
    compared, differences = _compare(actor, start, until)
    row = Reconciliation(
        id=new_id(),
        covered_from=start,
        covered_until=until,
        compared=compared,
        differences={
            difference.value: {"total": one.total, "ids": [str(each) for each in one.ids]}
            for difference, one in differences.items()
            if one.total
        },
        total=sum(one.total for one in differences.values()),
    )
    db.session.add(row)
    counts = {difference.value: one.total for difference, one in differences.items() if one.total}
    details = {"total": row.total, "differences": counts}
    audit.record(actor, "reconciliation:run", "reconciliation", row.id, details)
    db.session.flush()
    if row.total:
        log.error("reconciliation found differences", extra={"differences": counts})
        telling.tell_differences(row.total, row.id)
    return row


def _start(since: datetime | None) -> datetime:
    last = queries.last_reconciliation()
    if since is None and last is not None:
        since = last.covered_until - OVERLAP
    began = _began()
    if began is None:
        return since or clock.now() - OVERLAP
    return began if since is None else max(since, began)


def _began() -> datetime | None:
    """Return when the evidence log began; whoever takes its first entries out does not move it."""
    moments = [ledger.first_entry_at(subject) for subject in openings.subjects()]
    moments += [segment.opened_at for segment in ledger.segments()[:1]]
    first = min((moment for moment in moments if moment is not None), default=None)
    return None if first is None else first - FIRST_SEALING


def _compare(actor: Actor, since: datetime, until: datetime) -> tuple[dict[str, int], Differences]:
    rows, without_entry = _rows_without_entry(since)
    entries, orphans, broken = _entries(since, until)
    reads = compare_reads(actor, since, until, _began())
    compared = {
        "readings": reads.readings,
        "events": reads.events,
        "snapshots": reads.snapshots,
        "consents": reads.consents,
        "rows": rows,
        "entries": entries,
    }
    return compared, {
        Difference.READING_WITHOUT_EVENT: reads.reading_without_event,
        Difference.EVENT_WITHOUT_READING: reads.event_without_reading,
        Difference.EVENT_WITHOUT_SNAPSHOT: reads.event_without_snapshot,
        Difference.SNAPSHOT_WITHOUT_EVENT: reads.snapshot_without_event,
        Difference.RESULT_CHANGED: reads.result_changed,
        Difference.USES_MISCOUNTED: reads.uses_miscounted,
        Difference.EVENT_NOT_IN_LEDGER: found(without_entry),
        Difference.LEDGER_WITHOUT_EVENT: found(orphans),
        Difference.COMMITMENT_BROKEN: found(broken),
        Difference.NOT_SEALED: found(_not_sealed()),
    }


def _rows_without_entry(since: datetime) -> tuple[int, list[UUID]]:
    """Return how many events and deeds there are, and those that no entry stands for."""
    seen, missing = 0, list[UUID]()
    for subject in openings.subjects():
        ids = openings.source_of(subject).ids_since(since)
        while batch := list(islice(ids, BATCH)):
            seen += len(batch)
            known = ledger.known_entries(subject, batch)
            missing += [one for one in batch if one not in known]
    return seen, missing


def _entries(since: datetime, until: datetime) -> tuple[int, list[UUID], list[UUID]]:
    """Return how many entries there are, those without a row, and those that do not open to it."""
    seen, orphans, broken = 0, list[UUID](), list[UUID]()
    for batch in _batches(since, until):
        seen += len(batch)
        opened = _opened(batch)
        for entry in batch:
            opening = opened.get(entry.id)
            if opening is None:
                orphans.append(entry.id)
            elif not opens_to(entry, opening):
                broken.append(entry.id)
    return seen, orphans, broken


def opens_to(entry: LedgerEntry, opening: Opening) -> bool:
    """Tell whether an entry's commitments and leaf are those of what its row says now."""
    hashes = (entry.matter_hash, entry.person_hash)
    text = entry_text(entry.id, opening.happened_at, entry.subject, *hashes)
    matter = commitment(entry.matter_salt, canonical(opening.matter))
    return (
        leaf_hash(text.encode()) == entry.leaf_hash
        and matter == entry.matter_hash
        and _opens_person(entry, opening)
    )


def _opens_person(entry: LedgerEntry, opening: Opening) -> bool:
    """Tell whether the persons are those sealed; of erased ones the row must name nobody."""
    if entry.person_salt is None:
        return opening.person is None or opening.person.get("name") == ERASED_NAME
    return commitment(entry.person_salt, canonical(opening.person)) == entry.person_hash


def _opened(batch: Sequence[LedgerEntry]) -> Mapping[UUID, Opening]:
    """Return what the rows behind these entries say; of an unknown subject nothing opens."""
    opened: dict[UUID, Opening] = {}
    for subject in {entry.subject for entry in batch} & openings.subjects():
        ids = [entry.id for entry in batch if entry.subject == subject]
        opened |= openings.source_of(subject).read(ids)
    return opened


def _batches(since: datetime, until: datetime) -> Iterator[Sequence[LedgerEntry]]:
    statement = (
        select(LedgerEntry)
        .where(LedgerEntry.happened_at >= since, LedgerEntry.happened_at < until)
        .order_by(LedgerEntry.happened_at)
        .execution_options(yield_per=BATCH)
    )
    yield from db.session.scalars(statement).partitions()


def _not_sealed() -> Sequence[UUID]:
    """Return the entries that stand in no tree although their minutes are over."""
    stands = exists().where(LedgerLeaf.entry_id == LedgerEntry.id)
    late = LedgerEntry.happened_at < clock.now() - SEALED_WITHIN
    return db.session.scalars(select(LedgerEntry.id).where(late, ~stands)).all()
