"""Who gets which copy of a receipt: the firm its own, the bank and overseers a masked one."""

import dataclasses
from datetime import timedelta
from uuid import uuid4

import pytest

from tests.consents.receipts import (
    BASE,
    HOSTILE,
    check_record,
    text_of,
)
from tests.factories import parties as factory
from xinyidai.consents.values import (
    ConsentDraft,
)
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.errors import NotFound


@pytest.fixture
def firm(db):
    return factory.enterprise(name=HOSTILE, legal_representative="王大海")


@pytest.fixture
def bank(db):
    return factory.institution()


@pytest.fixture
def granted(firm, bank):
    from xinyidai.consents import service

    today = clock.today()
    draft = ConsentDraft(
        enterprise_id=firm.id,
        institution_id=bank.id,
        purpose="pre_loan",
        item_codes=["tax", "judicial"],
        valid_until=today + timedelta(days=60),
        data_from=today - timedelta(days=365),
        data_life_days=90,
        max_uses=3,
    )
    [made] = service.grant_directly(factory.boss_of(firm), [draft])
    return made


def receipts():
    from xinyidai.consents.service import receipt as module

    return module


def test_the_firm_and_the_bank_get_their_copies(granted, firm, bank):
    own = text_of(receipts().receipt_pdf(factory.boss_of(firm), granted.id, f"{BASE}/"))
    theirs = text_of(receipts().receipt_pdf(factory.officer_of(bank), granted.id, BASE))
    assert (granted.signer_name in own, granted.signer_name in theirs) == (True, False)
    assert firm.uscc in own
    assert firm.uscc not in theirs
    for text in (own, theirs):
        assert HOSTILE in text
        assert bank.name in text
        assert "演示数据" in text
        assert f"{BASE}/verify/consents/{granted.consent_no}?code=" in text


def test_the_record_is_read_from_the_same_facts(granted, firm, bank):
    own = receipts().receipt_record(factory.boss_of(firm), granted.id, BASE)
    theirs = receipts().receipt_record(factory.officer_of(bank), granted.id, BASE)
    for made in (own, theirs):
        check_record(made)
        assert made["record_header"]["record_id"] == str(granted.id)
        assert [one["action"] for one in made["events"]][-1] == "grant"
    assert (own["extension"]["masked"], theirs["extension"]["masked"]) == (False, True)


def test_overseers_get_the_masked_copy(granted, db):
    clerk = factory.clerk_of(factory.credit_office())
    assert receipts().receipt_record(clerk, granted.id, BASE)["extension"]["masked"]


def test_a_stranger_finds_nothing(granted, db):
    strangers = [
        factory.boss_of(factory.enterprise()),
        factory.officer_of(factory.institution()),
        Actor(None, Role.PUBLIC, None, "访客"),
        dataclasses.replace(factory.boss_of(factory.enterprise()), party_id=None),
    ]
    for stranger in strangers:
        for read in (receipts().receipt_pdf, receipts().receipt_record):
            with pytest.raises(NotFound):
                read(stranger, granted.id, BASE)
            with pytest.raises(NotFound):
                read(stranger, uuid4(), BASE)


def test_the_same_moment_gives_the_same_paper(granted, firm, at):
    with at("2026-12-01T09:00"):
        boss = factory.boss_of(firm)
        assert receipts().receipt_pdf(boss, granted.id, BASE) == receipts().receipt_pdf(
            boss, granted.id, BASE
        )
