"""A small town whose firm objects."""

from collections.abc import Callable

import pytest

from tests.factories.rights import STATEMENT, Town
from xinyidai.catalogue.objections import ObjectionSubject
from xinyidai.credit_records.values import Fact
from xinyidai.objections import service
from xinyidai.objections.models import Objection
from xinyidai.objections.values import Target, Wording


@pytest.fixture
def town(db) -> Town:
    return Town()


@pytest.fixture
def objected() -> Callable[..., Objection]:
    """Let the firm object to a record."""

    def make(town: Town, fact: Fact | None = None) -> Objection:
        record = fact or town.arrears()
        target = Target(subject=ObjectionSubject.RECORD, record_id=record.id)
        return service.open_objection(
            town.boss, target, Wording(reason="settled", statement=STATEMENT)
        )

    return make


@pytest.fixture
def at_source(objected) -> Callable[..., Objection]:
    """Let the firm object and the office accept."""

    def make(town: Town, fact: Fact | None = None) -> Objection:
        objection = objected(town, fact)
        return service.accept_objection(town.clerk.as_actor(), objection.id)

    return make
