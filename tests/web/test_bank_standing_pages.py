"""A bank's own standing on pages: numbers with their lists, what helps, and nobody else's."""

from datetime import timedelta

import pytest

from tests.applications.conftest import make_market
from tests.factories import parties
from xinyidai.applications import service as applications
from xinyidai.catalogue.refusals import DenialGiven
from xinyidai.institutions.models import Institution
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM, Role
from xinyidai.kernel.db import db

REASONS = [DenialGiven("insufficient_turnover")]
ABSENT = "00000000-0000-7000-8000-000000000000"


@pytest.fixture
def market(live):
    """One application declined a month ago, and counted today: decided, and its promise kept."""
    with clock.at(clock.now() - timedelta(days=30)):
        made = make_market()
        application = made.in_approval()
        applications.decline_application(made.officer, application.id, REASONS)
        db.session.flush()
    applications.count_outcomes(SYSTEM, clock.today())
    db.session.commit()
    return made


def staff(market, client_as, role):
    bank = db.session.get(Institution, market.officer.party_id)
    account = parties.account(role, bank)
    db.session.commit()
    return client_as(account)


@pytest.mark.parametrize("role", [Role.BANK_OFFICER, Role.BANK_PRODUCT_MANAGER])
def test_people_of_the_bank_see_their_products_and_what_helps(market, client_as, role):
    page = staff(market, client_as, role).get("/bank/standing").text
    assert market.version.name in page
    assert f"/bank/standing/{market.version.product_id}?list=decided" in page
    assert "怎样提高" in page


def test_each_number_opens_its_list_and_an_officer_goes_on_to_the_application(market, client_as):
    officer = staff(market, client_as, Role.BANK_OFFICER)
    address = f"/bank/standing/{market.version.product_id}"
    decided = officer.get(f"{address}?list=decided").text
    assert "/bank/applications/" in decided
    assert "未通过" in decided
    assert "按时" in officer.get(f"{address}?list=promised").text
    assert officer.get(f"{address}?list=leads").status_code == 200
    assert officer.get(f"{address}?list=paid").status_code == 422
    manager = staff(market, client_as, Role.BANK_PRODUCT_MANAGER)
    assert "/bank/applications/" not in manager.get(f"{address}?list=decided").text.split("明细")[1]


def test_another_banks_product_does_not_exist_and_others_may_not_come(market, client_as):
    rival = client_as(parties.account(Role.BANK_OFFICER, parties.institution()))
    db.session.commit()
    address = f"/bank/standing/{market.version.product_id}"
    assert rival.get(address).status_code == 404
    assert rival.get(f"/bank/standing/{ABSENT}").status_code == 404
    assert market.version.name not in rival.get("/bank/standing").text
    clerk = client_as(parties.account(Role.CREDIT_OFFICE, parties.credit_office()))
    db.session.commit()
    assert clerk.get("/bank/standing").status_code == 403


def test_a_product_of_which_nothing_is_known_says_so(live, client_as):
    made = make_market()
    officer = staff(made, client_as, Role.BANK_OFFICER)
    page = officer.get(f"/bank/standing/{made.version.product_id}").text
    assert "还没有办理结果" in page
    assert "再决定 30 件" in page
