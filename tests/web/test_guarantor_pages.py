"""A guarantor asks for an authorization and looks under it, and nothing more of a bank's pages."""

from datetime import timedelta

import pytest

from tests.factories import parties
from tests.web.bank_city import KEY, post
from xinyidai.consents import queries, service
from xinyidai.institutions.values import InstitutionKind
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import db


@pytest.fixture
def firm(live):
    return parties.enterprise()


@pytest.fixture
def guarantor(live, firm, client_as):
    house = parties.institution(InstitutionKind.GUARANTEE)
    account = parties.account(Role.GUARANTOR, house)
    db.session.commit()
    return client_as(account)


def test_a_guarantor_asks_for_its_own_purpose_and_looks(guarantor, firm):
    assert 'value="guarantee"' in guarantor.get("/bank/consents/new").text
    wanted = {
        "purpose": "guarantee",
        "uscc": firm.uscc,
        "item_codes": ["tax"],
        "valid_until": (clock.today() + timedelta(days=30)).isoformat(),
        "range_months": "12",
        "max_uses": "2",
        "data_life_days": "30",
        "mode": "view",
    }
    address = post(guarantor, "/bank/consents", **wanted)
    [consent] = queries.pending_of_enterprise(firm.id)
    service.grant_consent(parties.boss_of(firm), consent.id)
    db.session.commit()
    key = KEY.search(guarantor.get(address).text)
    shown = post(guarantor, "/queries", consent_id=str(consent.id), key=key[1])
    assert firm.name in guarantor.get(shown).text


@pytest.mark.parametrize("path", ["/bank", "/bank/batches", "/bank/products", "/bank/applications"])
def test_a_guarantor_has_no_other_page_of_a_bank(guarantor, path):
    assert guarantor.get(path).status_code == 403


def test_a_guarantor_asks_for_no_purpose_of_a_bank(guarantor):
    assert guarantor.get("/bank/consents/new?purpose=pre_loan").status_code == 422
