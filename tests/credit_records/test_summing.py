"""The quarterly summary: to firms with live authorizations, once, with their looks counted."""

from datetime import date

import pytest

from xinyidai.consents import service as consents
from xinyidai.consents.service import ConsentRefused
from xinyidai.credit_records import service
from xinyidai.credit_records.service import summing
from xinyidai.institutions.models import Institution
from xinyidai.kernel.db import db as database
from xinyidai.notifications import queries
from xinyidai.notifications.values import Mailbox, PartyKind, Topic


def summaries(firm_id):
    found = queries.page_of(Mailbox(PartyKind.ENTERPRISE, firm_id), limit=100)
    return [message for message in found if message.topic is Topic.CONSENT_SUMMARY]


def nothing(_look):
    return {}


def signed(world, firm, bank, **changes):
    world_changes = {"purpose": "guarantee", "max_uses": 5, **changes}
    return world.consent(firm, bank, **world_changes)


@pytest.fixture
def firm(db, world):
    return world.firm()


@pytest.fixture
def bank(db, world):
    return world.bank()


def test_a_firm_reads_once_a_quarter_how_often_it_was_looked_at(firm, bank, world, at):
    with at("2026-09-20T10:00"):
        consent = signed(world, firm, bank)
    with at("2026-09-25T10:00"):
        officer = world.officer(bank)
        for _ in range(2):
            service.disclose(officer, world.request(consent), nothing)
    for moment in ("2026-10-01T08:10", "2026-10-02T08:10", "2026-12-31T08:10"):
        with at(moment):
            summing.summarise_consents()

    [message] = summaries(firm)
    name = database.session.get(Institution, bank).short_name
    assert message.title == "授权小结：有 1 份授权正在生效"
    for part in (name, "被查看 2 次", "0 次被拒绝", "撤回"):
        assert part in message.body
    assert message.link == "/enterprise/consents"


def test_looks_refused_and_looks_long_ago_are_told_apart(live, world, at):
    firm, bank = world.firm(), world.bank()
    with at("2026-06-01T10:00"):
        consent = signed(world, firm, bank, valid_until=date(2026, 11, 20))
        database.session.commit()
        service.disclose(world.officer(bank), world.request(consent), nothing)
        database.session.commit()
    with at("2026-09-25T10:00"), pytest.raises(ConsentRefused):
        service.disclose(world.officer(bank), world.request(consent, items=["customs"]), nothing)
    database.session.rollback()
    with at("2026-10-01T08:10"):
        summing.summarise_consents()

    assert "被查看 0 次，另有 1 次被拒绝" in summaries(firm)[0].body


def test_who_has_nothing_live_or_signed_just_now_gets_none(firm, bank, world, at):
    other = world.firm()
    with at("2026-09-20T10:00"):
        consent = signed(world, firm, bank)
    with at("2026-09-30T10:00"):
        consents.revoke_consent(world.boss(firm), consent.id)
    with at("2026-10-05T10:00"):
        signed(world, other, bank)
        summing.summarise_consents()

    assert summaries(firm) == summaries(other) == []


def test_the_next_quarter_has_a_summary_of_its_own(firm, bank, world, at):
    with at("2026-09-20T10:00"):
        signed(world, firm, bank, valid_until=date(2027, 2, 1))
    for moment in ("2026-10-01T08:10", "2027-01-01T08:10"):
        with at(moment):
            summing.summarise_consents()

    assert len(summaries(firm)) == 2
