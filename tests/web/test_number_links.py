"""Every number of a first screen leads to what it counts, 数字背后的清单."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from tests.factories import parties
from tests.web.firms_for_pages import City, application_of, ask, make_city, submitted
from xinyidai.accounts.models import Account
from xinyidai.applications import service as applications
from xinyidai.catalogue.refusals import DenialGiven
from xinyidai.consents import service as consents
from xinyidai.institutions.values import DepartmentKind, InstitutionKind
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import db

Client = Callable[[Account], FlaskClient]
REASON = "insufficient_turnover"


@pytest.fixture
def city(live: object) -> City:
    return make_city()


def of_kind(kind: DepartmentKind, role: Role = Role.DEPARTMENT) -> Account:
    return parties.account(role, parties.department(kind))


def first_screens(city: City) -> dict[str, Account]:
    bank = city.bank
    house = parties.institution(InstitutionKind.GUARANTEE)
    return {
        "/enterprise": city.owner,
        "/bank": city.officer,
        "/bank/products": parties.account(Role.BANK_PRODUCT_MANAGER, bank),
        "/office": parties.account(Role.CREDIT_OFFICE, parties.credit_office()),
        "/department": of_kind(DepartmentKind.DEPARTMENT),
        "/department?": of_kind(DepartmentKind.PARK),
        "/department??": of_kind(DepartmentKind.STREET),
        "/guarantor": parties.account(Role.GUARANTOR, house),
        "/audit": of_kind(DepartmentKind.AUDIT, Role.AUDITOR),
    }


def bare_numbers(page: str) -> list[str]:
    """Return the figures that are no link, and the cells that hold a whole number and no link."""
    figures = re.findall(r'<div class="stat[ "].*?</div>', page, re.DOTALL)
    cells = re.findall(r"<td[^>]*>\s*([\d,]+)\s*</td>", page)
    return figures + cells


def test_no_number_of_a_first_screen_is_without_its_list(city: City, client_as: Client) -> None:
    owner = client_as(city.owner)
    submitted(owner, city)
    screens = first_screens(city)
    db.session.commit()
    for address, account in screens.items():
        page = client_as(account).get(address.rstrip("?"))
        assert page.status_code == 200, address
        assert bare_numbers(page.text) == [], address
        for href in set(re.findall(r'<a class="stat[^>]*href="([^"]+)"', page.text)):
            listed = client_as(account).get(href.replace("&amp;", "&"))
            assert listed.status_code == 200, href


def test_the_funnel_and_the_refusals_lead_to_their_applications(
    city: City, client_as: Client
) -> None:
    application = application_of(submitted(client_as(city.owner), city))
    applications.accept_application(city.officer.as_actor(), application.id)
    given = [DenialGiven(REASON)]
    applications.decline_application(city.officer.as_actor(), application.id, given)
    account = parties.account(Role.CREDIT_OFFICE, parties.credit_office())
    db.session.commit()
    office, today = client_as(account), clock.today().isoformat()
    home = office.get("/office").text.replace("&amp;", "&")
    addresses = re.findall(r'href="(/office/applications\?[^"]*(?:reached|reason)=[^"]*)"', home)
    counted = [one for one in addresses if f"last={today}" in one]
    assert {"reached=accepted", f"reason={REASON}"} <= {
        part for one in counted for part in one.split("?")[1].split("&")
    }
    for address in counted:
        is_behind = "reached=submitted" in address or "reached=accepted" in address
        page = office.get(address).text
        assert (city.firm.name in page) == (is_behind or "reason=" in address), address
    other = office.get("/office/applications?reason=other").text
    assert city.firm.name not in other
    for unknown in ("reached=nowhere", "reason=whim", "due=soon"):
        assert office.get(f"/office/applications?{unknown}").status_code == 422


def test_what_was_revoked_today_leads_to_its_list(city: City, client_as: Client) -> None:
    consent = ask(city)
    consents.grant_consent(city.owner.as_actor(), consent.id)
    consents.revoke_consent(city.owner.as_actor(), consent.id)
    account = parties.account(Role.CREDIT_OFFICE, parties.credit_office())
    db.session.commit()
    office, today = client_as(account), clock.today().isoformat()
    address = f"/office/revocations?from={today}&to={today}"
    assert address in office.get("/office").text.replace("&amp;", "&")
    listed = office.get(address).text
    assert consent.consent_no in listed
    assert city.firm.name in listed
    assert consent.consent_no not in office.get("/office/revocations?from=2030-01-01").text
    assert office.get("/office/revocations?from=tomorrow").status_code == 422
