"""Matches as JSON."""

from datetime import date

from tests.matching.factories import SUBJECT, WISH, firm, user_of
from tests.products.factories import bank, listed_version, manager_of
from xinyidai.matching import service
from xinyidai.matching.schemas import MatchRunOut, WishIn
from xinyidai.matching.values import RULES_VERSION
from xinyidai.products.values import Wish


def test_a_wish_may_leave_everything_open():
    assert WishIn().load({}) == Wish()


def test_runs_go_out_with_their_versions(db):
    enterprise = firm(established_on=date(2015, 1, 1))
    listed_version(manager_of(bank()))
    asked = service.MatchRequest(SUBJECT, WISH, enterprise.facts_version)
    run = service.match_products(user_of(enterprise.id), enterprise.id, asked).run
    out = MatchRunOut().dump(run)
    assert (out["rules_version"], out["product_count"]) == (RULES_VERSION, 1)
    assert out["matches"][0]["missing"][0]["cause_text"] == "平台没有这项记录"
