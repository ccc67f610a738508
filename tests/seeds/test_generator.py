"""The pure generator: repeatable, valid against the catalogue, and visibly invented."""

from datetime import date

import numpy as np
import pytest

from xinyidai.catalogue.kinds import FieldType, get_kind
from xinyidai.enterprises.rules import classify_scale
from xinyidai.enterprises.values import SizeFacts
from xinyidai.kernel import uscc
from xinyidai.seeds.firms import make_firms
from xinyidai.seeds.names import firm_names, person_name
from xinyidai.seeds.pen import EMPTY_DAY
from xinyidai.seeds.records import MAKERS, make_records, source_of
from xinyidai.seeds.register import annual_report, business_registration, codes_of, registrations
from xinyidai.seeds.tables import RecordTable, arrow_table

DAY = date(2026, 6, 15)
FIRMS = make_firms(1, 2_400, DAY)
TABLES = {table.kind: table for table in make_records(FIRMS, 1)}
TABLES["annual_report"] = annual_report(FIRMS, 1)
TABLES["business_registration"] = business_registration(FIRMS, registrations(FIRMS), 1)


def test_the_same_seed_gives_the_same_firms_and_records():
    again = make_firms(1, 2_400, DAY)
    assert np.array_equal(FIRMS.sales_fen, again.sales_fen)
    for kind, maker in MAKERS.items():
        table = maker(again, 1)
        assert np.array_equal(table.firm, TABLES[kind].firm)
        for code, column in table.fields.items():
            assert _equal(column, TABLES[kind].fields[code]), (kind, code)


def test_another_stream_gives_other_firms():
    assert not np.array_equal(make_firms(2, 2_400, DAY).sales_fen, FIRMS.sales_fen)


def test_all_size_classes_and_many_sections_occur_and_are_what_the_table_says():
    drawn = set(FIRMS.scale.tolist())
    assert drawn == {"large", "medium", "small", "micro"}
    assert len({trade.section for trade in FIRMS.trades}) >= 12
    codes = codes_of(FIRMS)
    for place in range(0, len(FIRMS), 7):
        facts = SizeFacts(
            FIRMS.trades[place].code,
            int(FIRMS.staff[place]),
            int(FIRMS.sales_fen[place]),
            int(FIRMS.assets_fen[place]),
            codes[place],
        )
        assert classify_scale(facts) == FIRMS.scale[place], facts


def test_codes_are_valid_visibly_invented_and_unique():
    codes = codes_of(FIRMS)
    assert len(set(codes)) == len(FIRMS)
    for code in codes[::50]:
        assert uscc.UnifiedSocialCreditCode.parse(code).is_invented


def test_names_say_that_they_are_invented():
    names = firm_names(FIRMS)
    assert len(set(names)) == len(FIRMS)
    assert all("演示" in name and "鹰川" in name for name in names)
    assert len({person_name(n) for n in range(6_000)}) == 6_000
    assert person_name(0) == "演示·张一"


def test_there_are_enough_kinds_departments_and_records():
    assert len(TABLES) >= 24
    assert len({source_of(kind) for kind in TABLES}) >= 12
    assert 35 <= sum(map(len, TABLES.values())) / len(FIRMS) <= 70


@pytest.mark.parametrize("kind", sorted(TABLES))
def test_records_are_what_the_catalogue_asks_for(kind):
    table = TABLES[kind]
    assert len(table)
    listed = {field.code for field in get_kind(kind).fields}
    assert set(table.fields) <= listed
    columns = get_kind(kind).map
    subject = {columns.subject_code, columns.subject_name}
    required = {field.code for field in get_kind(kind).fields if field.required} - subject
    assert required <= set(table.fields)
    for code, column in table.fields.items():
        _check(get_kind(kind).field(code), column)


@pytest.mark.parametrize("kind", sorted(TABLES))
def test_nothing_happens_before_a_firm_exists_or_after_the_day(kind):
    table = TABLES[kind]
    days = table.fields[get_kind(kind).map.occurred_on].astype("M8[M]")
    assert (days <= np.datetime64(DAY, "M")).all()
    assert (days >= FIRMS.established[table.firm].astype("M8[M]")).all()


def test_monthly_kinds_span_more_than_a_year():
    for kind in ("monthly_invoicing", "tax_payment", "electricity_usage", "social_insurance"):
        periods = TABLES[kind].fields["period"]
        assert (periods.max() - periods.min()).astype(int) >= 360


def test_the_engines_can_read_every_kind():
    names = [str(n) for n in range(len(FIRMS))]
    for table in TABLES.values():
        if table.kind not in {"annual_report", "business_registration"}:
            assert arrow_table(table, names).num_rows == len(table)


def test_weak_firms_have_more_trouble():
    for kind in ("administrative_penalty", "court_enforcement", "tax_arrears"):
        assert FIRMS.quality[TABLES[kind].firm].mean() < FIRMS.quality.mean() - 0.2


def test_an_empty_day_is_no_day():
    table = RecordTable("abnormal_operation", np.array([0]), {"removed_on": np.array([EMPTY_DAY])})
    assert table.fields["removed_on"].tolist() == [None]


def _equal(one, other) -> bool:
    if one.dtype.kind == "M":
        return np.array_equal(one, other, equal_nan=True)
    return np.array_equal(one, other)


def _check(field, column) -> None:
    kind = column.dtype.kind
    if field.type.is_day:
        assert kind == "M"
        assert not field.required or not np.isnat(column).any()
        known = column[~np.isnat(column)]
        latest = np.datetime64(DAY, "D") + np.timedelta64(field.future_days, "D")
        assert (known <= latest).all(), field.code
        return
    if field.values:
        assert set(column.tolist()) <= set(field.values), field.code
    if field.type.is_amount or field.type is FieldType.INTEGER:
        assert kind == "i", field.code
    if field.type is FieldType.BOOLEAN:
        assert kind == "b"
    if kind in "if" and field.minimum is not None:
        factor = 100 if field.type.is_amount else 1
        assert column.min() >= float(field.minimum) * factor
    if kind in "if" and field.maximum is not None and not field.type.is_amount:
        assert column.max() <= float(field.maximum)
    if field.max_length is not None and kind == "U":
        assert max(map(len, column.tolist())) <= field.max_length
