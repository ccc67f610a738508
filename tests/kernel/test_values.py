"""Pure parts of the kernel: clock, money, masking, working days, lifecycle, ids."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xinyidai.kernel import clock, masking
from xinyidai.kernel.db import new_id, reproducible_ids
from xinyidai.kernel.errors import InvalidInput, InvalidTransition
from xinyidai.kernel.lifecycle import Lifecycle, Step
from xinyidai.kernel.money import LARGEST_FEN, Yuan, format_wan, format_yuan
from xinyidai.kernel.working_days import (
    PUBLISHED_UNTIL,
    add_working_days,
    is_soon_unpublished,
    is_working_day,
    working_days_between,
)

MOMENT = datetime(2026, 1, 1, 0, 30, tzinfo=clock.TZ)
days = st.dates(date(2024, 1, 1), date(2027, 12, 31))


class Light(StrEnum):
    RED = "red"
    GREEN = "green"
    OFF = "off"


class Switch(StrEnum):
    GO = "go"
    STOP = "stop"
    CUT = "cut"
    UNKNOWN = "unknown"


LIGHTS = Lifecycle(
    {
        Switch.GO: Step(frozenset({Light.RED}), Light.GREEN),
        Switch.STOP: Step(frozenset({Light.GREEN}), Light.RED),
        Switch.CUT: Step(frozenset({Light.GREEN, Light.RED}), Light.OFF),
    }
)


# Clock


def test_the_clock_is_aware_and_in_shanghai():
    assert clock.now().utcoffset().total_seconds() == 8 * 3600


def test_the_day_is_shanghais_and_not_utcs():
    with clock.at(datetime(2025, 12, 31, 16, 30, tzinfo=UTC)):
        assert clock.today() == date(2026, 1, 1)
        assert clock.now() == MOMENT


def test_a_moved_clock_comes_back_also_after_an_error():
    with pytest.raises(ZeroDivisionError), clock.at(MOMENT):
        raise ZeroDivisionError
    assert clock.now() != MOMENT


def test_a_naive_time_is_refused():
    naive = MOMENT.replace(tzinfo=None)
    with pytest.raises(ValueError, match="naive"):
        clock.local(naive)
    with pytest.raises(ValueError, match="naive"), clock.at(naive):
        pass


# Ids


def test_ids_are_of_version_seven_differ_and_follow_the_clock():
    with clock.at(MOMENT):
        early = [new_id() for _ in range(100)]
    late = new_id()
    assert {(each.version, each.variant) for each in early} == {(7, late.variant)}
    assert len(set(early)) == 100
    assert max(early) < late


def test_ids_of_seeds_repeat_and_no_others():
    with clock.at(MOMENT), reproducible_ids(7):
        first = [new_id() for _ in range(3)]
    with clock.at(MOMENT), reproducible_ids(7):
        again = [new_id() for _ in range(3)]
    with clock.at(MOMENT):
        assert new_id() not in first
    assert first == again


# Money


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("12.34", 1234),
        (" 1,000 ", 100_000),
        ("１２", 1200),
        ("1，000.5", 100_050),
        ("-0.01", -1),
        ("0.10000", 10),
        (3, 300),
        (Decimal("1e2"), 10_000),
        ("90000000000000", LARGEST_FEN),
    ],
)
def test_yuan_become_whole_fen(text, fen):
    assert Yuan.of_yuan(text).fen == fen


@pytest.mark.parametrize(
    "text",
    [
        "",
        "五十",
        "1.234",
        "NaN",
        "Infinity",
        "-inf",
        "1e400",
        "1e999999",
        "90000000000000.01",
        "1\x000",
    ],
)
def test_what_is_no_amount_is_refused_in_chinese(text):
    with pytest.raises(InvalidInput) as refused:
        Yuan.of_yuan(text)
    assert "“" in refused.value.message


def test_wan_may_be_as_fine_as_a_fen_and_no_finer():
    assert Yuan.of_wan("0.000001").fen == 1
    assert Yuan.of_wan("50").wan == 50
    with pytest.raises(InvalidInput, match="分以下"):
        Yuan.of_wan("0.0000001")


@settings(deadline=None)
@given(st.integers(-LARGEST_FEN, LARGEST_FEN))
def test_what_is_shown_reads_back_as_the_same_amount(fen):
    assert Yuan.of_wan(format_wan(fen).removesuffix(" 万元")).fen == fen
    assert Yuan.of_yuan(str(Yuan(fen)).removesuffix(" 元")).fen == fen


@pytest.mark.parametrize(
    ("fen", "wan", "yuan"),
    [
        (None, "数据不足", "数据不足"),
        (0, "0 万元", "0.00 元"),
        (50_000_000, "50 万元", "500,000.00 元"),
        (1, "0.000001 万元", "0.01 元"),
        (123_456_789_000, "123,456.789 万元", "1,234,567,890.00 元"),
        (-1_500_000, "-1.5 万元", "-15,000.00 元"),
        (10_000_000, "10 万元", "100,000.00 元"),
    ],
)
def test_amounts_are_shown_without_needless_zeros(fen, wan, yuan):
    assert (format_wan(fen), format_yuan(fen)) == (wan, yuan)


# Masking


@pytest.mark.parametrize(
    ("mask", "open_", "hidden"),
    [
        (masking.mask_name, "王小明", "王**"),
        (masking.mask_name, "王", "王"),
        (masking.mask_name, "", ""),
        (masking.mask_phone, "13812345678", "138****5678"),
        (masking.mask_phone, "1234567", "*******"),
        (masking.mask_id, "110101199001011234", "*" * 14 + "1234"),
        (masking.mask_id, "1234", "****"),
        (masking.mask_value, "秘密内容", "秘**容"),
        (masking.mask_value, "密", "密"),
        (masking.mask_value, "", ""),
    ],
)
def test_little_of_personal_data_is_shown(mask, open_, hidden):
    assert mask(open_) == hidden


@settings(deadline=None)
@given(st.text(min_size=9, max_size=30))
def test_no_mask_shows_more_than_seven_characters(text):
    for mask in (masking.mask_phone, masking.mask_id, masking.mask_value):
        kept = sum(a == b and a != "*" for a, b in zip(text, mask(text), strict=False))
        assert kept <= 7
        assert "*" in mask(text)


# Working days


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2025, 9, 28), True),  # a Sunday made a working day, 调休
        (date(2025, 10, 11), True),  # a Saturday, likewise
        (date(2025, 10, 1), False),  # 国庆
        (date(2025, 10, 8), False),  # a Wednesday of the same holidays
        (date(2025, 10, 9), True),
        (date(2025, 9, 27), False),  # a plain Saturday
        (date(2090, 1, 3), True),  # no calendar published: a Tuesday
        (date(2090, 1, 1), False),  # likewise: a Sunday
        (date(2090, 10, 3), False),  # likewise: a Tuesday, free by law every year
        (date(2027, 1, 1), False),  # free by law, whatever is arranged around it
        (date(2027, 2, 8), False),  # the third day of the year of the Goat, a Monday
        (date(2028, 1, 25), False),  # the eve of the next one, a Tuesday
    ],
)
def test_working_days_follow_the_published_calendar(day, works):
    assert is_working_day(day) is works


def test_where_no_holidays_are_published_a_term_is_said_to_be_uncertain():
    assert not is_soon_unpublished(PUBLISHED_UNTIL - timedelta(days=60))
    assert is_soon_unpublished(PUBLISHED_UNTIL - timedelta(days=59))
    assert is_soon_unpublished(PUBLISHED_UNTIL + timedelta(days=400))


def test_a_term_begins_on_the_next_day_and_skips_the_holidays():
    assert add_working_days(date(2025, 9, 26), 1) == date(2025, 9, 28)
    assert add_working_days(date(2025, 9, 30), 3) == date(2025, 10, 11)
    assert add_working_days(date(2025, 10, 1), 0) == date(2025, 10, 1)


def test_a_negative_term_is_refused():
    with pytest.raises(ValueError, match="negative"):
        add_working_days(date(2025, 10, 1), -1)


@settings(deadline=None)
@given(days, st.integers(0, 60))
def test_counting_finds_the_term_again(start, length):
    last = add_working_days(start, length)
    assert working_days_between(start, last) == length
    assert working_days_between(last, start) == -length
    assert length == 0 or is_working_day(last)


# Lifecycle


def test_a_lifecycle_goes_only_where_its_table_leads():
    assert LIGHTS.next_state(Light.RED, Switch.GO) is Light.GREEN
    assert LIGHTS.actions_from(Light.GREEN) == (Switch.STOP, Switch.CUT)
    assert LIGHTS.actions_from(Light.OFF) == ()


@pytest.mark.parametrize(
    ("state", "action"),
    [(Light.OFF, Switch.GO), (Light.GREEN, Switch.GO), (Light.RED, Switch.UNKNOWN)],
)
def test_what_the_table_lacks_is_an_error_with_both_named(state, action):
    with pytest.raises(InvalidTransition) as refused:
        LIGHTS.next_state(state, action)
    assert refused.value.details == {"state": str(state), "action": str(action)}
