"""Each deed on an authorization is told once, to the right party, in the transaction of the deed."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tests.factories import parties as make
from xinyidai.accounts.values import Position
from xinyidai.consents import service
from xinyidai.consents.values import ConsentMode
from xinyidai.credit_records import service as records
from xinyidai.credit_records.values import DisclosureRequest, DisclosureSubject
from xinyidai.institutions.values import InstitutionKind
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM, Actor, Role
from xinyidai.kernel.db import db as database
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.errors import DomainError
from xinyidai.notifications import queries
from xinyidai.notifications.models import Notification
from xinyidai.notifications.values import Mailbox, PartyKind, Topic

T = Topic


def to_firm(firm) -> list[Notification]:
    return _oldest_first(PartyKind.ENTERPRISE, firm)


def to_bank(bank) -> list[Notification]:
    return _oldest_first(PartyKind.INSTITUTION, bank)


def _oldest_first(kind, party) -> list[Notification]:
    return list(queries.page_of(Mailbox(kind, party.id), limit=100))[::-1]


def topics(messages: list[Notification]) -> list[Topic]:
    return [message.topic for message in messages]


def how_many() -> int:
    return database.session.scalar(select(func.count()).select_from(Notification)) or 0


@pytest.fixture
def firm(db, parties):
    return parties.firm()


@pytest.fixture
def bank(db, parties):
    return parties.bank()


@pytest.fixture
def asked(firm, bank, parties):
    return service.request_consent(parties.officer(bank.id), parties.draft(firm, bank))


def test_a_request_is_told_to_the_firm_with_purpose_items_and_its_page(firm, bank, asked):
    [message] = to_firm(firm)

    assert message.topic is T.CONSENT_REQUESTED
    assert message.title == f"{bank.name}请您授权查看数据"
    for part in ("贷前审查", "纳税与开票", f"{asked.valid_until:%Y-%m-%d}"):
        assert part in message.body
    assert message.link == f"/enterprise/consents/{asked.id}"
    assert how_many() == 1


def test_what_the_firm_offers_unasked_is_no_request(firm, bank, parties):
    parties.granted(firm, bank)

    assert topics(to_firm(firm)) == [T.CONSENT_GRANTED]
    assert topics(to_bank(bank)) == [T.CONSENT_GRANTED]


DEEDS = {
    "grant_consent": ([], [T.CONSENT_GRANTED], [T.CONSENT_GRANTED]),
    "decline_consent": ([], [], [T.CONSENT_DECLINED]),
    "suspend_consent": (["grant_consent"], [], [T.CONSENT_SUSPENDED]),
    "resume_consent": (["grant_consent", "suspend_consent"], [], [T.CONSENT_SUSPENDED]),
    "revoke_consent": (["grant_consent"], [T.CONSENT_ENDED], [T.CONSENT_ENDED]),
}


@pytest.mark.parametrize("deed", DEEDS)
def test_what_the_firm_does_is_told_to_the_bank_and_a_receipt_stays(
    firm, bank, asked, parties, deed
):
    before, firm_topics, bank_topics = DEEDS[deed]
    for step in before:
        getattr(service, step)(parties.boss(firm.id), asked.id)
    heard = len(to_firm(firm)), len(to_bank(bank))

    getattr(service, deed)(parties.boss(firm.id), asked.id)

    assert topics(to_firm(firm)[heard[0] :]) == firm_topics
    assert topics(to_bank(bank)[heard[1] :]) == bank_topics
    assert how_many() == len(to_firm(firm)) + len(to_bank(bank))
    assert {m.link for m in to_bank(bank)} == {f"/bank/consents/{asked.id}"}


def test_what_the_bank_gives_up_is_told_to_the_firm_alone(firm, bank, parties):
    consent = parties.granted(firm, bank)

    service.end_consent(parties.officer(bank.id), consent.id, "客户不再需要")

    assert topics(to_firm(firm)) == [T.CONSENT_GRANTED, T.CONSENT_ENDED]
    assert topics(to_bank(bank)) == [T.CONSENT_GRANTED]
    assert "客户不再需要" not in to_firm(firm)[-1].body


def test_what_ends_by_itself_is_told_to_both(firm, bank, parties):
    consent = parties.granted(firm, bank)

    service.end_consent(SYSTEM, consent.id, "贷款结清")

    assert to_firm(firm)[-1].topic is to_bank(bank)[-1].topic is T.CONSENT_ENDED


def test_of_two_signatures_the_first_is_told_to_the_firm_the_second_to_the_bank(bank, db):
    firm = make.enterprise()
    boss = make.boss_of(firm)
    agent = make.account(Role.ENTERPRISE_USER, firm, position=Position.AGENT, name="王经办")
    service.set_two_signers(boss, wanted=True)
    consent = service.request_consent(_officer(bank), _draft(firm, bank))

    service.grant_consent(agent.as_actor(), consent.id)
    first = to_firm(firm)[-1]
    assert (first.topic, to_bank(bank)) == (T.CONSENT_SECOND_SIGNER, [])
    assert "王经办" in first.body

    service.grant_consent(boss, consent.id)
    assert topics(to_bank(bank)) == [T.CONSENT_GRANTED]


def test_a_confirmation_after_a_new_representative_is_told_to_the_bank(bank, db):
    firm = make.enterprise()
    boss = make.boss_of(firm)
    [consent] = service.grant_directly(boss, [_draft(firm, bank)])
    firm.legal_representative = "赵新任"
    db.flush()

    service.confirm_consent(boss, consent.id)

    assert topics(to_bank(bank)) == [T.CONSENT_GRANTED] * 2


def test_one_signature_for_two_banks_tells_each_of_its_own_alone(firm, bank, parties):
    second = parties.bank()
    drafts = [parties.draft(firm, bank), parties.draft(firm, second)]

    one, two = service.grant_directly(parties.boss(firm.id), drafts)

    assert [m.link for m in to_bank(bank)] == [f"/bank/consents/{one.id}"]
    assert [m.link for m in to_bank(second)] == [f"/bank/consents/{two.id}"]


def test_the_platform_as_recipient_gets_no_message(firm, bank, parties):
    terms = {"purpose": "model_training", "mode": "result", "max_uses": None}
    parties.granted(firm, bank, institution_id=None, **terms)

    assert topics(to_firm(firm)) == [T.CONSENT_GRANTED]
    assert how_many() == 1


def test_a_guarantor_has_no_page_to_be_led_to(firm, db, parties):
    guarantor = make.institution(InstitutionKind.GUARANTEE)

    parties.granted(firm, guarantor, purpose="guarantee")

    assert [m.link for m in to_bank(guarantor)] == [None]


def test_every_look_is_told_with_who_why_what_and_how_many_are_left(firm, bank, parties):
    consent = parties.granted(firm, bank, max_uses=2)
    _look(parties.officer(bank.id), consent, ["tax"])
    _look(parties.officer(bank.id), consent, None)

    first, second = to_firm(firm)[1:]
    assert (first.topic, first.title) == (T.CONSENT_USED, f"{bank.name}查看了您的数据")
    for part in ("李经理", "贷前审查", "纳税与开票", "还可以查询 1 次"):
        assert part in first.body
    assert "司法" not in first.body
    assert "司法" in second.body
    assert "次数已用完" in second.body
    assert topics(to_bank(bank)) == [T.CONSENT_GRANTED]


def test_a_look_at_the_result_says_that_nothing_else_was_shown(firm, bank, parties):
    consent = parties.granted(firm, bank, mode=ConsentMode.RESULT)

    _look(parties.officer(bank.id), consent, ["tax"], DisclosureSubject.SCORE)

    assert "评价结果，评价依据：纳税与开票" in to_firm(firm)[-1].body


def test_a_refused_look_and_one_that_fails_tell_nothing(firm, bank, parties):
    consent = parties.granted(firm, bank)
    stranger = parties.officer(parties.bank().id)
    with pytest.raises(DomainError):
        _look(stranger, consent, ["tax"])
    with pytest.raises(DomainError):
        _look(parties.officer(bank.id), consent, ["customs"])

    assert topics(to_firm(firm)) == [T.CONSENT_GRANTED]


def test_a_rolled_back_deed_tells_nothing(live, parties):
    firm, bank = parties.firm(), parties.bank()
    database.session.commit()
    with pytest.raises(DomainError), own_transaction():
        service.grant_directly(
            parties.boss(firm.id),
            [parties.draft(firm, bank), parties.draft(firm, bank, purpose="no_such_purpose")],
        )

    assert how_many() == 0


def _officer(bank) -> Actor:
    return Actor(None, Role.BANK_OFFICER, bank.id, "李经理")


def _draft(firm, bank):
    from tests.consents.conftest import Parties

    return Parties().draft(firm, bank)


def _look(actor, consent, items, subject=DisclosureSubject.RECORDS):
    request = DisclosureRequest(
        consent.id, consent.enterprise_id, consent.purpose, subject, "1", items
    )
    with clock.at(clock.now() + timedelta(seconds=1)):
        return records.disclose(actor, request, lambda _: {})
