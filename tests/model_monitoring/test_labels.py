"""Outcomes become labels only with a live authorization, and only what was known then."""

import csv
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.factories import parties
from tests.model_monitoring.conftest import store_profile
from xinyidai.catalogue.indicators import indicator_dictionary
from xinyidai.catalogue.kinds import kinds_of_items
from xinyidai.consents import service as consents
from xinyidai.credit_records import queries as credit_records
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Role
from xinyidai.kernel.errors import Forbidden, InvalidInput
from xinyidai.ledger.models import LedgerEntry
from xinyidai.model_monitoring import service
from xinyidai.model_monitoring.values import LeftOut


@pytest.fixture
def export(tmp_path):
    """Export and return the counts and the rows."""

    def run():
        path = tmp_path / "t.csv"
        counts = service.export_labels(path)
        with path.open(encoding="utf-8", newline="") as file:
            return counts, list(csv.DictReader(file))

    return run


def test_without_authorization_nothing_is_exported(lent, export):
    lent().tell(360)
    counts, rows = export()
    assert (counts.rows, rows) == (0, [])
    assert counts.left_out == {LeftOut.NOT_AUTHORIZED: 1}


def test_with_authorization_the_loan_is_a_labelled_row_without_any_name(lent, export):
    loan = lent()
    loan.tell(200, 95)
    loan.consent()
    counts, rows = export()
    assert (counts.rows, counts.bads, counts.firms) == (1, 1, 1)
    assert set(rows[0]) == {"decided_on", "defaulted", *indicator_dictionary().indicators}
    assert rows[0]["defaulted"] == "1"
    assert rows[0]["decided_on"] == loan.decided.date().isoformat()


def test_a_withdrawn_authorization_takes_the_firm_out_of_the_next_export(lent, export):
    loan = lent()
    loan.tell(360)
    consent = loan.consent()
    assert export()[0].rows == 1
    consents.revoke_consent(loan.market.boss, consent.id, "不再参与")
    counts, rows = export()
    assert (counts.rows, rows) == (0, [])


def test_the_features_are_those_stored_before_the_decision(lent, export):
    loan = lent()
    loan.tell(360)
    loan.consent()
    before = export()[1]
    store_profile(loan.firm, seed=99)
    with clock.at(loan.decided + timedelta(seconds=1)):
        store_profile(loan.firm, seed=98)
    assert export()[1] == before
    with clock.at(loan.decided - timedelta(minutes=1)):
        newest = store_profile(loan.firm, seed=97)
    row = export()[1][0]
    assert row["invoice_sales_12m"] == str(newest.indicators["invoice_sales_12m"]["value"])


def test_only_indicators_of_authorized_items_are_exported(lent, export):
    loan = lent()
    loan.tell(360)
    loan.consent(items=("tax",), months=60)
    row = export()[1][0]
    kinds = kinds_of_items(["tax"])
    for code, entry in indicator_dictionary().indicators.items():
        assert bool(row[code]) == (set(entry.kinds) <= kinds), code
    assert any(row[code] for code in indicator_dictionary().indicators)


def test_no_window_that_begins_before_the_authorized_period_is_exported(lent, export):
    loan = lent()
    loan.tell(360)
    loan.consent(months=20)
    [row] = export()[1]
    dictionary = indicator_dictionary()
    long = [c for c, entry in dictionary.indicators.items() if (entry.window_months or 0) >= 12]
    assert {row[code] for code in long} == {""}
    assert row["employees_reported"]


@pytest.mark.parametrize(
    ("days", "told", "reason"),
    [
        (500, (200, 45), LeftOut.INDETERMINATE),
        (300, (200, 120), LeftOut.IMMATURE),
        (500, (200, 0), LeftOut.UNREPORTED),
    ],
)
def test_what_is_not_known_is_left_out_and_counted(lent, export, days, told, reason):
    loan = lent(days)
    loan.tell(*told)
    loan.consent()
    counts, rows = export()
    assert (rows, dict(counts.left_out)) == ([], {reason: 1})


def test_a_decision_without_a_stored_profile_or_before_the_period_is_left_out(lent, export):
    bare, early = lent(has_profile=False), lent()
    bare.tell(360)
    early.tell(360)
    bare.consent()
    early.consent(months=12)
    counts, rows = export()
    assert rows == []
    assert dict(counts.left_out) == {LeftOut.NO_SNAPSHOT: 1, LeftOut.BEFORE_AUTHORIZED_PERIOD: 1}


def test_each_export_is_one_run_in_the_ledger_with_firms_and_rules(lent, export, db):
    loan = lent()
    loan.tell(360)
    loan.consent()
    before = len(db.scalars(select(LedgerEntry)).all())
    counts, _ = export()
    runs = [
        event for event in credit_records.latest_events(50) if event.purpose == "model_training"
    ]
    assert [(event.firm_count, event.rule_version) for event in runs] == [(1, counts.rules_version)]
    assert len(db.scalars(select(LedgerEntry)).all()) == before + 1


def test_who_may_not_process_exports_nothing(tmp_path, db):
    officer = parties.account(Role.BANK_OFFICER, parties.institution()).as_actor()
    with pytest.raises(Forbidden):
        service.export_labels(tmp_path / "t.csv", actor=officer)
    with pytest.raises(InvalidInput):
        service.export_labels(tmp_path / "t.xls")
    assert list(tmp_path.iterdir()) == []
