"""The table training reads: consenting firms and research data, nobody else."""

from datetime import timedelta
from uuid import UUID

import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest

from tests.factories import parties
from xinyidai.consents import service as consents
from xinyidai.consents.values import ConsentDraft, ConsentMode
from xinyidai.credit_records import service as credit_records
from xinyidai.credit_records.service import write
from xinyidai.credit_records.values import RecordStatus
from xinyidai.enterprises.models import Enterprise
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM, Role
from xinyidai.kernel.db import db as database
from xinyidai.kernel.errors import InvalidInput
from xinyidai.profiles import service


def test_a_firm_without_the_training_consent_is_not_exported(city, tmp_path):
    city.firm()
    assert service.export_indicators(tmp_path / "out.csv.gz") == 0


def test_a_consenting_firm_is_exported_within_its_items_and_period_only(city, tmp_path):
    firm, month = city.firm(employees=9), clock.today().replace(day=1) - timedelta(days=1)
    for kind in ("tax_payment", "administrative_penalty"):
        city.record(firm, kind, month.replace(day=1), amount_fen=700)
    allow_training(firm, ("registration", "tax"), months=14)
    path = tmp_path / "out.csv.gz"
    assert service.export_indicators(path) == 1
    [row] = pa_csv.read_csv(path).to_pylist()
    assert (row["tax_paid_12m"], row["employees_reported"]) == (700, 9)
    assert row["penalties_24m"] is None  # not among the items
    assert row["tax_penalties_24m"] is None  # its window begins before the period


def allow_training(firm: UUID, items: tuple[str, ...], months: int) -> None:
    """Let the firm authorize 模型训练."""
    boss = parties.account(Role.ENTERPRISE_USER, database.session.get(Enterprise, firm)).as_actor()
    today = clock.today()
    draft = ConsentDraft(
        enterprise_id=firm,
        institution_id=None,
        purpose="model_training",
        item_codes=items,
        valid_until=today + timedelta(days=30),
        data_from=today - timedelta(days=30 * months),
        data_life_days=30,
        max_uses=None,
        mode=ConsentMode.RESULT,
    )
    consents.grant_directly(boss, [draft])


def test_research_firms_are_exported_with_empty_cells_where_missing(city, tmp_path):
    firm = city.firm(code_invented=True, employees=9)
    month = clock.today().replace(day=1) - timedelta(days=1)
    city.record(firm, "monthly_invoicing", month.replace(day=1), level="output", amount_fen=700)
    path = tmp_path / "out.csv.gz"
    assert service.export_indicators(path, source_kind="monthly_invoicing") == 1
    [row] = pa_csv.read_csv(path).to_pylist()
    assert (row["invoice_sales_12m"], row["employees_reported"]) == (700, 9)
    assert row["tax_paid_12m"] is None


def test_the_same_export_has_the_same_bytes(city, tmp_path):
    city.firm(code_invented=True)
    for name in ("a.csv.gz", "b.csv.gz"):
        service.export_indicators(tmp_path / name)
    assert (tmp_path / "a.csv.gz").read_bytes() == (tmp_path / "b.csv.gz").read_bytes()


def test_parquet_keeps_amounts_as_whole_numbers(city, tmp_path):
    city.firm(code_invented=True, registered_capital_fen=10**15 + 1)
    service.export_indicators(tmp_path / "out.parquet")
    [row] = pq.read_table(tmp_path / "out.parquet").to_pylist()
    assert row["registered_capital"] == 10**15 + 1


def test_firms_without_the_kind_stay_out(city, tmp_path):
    city.firm(code_invented=True)
    path = tmp_path / "out.csv.gz"
    assert service.export_indicators(path, source_kind="monthly_invoicing") == 0


def test_another_ending_is_refused(db, tmp_path):
    with pytest.raises(InvalidInput):
        service.export_indicators(tmp_path / "out.xlsx")


def test_a_table_of_the_past_says_what_was_known_then(city, tmp_path):
    firm, begin = city.firm(code_invented=True), clock.now() - timedelta(days=90)
    with clock.at(begin):
        city.has_collected("administrative_penalty")
    with clock.at(begin + timedelta(days=10)):
        city.record(firm, "administrative_penalty", begin.date())
    with credit_records.platform_run("indicators", "t", enterprise_ids=[firm]) as run:
        [fact] = run.facts(firm)
    write.retire_record(SYSTEM, firm, fact.id, RecordStatus.REPAIRED, "修复")
    path = tmp_path / "out.parquet"
    found = []
    for days in (5, 20, 90):
        service.export_indicators(path, begin.date() + timedelta(days=days))
        [row] = pq.read_table(path).to_pylist()
        found.append(row["penalties_24m"])
    assert found == [0, 1, 0]
