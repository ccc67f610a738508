"""The grid against the one SQL statement and the scalar rules, to the digit."""

import random
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.profiles import by_pandas
from tests.profiles.indicator_city import AS_OF, city
from xinyidai.catalogue.indicators import indicator_dictionary
from xinyidai.profiles import engine_duckdb, rules
from xinyidai.profiles.formulas import Change, Newest, Share, Total
from xinyidai.profiles.grid import finishing, store
from xinyidai.profiles.grid.evaluating import Cells, TooLarge, Unreducible
from xinyidai.profiles.grid.filling import month_bits
from xinyidai.profiles.grid.memory import finish_tables
from xinyidai.profiles.grid.planning import measure_of, plan, plan_of
from xinyidai.profiles.indicators import FORMULAS
from xinyidai.profiles.values import bounds_of

DAYS = (AS_OF, date(2024, 2, 29), date(2026, 3, 1), date(2025, 12, 31))


def by_sql(records, firms, reading):
    raws = engine_duckdb.read_all(records, firms, reading.as_of)
    return {raw.enterprise_id: rules.to_json(rules.finish(raw, reading)) for raw in raws}


def by_grid(records, firms, reading, chosen=None):
    finished = finish_tables(records, firms.sort_by("enterprise_id"), reading, chosen)
    return {facts.enterprise_id: rules.to_json(facts) for facts in finished.profiles()}


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return city(tmp_path_factory.mktemp("town"), firms=400, records=16_000, new=300)


@pytest.fixture(scope="module")
def tables(town):
    return pq.read_table(town.records), pq.read_table(town.firms)


def reading_of(records, day=AS_OF):
    return rules.Reading(day, frozenset(records.column("kind").unique().to_pylist()))


@pytest.mark.parametrize("day", DAYS)
def test_the_grid_and_the_statement_agree_to_the_digit_on_any_day(tables, day):
    records, firms = tables
    reading = reading_of(records, day)
    found = by_grid(records, firms, reading)
    assert len(found) == 400
    expected = by_sql(records, firms, reading)
    assert repr(found) == repr({firm: expected[firm] for firm in found})


def test_records_on_every_edge_of_every_window_count_the_same(tables):
    records, firms = tables
    rows = records.slice(0, 4_000).to_pylist()
    edges = sorted(bounds_of(AS_OF).values())
    dice = random.Random(5)  # noqa: S311 - test data
    for row in rows:
        row["occurred_on"] = dice.choice(edges) + timedelta(days=dice.randrange(-1, 2))
        row["valid_until"] = dice.choice([None, *(AS_OF + timedelta(days=d) for d in (-1, 0, 1))])
    edged = pa.Table.from_pylist(rows, records.schema)
    reading = reading_of(edged)
    assert by_grid(edged, firms, reading) == by_sql(edged, firms, reading)


def test_the_hand_made_sample_agrees_too(sample):
    records, firms = pq.read_table(sample.records_path), pq.read_table(sample.firms_path)
    reading = reading_of(records)
    assert by_grid(records, firms, reading) == by_sql(records, firms, reading)


def test_without_any_record_everything_is_as_the_rules_say(tables):
    records, firms = tables
    nothing = records.slice(0, 0)
    for reading in (rules.Reading(AS_OF, frozenset()), reading_of(records)):
        assert by_grid(nothing, firms, reading) == by_sql(nothing, firms, reading)


def test_sums_beyond_64_bits_are_computed_by_the_statement(tables):
    records, firms = tables
    rows = records.slice(0, 500).to_pylist()
    rows += [row | {"amount_fen": 2**62} for row in rows]
    huge = pa.Table.from_pylist(rows, records.schema)
    reading = reading_of(huge)
    finished = finish_tables(huge, firms.sort_by("enterprise_id"), reading)
    assert finished.block is None
    assert by_grid(huge, firms, reading) == by_sql(huge, firms, reading)


def test_every_formula_of_the_dictionary_comes_apart():
    assert plan().left == frozenset()
    assert {kind for m in plan().measures for kind in m.kinds} == set(indicator_dictionary().kinds)


def test_a_formula_that_does_not_come_apart_goes_to_the_statement(tables):
    records, firms = tables
    odd = Total(lambda s: s.records.level.nunique(where=s.of("patent")))
    chosen = plan_of({**FORMULAS, "patents_total": odd})
    assert chosen.left == {"patents_total"}
    reading = reading_of(records)
    assert by_grid(records, firms, reading, chosen) == by_sql(records, firms, reading)


def test_an_aggregate_over_all_kinds_is_not_taken_for_a_measure():
    odd = Total(lambda s: s.count(s.records.amount_fen > 0))
    assert plan_of({**FORMULAS, "patents_total": odd}).left == {"patents_total"}
    expression = plan().columns["patents_total"]
    assert measure_of(expression).kinds == {"patent"}
    with pytest.raises(Unreducible):
        measure_of(plan().filters[0])


def column(cells, scale=0):
    known = np.array([cell is not None for cell in cells])
    values = [0 if cell is None else int(cell.scaleb(scale)) for cell in cells]
    return Cells(np.array(values, np.int64), known, scale)


def numbers(dice, count, scale):
    limits = (1, 9, 10**6, 10**12, 4 * 10**18)
    return [
        None
        if dice.random() < 0.1
        else Decimal(dice.randint(-(most := dice.choice(limits)) // 9, most)).scaleb(-scale)
        for _ in range(count)
    ]


@pytest.mark.parametrize("formula", [Share(None, None), Change(None, None)])
@pytest.mark.parametrize("scale", [0, 4])
def test_divisions_round_as_the_scalar_rules_do(formula, scale):
    dice = random.Random(f"{formula}{scale}")  # noqa: S311 - test data
    first, second = numbers(dice, 5_000, scale), numbers(dice, 5_000, scale)
    expected = [
        rules.computed(formula, "x", {"x__a": a, "x__b": b})
        for a, b in zip(first, second, strict=True)
    ]
    found = finishing.computed(formula, [column(first, scale), column(second, scale)])
    safe = found.valid if found.unsafe is None else found.valid & ~found.unsafe
    assert safe.sum() > 1_500
    for place in np.flatnonzero(safe).tolist():
        assert repr(float(found.values[place])) == repr(expected[place])
    assert [value is not None for value in expected] == found.valid.tolist()


@pytest.mark.parametrize("divisor", [1, 2, 12])
def test_newest_values_are_unpacked_as_the_scalar_rules_do(divisor):
    dice = random.Random(divisor)  # noqa: S311 - test data
    packed = [Decimal(20260531 * 10**9 + dice.randrange(10**7)) for _ in range(3_000)]
    found = finishing.computed(Newest(None, divisor), [column([*packed, None])])
    expected = [rules.computed(Newest(None, divisor), "x", {"x": int(cell)}) for cell in packed]
    given = finishing.numbers_of(found.form, found.values)[:-1]
    assert repr(given) == repr(expected)
    assert not found.valid[-1]


def test_pandas_as_a_second_opinion_finds_the_same(town, tmp_path):
    store.compute(tmp_path / "state", [town.records], town.firms, AS_OF, firms_at_once=150)
    [*parts] = store.tables_of(tmp_path / "state")
    ours = pa.concat_tables(parts).to_pandas()
    frame = by_pandas.Pandas(town.records, town.firms, AS_OF).indicators()
    for code in FORMULAS:
        found, expected = np.asarray(ours[code], float), np.asarray(frame[code], float)
        assert np.allclose(found, expected, rtol=1e-9, atol=1e-9, equal_nan=True), code


def test_a_month_too_long_ago_to_be_kept_as_a_bit_is_not_lost():
    with pytest.raises(TooLarge):
        month_bits(np.array([190001]), AS_OF)
