"""A firm, a bank and what they do, for the tests of the firm's pages."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine, text

from tests.factories import parties
from tests.products import factories as products
from xinyidai.accounts.models import Account
from xinyidai.applications.models import LoanApplication
from xinyidai.consents import service as consents
from xinyidai.consents.models import Consent
from xinyidai.consents.values import ConsentDraft
from xinyidai.credit_records import service as credit_records
from xinyidai.credit_records.values import DisclosureRequest, DisclosureSubject
from xinyidai.enterprises.models import Enterprise
from xinyidai.institutions.models import Institution
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import db, own_transaction
from xinyidai.products.models import ProductVersion


@dataclass
class City:
    """A firm with its owner, a bank with an officer, and one product on sale."""

    firm: Enterprise
    owner: Account
    bank: Institution
    officer: Account
    version: ProductVersion


def make_city() -> City:
    """Add the parties and commit; call it where commits are real."""
    firm = parties.enterprise()
    bank = parties.institution(phone="0375-1234567")
    found = City(
        firm,
        parties.account(Role.ENTERPRISE_USER, firm, phone="13800000000"),
        bank,
        parties.account(Role.BANK_OFFICER, bank, phone="0375-7654321"),
        products.listed_version(products.manager_of(bank)),
    )
    db.session.commit()
    return found


def second_person(city: City) -> Account:
    """Add another person of the firm, and let two persons sign from now on."""
    account = parties.account(Role.ENTERPRISE_USER, city.firm, name="周二签", phone="13900000000")
    consents.set_two_signers(city.owner.as_actor(), wanted=True)
    db.session.commit()
    return account


def need(city: City, **changes: str) -> dict[str, str]:
    """Return what a firm types to begin an application."""
    return {
        "product": str(city.version.product_id),
        "request_key": str(uuid4()),
        "amount": "50",
        "term_months": "12",
        "loan_purpose": "采购钢材",
        **changes,
    }


def start(owner: FlaskClient, city: City) -> str:
    """Begin an application; return its address."""
    response = owner.post("/enterprise/applications/new", data=need(city))
    assert response.status_code == 303
    return response.location


def submitted(owner: FlaskClient, city: City) -> str:
    """Submit an application; return its address."""
    address = start(owner, city)
    assert owner.post(f"{address}/consent").status_code == 303
    assert owner.post(f"{address}/submit").status_code == 303
    return address


def application_of(address: str) -> LoanApplication:
    """Return the application behind an address, as it is stored now."""
    db.session.rollback()
    found = db.session.get(LoanApplication, UUID(address.rsplit("/", 1)[1]))
    assert found is not None
    return found


def grant(city: City, **changes: str) -> dict[str, str]:
    """Return what a firm types to authorize the bank."""
    return {
        "purpose": "pre_loan",
        "institution_id": str(city.bank.id),
        "item_codes": "tax",
        "valid_days": "30",
        "range_months": "12",
        "max_uses": "2",
        "data_life_days": "30",
        "mode": "view",
        **changes,
    }


def ask(city: City, **changes: object) -> Consent:
    """Let the bank ask the firm for an authorization."""
    today = clock.today()
    fields: dict[str, Any] = {
        "enterprise_id": city.firm.id,
        "institution_id": city.bank.id,
        "purpose": "pre_loan",
        "item_codes": ["tax"],
        "valid_until": today + timedelta(days=30),
        "data_from": today - timedelta(days=300),
        "data_life_days": 30,
        "max_uses": 2,
    }
    draft = ConsentDraft(**{**fields, **changes})
    consent = consents.request_consent(city.officer.as_actor(), draft)
    db.session.commit()
    return consent


def granted(city: City, **changes: object) -> Consent:
    """Let the bank ask, and the owner agree."""
    consent = ask(city, **changes)
    consents.grant_consent(city.owner.as_actor(), consent.id)
    db.session.commit()
    return consent


def look_at(city: City, consent: Consent, **changes: object) -> None:
    """Let the bank's officer look, or try to: a refused look stays in the log."""
    fields: dict[str, Any] = {
        "consent_id": consent.id,
        "enterprise_id": city.firm.id,
        "purpose": consent.purpose,
        "subject": DisclosureSubject.RECORDS,
        "rule_version": "1",
    }
    request = DisclosureRequest(**{**fields, **changes})
    try:
        with own_transaction():
            credit_records.disclose(city.officer.as_actor(), request, lambda _: {})
    except consents.ConsentRefused:
        db.session.rollback()


def as_owner(live: Flask, statement: str, **values: object) -> None:
    """Change a row as the database's owner does, past the application."""
    engine = create_engine(live.config["OWNER_DATABASE_URI"])
    with engine.begin() as connection:
        connection.execute(text(statement), values)
    engine.dispose()
    db.session.expire_all()
