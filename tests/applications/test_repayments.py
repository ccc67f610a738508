"""How a loan stands, as its bank reports it: history kept, corrections beside what they correct."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text

from tests.applications.conftest import make_market
from xinyidai.applications import queries, service
from xinyidai.applications.rules import Terms
from xinyidai.applications.service import Payout, Repayment
from xinyidai.applications.values import ApplicationState as S
from xinyidai.applications.values import GuaranteeFlag
from xinyidai.applications.values import RepaymentState as R
from xinyidai.kernel import clock
from xinyidai.kernel.errors import Forbidden, InvalidInput, InvalidTransition, NotFound


@pytest.fixture
def loan(market):
    """A loan paid out a hundred days ago."""
    with clock.at(clock.now() - timedelta(days=100)):
        application = market.in_approval()
        terms = Terms(40_000_000, Decimal("0.0425"), 12)
        service.approve_application(market.officer, application.id, terms)
        service.sign_application(market.officer, application.id)
        day = clock.today()
        payout = Payout(
            "JJ1",
            40_000_000,
            Decimal("0.0425"),
            day,
            day + timedelta(days=365),
            GuaranteeFlag.CREDIT,
            is_first_loan=True,
        )
        service.disburse_application(market.officer, application.id, payout)
    return application


def ago(days):
    return clock.today() - timedelta(days=days)


def told(application):
    return [(row.state, row.days_overdue) for row in queries.repayments_of(application.id)]


def test_reports_are_kept_newest_day_first(market, loan):
    for report in (Repayment(R.NORMAL, ago(60)), Repayment(R.OVERDUE, ago(30), 12, 500_000)):
        service.report_repayment(market.officer, loan.id, report)
    assert told(loan) == [(R.OVERDUE, 12), (R.NORMAL, 0)]


def test_the_same_report_twice_is_one_and_a_correction_stands_beside_the_first(market, loan):
    late = Repayment(R.OVERDUE, ago(30), 12)
    for report in (late, late, Repayment(R.NORMAL, ago(30))):
        service.report_repayment(market.officer, loan.id, report)
    assert told(loan) == [(R.NORMAL, 0), (R.OVERDUE, 12)]


def test_settled_by_report_settles_the_application(market, loan):
    service.report_repayment(market.officer, loan.id, Repayment(R.SETTLED, clock.today()))
    assert (loan.state, loan.settled_at is not None) == (S.SETTLED, True)
    service.report_repayment(market.officer, loan.id, Repayment(R.SETTLED, clock.today()))
    assert told(loan) == [(R.SETTLED, 0)]


def test_settling_by_its_button_is_a_report_too(market, loan):
    service.settle_application(market.officer, loan.id)
    assert told(loan) == [(R.SETTLED, 0)]


@pytest.mark.parametrize(
    ("report", "field"),
    [
        ((R.OVERDUE, 10), "days_overdue"),
        ((R.NORMAL, 10, 3), "days_overdue"),
        ((R.OVERDUE, 10, 91), "days_overdue"),
        ((R.OVERDUE, 10, -1), "days_overdue"),
        ((R.NORMAL, -1), "as_of"),
        ((R.NORMAL, 101), "as_of"),
        ((R.OVERDUE, 10, 5, -1), "overdue"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(market, loan, report, field):
    state, days, *overdue = report
    with pytest.raises(InvalidInput) as refusal:
        service.report_repayment(market.officer, loan.id, Repayment(state, ago(days), *overdue))
    assert set(refusal.value.fields) == {field}
    assert told(loan) == []


def test_only_the_loans_own_bank_reports_and_only_after_the_payout(market, loan):
    report = Repayment(R.NORMAL, ago(10))
    with pytest.raises(NotFound):
        service.report_repayment(make_market().officer, loan.id, report)
    with pytest.raises(Forbidden):
        service.report_repayment(market.boss, loan.id, report)
    other = make_market()
    waiting = other.in_approval()
    with pytest.raises(InvalidTransition):
        service.report_repayment(other.officer, waiting.id, report)


def test_reports_can_only_be_added(market, loan, db):
    service.report_repayment(market.officer, loan.id, Repayment(R.NORMAL, ago(10)))
    with pytest.raises(Exception, match="permission denied"), db.begin_nested():
        db.execute(text("update repayment_report set days_overdue = 0"))
    assert len(told(loan)) == 1
