"""Invitations: the platform carries them, the firm answers, and only then has it a name."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from tests.leads.town import Town
from xinyidai.consents import queries as consents
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM
from xinyidai.kernel.errors import (
    Conflict,
    Forbidden,
    InvalidInput,
    InvalidTransition,
    NotFound,
)
from xinyidai.kernel.http import Page
from xinyidai.leads import queries, rules, service
from xinyidai.leads.models import Lead
from xinyidai.leads.values import (
    Choice,
    ContactScope,
    Feedback,
    FeedbackReason,
    LeadState,
)
from xinyidai.notifications.models import Notification

OPEN = Choice(is_open=True)


@pytest.fixture
def town(db):
    return Town(size=2)


def leads_of(search, db):
    by_firm = select(Lead).where(Lead.search_id == search.id).order_by(Lead.enterprise_id)
    return db.scalars(by_firm).all()


def named(town, search=None):
    rows, total = queries.named_leads(
        town.bank.id, Page(1), search_id=search.id if search else None
    )
    assert total == len(rows)
    return [row.enterprise.id for row in rows]


def test_nobody_is_invited_who_has_not_said_yes(town, db):
    search = town.search()
    assert service.invite_firms(town.officer, search.id).number is None
    assert leads_of(search, db) == []
    service.choose_contact(town.boss(), OPEN)
    service.invite_firms(town.officer, search.id)
    assert [lead.enterprise_id for lead in leads_of(search, db)] == [town.firms[0].id]


def test_a_firm_that_does_not_match_is_not_invited(town, db):
    town.firms[1].industry_code, town.firms[1].section = "F5111", "F"
    search = town.invited()
    assert [lead.enterprise_id for lead in leads_of(search, db)] == [town.firms[0].id]


def test_the_firm_reads_who_asks_and_why_and_the_bank_reads_nothing(town, db):
    search = town.invited()
    [lead, _] = leads_of(search, db)
    told = db.scalars(
        select(Notification).where(Notification.enterprise_id == lead.enterprise_id)
    ).all()
    assert any(note.link == f"/enterprise/invitations/{lead.id}" for note in told)
    assert lead.reasons == ["所属行业属于通用设备制造业（C34）"]
    assert named(town) == []
    assert {c.text for c in service.invitation_counts(town.officer, search.id).values()} == {
        "不足 20 家"
    }


def test_authorizing_signs_one_consent_for_this_bank_and_gives_the_lead_a_name(town, db):
    search = town.invited()
    [lead, _] = leads_of(search, db)
    service.accept_invitation(town.boss(), lead.id)
    consent = consents.active_for(lead.enterprise_id, town.bank.id, "pre_loan")
    assert (lead.state, lead.consent_id) == (LeadState.AUTHORIZED, consent.id)
    assert consent.item_codes == lead.item_codes
    assert named(town) == [lead.enterprise_id]
    assert consents.of_institution(town.other.id) == []
    again = service.accept_invitation(town.boss(), lead.id)
    assert again.consent_id == consent.id


def test_a_declined_invitation_leaves_no_trace_for_the_bank_and_is_not_sent_again(town, db):
    search = town.invited()
    [lead, _] = leads_of(search, db)
    service.decline_invitation(town.boss(), lead.id)
    assert service.decline_invitation(town.boss(), lead.id).state is LeadState.DECLINED
    with pytest.raises(InvalidTransition):
        service.accept_invitation(town.boss(), lead.id)
    second = town.search(name="再找一次")
    service.invite_firms(town.officer, second.id)
    assert leads_of(second, db) == []
    assert named(town) == []
    assert not db.scalars(
        select(Notification).where(Notification.institution_id == town.bank.id)
    ).all()


def test_saying_no_takes_waiting_invitations_back_at_once(town, db):
    search = town.invited()
    [lead, _] = leads_of(search, db)
    service.choose_contact(town.boss(), Choice())
    assert lead.state is LeadState.WITHDRAWN
    with pytest.raises(InvalidTransition):
        service.accept_invitation(town.boss(), lead.id)
    service.invite_firms(town.officer, town.search(name="又一次").id)
    assert [one.state for one in leads_of(search, db)] == [LeadState.WITHDRAWN, LeadState.SENT]


def test_the_scope_of_a_yes_is_kept(town):
    choice = Choice(True, ContactScope.CHOSEN, (town.other.id,))
    kind = town.bank.kind
    assert rules.lets_near(choice, town.other.id, kind)
    assert not rules.lets_near(choice, town.bank.id, kind)
    assert not rules.lets_near(Choice(), town.bank.id, kind)
    with pytest.raises(InvalidInput):
        service.choose_contact(town.boss(), Choice(True, ContactScope.CHOSEN, ()))
    with pytest.raises(NotFound):
        service.choose_contact(town.boss(), Choice(True, ContactScope.CHOSEN, (uuid4(),)))
    with pytest.raises(Forbidden):
        service.choose_contact(town.officer, OPEN)


def test_one_open_invitation_of_a_bank_at_a_time_and_five_of_all(town, db, monkeypatch):
    town.invited()
    again = town.search(name="第二次")
    service.invite_firms(town.officer, again.id)
    assert leads_of(again, db) == []
    monkeypatch.setattr(rules, "MOST_OPEN_INVITATIONS", 1)
    theirs = town.search(actor=town.rival.as_actor())
    service.invite_firms(town.rival.as_actor(), theirs.id)
    assert leads_of(theirs, db) == []


def test_other_firms_and_other_banks_do_not_find_a_lead(town, db):
    search = town.invited()
    [lead, _] = leads_of(search, db)
    for deed in (service.accept_invitation, service.decline_invitation, service.read_invitation):
        with pytest.raises(NotFound):
            deed(town.boss(1), lead.id)
        with pytest.raises(Forbidden):
            deed(town.officer, lead.id)
    service.accept_invitation(town.boss(), lead.id)
    with pytest.raises(NotFound):
        service.feed_back(town.rival.as_actor(), lead.id, Feedback(is_valid=True))


def test_an_invitation_runs_out(town, db):
    search = town.invited()
    with clock.at(clock.now() + timedelta(days=rules.ANSWER_DAYS + 1)):
        assert service.expire_invitations(SYSTEM) == 2
        assert service.expire_invitations(SYSTEM) == 0
    assert {lead.state for lead in leads_of(search, db)} == {LeadState.EXPIRED}
    with pytest.raises(Forbidden):
        service.expire_invitations(town.officer)


def test_firms_that_authorized_this_bank_are_listed_at_once_and_not_invited(town, db):
    first = town.invited()
    service.accept_invitation(town.boss(), leads_of(first, db)[0].id)
    second = town.search(name="第二次")
    assert named(town, second) == [town.firms[0].id]
    service.invite_firms(town.officer, second.id)
    assert [lead.origin for lead in leads_of(second, db)] == ["consent"]


def test_conditions_beyond_the_register_do_not_sort_authorized_firms(town, db):
    first = town.invited()
    service.accept_invitation(town.boss(), leads_of(first, db)[0].id)
    from tests.products.worlds import criterion

    hidden = town.search((criterion("employees", "at_least", 10_000),), "大厂")
    assert named(town, hidden) == [town.firms[0].id]


def test_feedback_is_given_once_with_a_reason(town, db):
    search = town.invited()
    [lead, unsigned] = leads_of(search, db)
    with pytest.raises(NotFound):
        service.feed_back(town.officer, unsigned.id, Feedback(is_valid=True))
    service.accept_invitation(town.boss(), lead.id)
    for bad in (
        Feedback(is_valid=False),
        Feedback(is_valid=False, reason=FeedbackReason.OTHER, note=" "),
        Feedback(is_valid=True, reason=FeedbackReason.NO_NEED),
    ):
        with pytest.raises(InvalidInput):
            service.feed_back(town.officer, lead.id, bad)
    said = Feedback(is_valid=False, reason=FeedbackReason.NOT_MATCHING)
    service.feed_back(town.officer, lead.id, said)
    with pytest.raises(Conflict):
        service.feed_back(town.officer, lead.id, said)


def test_a_revoked_authorization_ends_what_the_lead_opened(town, db):
    from xinyidai.consents import service as consenting

    search = town.invited()
    [lead, _] = leads_of(search, db)
    service.accept_invitation(town.boss(), lead.id)
    consenting.revoke_consent(town.boss(), lead.consent_id)
    assert queries.firms_authorizing(town.bank.id, "pre_loan") == {}
