from datetime import timedelta

import pyarrow.parquet as pq
import pytest
from sqlalchemy import select

from xinyidai.catalogue.errors import UnknownPurpose
from xinyidai.credit_records import service
from xinyidai.credit_records.models import QueryEvent
from xinyidai.credit_records.values import QueryKind
from xinyidai.kernel import clock
from xinyidai.kernel.errors import RuleBroken

COUNT = "select count(*) from credit.credit_record where status = 'in_force'"


@pytest.fixture
def firms(db, world):
    firms = [world.firm() for _ in range(3)]
    rows = [world.record(firm, "tax_grade", "A", level='a,"b"\nc') for firm in firms]
    world.collect(rows)
    return firms


def events(db):
    statement = select(QueryEvent).where(QueryEvent.kind == QueryKind.PLATFORM)
    return db.scalars(statement).all()


def test_a_run_over_all_firms_writes_one_event_with_firm_count_and_rule_version(db, firms):
    with service.platform_run("scoring", "rules-7") as run:
        assert run.execute(COUNT)[0][0] == 3
        assert len(run.facts(firms[0])) == 1
    [event] = events(db)
    assert (event.purpose, event.rule_version, event.firm_count) == ("scoring", "rules-7", 3)


def test_a_run_for_one_firm_reaches_no_other(db, firms):
    with service.platform_run("indicators", "1", enterprise_ids=[firms[1]]) as run:
        assert run.execute(COUNT)[0][0] == 1
        with pytest.raises(RuleBroken):
            run.facts(firms[0])
    assert events(db)[0].enterprise_id == firms[1]


def test_an_unlisted_purpose_is_refused(db, firms):
    with pytest.raises(UnknownPurpose), service.platform_run("curiosity", "1"):
        pass
    assert events(db) == []


def test_training_reads_consenting_firms_only(db, firms, world):
    world.consent(firms[0], None, purpose="model_training", mode="result", max_uses=None)
    with (
        pytest.raises(RuleBroken),
        service.platform_run("model_training", "1", enterprise_ids=firms),
    ):
        pass
    with service.platform_run("model_training", "1") as run:
        assert run.enterprise_ids == {firms[0]}


def test_records_in_force_go_to_parquet_to_the_digit(firms, world, tmp_path):
    world.collect([world.record(firms[0], "tax_grade", "A", amount_fen=None, level=None)])
    with service.platform_run("scoring", "1") as run:
        assert run.export_parquet(tmp_path / "all.parquet") == 3
    table = pq.read_table(tmp_path / "all.parquet").to_pylist()
    by_firm = {row["enterprise_id"]: row for row in table}
    assert (by_firm[str(firms[0])]["amount_fen"], by_firm[str(firms[0])]["level"]) == (None, None)
    assert by_firm[str(firms[1])]["amount_fen"] == 12_345
    assert by_firm[str(firms[1])]["level"] == 'a,"b"\nc'
    assert str(by_firm[str(firms[1])]["quantity"]) == "1.5000"


def test_an_export_keeps_to_the_firms_of_the_run(firms, tmp_path):
    with service.platform_run("scoring", "1", enterprise_ids=firms[:2]) as run:
        assert run.export_parquet(tmp_path / "two.parquet") == 2
    with service.platform_run("scoring", "1", enterprise_ids=[]) as run:
        assert run.export_parquet(tmp_path / "none.parquet") == 0
    assert pq.read_table(tmp_path / "none.parquet").num_rows == 0


def test_collected_kinds_tell_no_record_from_never_collected(firms):
    assert set(service.collected_kinds()) == {"tax_grade"}
    assert service.collected_kinds(clock.now() - timedelta(days=1)) == {}
