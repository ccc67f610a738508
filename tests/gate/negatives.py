"""Looks that must not be: every road to every state, crossed with who asks, for what and when.

The model says what to expect; the product must refuse exactly what it refuses, for the same
reasons, show nothing, spend nothing, and leave one refused event that is committed although the
request rolls back.
"""

import random
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import product
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.gate.oracle import City, Wish
from tests.gate.roads import (
    BASE,
    INSTANT,
    P,
    Road,
    first_instant_after,
    last_instant,
    roads,
    wishes,
)
from tests.gate.stage import PURPOSE, Stage, build_stage
from xinyidai.consents import service as consents
from xinyidai.consents.service import ConsentRefused
from xinyidai.credit_records import service as credit_records
from xinyidai.credit_records.models import QueryEvent
from xinyidai.credit_records.service import Look
from xinyidai.kernel import clock
from xinyidai.kernel.db import db
from xinyidai.kernel.errors import Conflict, NotFound
from xinyidai.ledger.models import LedgerEntry


@dataclass
class Tally:
    """What was tried and what was wrong."""

    refused: set[tuple[object, ...]] = field(default_factory=set)
    allowed: set[tuple[object, ...]] = field(default_factory=set)
    reread_refused: int = 0
    reread_allowed: int = 0
    states: set[str] = field(default_factory=set)
    reasons: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)


@dataclass
class Trial:
    """Tries looks on one road after the other and keeps the tally."""

    stage: Stage
    tally: Tally = field(default_factory=Tally)

    def take(self, road: Road, tries: Sequence[tuple[str, Wish]], *, reread: bool = True) -> None:
        """Walk a road, try the looks, read the snapshot again, and walk back."""
        before = deepcopy((self.stage.city, self.stage.consents))
        self.stage.snapshots.clear()
        try:
            with clock.at(BASE):
                road.walk(self.stage)
            now = road.when(self.stage)
            city = self._city(now)
            self.tally.states.add(city.state(city.pacts[P]))
            self._note_state(road, city, now)
            with clock.at(now):
                self._look(road, city, now, tries)
                self._look_at_nothing(road)
                if reread and road.has_snapshot:
                    self._reread(road, now)
        finally:
            db.session.rollback()
            self.stage.city, self.stage.consents = before

    def _city(self, now: datetime) -> City:
        city = deepcopy(self.stage.city)
        city.settle(now)
        return city

    def _note_state(self, road: Road, city: City, now: datetime) -> None:
        with clock.at(now):
            state = consents.state_of(self.stage.consent(P)).value
        if state != city.state(city.pacts[P]):
            self._fault(road, f"state {state}, expected {city.state(city.pacts[P])}")

    def _look(
        self, road: Road, city: City, now: datetime, tries: Sequence[tuple[str, Wish]]
    ) -> None:
        expected: dict[UUID, set[str]] = {}
        untouched = self._traces()
        for name, wish in tries:
            pact, tag = city.pacts[P], uuid4()
            why = city.objections(pact, self.stage.person(name), wish, now)
            key = (road.name, name, wish)
            (self.tally.refused if why else self.tally.allowed).add(key)
            self.tally.reasons |= why
            if why:
                expected[tag] = why
            self._try(road, name, wish, tag, why)
        if self._traces() != untouched:
            self._fault(road, "a refused look left a snapshot, an opening of the door or a use")
        self._check_events(road, expected)

    def _try(self, road: Road, name: str, wish: Wish, tag: UUID, why: set[str]) -> None:
        shown: list[Look] = []

        def build(look: Look) -> dict[str, Any]:
            shown.append(look)
            return {"facts": [fact.natural_key for fact in look.facts()]}

        request = self.stage.request(P, wish, batch_id=tag)
        point = db.session.begin_nested()
        try:
            snapshot = credit_records.disclose(self.stage.actors[name], request, build)
            outcome = "allowed" if snapshot.content["facts"] else "empty"
        except (ConsentRefused, NotFound) as refusal:
            outcome = kind_of(refusal)
        point.rollback()
        if outcome != outcome_of(why) or bool(shown) != (not why):
            self._fault(
                road, f"{name} {wish}: {outcome}, expected {outcome_of(why)}, built {shown}"
            )

    def _check_events(self, road: Road, expected: dict[UUID, set[str]]) -> None:
        """Look, on another connection, for exactly one refused event with evidence for each."""
        statement = (
            select(QueryEvent, LedgerEntry.id)
            .outerjoin(LedgerEntry, LedgerEntry.id == QueryEvent.id)
            .where(QueryEvent.batch_id.in_(expected))
        )
        with Session(db.engine) as apart:
            rows = apart.execute(statement).all()
        if sorted(str(event.batch_id) for event, _ in rows) != sorted(map(str, expected)):
            self._fault(road, f"{len(expected)} refused looks left {len(rows)} events")
        for event, entry in rows:
            fits = (
                event.outcome == "refused"
                and set(event.reasons) == expected[event.batch_id]
                and event.snapshot_id is event.result_hash is event.record_count is None
                and entry == event.id
            )
            if not fits:
                wanted = expected[event.batch_id]
                self._fault(road, f"event {event.outcome} {event.reasons}, expected {wanted}")

    def _look_at_nothing(self, road: Road) -> None:
        """Ask under an authorization that does not exist."""
        tag = uuid4()
        request = self.stage.request(P, Wish("f1", PURPOSE, "records"), batch_id=tag)
        absent = type(request)(**{**vars(request), "consent_id": uuid4()})
        try:
            credit_records.disclose(self.stage.actors["officer"], absent, lambda _: {})
            self._fault(road, "an absent consent was no hindrance")
        except NotFound:
            self._check_events(road, {tag: {"no_consent"}})
        self.tally.refused.add((road.name, "absent"))

    def _reread(self, road: Road, now: datetime) -> None:
        made_at, snapshot_id = self.stage.snapshots[P]
        life_over = made_at + timedelta(days=self.stage.pact(P).life_days)
        moments = {now, max(now, life_over - INSTANT), max(now, life_over)}
        moments |= {first_instant_after(self.stage), max(now, last_instant(self.stage))}
        events = self._events()
        for moment in sorted(moments):
            city = self._city(moment)
            for name in self.stage.actors:
                why = city.objections_to_reading_again(
                    city.pacts[P], self.stage.person(name), made_at, moment
                )
                self._reread_once(road, name, snapshot_id, moment, why)
        if self._events() != events:
            self._fault(road, "reading again wrote an event")

    def _reread_once(
        self, road: Road, name: str, snapshot_id: UUID, moment: datetime, why: set[str]
    ) -> None:
        with clock.at(moment):
            try:
                credit_records.read_snapshot(self.stage.actors[name], snapshot_id)
                outcome: object = "allowed"
            except ConsentRefused as refusal:
                outcome = set(map(str, refusal.reasons))
            except (NotFound, Conflict) as refusal:
                outcome = kind_of(refusal)
        expected: object = why or "allowed"
        expected = {"hidden": "hidden", "life_over": "life_over"}.get("".join(why), expected)
        if why:
            self.tally.reread_refused += 1
        else:
            self.tally.reread_allowed += 1
        if outcome != expected:
            self._fault(road, f"{name} reads again: {outcome}, expected {expected}")

    def _traces(self) -> tuple[int, int, int]:
        return (*door_counts(self.stage.ids["f1"]), self.stage.consent(P).use_count)

    def _events(self) -> int:
        return db.session.scalar(select(func.count()).select_from(QueryEvent)) or 0

    def _fault(self, road: Road, words: str) -> None:
        self.tally.faults.append(f"{road.name}: {words}")


def kind_of(refusal: Exception) -> str:
    """Return how the model calls an error."""
    if isinstance(refusal, ConsentRefused):
        return "refused"
    return "hidden" if isinstance(refusal, NotFound) else "life_over"


def outcome_of(why: set[str]) -> str:
    """Return how a look ends that meets these objections."""
    if not why:
        return "allowed"
    return "hidden" if why & {"other_institution", "other_enterprise"} else "refused"


def door_counts(firm_id: UUID) -> tuple[int, int]:
    """Count a firm's snapshots and openings of the door, as the present transaction sees them."""
    from xinyidai.credit_records.models import DisclosureSnapshot, DoorReading
    from xinyidai.credit_records.service import door

    counts = [
        door.read(
            door.Aperture(firm_id),
            select(func.count()).select_from(model).where(model.enterprise_id == firm_id),
        )[0][0]
        for model in (DisclosureSnapshot, DoorReading)
    ]
    return counts[0], counts[1]


def tries_of(road: Road, people: Sequence[str], count: int, seed: int) -> list[tuple[str, Wish]]:
    """Return this many different looks of a road; the plain one of each person is among them."""
    plain = [(name, Wish("f1", PURPOSE, "records")) for name in people]
    plain.append(("officer", Wish("f1", PURPOSE, "score")))
    rest = [one for one in product(people, wishes()) if one not in plain]
    random.Random(f"{seed} {road.name}").shuffle(rest)  # noqa: S311 - a repeatable choice
    return [*plain, *rest][:count]


@contextmanager
def _committed_stage() -> Iterator[Stage]:
    with clock.at(BASE - timedelta(days=1)):
        stage = build_stage()
        db.session.commit()
    yield stage


def run(negatives: int, *, seed: int = 20261110) -> Tally:
    """Try at least this many looks that must be refused, in the present application context."""
    found = roads()
    with _committed_stage() as stage:
        trial = Trial(stage)
        people = list(stage.actors)
        each = -(-negatives // len(found))
        for number, road in enumerate(found):
            sys.stderr.write(f"gate_negatives: road {number + 1}/{len(found)}, {road.name}\n")
            # Some of the tries are allowed on an open road: they show that the rest could be.
            trial.take(road, tries_of(road, people, each + each // 8 + 1, seed))
    return trial.tally
