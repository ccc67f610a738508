"""What is wrong with an application, a refusal, a grant; all of it at once."""

from decimal import Decimal

import pytest

from tests.applications.conftest import WANTED
from xinyidai.applications.rules import (
    Limits,
    Terms,
    faults,
    grant_faults,
)
from xinyidai.catalogue.refusals import DenialGiven, denial_faults

LIMITS = Limits(10_000_000, 300_000_000, 3, 36)


def _with(**changes):
    return type(WANTED)(**{**vars(WANTED), **changes})


def test_a_fitting_application_has_no_fault():
    assert faults(WANTED, LIMITS) == {}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount_fen": 0}, "amount"),
        ({"amount_fen": -1}, "amount"),
        ({"amount_fen": 9_999_999}, "amount"),
        ({"amount_fen": 300_000_001}, "amount"),
        ({"term_months": 2}, "term_months"),
        ({"term_months": 37}, "term_months"),
        ({"loan_purpose": "  "}, "loan_purpose"),
        ({"loan_purpose": "长" * 501}, "loan_purpose"),
        ({"contact_name": ""}, "contact_name"),
        ({"contact_phone": "12"}, "contact_phone"),
        ({"contact_phone": "１９９０００００００８"}, "contact_phone"),
    ],
)
def test_each_fault_is_named(changes, field):
    assert list(faults(_with(**changes), LIMITS)) == [field]


def test_all_faults_come_at_once():
    bad = _with(amount_fen=0, term_months=0, loan_purpose="", contact_name="", contact_phone="")
    assert len(faults(bad, LIMITS)) == 5


@pytest.mark.parametrize(
    "codes",
    [
        [],
        ["no_such_reason"],
        ["too_young", "too_young"],
        ["too_young", "excessive_debt", "unclear_purpose", "amount_or_term", "industry_policy"],
    ],
)
def test_a_refusal_needs_one_to_four_known_reasons(codes):
    assert "reasons" in denial_faults([DenialGiven(code) for code in codes])


def test_a_reason_that_asks_for_words_needs_them():
    assert list(denial_faults([DenialGiven("credit_record")])) == ["note_credit_record"]
    assert denial_faults([DenialGiven("credit_record", "2025年欠税公告")]) == {}


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        (Terms(0, Decimal("0.04"), 12), "amount"),
        (Terms(60_000_000, Decimal("0.04"), 12), "amount"),
        (Terms(50_000_000, Decimal(4), 12), "rate"),
        (Terms(50_000_000, Decimal(0), 12), "rate"),
        (Terms(50_000_000, Decimal("0.04"), 48), "term_months"),
    ],
)
def test_a_grant_stays_within_what_was_asked_and_offered(terms, field):
    assert list(grant_faults(terms, 50_000_000, LIMITS)) == [field]
