"""Time: places released and offered on, needs dispatched and ended; doing it twice does no more."""

from datetime import date

import pytest

from tests.factories import parties
from tests.financing_needs.factories import NO, market
from tests.products.factories import listed_version, manager_of
from xinyidai.consents import service as consents
from xinyidai.consents.models import Consent
from xinyidai.consents.values import ConsentState
from xinyidai.enterprises.values import RegistrationStatus
from xinyidai.financing_needs import service
from xinyidai.financing_needs.queries import places as place_queries
from xinyidai.financing_needs.values import FinancingNeedState as S
from xinyidai.financing_needs.values import OfferEnd, OfferState, OfferWay
from xinyidai.institutions.models import Institution
from xinyidai.institutions.values import InstitutionStatus
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM
from xinyidai.kernel.db import db as database
from xinyidai.kernel.errors import Conflict, Forbidden, InvalidInput
from xinyidai.kernel.http import Page

MONDAY = "2026-06-01T09:00"  # an ordinary week without holidays
WEDNESDAY, THURSDAY, NEXT_WEEK = "2026-06-03T09:00", "2026-06-04T09:00", "2026-06-09T09:00"


def listed_banks(town, numbers):
    """Give these banks a product that does not refuse the firm."""
    for number in numbers:
        bank = database.session.get_one(Institution, town.bank(number))
        listed_version(manager_of(bank), code=f"P{number}", criteria=())


def test_a_bank_whose_authorization_was_taken_back_is_not_waited_for_nor_blamed(db, at):
    with at(MONDAY):
        town = market()
        town.claim()
        town.authorize(0)
        consent_id = town.place().consent_id
        consents.revoke_consent(town.boss, consent_id, "不想办了")
        assert service.watch_needs(SYSTEM) == 1
    assert (town.place().state, town.place().end_reason) == (
        OfferState.REFUSED, OfferEnd.FIRM_REFUSED,
    )  # fmt: skip
    with at(THURSDAY):
        assert service.watch_needs(SYSTEM) == 0
        [record] = place_queries.bank_records(clock.today())
        assert (record.counts["overdue"], record.counts["released"]) == (0, 0)


def test_taking_an_authorization_back_ends_the_place_in_the_same_deed(db, at):
    with at(MONDAY):
        town = market()
        town.claim()
        town.authorize(0)
        consent_id = town.place().consent_id
        assert service.notice_revoked(town.boss, consent_id) is None
        consents.revoke_consent(town.boss, consent_id, "不想办了")
        assert service.notice_revoked(town.boss, consent_id).state is OfferState.REFUSED
        assert service.notice_revoked(town.boss, consent_id) is None
        assert town.need.state is S.PUBLISHED


def test_a_bank_that_does_not_call_in_time_loses_its_place_and_it_is_kept(db, at):
    with at(MONDAY):
        town = market()
        town.claim()
        town.authorize(0)
        assert town.place().due_on == date(2026, 6, 3)
    with at(WEDNESDAY):
        assert service.watch_needs(SYSTEM) == 0
    with at(THURSDAY):
        assert [r.counts["overdue"] for r in place_queries.bank_records(clock.today())] == [1]
        assert service.watch_needs(SYSTEM) == 1
        assert service.watch_needs(SYSTEM) == 0
        [record] = place_queries.bank_records(clock.today())
        assert (record.counts["overdue"], record.counts["released"]) == (0, 1)
        assert (
            place_queries.marked_offers(["released"], town.bank(), clock.today(), Page(1, 20))[1]
            == 1
        )
    assert (town.place().state, town.place().end_reason) == (
        OfferState.RELEASED, OfferEnd.NOT_CONTACTED,
    )  # fmt: skip
    consent = database.session.get_one(Consent, town.place().consent_id)
    assert consents.state_of(consent) is ConsentState.ENDED
    with at(THURSDAY), pytest.raises(Conflict, match="逾期未联系"):
        town.claim()


def test_a_firm_that_does_not_answer_costs_the_bank_nothing(db, at):
    with at(MONDAY):
        town = market()
        town.claim()
    with at(NEXT_WEEK):
        service.watch_needs(SYSTEM)
        assert town.place().end_reason is OfferEnd.FIRM_SILENT
        assert place_queries.bank_records(clock.today())[0].counts["released"] == 0
        assert town.claim().state is OfferState.CLAIMED


def test_what_no_bank_claims_is_dispatched_to_those_whose_products_fit(db, at):
    with at(MONDAY):
        town = market(4)
        listed_banks(town, range(4))
    with at(WEDNESDAY):
        service.watch_needs(SYSTEM)
        assert place_queries.offers_of(town.need.id) == []
    with at(THURSDAY):
        service.watch_needs(SYSTEM)
        service.watch_needs(SYSTEM)
        offers = place_queries.offers_of(town.need.id)
    assert [o.state for o in offers] == [OfferState.DISPATCHED] * 3
    assert {o.way for o in offers} == {OfferWay.BEST}
    assert town.need.state is S.DISPATCHED


def test_a_declined_dispatch_goes_on_to_the_next_bank_and_never_back(db):
    town = market(3, most_banks=1)
    listed_banks(town, range(3))
    clerk = parties.clerk_of(parties.credit_office())
    asked = [offer.institution_id for offer in service.dispatch_best(clerk, town.need.id)]
    by_bank = {officer.party_id: officer for officer in town.officers}
    for _ in range(3):
        service.decline_need(by_bank[asked[-1]], town.need.id, NO)
        asked += [
            offer.institution_id
            for offer in place_queries.offers_of(town.need.id)
            if offer.institution_id not in asked
        ]
    assert sorted(asked) == sorted(by_bank)
    assert town.need.state is S.PUBLISHED


def test_a_dispatch_not_taken_lapses_and_is_kept_against_the_bank(db, at):
    with at(MONDAY):
        town = market(2, most_banks=1)
        clerk = parties.clerk_of(parties.credit_office())
        service.dispatch_to(clerk, town.need.id, town.bank(0), "本地银行熟悉行业")
    with at(THURSDAY):
        service.watch_needs(SYSTEM)
        assert town.place(0).end_reason is OfferEnd.NOT_TAKEN


def test_a_bank_takes_what_a_clerk_dispatched(db):
    town = market(2)
    clerk = parties.clerk_of(parties.credit_office())
    service.dispatch_to(clerk, town.need.id, town.bank(0), "本地银行熟悉行业")
    assert town.need.state is S.DISPATCHED
    assert town.claim().state is OfferState.CLAIMED
    assert town.place().way is OfferWay.CLERK
    with pytest.raises(Conflict):
        service.dispatch_to(clerk, town.need.id, town.bank(0), "再派一次")


def test_a_dispatch_needs_a_reason_an_office_and_an_active_bank(db):
    town = market(2)
    clerk = parties.clerk_of(parties.credit_office())
    with pytest.raises(InvalidInput):
        service.dispatch_to(clerk, town.need.id, town.bank(0), " ")
    with pytest.raises(Forbidden):
        service.dispatch_best(town.officers[0], town.need.id)
    database.session.get_one(Institution, town.bank(0)).status = InstitutionStatus.SUSPENDED
    with pytest.raises(Forbidden):
        service.dispatch_to(clerk, town.need.id, town.bank(0), "理由")


def test_a_suspended_bank_loses_its_places(db):
    town = market(2)
    town.claim(0)
    database.session.get_one(Institution, town.bank(0)).status = InstitutionStatus.SUSPENDED
    database.session.flush()
    assert service.watch_needs(SYSTEM) == 1
    assert town.place(0).end_reason is OfferEnd.BANK_SUSPENDED


def test_a_need_past_its_day_ends_with_its_places(db, at):
    with at(MONDAY):
        town = market(2, wanted_by=date(2026, 6, 3))
        town.claim(0)
    with at(WEDNESDAY):
        assert service.expire_needs(SYSTEM) == 0
    with at(THURSDAY):
        assert service.expire_needs(SYSTEM) == 1
        assert service.expire_needs(SYSTEM) == 0
    assert town.need.state is S.EXPIRED
    assert town.place(0).end_reason is OfferEnd.NEED_EXPIRED


def test_the_need_of_a_firm_that_is_gone_ends(db):
    town = market(2)
    town.claim(0)
    town.firm.status = RegistrationStatus.REVOKED
    database.session.flush()
    assert service.expire_needs(SYSTEM) == 1
    assert town.place(0).end_reason is OfferEnd.FIRM_GONE
