"""A small town whose firm has something to repair."""

from collections.abc import Callable

import pytest

from tests.factories.rights import Town
from xinyidai.repairs import service
from xinyidai.repairs.models import Repair
from xinyidai.repairs.values import RepairClaim

CLAIM = RepairClaim(
    duty_note="罚款五月十日缴清，缴款书 000123", signed_name="张演示", has_signed=True
)


@pytest.fixture
def town(db) -> Town:
    return Town()


@pytest.fixture
def applied() -> Callable[[Town], Repair]:
    """Let the firm apply for the repair of a penalty of two hundred days ago."""
    return lambda town: service.apply_for_repair(town.boss, town.penalty().id, CLAIM)


@pytest.fixture
def handed_over(applied) -> Callable[[Town], Repair]:
    """Let the office check the application and hand it over."""

    def make(town: Town) -> Repair:
        repair, clerk = applied(town), town.clerk.as_actor()
        service.check_repair(clerk, repair.id)
        return service.hand_over_repair(clerk, repair.id, "XYZG-2026-000123")

    return make
