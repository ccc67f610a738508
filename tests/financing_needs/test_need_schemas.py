"""Needs as JSON."""

import pytest
from marshmallow import ValidationError

from tests.matching.factories import firm, user_of
from xinyidai.financing_needs import service
from xinyidai.financing_needs.schemas import FinancingNeedIn, FinancingNeedOut
from xinyidai.products.values import GuaranteeKind, Wish

RAW = {"amount_fen": 50_000_000, "term_months": 12, "guarantee": "credit", "purpose_text": "原料"}


def test_a_need_comes_in_as_a_value():
    facts = FinancingNeedIn().load(RAW)
    assert facts.wish == Wish(50_000_000, 12, GuaranteeKind.CREDIT)


@pytest.mark.parametrize(
    "change", [{"amount_fen": "5"}, {"state": "published"}, {"guarantee": "x"}]
)
def test_a_need_that_is_not_understood_is_refused(change):
    with pytest.raises(ValidationError):
        FinancingNeedIn().load(RAW | change)


def test_a_need_goes_out(db):
    enterprise = firm()
    need = service.draft_need(user_of(enterprise.id), enterprise.id, FinancingNeedIn().load(RAW))
    assert FinancingNeedOut().dump(need)["state"] == "draft"
