"""Needs and matches as JSON."""

from datetime import date

import pytest
from marshmallow import ValidationError

from tests.matching.factories import SUBJECT, WISH, firm, user_of
from tests.products.factories import bank, listed_version, manager_of
from xinyidai.matching import service
from xinyidai.matching.schemas import FinancingNeedIn, FinancingNeedOut, MatchRunOut, WishIn
from xinyidai.matching.values import RULES_VERSION
from xinyidai.products.values import GuaranteeKind, Wish

RAW = {"amount_fen": 50_000_000, "term_months": 12, "guarantee": "credit", "purpose_text": "原料"}


def test_a_need_comes_in_as_a_value():
    facts = FinancingNeedIn().load(RAW)
    assert facts.wish == Wish(50_000_000, 12, GuaranteeKind.CREDIT)
    assert WishIn().load({}) == Wish()


@pytest.mark.parametrize(
    "change", [{"amount_fen": "5"}, {"state": "published"}, {"guarantee": "x"}]
)
def test_a_need_that_is_not_understood_is_refused(change):
    with pytest.raises(ValidationError):
        FinancingNeedIn().load(RAW | change)


def test_needs_and_runs_go_out_with_their_versions(db):
    enterprise = firm(established_on=date(2015, 1, 1))
    listed_version(manager_of(bank()))
    user = user_of(enterprise.id)
    need = service.draft_need(user, enterprise.id, FinancingNeedIn().load(RAW))
    asked = service.MatchRequest(SUBJECT, WISH, enterprise.facts_version, need.id)
    out = MatchRunOut().dump(service.match_products(user, enterprise.id, asked).run)
    assert FinancingNeedOut().dump(need)["state"] == "draft"
    assert (out["rules_version"], out["product_count"]) == (RULES_VERSION, 1)
    assert out["matches"][0]["missing"][0]["cause_text"] == "平台没有这项记录"
