"""Whether whitelisted firms are served first: each number agrees with its list."""

from datetime import date, datetime, timedelta

import pytest

from tests.factories import parties
from tests.financing_needs import factories as needs
from tests.reporting import worlds
from tests.whitelist.factories import listed
from xinyidai.applications.values import ApplicationState as S
from xinyidai.enterprises.models import Enterprise
from xinyidai.financing_needs import service as financing_needs
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM
from xinyidai.kernel.errors import Forbidden
from xinyidai.kernel.http import Page
from xinyidai.kernel.working_days import add_working_days
from xinyidai.notifications.models import Notification
from xinyidai.reporting import service
from xinyidai.reporting.values import NEED_MARKS, Period, PriorityMark

M = PriorityMark
MAY = Period(date(2026, 5, 1), date(2026, 5, 31))


def owed(db, bank, reached, *, days=5, has_priority=True, decided=True):
    """Add an application of MONDAY that a list promised an answer to within so many days."""
    application = worlds.application(bank, reached)
    entry = listed(
        db.get(Enterprise, application.enterprise_id), at=worlds.MONDAY - timedelta(days=30)
    )
    application.priority_entry_id = entry.id if has_priority else None
    application.promised_on = add_working_days(worlds.MONDAY.date(), days)
    if not decided:
        application.decided_at = None
    db.flush()
    return application


def counted(bank, marks=frozenset(M) - NEED_MARKS):
    [row] = service.read_priority(SYSTEM, MAY, institution_id=bank.id)
    return {mark.value: row.counts[mark] for mark in marks if row.counts[mark]}, row


@pytest.fixture
def bank(db):
    return parties.institution()


@pytest.fixture(autouse=True)
def june():
    with clock.at(datetime(2026, 6, 20, 10, tzinfo=clock.TZ)):
        yield


def test_met_and_in_time_are_counted_of_what_came_due(db, bank):
    owed(db, bank, S.APPROVED, days=30)
    owed(db, bank, S.DECLINED, days=30)
    owed(db, bank, S.APPROVED, days=1).decided_at = worlds.MONDAY + timedelta(days=9)
    owed(db, bank, S.ACCEPTED, days=2, decided=False)
    owed(db, bank, S.ACCEPTED, days=60, decided=False)
    db.flush()
    counts, row = counted(bank)
    assert counts == {"promised": 4, "answered": 2, "granted": 2, "late": 2, "waiting": 1}
    assert (float(row.answered_share), float(row.granted_share)) == (0.5, 0.5)


def test_a_firm_without_a_sooner_promise_is_not_counted(db, bank):
    owed(db, bank, S.APPROVED, has_priority=False)
    assert service.read_priority(SYSTEM, MAY, institution_id=bank.id) == []


@pytest.mark.parametrize("state", [S.RETURNED, S.EXPIRED])
def test_what_lies_with_the_firm_is_not_owed_by_the_bank(db, bank, state):
    owed(db, bank, S.ACCEPTED, days=2, decided=False).state = state
    owed(db, bank, S.APPROVED, days=30)
    db.flush()
    assert counted(bank)[0]["promised"] == 1


def test_every_number_is_the_length_of_its_list(db, bank):
    owed(db, bank, S.APPROVED, days=30)
    owed(db, bank, S.ACCEPTED, days=2, decided=False)
    [row] = service.read_priority(SYSTEM, MAY, institution_id=bank.id)
    for mark in M:
        rows, total = service.read_priority_behind(SYSTEM, mark, MAY, Page(1))
        assert row.counts[mark] == total == len(rows)


def test_without_anything_due_the_shares_are_insufficient_and_never_zero(db, bank):
    owed(db, bank, S.ACCEPTED, days=60, decided=False)
    _, row = counted(bank)
    assert row.answered_share is row.granted_share is row.contacted_share is None


def test_the_citys_line_sums_the_banks_and_a_bank_sees_its_own_alone(db, bank):
    other = parties.institution()
    owed(db, bank, S.APPROVED, days=30)
    owed(db, other, S.DECLINED, days=30)
    rows = service.read_priority(SYSTEM, MAY)
    assert rows[-1].counts[M.PROMISED] == sum(r.counts[M.PROMISED] for r in rows[:-1]) == 2
    officer = parties.officer_of(bank)
    assert len(service.read_priority(officer, MAY, institution_id=bank.id)) == 1
    for place in (None, other.id):
        with pytest.raises(Forbidden):
            service.read_priority(officer, MAY, institution_id=place)
        with pytest.raises(Forbidden):
            service.read_priority_behind(officer, M.PROMISED, MAY, Page(1), institution_id=place)


def offered(db, firm_listed=True):
    market = needs.market(banks=2)
    if firm_listed:
        listed(market.firm)
    market.claim()
    market.authorize(0)
    return market, market.place()


def test_a_listed_firms_need_is_to_be_contacted_sooner(db):
    _, place = offered(db)
    _, other = offered(db, firm_listed=False)
    assert place.contact_until < other.contact_until
    assert place.priority_entry_id is not None
    assert other.priority_entry_id is None


def test_contact_in_time_and_contact_missed_are_told_apart_and_the_office_hears_of_it(db):
    office = parties.credit_office()
    period = Period(clock.today(), clock.today() + timedelta(days=30))
    market, _ = offered(db)
    financing_needs.report_contact(market.officers[0], market.need.id)
    offered(db)
    with clock.at(clock.now() + timedelta(days=10)):
        financing_needs.watch_needs(SYSTEM)
        total = service.read_priority(SYSTEM, period)[-1]
    told = db.query(Notification.title).filter_by(department_id=office.id).all()
    counts = {mark: total.counts[mark] for mark in NEED_MARKS}
    assert counts == {M.OFFERED: 2, M.CONTACTED: 1, M.CONVERTED: 0, M.MISSED: 1}
    assert ["没有按时联系白名单企业" in title for (title,) in told] == [True]
