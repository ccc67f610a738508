"""Doubled and wrong codes of firms; which domains a firm has facts of, and how old they are."""

from datetime import date, timedelta
from hashlib import sha256

import pytest

from tests.factories import parties
from xinyidai.catalogue import quality
from xinyidai.catalogue.errors import CatalogueBroken
from xinyidai.catalogue.reading import read_catalogue
from xinyidai.credit_records.service import NewRecord, write
from xinyidai.credit_records.values import BatchCounts
from xinyidai.data_quality import queries, service
from xinyidai.data_quality.models import FirmCoverage
from xinyidai.data_quality.values import CoverageState, SourceState
from xinyidai.enterprises.values import EnterpriseOrigin, RegistrationStatus
from xinyidai.kernel import uscc
from xinyidai.kernel.actor import SYSTEM
from xinyidai.kernel.http import Page

CODE_FAULTS = ("duplicate", "wrong_character", "wrong_check_digit")
NIGHT = "2025-03-31T23:00"


def test_firms_with_a_shared_organisation_part_are_doubled(db) -> None:
    before = service.count_codes()
    for kind in ("91", "92"):
        parties.enterprise(uscc=uscc.invented(777_777, kind=kind))
    after = service.count_codes()
    assert after["duplicate"] - before["duplicate"] == 2
    assert after["subjects"] - before["subjects"] == 2


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("91410400XN00001X0Q", None),
        ("91410400XN0000I123", "wrong_character"),
        ("9141040AXN00001230", "wrong_character"),
    ],
)
def test_codes_of_firms_are_checked_as_the_kernel_checks_them(db, code, fault) -> None:
    before = service.count_codes()
    parties.enterprise(uscc=code)
    after = service.count_codes()
    changed = [name for name in after if after[name] != before[name] and name in CODE_FAULTS]
    right = uscc.find_problem(code) is None
    expected = [] if right else [fault or "wrong_check_digit"]
    assert changed == expected


def test_every_last_character_but_one_is_wrong(db) -> None:
    first = uscc.invented(888_888)[:17]
    before = service.count_codes()["wrong_check_digit"]
    for letter in uscc.ALPHABET:
        parties.enterprise(uscc=f"{first}{letter}")
    found = service.count_codes()["wrong_check_digit"] - before
    assert found == len(uscc.ALPHABET) - 1


def give(firm, kind: str, day: date) -> None:
    batch = write.open_batch(
        SYSTEM,
        source="taxation",
        kind=kind,
        file_name="t.csv",
        sha256=sha256(f"{firm.id}{kind}{day}".encode()).hexdigest(),
    )
    row = NewRecord(firm.id, kind, "taxation", f"{day}", day, {})
    counts = write.add_records(batch.id, [row])
    write.close_batch(SYSTEM, batch.id, BatchCounts(1, counts.inserted, 0, 0))


def test_the_matrix_says_have_stale_and_missing(db, at) -> None:
    firms = [parties.enterprise(origin=EnterpriseOrigin.SELF) for _ in range(3)]
    parties.enterprise(status=RegistrationStatus.CANCELLED)
    with at("2025-03-30T09:00"):
        give(firms[0], "tax_payment", date(2025, 2, 1))
        give(firms[1], "tax_payment", date(2024, 10, 1))
    with at(NIGHT):
        run = service.measure()
    cells = {one.class_code: one for one in queries.coverage_cells(run.id)}
    tax = cells["tax"]
    assert (tax.have, tax.stale, tax.missing) == (1, 1, tax.have + tax.stale + tax.missing - 2)
    assert "judicial" not in cells
    rows = queries.covered_firms("tax", CoverageState.STALE, Page(1, 10))
    assert rows == [(firms[1].name, firms[1].uscc)]
    row = db.get(FirmCoverage, firms[2].id)
    assert (row.have, row.stale) == ([], [])
    assert set(row.missing) == set(cells)


def test_sources_are_fresh_late_or_were_never_there(db, at) -> None:
    firm = parties.enterprise()
    with at("2025-02-10T09:00"):
        give(firm, "tax_payment", date(2025, 1, 1))
    with at("2025-03-30T09:00"):
        give(firm, "monthly_invoicing", date(2025, 2, 1))
    with at(NIGHT):
        run = service.measure()
    states = {one.kind: one.state for one in queries.freshness(run.id)}
    assert states["tax_payment"] is SourceState.LATE
    assert states["monthly_invoicing"] is SourceState.FRESH
    assert states["water_usage"] is SourceState.NEVER


def test_the_rules_refuse_a_kind_that_is_not_public() -> None:
    root = read_catalogue("quality_rules.yaml")
    families = root._left["families"]
    families[0]["kinds"].append({"kind": "tax_payment", "number": "tax_type", "own": True})
    with pytest.raises(CatalogueBroken, match="not public"):
        quality.read_quality_rules(root)


def test_the_rules_refuse_weights_that_are_not_100() -> None:
    root = read_catalogue("quality_rules.yaml")
    root._left["weights"]["tickets"] = 11
    with pytest.raises(CatalogueBroken, match="100"):
        quality.read_quality_rules(root)


def test_the_age_of_a_kind_is_counted_in_its_cycles() -> None:
    assert timedelta(days=60) == quality.QUALITY.stale_cycles * timedelta(days=30)
