"""Products as JSON: strict in, explicit out."""

import pytest
from marshmallow import ValidationError

from tests.products.factories import FACTS, bank, listed_version, manager_of
from xinyidai.products.schemas import LoanProductIn, LoanProductOut

RAW = {
    "code": "P1",
    "name": "纳税信用贷",
    "kind": "credit_loan",
    "terms": {"amount_max_fen": 1, "rate_max": "0.045", "guarantee": "credit",
              "repayment": "revolving"},
}  # fmt: skip


def test_what_comes_in_is_a_value_with_open_terms_left_open():
    facts = LoanProductIn().load(RAW)
    assert (facts.code, str(facts.terms.rate_max)) == ("P1", "0.045000")
    assert facts.terms.amount_min_fen is None
    assert facts.criteria == ()


@pytest.mark.parametrize(
    "change",
    [{"state": "listed"}, {"kind": "gift"}, {"terms": {"guarantee": "credit"}}, {"name": None}],
)
def test_what_is_not_known_is_refused(change):
    with pytest.raises(ValidationError):
        LoanProductIn().load(RAW | change)


def test_what_goes_out_names_product_and_terms(db):
    version = listed_version(manager_of(bank()))
    out = LoanProductOut().dump(version)
    assert (out["code"], out["state"]) == (FACTS.code, "listed")
    assert out["terms"]["rate_max"] == "0.045000"
    assert out["criteria"][0]["field"] == "years_established"
    assert "submitted_by" not in out
