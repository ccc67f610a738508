"""Somebody who reads everything a record can be seen in, each time on a connection of its own.

Page, file, indicator, score, match, and the bank's old result on the page and through the API.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient

from tests.api.conftest import token_of
from tests.factories import parties
from tests.factories.rights import Town
from tests.products import factories as products
from xinyidai.accounts.models import Account
from xinyidai.accounts.service import open_client
from xinyidai.catalogue.indicators import indicator_dictionary
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM, Role
from xinyidai.kernel.db import db, own_transaction
from xinyidai.matching import service as matching
from xinyidai.products.values import GuaranteeKind, Wish
from xinyidai.profiles import queries as profiles
from xinyidai.scoring import service as scoring
from xinyidai.scoring.artefacts import shipped_folder
from xinyidai.scoring.service.looks import LookOrder, look
from xinyidai.seeds.models import ACTIVE, CODE

WISH = Wish(50_000_000, 12, GuaranteeKind.CREDIT)
T = TypeVar("T")
SURFACES = ("page", "file", "indicator", "score", "match", "bank", "api")


@dataclass
class Reader:
    """Reads of one firm; `text` is what the record says, `indicator` what it makes."""

    app: Flask
    town: Town
    owner: FlaskClient
    officer: FlaskClient
    program: FlaskClient
    headers: dict[str, str]
    text: str
    indicator: str
    value: Any
    snapshot_ids: tuple[UUID, ...] = ()

    def apart(self, read: Callable[[], T]) -> T:
        """Read in a thread of its own: a request here would share the test's own transaction."""
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(read).result()

    def seen(self) -> dict[str, bool]:
        """Tell on which surfaces the record, or what was made of it, is shown now."""
        return self.apart(self._seen)

    def _seen(self) -> dict[str, bool]:
        shown, kept = self.snapshot_ids
        address = f"/api/v1/queries/{kept}"
        return {
            "page": self.text in self.owner.post("/enterprise/records").text,
            "file": self.text in self.owner.post("/enterprise/holdings/file").text,
            "indicator": self._indicator() == self.value,
            "score": self._with(lambda firm: scoring.find_current_score(firm) is not None),
            "match": self._with(
                lambda firm: matching.read_current_run(self.town.boss, firm) is not None
            ),
            "bank": self.officer.get(f"/queries/{shown}").status_code == 200,
            "api": self.program.get(address, headers=self.headers).status_code == 200,
        }

    def refresh(self) -> None:
        """Have profile, score and match made anew."""
        with own_transaction():
            make_profile(self.town)

    def indicators(self) -> dict[str, Any]:
        """Return the indicators on the firm's present facts, or nothing when there are none."""
        return self.apart(lambda: self._with(_indicators))

    def _indicator(self) -> Any:
        return self._with(_indicators).get(self.indicator, {}).get("value")

    def _with(self, read: Callable[[UUID], Any]) -> Any:
        with self.app.app_context():
            return read(self.town.firm.id)


def make_profile(town: Town) -> None:
    """Build the profile, score it, and match it with what is on sale."""
    scoring.refresh_firm(town.firm.id)
    matching.match_own_firm(town.boss, town.firm.id, WISH)


def make_reader(
    live: Flask, client_as: Callable[[Account], FlaskClient], town: Town, **what: Any
) -> Reader:
    """Put a model in force and a product on sale, let the bank look twice, and commit it all."""
    keeper = parties.account(Role.OPERATOR).as_actor()
    scoring.register_model(keeper, shipped_folder(CODE, ACTIVE))
    scoring.validate_model(keeper, CODE, ACTIVE)
    scoring.approve_model(town.clerk.as_actor(), CODE, ACTIVE)
    scoring.activate_model(keeper, CODE, ACTIVE)
    products.listed_version(products.manager_of(town.bank))
    make_profile(town)
    consent = town.consent()
    order = LookOrder(consent.id, town.firm.id, consent.purpose)
    looks = tuple(look(town.officer.as_actor(), order).id for _ in range(2))
    client, _ = open_client(SYSTEM, town.bank.id, "信贷系统", scope="queries")
    headers = {"Authorization": f"Bearer {token_of(client, 'queries')}"}
    db.session.commit()
    owner, officer = client_as(town.owner), client_as(town.officer)
    reader = Reader(live, town, owner, officer, live.test_client(), headers, **what)
    reader.snapshot_ids = looks
    return reader


def _indicators(enterprise_id: UUID) -> dict[str, Any]:
    firm = profiles.get_firm(enterprise_id)
    key = {
        "enterprise_id": enterprise_id,
        "as_of": clock.today(),
        "facts_version": firm.facts_version,
        "dictionary_version": indicator_dictionary().version,
        "scope": profiles.WHOLE,
    }
    found = profiles.find_snapshot(key)
    return dict(found.indicators) if found else {}
