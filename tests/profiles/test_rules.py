"""When an indicator has a value, and why it has none."""

from datetime import date
from uuid import UUID

import pytest

from xinyidai.catalogue.indicators import indicator_dictionary
from xinyidai.catalogue.missing import Missing, MissingCause
from xinyidai.profiles import rules
from xinyidai.profiles.compiling import column_names
from xinyidai.profiles.formulas import PACK
from xinyidai.profiles.values import KindSummary, RawProfile

TODAY = date(2026, 5, 31)
LAST_MONTH = date(2026, 4, 1)
ALL_KINDS = frozenset(indicator_dictionary().kinds)


def raw(kinds=None, **columns):
    empty = dict.fromkeys(column_names()[1:])
    return RawProfile(UUID(int=1), {**empty, **columns}, kinds or {})


def value_of(code, found, **reading):
    reading = rules.Reading(**{"as_of": TODAY, "collected": ALL_KINDS, **reading})
    return rules.finish(found, reading).values[code].value


def test_no_penalty_is_zero_once_penalties_are_collected():
    assert value_of("penalties_24m", raw()) == 0


def test_no_penalty_is_unknown_where_penalties_were_never_collected():
    found = value_of("penalties_24m", raw(), collected=frozenset())
    assert found == Missing(MissingCause.NO_RECORD)


def test_a_listing_counts_even_where_another_list_was_never_collected():
    found = raw(serious_violation_listed=1)
    assert value_of("serious_violation_listed", found, collected=frozenset()) == 1


def test_no_tax_payment_is_no_record_and_never_zero():
    assert value_of("tax_paid_12m", raw()) == Missing(MissingCause.NO_RECORD)


def test_an_old_newest_record_makes_the_value_stale():
    kinds = {"tax_payment": KindSummary(3, date(2025, 9, 1))}
    assert value_of("tax_paid_12m", raw(kinds, tax_paid_12m=5)) == Missing(MissingCause.STALE)


def test_a_fresh_record_gives_value_source_date_and_count():
    kinds = {"tax_payment": KindSummary(3, LAST_MONTH)}
    profile = rules.finish(raw(kinds, tax_paid_12m=5), rules.Reading(TODAY, ALL_KINDS))
    found = profile.values["tax_paid_12m"]
    assert (found.value, found.source_on, found.records) == (5, LAST_MONTH, 3)


def test_an_expired_grade_is_stale():
    kinds = {"tax_grade": KindSummary(0, LAST_MONTH)}
    assert value_of("tax_grade_latest", raw(kinds)) == Missing(MissingCause.STALE)


def test_a_kind_outside_the_authorization_hides_value_and_source():
    profile = rules.finish(
        raw({"tax_payment": KindSummary(3, LAST_MONTH)}, tax_paid_12m=5),
        rules.Reading(TODAY, ALL_KINDS, allowed=frozenset({"court_judgement"})),
    )
    found = profile.values["tax_paid_12m"]
    assert found.value == Missing(MissingCause.NOT_AUTHORIZED)
    assert (found.source_on, found.records) == (None, 0)


def test_half_a_negative_list_is_not_authorized_instead_of_clean():
    found = value_of("serious_violation_listed", raw(), allowed=frozenset({"serious_violation"}))
    assert found == Missing(MissingCause.NOT_AUTHORIZED)


@pytest.mark.parametrize(
    ("since", "known"), [(date(2024, 5, 31), True), (date(2025, 5, 31), False)]
)
def test_a_window_longer_than_the_authorized_period_is_not_authorized(since, known):
    found = value_of("penalties_24m", raw(), since=since)
    assert found == (0 if known else Missing(MissingCause.NOT_AUTHORIZED))


@pytest.mark.parametrize(
    ("code", "since", "cause"),
    [
        ("environment_grade_latest", date(2026, 1, 1), MissingCause.NOT_AUTHORIZED),
        ("environment_grade_latest", date(2024, 1, 1), MissingCause.NO_RECORD),
        ("software_copyrights_total", date(2024, 1, 1), MissingCause.NOT_AUTHORIZED),
        ("tax_grade_latest", date(2026, 1, 1), MissingCause.NO_RECORD),
        ("revenue_reported", date(2026, 1, 1), MissingCause.NO_RECORD),
    ],
)
def test_what_the_authorized_period_may_hide_is_not_authorized_instead_of_absent(
    code, since, cause
):
    assert value_of(code, raw(), since=since) == Missing(cause)


def test_a_grade_within_a_short_authorized_period_is_the_newest_all_the_same():
    kinds = {"environment_grade": KindSummary(1, LAST_MONTH)}
    found = raw(kinds, environment_grade_latest=20260401 * PACK + 2)
    assert value_of("environment_grade_latest", found, since=date(2026, 1, 1)) == 2


@pytest.mark.parametrize(
    ("over", "under", "share"),
    [(1, 3, 0.333333333), (2, 3, 0.666666667), (-1, 3, -0.333333333), (1, 8, 0.125), (5, 0, None)],
)
def test_a_share_is_one_division_rounded_to_nine_places(over, under, share):
    kinds = {"monthly_invoicing": KindSummary(3, LAST_MONTH)}
    found = raw(kinds, invoice_margin_36m__a=over, invoice_margin_36m__b=under)
    expected = Missing(MissingCause.NO_RECORD) if share is None else share
    assert value_of("invoice_margin_36m", found) == expected


def test_the_grade_m_stands_between_b_and_c():
    kinds = {"tax_grade": KindSummary(1, LAST_MONTH)}
    assert value_of("tax_grade_latest", raw(kinds, tax_grade_latest=20260401 * PACK + 5)) == 2.5


def test_a_profile_survives_its_stored_form_unchanged():
    profile = rules.finish(raw(years_established=130), rules.Reading(TODAY, ALL_KINDS))
    stored = rules.to_json(profile)
    assert rules.from_json(stored) == profile.values
    assert rules.content_hash(stored) == rules.content_hash(dict(reversed(stored.items())))
