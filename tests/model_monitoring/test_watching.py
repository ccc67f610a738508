"""The month's look: reference once, figures, alarms where firms changed, nothing twice."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tests.factories import parties
from tests.model_monitoring.conftest import store_profile
from xinyidai.kernel import clock
from xinyidai.model_monitoring import queries, service
from xinyidai.model_monitoring.models import ModelAlarm, MonitoringRun
from xinyidai.model_monitoring.values import AlarmKind as K
from xinyidai.notifications.models import Notification
from xinyidai.scoring.validation.drift import DriftVerdict as V

FIRMS = 130


@pytest.fixture
def city(active):
    """Many firms and an active version; profiles are stored month by month."""
    firms = [parties.enterprise().id for _ in range(FIRMS)]

    def month(number, **changes):
        with clock.at(clock.now() + timedelta(days=31 * number)):
            for place, firm in enumerate(firms):
                given = {name: made(place) for name, made in changes.items()}
                store_profile(firm, place, **given)
            return service.watch()

    month.model = active()
    return month


def figure(run, feature):
    return next(row for row in queries.figures_of([run.id]) if row.feature == feature)


def alarms(db):
    return {(row.kind, row.feature) for row in db.scalars(select(ModelAlarm))}


def test_months_without_change_raise_nothing(city, db):
    first, second = city(0), city(1)
    assert (first.firms, second.firms) == (FIRMS, FIRMS)
    assert figure(second, "score").verdict is V.STABLE
    assert figure(second, "invoice_sales_12m").psi == 0
    assert first.numbers["expected"] == second.numbers["expected"]
    assert first.numbers["real"] == {"n": 0, "bads": 0}
    assert alarms(db) == set()


def test_the_same_month_is_looked_at_once(city, db):
    city(0)
    service.watch()
    assert db.scalar(select(func.count()).select_from(MonitoringRun)) == 1


def test_a_unit_error_and_a_new_category_are_alarms_and_the_office_is_told_once(city, db):
    city(0)
    run = city(
        1,
        invoice_sales_12m=lambda place: 10_000.0 * (place + 1),
        tax_grade_latest=lambda place: 9.0 if place == 3 else float(place % 4 + 1),
    )
    assert figure(run, "invoice_sales_12m").verdict is V.MUCH
    assert figure(run, "tax_grade_latest").new_levels == ["9"]
    assert {
        (K.FEATURE_DRIFT, "invoice_sales_12m"),
        (K.NEW_CATEGORY, "tax_grade_latest"),
    } <= alarms(db)
    told = select(func.count()).select_from(Notification)
    assert db.scalar(told.where(Notification.title.endswith("条预警"))) == 1


def test_gaps_are_counted_by_cause_and_a_rise_is_an_alarm(city, db):
    city(0)
    run = city(1, invoice_margin_36m=lambda place: "stale" if place % 4 == 0 else 7.0 + place % 9)
    shares = figure(run, "invoice_margin_36m").missing
    assert shares == {"stale": pytest.approx(33 / FIRMS)}
    assert (K.MISSING_SHARE, "invoice_margin_36m") in alarms(db)


def test_worse_firms_move_the_estimated_bad_rate_out_of_its_band(city, db):
    city(0)
    run = city(
        1,
        tax_arrears_amount=lambda _: 1e10,
        dishonesty_listed=lambda _: 1.0,
        penalties_24m=lambda _: 40.0,
        years_established=lambda _: 1.1,
        social_insurance_staff_change_12m=lambda _: -0.9,
        tax_grade_latest=lambda _: 1.0,
    )
    assert (K.EXPECTED_BAD_RATE, "") in alarms(db)
    assert figure(run, "score").verdict in {V.SOME, V.MUCH}


def test_too_few_firms_give_figures_without_a_verdict(active, db):
    active()
    for place in range(20):
        store_profile(parties.enterprise().id, place)
    run = service.watch()
    assert {row.verdict for row in queries.figures_of([run.id])} == {V.TOO_FEW}
    assert run.numbers["expected"] == {}
    assert alarms(db) == set()


def test_without_an_active_model_or_without_profiles_there_is_nothing_to_look_at(active, db):
    assert service.watch() is None
    active()
    assert service.watch() is None
    assert db.scalar(select(func.count()).select_from(MonitoringRun)) == 0
