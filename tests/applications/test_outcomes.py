"""What came of products, counted for the public order: decided, kept, and by their peers."""

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.applications.conftest import make_market
from xinyidai.applications import service
from xinyidai.applications.rules import Terms
from xinyidai.applications.service import outcomes
from xinyidai.catalogue.refusals import DenialGiven
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM
from xinyidai.kernel.errors import Forbidden, NotFound
from xinyidai.kernel.http import Page
from xinyidai.matching import service as matching
from xinyidai.matching.values import StandingBasis
from xinyidai.products.values import ProductKind

TERMS = Terms(40_000_000, Decimal("0.0425"), 12)
REASONS = [DenialGiven("insufficient_turnover")]


def tomorrow():
    return clock.today() + timedelta(days=1)


def rows(market, on):
    return {row.product_id: row for row in matching.read_standing_rows(SYSTEM, on)}[
        market.version.product_id
    ]


def test_a_day_is_counted_once_and_later_decisions_wait_for_the_next(market):
    application = market.in_approval()
    service.approve_application(market.officer, application.id, TERMS)
    assert service.count_outcomes(SYSTEM, clock.today()) == 0
    assert service.count_outcomes(SYSTEM, tomorrow()) == 1
    assert service.count_outcomes(SYSTEM, tomorrow()) == 0
    row = rows(market, tomorrow())
    assert (row.decided, row.approved, row.peer_decided) == (1, 1, 1)
    standing = matching.read_standings(tomorrow())[market.version.product_id]
    assert (standing.basis, standing.counted_on) == (StandingBasis.DECLARED, tomorrow())


def test_promises_count_from_the_day_they_come_due_kept_or_not(market):
    late = market.submitted()
    market2 = make_market()
    kept = market2.in_approval()
    service.approve_application(market2.officer, kept.id, TERMS)
    on = late.promised_on + timedelta(days=1)
    assert service.count_outcomes(SYSTEM, late.promised_on) == 2
    with clock.at(clock.now() + (on - clock.today())):
        service.count_outcomes(SYSTEM, on)
    assert (rows(market, on).promised, rows(market, on).kept) == (1, 0)
    assert (rows(market2, on).promised, rows(market2, on).kept) == (1, 1)
    assert rows(market, late.promised_on).promised == 0


@pytest.mark.parametrize("turn", ["withdrawn", "returned"])
def test_what_the_firm_withdrew_in_time_or_must_complete_is_no_broken_promise(market, turn):
    application = market.submitted()
    if turn == "withdrawn":
        service.withdraw_application(market.boss, application.id)
    else:
        service.return_application(market.officer, application.id, "缺流水")
    assert service.count_outcomes(SYSTEM, application.promised_on + timedelta(days=1)) == 0


def test_each_number_has_the_list_behind_it(market):
    application = market.in_approval()
    service.decline_application(market.officer, application.id, REASONS)
    on = application.promised_on + timedelta(days=1)
    service.count_outcomes(SYSTEM, on)
    row = rows(market, on)
    product = market.version.product_id
    for read, number in (
        (service.read_decided_behind, row.decided),
        (service.read_promised_behind, row.promised),
    ):
        found, total = read(SYSTEM, product, on, Page(1))
        assert total == number == len(found) == 1
        assert found[0].application_no == application.application_no
        assert read(market.officer, product, on, Page(1))[1] == number
        with pytest.raises(NotFound):
            read(make_market().officer, product, on, Page(1))
        with pytest.raises(Forbidden):
            read(market.boss, product, on, Page(1))
    assert (row.approved, row.kept) == (0, 1)


def test_only_the_platform_and_its_operator_count(market):
    with pytest.raises(Forbidden):
        service.count_outcomes(market.officer, clock.today())


def test_a_kind_of_which_too_little_is_known_stands_by_all_products(market, monkeypatch):
    monkeypatch.setattr(outcomes, "FEWEST_DECIDED", 2)
    other = make_market()
    for one in (market, other):
        application = one.in_approval()
        service.approve_application(one.officer, application.id, TERMS)
    other.version.product.kind = ProductKind.MORTGAGE_LOAN
    service.count_outcomes(SYSTEM, tomorrow())
    for one in (market, other):
        row = rows(one, tomorrow())
        assert (row.decided, row.peer_decided, row.peer_approved) == (1, 2, 2)
