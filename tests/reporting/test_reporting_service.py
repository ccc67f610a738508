"""Figures, funnel and desks against the database."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import event

from tests.factories import parties
from tests.reporting import worlds
from tests.reporting.worlds import MONDAY, WAN
from xinyidai.applications.values import ApplicationState as S
from xinyidai.applications.values import GuaranteeFlag, LoanKind
from xinyidai.consents.models import Consent
from xinyidai.consents.values import ConsentMode
from xinyidai.enterprises.values import RegistrationStatus
from xinyidai.kernel.actor import SYSTEM, Actor, Role
from xinyidai.kernel.db import db as database
from xinyidai.kernel.errors import Forbidden
from xinyidai.kernel.http import Page
from xinyidai.reporting import service
from xinyidai.reporting.values import FigureCode, FunnelStep, Period

pytestmark = pytest.mark.usefixtures("db")

MAY = Period(date(2026, 5, 1), date(2026, 5, 31))
PAST = Period(date(2025, 1, 1), date(2025, 12, 31))


def figures(period=MAY):
    return {figure.code: figure for figure in service.read_figures(SYSTEM, period)}


def consent_of(firm, **changes):
    facts = {
        "consent_no": f"C{firm.uscc}", "enterprise_id": firm.id, "purpose": "pre_loan", "item_codes": ["tax"],
        "mode": ConsentMode.VIEW, "valid_from": MONDAY.date(), "valid_until": MONDAY.date(),
        "data_from": MONDAY.date(), "data_life_days": 30, "notice_version": "1", "notice_text": "…", "notice_hash": "0",
    }  # fmt: skip
    database.session.add(Consent(**{**facts, **changes}))
    database.session.flush()


def test_the_shares_are_of_surviving_firms():
    parties.enterprise()
    parties.enterprise(registered_at=MONDAY)
    parties.enterprise(registered_at=MONDAY, status=RegistrationStatus.CANCELLED)
    share = figures()[FigureCode.REGISTERED_SHARE]
    assert (share.value, share.numerator, share.denominator) == (Decimal("0.5"), 1, 2)


def test_a_revoked_authorization_counts_and_a_mere_request_does_not():
    granted, asked = parties.enterprise(), parties.enterprise()
    consent_of(granted, granted_at=MONDAY, revoked_at=MONDAY)
    consent_of(asked, requested_at=MONDAY)
    share = figures()[FigureCode.AUTHORIZED_SHARE]
    assert (share.numerator, share.denominator) == (1, 2)


def test_lending_figures_count_loans_once_and_by_amount():
    bank = parties.institution()
    worlds.first_loan(bank, 30 * WAN)
    worlds.first_loan(bank, 10 * WAN, loan_kind=LoanKind.RENEWAL, guarantee=GuaranteeFlag.MORTGAGE)
    worlds.application(bank, S.APPROVED)
    found = {code: figure.value for code, figure in figures().items()}
    assert (found[FigureCode.GRANTED_COUNT], found[FigureCode.GRANTED_AMOUNT]) == (3, 50 * WAN)
    assert (found[FigureCode.DISBURSED_COUNT], found[FigureCode.DISBURSED_AMOUNT]) == (2, 40 * WAN)
    assert (found[FigureCode.FIRST_LOAN_RATE], found[FigureCode.CREDIT_LOAN_SHARE]) == (
        Decimal("0.5"),
        Decimal("0.75"),
    )


def test_another_period_has_other_figures():
    worlds.first_loan(parties.institution(), 30 * WAN)
    found = figures(PAST)
    assert found[FigureCode.DISBURSED_COUNT].value == 0
    assert found[FigureCode.FIRST_LOAN_RATE].value is None


@pytest.mark.parametrize("code", list(FigureCode))
def test_the_list_behind_a_figure_is_as_long_as_the_figure_says(code):
    bank = parties.institution()
    firm = parties.enterprise(registered_at=MONDAY)
    consent_of(firm, granted_at=MONDAY)
    worlds.first_loan(bank, 30 * WAN)
    rows, total = service.read_behind(SYSTEM, code, MAY, Page())
    assert (len(rows), total) == (1, 1)
    assert rows[0].uscc


def test_the_funnel_counts_what_was_ever_reached_by_bank():
    quick, slow = parties.institution(), parties.institution()
    worlds.application(quick, S.DISBURSED)
    worlds.declined(quick, "a")
    worlds.application(slow, S.SUBMITTED)
    worlds.application(slow, S.DISBURSED, submitted_at=MONDAY - timedelta(days=365))
    funnel = service.read_funnel(SYSTEM, MAY)
    assert list(funnel.total.counts.values()) == [3, 2, 1, 1, 1, 1, 1]
    assert [(row.institution_id, row.counts[FunnelStep.SUBMITTED]) for row in funnel.banks] == [
        (quick.id, 2),
        (slow.id, 1),
    ]
    assert (funnel.total.decided, funnel.total.median_days) == (2, Decimal(4))


def test_reasons_are_counted_by_refused_application():
    bank, other = parties.institution(), parties.institution()
    worlds.declined(bank, "few_years", "debt")
    worlds.declined(bank, "debt")
    worlds.declined(other, "debt")
    city = service.read_decline_reasons(SYSTEM, MAY)
    own = service.read_bank_numbers(SYSTEM, bank.id, MAY).reasons
    assert [(row.code, row.applications, row.declined) for row in city] == [
        ("debt", 3, 3),
        ("few_years", 1, 3),
    ]
    assert [(row.code, row.share) for row in own] == [("debt", 1), ("few_years", Decimal("0.5"))]


def test_a_bank_reads_its_own_numbers_only():
    bank, other = parties.institution(), parties.institution()
    worlds.application(bank, S.APPROVED)
    worlds.declined(bank, "debt")
    worlds.declined(other, "debt")
    officer = parties.officer_of(bank)
    numbers = service.read_bank_numbers(officer, bank.id, MAY)
    assert (numbers.approval_rate.value, numbers.median_days.numerator) == (Decimal("0.5"), 2)
    with pytest.raises(Forbidden):
        service.read_bank_numbers(officer, other.id, MAY)


@pytest.mark.parametrize("code", [FigureCode.REGISTERED_SHARE, FigureCode.AUTHORIZED_SHARE])
def test_a_bank_never_gets_the_list_of_the_city_s_firms(code):
    bank = parties.institution()
    with pytest.raises(Forbidden):
        service.read_behind(parties.officer_of(bank), code, MAY, Page(), institution_id=bank.id)


@pytest.mark.parametrize(
    "role", [Role.PUBLIC, Role.ENTERPRISE_USER, Role.BANK_OFFICER, Role.DEPARTMENT, Role.GUARANTOR]
)
@pytest.mark.parametrize(
    "look",
    [
        lambda actor: service.read_figures(actor, MAY),
        lambda actor: service.read_funnel(actor, MAY),
        lambda actor: service.read_decline_reasons(actor, MAY),
        lambda actor: service.read_behind(actor, FigureCode.GRANTED_COUNT, MAY, Page()),
    ],
)
def test_the_city_s_numbers_are_for_the_office(role, look):
    with pytest.raises(Forbidden):
        look(Actor(None, role, None, "测试"))


def test_the_page_of_figures_costs_three_statements_however_many_banks_there_are(db):
    for _ in range(3):
        worlds.first_loan(parties.institution(), 10 * WAN)
    statements = []
    connection = db.connection()
    event.listen(connection, "before_cursor_execute", lambda *a: statements.append(a[2]))
    service.read_figures(SYSTEM, MAY)
    assert len(statements) == 3
    service.read_funnel(SYSTEM, MAY)
    assert len(statements) == 5
