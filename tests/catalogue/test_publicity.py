from datetime import date

import pytest

from xinyidai.catalogue import kinds
from xinyidai.catalogue.kinds import get_kind
from xinyidai.catalogue.publicity import is_publicised, months_after, public_fields, publicity_end
from xinyidai.catalogue.values import OpenAttribute

DAY = date(2026, 5, 1)


def test_a_kind_for_authorized_looks_has_no_public_field_and_is_never_publicised():
    kind = get_kind("tax_payment")
    assert public_fields(kind) == ()
    assert not is_publicised(kind, DAY, DAY)


def test_a_public_kind_keeps_persons_remarks_and_marked_amounts_back():
    shown = {field.code for field in public_fields(get_kind("administrative_penalty"))}
    assert {"cf_xdr_mc", "cf_wsh", "cf_nr_fk", "cf_cfjg"} <= shown
    assert shown.isdisjoint({"cf_frdb", "bz"})
    assert "amount" not in {f.code for f in public_fields(get_kind("administrative_levy"))}


def test_only_the_register_shows_a_person_to_everybody():
    shown = [
        (kind.code, field.code)
        for kind in kinds.KINDS.values()
        for field in public_fields(kind)
        if field.personal
    ]
    assert shown == [("business_registration", "legal_representative")]


@pytest.mark.parametrize(
    ("today", "is_shown"),
    [("2026-04-30", False), ("2026-05-01", True), ("2027-04-30", True), ("2027-05-01", False)],
)
def test_a_penalty_that_names_no_end_is_shown_for_a_year(today, is_shown):
    kind = get_kind("administrative_penalty")
    assert is_publicised(kind, DAY, date.fromisoformat(today)) is is_shown


def test_a_penalty_that_names_its_end_is_shown_until_then_but_three_years_at_most():
    kind = get_kind("administrative_penalty")
    assert publicity_end(kind, DAY, date(2026, 8, 1)) == date(2026, 8, 1)
    assert publicity_end(kind, DAY, date(2099, 12, 31)) == date(2029, 5, 1)


def test_who_left_a_list_is_not_shown_on_that_day_and_a_licence_is_on_its_last():
    left = date(2026, 7, 1)
    assert not is_publicised(get_kind("abnormal_operation"), DAY, left, left)
    assert is_publicised(get_kind("pollution_permit"), DAY, left, left)


def test_what_names_no_end_and_has_no_period_stays_shown():
    assert publicity_end(get_kind("business_registration"), DAY) is None
    assert is_publicised(get_kind("business_registration"), DAY, date(2060, 1, 1))


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        ("2024-02-29", 12, "2025-02-28"),
        ("2025-11-30", 3, "2026-02-28"),
        ("2025-12-31", 12, "2026-12-31"),
        ("9999-12-01", 36, "9999-12-31"),
    ],
)
def test_months_end_on_the_last_day_of_a_shorter_month(day, months, later):
    assert months_after(date.fromisoformat(day), months).isoformat() == later


def test_no_field_is_more_open_than_its_kind():
    wrong = [
        (kind.code, field.code)
        for kind in kinds.KINDS.values()
        for field in kind.fields
        if field.open_attribute is OpenAttribute.PUBLIC is not kind.open_attribute
    ]
    assert wrong == []
