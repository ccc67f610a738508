"""Clicks at the same moment, on real connections."""

import threading

from tests.financing_needs.factories import market
from xinyidai.financing_needs import place_queries, service
from xinyidai.kernel.db import db as database
from xinyidai.kernel.errors import DomainError


def at_once(app, deeds):
    """Run the deeds on threads of their own that begin together; return what became of each."""
    outcomes, gate = [], threading.Barrier(len(deeds))

    def click(deed):
        with app.app_context():
            gate.wait()
            try:
                deed()
                database.session.commit()
                outcomes.append("in")
            except DomainError as refusal:
                database.session.rollback()
                outcomes.append(refusal.code)

    threads = [threading.Thread(target=click, args=(deed,)) for deed in deeds]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    return sorted(outcomes)


def claim_of(officer, need_id):
    return lambda: service.claim_need(officer, need_id)


def test_of_two_banks_at_the_last_place_one_gets_it(live):
    town = market(2, most_banks=1)
    need_id = town.need.id
    database.session.commit()
    assert at_once(live, [claim_of(o, need_id) for o in town.officers]) == ["in", "need_full"]
    assert len(place_queries.offers_of(need_id)) == 1


def test_a_double_click_claims_once_and_a_withdrawal_at_the_same_moment_leaves_nothing_open(live):
    town = market(1)
    need_id, boss, officer = town.need.id, town.boss, town.officers[0]
    database.session.commit()
    assert at_once(live, [claim_of(officer, need_id)] * 2) == ["in", "in"]
    assert len(place_queries.offers_of(need_id)) == 1
    at_once(live, [lambda: service.withdraw_need(boss, need_id), claim_of(officer, need_id)])
    database.session.rollback()
    assert [offer.end_reason for offer in place_queries.offers_of(need_id)] == ["need_withdrawn"]
