"""One definition on two engines, equal to the digit."""

from collections import Counter, defaultdict
from datetime import date

import pytest
from sqlalchemy import text

from tests.profiles import oracle
from tests.profiles.random_records import LEAP_DAY
from xinyidai.catalogue.indicators import indicator_dictionary
from xinyidai.credit_records import service as credit_records
from xinyidai.profiles import engine_duckdb, rules
from xinyidai.profiles.compiling import MARKERS, column_names, compiled_sql
from xinyidai.profiles.engine_postgres import read_firm
from xinyidai.profiles.indicators import FORMULAS
from xinyidai.profiles.values import bounds_of, months_before


@pytest.fixture(scope="module")
def by_duckdb(sample):
    reading = rules.Reading(sample.as_of, engine_duckdb.collected_kinds(sample.records_path))
    raws = engine_duckdb.read_all(sample.records_path, sample.firms_path, sample.as_of)
    return {raw.enterprise_id: rules.to_json(rules.finish(raw, reading)) for raw in raws}


def test_every_indicator_of_the_dictionary_has_one_formula_and_one_naive_rule():
    codes = set(indicator_dictionary().indicators)
    assert set(FORMULAS) == codes
    assert set(oracle.RULES) == codes


@pytest.mark.parametrize("day", [date(2026, 5, 31), date(2026, 3, 31), LEAP_DAY])
def test_every_value_and_cause_is_what_plain_loops_over_the_records_find(sample, day):
    collected = engine_duckdb.collected_kinds(sample.records_path)
    reading = rules.Reading(day, collected)
    rows = defaultdict(list)
    for row in sample.rows:
        rows[row.enterprise_id].append(row)
    facts = {firm.enterprise_id: firm for firm in sample.firms}
    differences = [
        (code, entry, expected[code])
        for raw in engine_duckdb.read_all(sample.records_path, sample.firms_path, day)
        for expected in [
            oracle.judge(facts[raw.enterprise_id], rows[str(raw.enterprise_id)], day, collected)
        ]
        for code, entry in rules.to_json(rules.finish(raw, reading)).items()
        if (entry["value"], entry["missing"]) != expected[code]
    ]
    assert differences == []


def test_duckdb_gives_a_profile_to_firms_without_records_too(sample, by_duckdb):
    assert set(by_duckdb) == {firm.enterprise_id for firm in sample.firms}
    assert set(by_duckdb[sample.firms[0].enterprise_id]) == set(FORMULAS)


def test_the_sample_has_values_and_every_cause_that_needs_no_consent(by_duckdb):
    causes = Counter(entry["missing"] for found in by_duckdb.values() for entry in found.values())
    assert min(causes[None], causes["no_record"], causes["stale"]) > 1_000


def test_each_indicator_has_a_value_for_some_firm(by_duckdb):
    without = set(FORMULAS)
    for found in by_duckdb.values():
        without -= {code for code, entry in found.items() if entry["value"] is not None}
    assert without == set()


def test_postgresql_and_duckdb_agree_to_the_digit_for_every_firm(city, sample, by_duckdb):
    for firm in sample.firms:
        city.firm(firm)
    city.collect(sample.new_records)
    reading = rules.Reading(sample.as_of, frozenset(credit_records.collected_kinds()))
    with credit_records.platform_run("indicators", "test") as run:
        by_postgres = {
            firm.enterprise_id: rules.to_json(
                rules.finish(read_firm(run, firm, sample.as_of), reading)
            )
            for firm in sample.firms
        }
    assert len(by_postgres) == 500
    assert by_postgres == by_duckdb


@pytest.mark.parametrize(("dialect", "parameter"), [("postgres", ":{}"), ("duckdb", "${}")])
def test_every_date_of_the_compiled_sql_is_a_parameter(dialect, parameter):
    sql = compiled_sql(dialect, parameter)
    assert "MAKE_DATE" not in sql
    assert all(parameter.format(name) in sql for name in MARKERS)


def test_rows_come_in_the_order_of_the_column_names(sample):
    import duckdb

    with duckdb.connect() as connection:
        connection.read_parquet(str(sample.records_path)).create_view("records")
        connection.read_parquet(str(sample.firms_path)).create_view("firms")
        cursor = connection.execute(compiled_sql("duckdb", "${}"), bounds_of(sample.as_of))
        assert tuple(column[0] for column in cursor.description) == column_names()


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 5, 31), 12, date(2025, 5, 31)),
        (date(2026, 3, 31), 1, date(2026, 2, 28)),
        (date(2024, 2, 29), 12, date(2023, 2, 28)),
        (date(2026, 1, 15), 1, date(2025, 12, 15)),
    ],
)
def test_a_window_opens_on_the_same_day_or_the_last_of_the_month(day, months, expected):
    assert months_before(day, months) == expected


def test_one_firm_is_read_in_one_statement(city, db, sample):
    firm = sample.firms[1]
    city.firm(firm)
    with credit_records.platform_run("indicators", "t", enterprise_ids=[firm.enterprise_id]) as run:
        raw = read_firm(run, firm, sample.as_of)
    assert raw.enterprise_id == firm.enterprise_id
    assert db.execute(text("select current_user")).scalar_one() == "xinyidai_app"
