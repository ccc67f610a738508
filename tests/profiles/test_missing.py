"""Missing is 数据不足 with its cause, never zero: every indicator, every cause."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

import pytest

from tests.profiles.random_records import LEVELS, MONTHLY, Row, make_firms, write_parquet
from xinyidai.catalogue.indicators import WhenAbsent, indicator_dictionary
from xinyidai.catalogue.kinds import KINDS
from xinyidai.catalogue.missing import Missing, MissingCause
from xinyidai.profiles import engine_duckdb, rules
from xinyidai.profiles.compiling import column_names
from xinyidai.profiles.formulas import Register
from xinyidai.profiles.indicators import FORMULAS
from xinyidai.profiles.values import RawProfile

TODAY = date(2026, 5, 31)
DICTIONARY = indicator_dictionary()
KINDS_USED = frozenset(DICTIONARY.kinds)
FROM_RECORDS = [
    entry
    for code, entry in DICTIONARY.indicators.items()
    if not isinstance(FORMULAS[code], Register)
]


def row(firm, kind, day, **told):
    cells = {
        "valid_until": None,
        "amount_fen": 100,
        "quantity": Decimal(3),
        "level": LEVELS.get(kind, ("one",))[0],
        "void_count": 1,
        "negative_count": 1,
        "counterparty_count": 2,
        "top_counterparty_fen": 50,
        "overdue_fen": 5,
    }
    day = day.replace(day=1) if kind in MONTHLY else day
    return Row(str(firm.enterprise_id), kind, day, **(cells | told))


def computed(folder, rows_of, **reading):
    """Return the values of one firm from the records `rows_of` makes of every kind."""
    [firm] = make_firms(1)
    rows = [made for kind in sorted(KINDS_USED) for made in rows_of(firm, kind)]
    paths = write_parquet(folder, [firm], rows)
    [raw] = engine_duckdb.read_all(*paths, TODAY)
    reading = rules.Reading(**{"as_of": TODAY, "collected": KINDS_USED, **reading})
    return {code: entry.value for code, entry in rules.finish(raw, reading).values.items()}


def everything(firm, kind):
    """Twenty-nine records, thirty days apart, the newest of thirty days ago."""
    return [row(firm, kind, TODAY - timedelta(days=30 * n)) for n in range(1, 30)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("missing")


def test_with_everything_known_every_indicator_has_a_value(folder):
    found = computed(folder, everything)
    assert [c for c, v in found.items() if isinstance(v, Missing)] == []


def test_nothing_collected_and_no_record_is_never_zero(folder):
    found = computed(folder, lambda *_: [], collected=frozenset())
    for entry in FROM_RECORDS:
        assert found[entry.code] == Missing(MissingCause.NO_RECORD), entry.code


@pytest.mark.parametrize("kind", sorted(KINDS_USED))
def test_a_kind_never_collected_gives_no_zero(folder, kind):
    found = rules.finish(_empty_raw(), rules.Reading(TODAY, KINDS_USED - {kind})).values
    for entry in FROM_RECORDS:
        expected_zero = entry.when_absent is WhenAbsent.ZERO and kind not in entry.kinds
        value = found[entry.code].value
        assert value == (0 if expected_zero else Missing(MissingCause.NO_RECORD)), entry.code


@pytest.mark.parametrize("kind", sorted(KINDS_USED))
def test_a_kind_withheld_makes_all_that_rests_on_it_not_authorized(full_raw, kind):
    found = rules.finish(full_raw, rules.Reading(TODAY, KINDS_USED, KINDS_USED - {kind})).values
    for code, entry in DICTIONARY.indicators.items():
        is_withheld = found[code].value == Missing(MissingCause.NOT_AUTHORIZED)
        assert is_withheld == (kind in entry.kinds), code
        if is_withheld:
            assert (found[code].source_on, found[code].records) == (None, 0)


def test_a_window_that_reaches_before_the_authorized_period_is_not_authorized(full_raw):
    for months in (1, 12, 24, 36):
        since = TODAY - timedelta(days=30 * months)
        found = rules.finish(full_raw, rules.Reading(TODAY, KINDS_USED, KINDS_USED, since)).values
        for code, entry in DICTIONARY.indicators.items():
            if entry.window_months is not None and entry.window_months > months + 2:
                assert found[code].value == Missing(MissingCause.NOT_AUTHORIZED), code


def test_records_older_than_they_stay_fresh_are_stale_and_no_value(folder):
    with_limit = [entry for entry in FROM_RECORDS if entry.fresh_within_days is not None]
    assert len(with_limit) > 25
    longest = max(entry.fresh_within_days for entry in with_limit)

    def old(firm, kind):
        return [row(firm, kind, TODAY - timedelta(days=longest + 40))]

    found = computed(folder, old)
    for entry in with_limit:
        assert found[entry.code] == Missing(MissingCause.STALE), entry.code


def test_a_record_that_is_as_old_as_it_may_be_is_still_fresh(folder):
    limits = defaultdict(set)
    for entry in FROM_RECORDS:
        if entry.fresh_within_days is not None and not MONTHLY.intersection(entry.kinds):
            limits[entry.fresh_within_days].update(entry.kinds)
    for days, kinds in limits.items():
        for more, is_stale in ((0, False), (1, True)):
            found = computed(
                folder,
                lambda firm, kind: [row(firm, kind, TODAY - timedelta(days=days + more))],  # noqa: B023 - used at once
            )
            for entry in FROM_RECORDS:
                if entry.fresh_within_days == days and kinds.issuperset(entry.kinds):
                    assert (found[entry.code] == Missing(MissingCause.STALE)) == is_stale


def test_records_that_do_not_say_what_is_asked_are_no_zero(folder):
    silent = {"amount_fen": None, "quantity": None, "level": None}
    found = computed(folder, lambda f, k: [row(f, k, TODAY - timedelta(days=45), **silent)])
    asked = [
        "research_funding_36m",
        "declared_charity_36m",
        "transport_vehicles",
        "warehouse_goods_value",
        "farm_recognition_level",
        "land_operation_area",
        "farm_subsidy_24m",
        "external_guarantee_amount",
        "loan_amount_active",
        "interest_subsidy_36m",
        "subscribed_capital_due",
        "heat_paid_12m",
    ]
    assert {code: found[code] for code in asked} == dict.fromkeys(
        asked, Missing(MissingCause.NO_RECORD)
    )


def test_the_dictionary_covers_at_least_twelve_classes_of_records():
    classes = {KINDS[kind].class_code for kind in KINDS_USED}
    assert len(DICTIONARY.indicators) >= 84
    assert len(classes) >= 12
    assert DICTIONARY.version == "2026.2"


def test_what_firms_declare_themselves_says_that_it_was_verified():
    for entry in FROM_RECORDS:
        if any(kind.startswith("declared_") for kind in entry.kinds):
            assert "已核验" in entry.name
            assert "核验" in entry.legal


@pytest.fixture(scope="module")
def full_raw(folder):
    [firm] = make_firms(1)
    rows = [made for kind in sorted(KINDS_USED) for made in everything(firm, kind)]
    [raw] = engine_duckdb.read_all(*write_parquet(folder, [firm], rows), TODAY)
    return raw


def _empty_raw():
    return RawProfile(make_firms(1)[0].enterprise_id, dict.fromkeys(column_names()[1:]), {})
