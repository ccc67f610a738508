"""A random city against the model: after every deed both must say the same of every pact.

Each example starts from the same committed stage inside a savepoint that is rolled back, and
moves a clock of its own forwards only.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)
from sqlalchemy import Connection, func, select

from tests.gate.negatives import kind_of, outcome_of
from tests.gate.oracle import GONE, Wish
from tests.gate.stage import HEADS, PURPOSE, Stage
from xinyidai.consents import service as consents
from xinyidai.consents.models import Consent
from xinyidai.consents.service import ConsentRefused
from xinyidai.consents.values import ConsentMode, LookWish
from xinyidai.credit_records import service as credit_records
from xinyidai.credit_records.models import QueryEvent
from xinyidai.enterprises.values import RegistrationStatus
from xinyidai.kernel import clock
from xinyidai.kernel.db import db
from xinyidai.kernel.errors import Conflict, DomainError, NotFound

START = datetime(2026, 11, 10, 10, tzinfo=clock.TZ)
STEPS = 50
MOST_PACTS = 8  # of an example
IN_PLAY = 3  # the newest ones, on which deeds are done
TICK = timedelta(milliseconds=1)
LOOKERS = ("officer", "colleague", "machine", "stranger", "guarantor", "manager", "boss")

pacts = st.integers(0, IN_PLAY - 1)
mostly = st.sampled_from([True, True, True, False])
seldom = st.sampled_from([False, False, False, True])
days = st.sampled_from([1, 30, 90, 90])


@dataclass
class Scene:
    """Where machines play; one for a run."""

    connection: Connection
    stage: Stage
    steps: int = 0
    looks: int = 0
    refusals: int = 0


class Authorizations(RuleBasedStateMachine):
    """Everybody does anything, in any order, at any time."""

    scene: ClassVar[Scene]

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.stage = deepcopy(self.scene.stage)
        db.session.remove()
        self.point = self.scene.connection.begin_nested()

    def teardown(self) -> None:
        db.session.remove()
        self.point.rollback()

    # Agreements

    @initialize(uses=st.none() | st.integers(1, 3), per_day=st.none() | st.integers(1, 2))
    def first_pact(self, uses: int | None, per_day: int | None) -> None:
        with self._at():
            self.stage.give("0", max_uses=uses or 4, max_per_day=per_day)

    @precondition(lambda self: len(self.stage.consents) < MOST_PACTS)
    @rule(
        asked=seldom,
        valid_days=days,
        uses=st.integers(1, 4),
        max_per_day=st.sampled_from([None, None, 1, 2]),
        max_per_month=st.sampled_from([None, None, 1, 2]),
        officer=st.sampled_from([None, None, "officer"]),
        mode=st.sampled_from([ConsentMode.VIEW, ConsentMode.RESULT]),
    )
    def new_pact(self, *, asked: bool, valid_days: int, uses: int, **terms: object) -> None:
        officer = terms.pop("officer")
        possible = (
            PURPOSE in self.stage.city.purposes_in_force
            and self.stage.city.banks_in_order["b1"]
            and self.stage.city.firm_status["f1"] not in GONE
            and (officer is None or self.stage.city.accounts_in_order["officer"])
        )
        make = self.stage.ask if asked else self.stage.give
        with self._at():
            terms |= {
                "valid_until": clock.today() + timedelta(days=valid_days),
                "max_uses": uses,
                "officer_account_id": officer,
                "data_life_days": 5,
            }
            self._do(possible, lambda: make(str(len(self.stage.consents)), **terms))

    @rule(which=pacts, who=st.sampled_from(["boss", "agent"]))
    def sign(self, which: int, who: str) -> None:
        self._deed(
            which,
            lambda pact: self.stage.city.sign(pact, who),
            lambda key: consents.grant_consent(self.stage.actors[who], key),
        )

    @rule(wanted=seldom)
    def sign_by_two(self, *, wanted: bool) -> None:
        with self._at():
            self.stage.want_two_signers(wanted=wanted)

    # What the parties do with a pact

    @rule(which=pacts)
    def decline(self, which: int) -> None:
        boss = self.stage.actors["boss"]
        self._deed(which, self.stage.city.decline, lambda key: consents.decline_consent(boss, key))

    @rule(which=pacts)
    def pause(self, which: int) -> None:
        boss = self.stage.actors["boss"]
        self._deed(which, self.stage.city.pause, lambda key: consents.suspend_consent(boss, key))

    @rule(which=pacts)
    def go_on(self, which: int) -> None:
        boss = self.stage.actors["boss"]
        self._deed(which, self.stage.city.go_on, lambda key: consents.resume_consent(boss, key))

    @rule(which=pacts)
    def confirm(self, which: int) -> None:
        boss = self.stage.actors["boss"]
        self._deed(which, self.stage.city.confirm, lambda key: consents.confirm_consent(boss, key))

    @rule(which=pacts, really=seldom)
    def revoke(self, which: int, *, really: bool) -> None:
        boss = self.stage.actors["boss"]
        if really or self.stage.city.state(self.stage.pact(self._name(which))) == "used_up":
            self._deed(
                which, self.stage.city.revoke, lambda key: consents.revoke_consent(boss, key)
            )

    @rule(which=pacts, really=seldom)
    def end(self, which: int, *, really: bool) -> None:
        officer = self.stage.actors["officer"]
        if really:
            self._deed(
                which, self.stage.city.end, lambda key: consents.end_consent(officer, key, "结束")
            )

    @rule(which=pacts, really=seldom)
    def forge(self, which: int, *, really: bool) -> None:
        if really:
            name = self._name(which)
            with self._at():
                longer = self.stage.pact(name).life_days + 1
                self.stage.forge(name, data_life_days=longer)
                self.stage.pact(name).life_days = longer

    # What happens to the parties

    @rule(in_order=mostly)
    def bank_suspended_or_back(self, *, in_order: bool) -> None:
        with self._at():
            self.stage.put_bank("b1", in_order=in_order)

    @rule(in_order=mostly)
    def officer_left_or_back(self, *, in_order: bool) -> None:
        with self._at():
            self.stage.put_account("officer", in_order=in_order)

    @rule(head=st.sampled_from([*HEADS, HEADS[0]]))
    def head_changed(self, head: str) -> None:
        with self._at():
            self.stage.put_head("f1", head)

    @rule(status=st.sampled_from([*RegistrationStatus, *[RegistrationStatus.ACTIVE] * 6]))
    def registry_changed(self, status: RegistrationStatus) -> None:
        with self._at():
            self.stage.put_status("f1", status)

    @rule(wanted=mostly)
    def purpose_retired_or_approved_again(self, *, wanted: bool) -> None:
        with self._at():
            if wanted is not (PURPOSE in self.stage.city.purposes_in_force):
                (self.stage.approve if wanted else self.stage.retire)(PURPOSE)

    # The clock

    @rule(seconds=st.integers(1, 6 * 3600))
    def within_a_day(self, seconds: int) -> None:
        self._move(self.now + timedelta(seconds=seconds))

    @rule(before=st.booleans())
    def to_midnight(self, *, before: bool) -> None:
        midnight = datetime.combine(self.now.date() + timedelta(days=1), time.min, clock.TZ)
        self._move(midnight - timedelta(microseconds=1) if before else midnight)

    @rule(number=st.sampled_from([1, 1, 3, 31]))
    def days_on(self, number: int) -> None:
        self._move(self.now + timedelta(days=number))

    @rule(which=pacts, before=mostly, really=seldom)
    def to_the_end_of_a_pact(self, which: int, *, before: bool, really: bool) -> None:
        if really:
            day = self.stage.pact(self._name(which)).last_day + timedelta(days=1)
            end = datetime.combine(day, time.min, clock.TZ)
            self._move(end - timedelta(microseconds=1) if before else end)

    # Looks

    @rule(
        which=pacts,
        who=st.sampled_from(LOOKERS),
        purpose=st.sampled_from([PURPOSE, PURPOSE, "guarantee"]),
        subject=st.sampled_from(["records", "score"]),
        items=st.sampled_from([None, ("tax",), ("customs",), ()]),
    )
    def look_anyhow(
        self, which: int, who: str, purpose: str, subject: str, items: tuple[str, ...] | None
    ) -> None:
        self._look(which, who, Wish("f1", purpose, subject, items))

    @rule(which=pacts, subject=st.sampled_from(["records", "score"]))
    def look(self, which: int, subject: str) -> None:
        self._look(which, "officer", Wish("f1", PURPOSE, subject))

    @rule(which=pacts)
    def put_in_order_and_look(self, which: int) -> None:
        pact = self.stage.pact(self._name(which))
        with self._at():
            self.stage.put_bank("b1", in_order=True)
            self.stage.put_account("officer", in_order=True)
            self.stage.put_status("f1", RegistrationStatus.ACTIVE)
            self.stage.put_head("f1", pact.head_at_signing or HEADS[0])
        self.purpose_retired_or_approved_again(wanted=True)
        if pact.paused:
            self.go_on(which)
        self.look(which, "score")

    @rule(which=pacts, who=st.sampled_from(LOOKERS))
    def look_again(self, which: int, who: str) -> None:
        name = self._name(which)
        if name not in self.stage.snapshots:
            return
        made_at, snapshot_id = self.stage.snapshots[name]
        with self._at():
            why = self.stage.city.objections_to_reading_again(
                self.stage.pact(name), self.stage.person(who), made_at, self.now
            )
            before = self._events()
            outcome = self._outcome(
                lambda: credit_records.read_snapshot(self.stage.actors[who], snapshot_id)
            )
            expected = {"hidden": "hidden", "life_over": "life_over"}.get("".join(why), "refused")
            assert outcome == (expected if why else "allowed"), (outcome, why)
            assert self._events() == before, "reading again left an event"

    @invariant()
    def product_and_model_agree(self) -> None:
        self.scene.steps += 1
        if not self.stage.consents:
            return
        with clock.at(self.now):
            self._settle()
            names = list(self.stage.consents)[-IN_PLAY:]
            found = self._rows(names)
            states = consents.states_of(found)
            for name, row in zip(names, found, strict=True):
                pact = self.stage.pact(name)
                assert states[row.id].value == self.stage.city.state(pact), name
                assert row.use_count == len(pact.looks), name
            self._agree_on_a_look(names[self.scene.steps % len(names)])

    def _rows(self, names: list[str]) -> list[Consent]:
        ids = [self.stage.consents[name] for name in names]
        statement = select(Consent).where(Consent.id.in_(ids))
        rows = db.session.scalars(statement.execution_options(populate_existing=True)).all()
        return sorted(rows, key=lambda row: ids.index(row.id))

    def _agree_on_a_look(self, name: str) -> None:
        """Compare the gate's decision; three times of four without its locks, which take time."""
        officer = self.stage.actors["officer"]
        wish = LookWish(officer.party_id, officer.account_id, PURPOSE, ["tax"])
        expected = self.stage.city.objections(
            self.stage.pact(name), self.stage.person("officer"), Wish("f1", PURPOSE, "score", ("tax",)), self.now
        )  # fmt: skip
        if self.scene.steps % 4 == 0:
            row = consents.lock_for_use(self.stage.consents[name])
            found = consents.find_refusals(row, wish)
        else:
            found = consents.foresee_refusals(self.stage.consent(name), wish)
            expected.discard("artefact_broken")
        reasons = {str(reason) for reason in found}
        assert reasons == expected, (name, reasons, expected)

    def _look(self, which: int, who: str, wish: Wish) -> None:
        name = self._name(which)
        with self._at():
            pact = self.stage.pact(name)
            why = self.stage.city.objections(pact, self.stage.person(who), wish, self.now)
            before = self._events()
            built: list[object] = []
            outcome = self._outcome(lambda: self._disclose(name, who, wish, built))
            assert outcome == outcome_of(why), (outcome, why)
            assert self._events() - before == 1, "one look, one event"
            assert bool(built) == (not why)
            if why:
                self.scene.refusals += 1
            else:
                self.scene.looks += 1
                self.stage.city.note_look(pact, self.now)

    def _name(self, which: int) -> str:
        """Return one of the newest pacts."""
        names = list(self.stage.consents)[-IN_PLAY:]
        return names[which % len(names)]

    def _disclose(self, name: str, who: str, wish: Wish, built: list[object]) -> None:
        snapshot = credit_records.disclose(
            self.stage.actors[who],
            self.stage.request(name, wish),
            lambda look: {"built": built.append(look)},
        )
        self.stage.snapshots[name] = snapshot.made_at, snapshot.id

    def _outcome(self, deed: Callable[[], object]) -> str:
        """Do a deed; what a refusal leaves is kept, as it has no connection of its own here."""
        try:
            deed()
        except (ConsentRefused, NotFound, Conflict) as refusal:
            return kind_of(refusal)
        return "allowed"

    def _deed(self, which: int, model: Callable[..., bool], real: Callable[..., object]) -> None:
        name = self._name(which)
        with self._at():
            possible = model(self.stage.pact(name))
            self._do(possible, lambda: real(self.stage.consents[name]))

    def _do(self, possible: bool, deed: Callable[[], object]) -> None:
        point = db.session.begin_nested()
        said = "done"
        try:
            deed()
        except DomainError as refusal:
            said = f"refused: {refusal}"
            point.rollback()
        else:
            point.commit()
        assert (said == "done") is possible, said

    def _events(self) -> int:
        count = select(func.count()).select_from(QueryEvent)
        return db.session.scalar(count) or 0

    def _move(self, moment: datetime) -> None:
        self.now = max(self.now, moment)

    @contextmanager
    def _at(self) -> Iterator[None]:
        """Let the clock stand at the next moment: no two deeds share one."""
        self.now += TICK
        with clock.at(self.now):
            self._settle()
            yield

    def _settle(self) -> None:
        self.stage.city.settle(self.now)
