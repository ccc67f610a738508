"""Two firms and two banks ask at the same time, in eight threads over one application and pool.

Each answer is searched for the marks of the other world; private answers must forbid every cache
to keep them, and no answer hands out a session.
"""

import random
import sys
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from flask import Flask
from flask.testing import FlaskClient

from tests.gate.twins import PURPOSE, World, build_twins
from xinyidai.accounts.models import Account
from xinyidai.accounts.session import COOKIE
from xinyidai.consents import service as consents
from xinyidai.consents.values import ConsentDraft
from xinyidai.kernel import clock
from xinyidai.kernel.db import db, own_transaction

THREADS = 8
NEW_CONSENT_EVERY = 25  # of a firm's requests
FIRM_PAGES = (
    "/enterprise",
    "/enterprise/consents",
    "/enterprise/consents/{consent}",
    "/enterprise/consents/{consent}/receipt.json",
    "/enterprise/queries",
    "/enterprise/queries/{look}",
    "/enterprise/profile",
    "/enterprise/matches",
    "/enterprise/applications",
    "/enterprise/applications/{application}",
    "/enterprise/people",
    "/enterprise/people/{account}",
    "/enterprise/holdings",
    "/messages",
)
FIRM_POSTS = ("/enterprise/records", "/enterprise/holdings", "/enterprise/holdings/file")
BANK_PAGES = (
    "/bank",
    "/bank/applications",
    "/bank/applications/{application}",
    "/bank/consents",
    "/bank/consents/{consent}",
    "/bank/batches",
    "/bank/batches/{batch}",
    "/bank/batches/{batch}/results.csv",
    "/bank/products",
    "/queries/{snapshot}",
    "/messages",
)
API_PAGES = (
    "/api/v1/consents",
    "/api/v1/consents/{consent}",
    "/api/v1/applications",
    "/api/v1/applications/{application}",
    "/api/v1/queries/{snapshot}",
)
# What a stranger's object answers with, and what a used-up authorization does.
QUIET = frozenset({200, 201, 303, 403, 404, 409})


@dataclass
class Weather:
    """What was asked and what was wrong."""

    requests: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    marked: int = 0
    faults: list[str] = field(default_factory=list)

    def add(self, other: "Weather") -> None:
        self.requests += other.requests
        self.statuses += other.statuses
        self.marked += other.marked
        self.faults += other.faults


@dataclass(frozen=True)
class Asked:
    """One request: how, where, with what."""

    method: str
    path: str
    role: str
    data: dict[str, Any] = field(default_factory=dict)


def run(app: Flask, requests: int, *, seed: int = 7) -> Weather:
    """Let eight threads ask this many times in all."""
    twins = build_twins()
    db.session.remove()
    share = -(-requests // THREADS)
    weather = Weather()
    with ThreadPoolExecutor(THREADS) as threads:
        parts = [
            threads.submit(_Asker(app, twins, random.Random(seed + n)).run, share)  # noqa: S311
            for n in range(THREADS)
        ]
        for part in parts:
            weather.add(part.result())
    return weather


class _Asker:
    """One thread: at every request somebody else."""

    def __init__(self, app: Flask, twins: tuple[World, World], dice: random.Random) -> None:
        self.app, self.twins, self.dice = app, twins, dice
        self.fresh: dict[str, UUID] = {}
        self.weather = Weather()

    def run(self, share: int) -> Weather:
        for number in range(share):
            mine, other = self.dice.sample(self.twins, 2)
            asked = self._choose(mine, other)
            self._ask(asked, mine, other)
            if number % NEW_CONSENT_EVERY == 0:
                self._sign(mine)
            if number % 1000 == 0:
                sys.stderr.write(f"two_identities: {number * THREADS}/{share * THREADS}\n")
        return self.weather

    def _choose(self, mine: World, other: World) -> Asked:
        kinds: list[Callable[[World, World], Asked]] = [
            self._firm_page,
            self._firm_page,
            self._bank_page,
            self._bank_page,
            self._api_page,
            self._api_page,
            self._firm_post,
            self._look,
            self._api_look,
            self._trespass,
        ]
        return self.dice.choice(kinds)(mine, other)

    def _firm_page(self, mine: World, _other: World) -> Asked:
        return Asked("GET", self._fill(self.dice.choice(FIRM_PAGES), mine), "E")

    def _firm_post(self, _mine: World, _other: World) -> Asked:
        return Asked("POST", self.dice.choice(FIRM_POSTS), "E")

    def _bank_page(self, mine: World, _other: World) -> Asked:
        return Asked("GET", self._fill(self.dice.choice(BANK_PAGES), mine), "B")

    def _api_page(self, mine: World, _other: World) -> Asked:
        return Asked("GET", self._fill(self.dice.choice(API_PAGES), mine), "C")

    def _look(self, mine: World, _other: World) -> Asked:
        form = {"consent_id": str(self._consent(mine)), "key": uuid4().hex}
        return Asked("POST", "/queries", "B", {"data": form})

    def _api_look(self, mine: World, _other: World) -> Asked:
        body = {"consent_id": str(self._consent(mine)), "uscc": mine.uscc, "purpose": PURPOSE}
        return Asked("POST", "/api/v1/queries", "C", {"json": body})

    def _trespass(self, _mine: World, other: World) -> Asked:
        """Ask for something of the other world."""
        role, pages = self.dice.choice([("E", FIRM_PAGES), ("B", BANK_PAGES), ("C", API_PAGES)])
        path = self.dice.choice([page for page in pages if "{" in page])
        return Asked("GET", self._fill(path, other), role)

    def _fill(self, path: str, world: World) -> str:
        return path.format_map({name: str(value) for name, value in world.ids.items()})

    def _consent(self, world: World) -> UUID | str:
        return self.fresh.get(world.letter, world.ids["consent"])

    def _ask(self, asked: Asked, mine: World, other: World) -> None:
        client: FlaskClient = mine.client(self.app, asked.role)
        more = asked.data | {"headers": mine.headers(asked.role)}
        answer = client.open(asked.path, method=asked.method, **more)
        body = answer.get_data().decode("latin-1")
        self.weather.requests += 1
        self.weather.statuses[answer.status_code] += 1
        own = (mine.private, mine.name, mine.staff, mine.secret)
        self.weather.marked += any(mark in body for mark in own)
        for fault in self._faults(answer, body, other):
            self.weather.faults.append(f"{mine.letter}{asked.role} {asked.path}: {fault}")

    def _faults(self, answer: Any, body: str, other: World) -> list[str]:
        foreign = (other.private, other.name, other.staff, other.secret)
        kept = answer.headers.get("Cache-Control", "")
        return [
            *(f"shows {mark}" for mark in foreign if mark in body or mark in str(answer.headers)),
            *([f"status {answer.status_code}"] if answer.status_code not in QUIET else []),
            *([f"Cache-Control {kept!r}"] if "no-store" not in kept else []),
            *(
                "hands out a session"
                for cookie in answer.headers.getlist("Set-Cookie")
                if COOKIE in cookie
            ),
        ]

    def _sign(self, world: World) -> None:
        """Let the firm authorize its bank anew, so that looks do not run out."""
        today = clock.today()
        ids = world.ids
        assert isinstance(ids["firm"], UUID)
        draft = ConsentDraft(
            enterprise_id=ids["firm"],
            institution_id=ids["bank"],
            purpose=PURPOSE,
            item_codes=["registration", "tax", "judicial"],
            valid_until=today + timedelta(days=60),
            data_from=today - timedelta(days=365),
            data_life_days=30,
            max_uses=10,
        )
        with self.app.app_context():
            with own_transaction():
                boss = db.session.get_one(Account, world.accounts["E"]).as_actor()
                [consent] = consents.grant_directly(boss, [draft])
                self.fresh[world.letter] = consent.id
            db.session.remove()
