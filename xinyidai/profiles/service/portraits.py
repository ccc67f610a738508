"""Make, keep and read portraits, 画像内容: events, relations, monthly series and tags of a firm."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import Executable, Row, delete, select
from sqlalchemy.dialects.postgresql import insert

from xinyidai.catalogue.kinds import KINDS
from xinyidai.catalogue.portrait import event_kinds, portrait_rules
from xinyidai.consents.values import ConsentMode
from xinyidai.credit_records import queries as record_queries
from xinyidai.credit_records import service as credit_records
from xinyidai.credit_records.service import Look, cases, door, showable
from xinyidai.credit_records.service.door import Aperture
from xinyidai.credit_records.values import Fact
from xinyidai.enterprises.models import Enterprise
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM, Actor
from xinyidai.kernel.db import db
from xinyidai.objections import service as objections
from xinyidai.profiles import policies, portrait_values, portraying, queries
from xinyidai.profiles.describing import months_of
from xinyidai.profiles.freshness import Freshness, KindState, Meter, meters_of
from xinyidai.profiles.models import PortraitRow
from xinyidai.profiles.portrait_values import Event, Portrait, Tie, Trend, standing
from xinyidai.profiles.portraying import MonthSum, Writing
from xinyidai.profiles.tagging import Tag, Tags, tags_of

__all__ = [
    "Event",
    "Freshness",
    "KindState",
    "Meter",
    "Portrait",
    "Tag",
    "Tags",
    "Tie",
    "Trend",
    "keep_portrait",
    "meters_of",
    "months_of",
    "portrait_of_content",
    "portrait_within",
    "read_own_portrait",
    "refresh_portrait",
    "tags_of",
    "tags_of_content",
    "to_content",
]

PURPOSE = "indicators"
OWN_MOST, LOOK_MOST = 300, 100  # events of one kind that a portrait keeps; the number of all stays


class Reader(Protocol):
    """A look, or a run of the platform over one firm: statements run under its role."""

    def execute(
        self, statement: str | Executable, params: Mapping[str, Any] | None = None
    ) -> Sequence[Row[*tuple[Any, ...]]]:
        """Return all rows of a statement."""


@dataclass(frozen=True, kw_only=True)
class _Task:
    firm: UUID
    representative: str | None
    today: date
    kinds: frozenset[str] | None
    marked: frozenset[str] = frozenset()


def read_own_portrait(actor: Actor, enterprise_id: UUID) -> Portrait | None:
    """Return the firm's own portrait on its present facts, or None until it has been made.

    Reads what was kept, as a result of a look is read again: nothing is spent and nothing written.

    Raises:
        NotFound: neither the firm itself nor the platform asks.

    """
    policies.require_own_or_system(actor, enterprise_id)
    firm = queries.get_firm(enterprise_id)
    statement = select(PortraitRow.content).where(
        PortraitRow.enterprise_id == enterprise_id,
        PortraitRow.facts_version == firm.facts_version,
        PortraitRow.version == _version(),
    )
    rows = door.read(Aperture(enterprise_id), statement)
    return standing(portrait_values.from_json(rows[0][0]), clock.today()) if rows else None


def refresh_portrait(enterprise_id: UUID) -> None:
    """Make the portrait where there is none on the firm's present facts."""
    if read_own_portrait(SYSTEM, enterprise_id) is None:
        with credit_records.platform_run(
            PURPOSE, _version(), enterprise_ids=[enterprise_id]
        ) as run:
            keep_portrait(run, enterprise_id)


def keep_portrait(reader: Reader, enterprise_id: UUID) -> None:
    """Make the portrait of a firm from what a run of the platform reads, and keep it."""
    firm = queries.get_firm(enterprise_id)
    # The version before the records, as for snapshots: a change in between outdates the portrait.
    row = {
        "enterprise_id": enterprise_id,
        "facts_version": firm.facts_version,
        "version": _version(),
        "made_at": clock.now(),
    }
    task = _Task(
        firm=enterprise_id,
        representative=firm.legal_representative,
        today=clock.today(),
        kinds=None,
    )
    row["content"] = portrait_values.to_json(_make(reader, task))
    statement = insert(PortraitRow).values(**row)
    changed = {name: statement.excluded[name] for name in row if name != "enterprise_id"}
    with door.with_door(Aperture(enterprise_id)) as connection:
        connection.execute(
            statement.on_conflict_do_update(index_elements=["enterprise_id"], set_=changed)
        )


def forget_outdated() -> None:
    """Delete the portraits that rest on facts the firm no longer has; nobody was shown them."""
    present = select(Enterprise.id).where(
        Enterprise.id == PortraitRow.enterprise_id,
        Enterprise.facts_version == PortraitRow.facts_version,
    )
    with door.with_door(Aperture(platform_run="portraits")) as connection:
        connection.execute(delete(PortraitRow).where(~present.exists()))


def portrait_within(look: Look) -> Portrait | None:
    """Return what a look may show beside indicators; None where only results may be seen."""
    if look.mode is ConsentMode.RESULT:
        return None
    firm = db.session.get_one(Enterprise, look.enterprise_id)
    task = _Task(
        firm=look.enterprise_id,
        representative=firm.legal_representative,
        today=clock.local(look.as_of).date(),
        kinds=look.kinds,
        marked=objections.marks_of(look.enterprise_id).keys,
    )
    return _make(look, task)


def to_content(portrait: Portrait) -> dict[str, Any]:
    """Return a portrait as it is sealed into the snapshot of a look."""
    content = portrait_values.to_json(portrait)
    for event in content["events"]:
        del event["key"], event["record"]
    return content


def portrait_of_content(content: Mapping[str, Any]) -> Portrait | None:
    """Return the portrait that a look showed, as far as it may be used today; None without one."""
    found = content.get("portrait")
    return standing(portrait_values.from_json(found), clock.today()) if found else None


def tags_of_content(content: Mapping[str, Any], portrait: Portrait) -> dict[str, Any]:
    """Return the tags that a look showed, less those whose reasons may not be used any more."""
    tags, left = content["tags"], {event.number for event in portrait.events}
    given = [t for t in tags["given"] if not t["events"] or not left.isdisjoint(t["events"])]
    return {**tags, "given": given}


def _make(reader: Reader, task: _Task) -> Portrait:
    dated, monthly = _kinds(task)
    facts = _facts(reader, task.firm, dated)
    writing = Writing(
        today=task.today,
        persons=showable.persons_in(facts, [task.representative]),
        most_of_a_kind=OWN_MOST if task.kinds is None else LOOK_MOST,
        key_of=lambda fact: cases.key_of(task.firm, fact),
        is_own=task.kinds is None,
        marked=task.marked,
    )
    events, numbers = portraying.events_of(facts, writing)
    sums = _sums(reader, task.firm, monthly)
    portrait = Portrait(
        _version(),
        task.today,
        task.kinds,
        events,
        portraying.totals_of(facts),
        _newest(facts, sums),
        portraying.trends_of(sums, task.today),
        portraying.ties_of(facts, numbers, task.today),
        _collected(task),
    )
    return standing(portrait, task.today)


def _version() -> str:
    return f"{portraying.VERSION}/{portrait_rules().version}"


def _kinds(task: _Task) -> tuple[list[str], list[str]]:
    """Return the kinds of events and the kinds of monthly figures that may be read."""
    readable = KINDS.keys() if task.kinds is None else KINDS.keys() & task.kinds
    return sorted(readable & event_kinds()), sorted(readable - event_kinds())


def _facts(reader: Reader, firm: UUID, kinds: Sequence[str]) -> tuple[Fact, ...]:
    return record_queries.as_facts(reader.execute(record_queries.facts_in_force(firm, kinds)))


def _sums(reader: Reader, firm: UUID, kinds: Sequence[str]) -> list[MonthSum]:
    return [MonthSum(*row) for row in reader.execute(record_queries.month_sums(firm, kinds))]


def _newest(facts: Sequence[Fact], sums: Sequence[MonthSum]) -> dict[str, date]:
    days = [(fact.kind, fact.occurred_on) for fact in facts]
    days += [(found.kind, found.month) for found in sums]
    newest: dict[str, date] = {}
    for kind, day in days:
        newest[kind] = max(day, newest.get(kind, day))
    return dict(sorted(newest.items()))


def _collected(task: _Task) -> dict[str, date]:
    found = credit_records.collected_kinds()
    return {
        kind: moment.date()
        for kind, moment in sorted(found.items())
        if task.kinds is None or kind in task.kinds
    }
