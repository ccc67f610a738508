"""One record on a form: what a person types is what a file would have delivered."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinyidai.catalogue.kinds import get_kind
from xinyidai.credit_records import field_texts
from xinyidai.kernel.errors import InvalidInput

TODAY = date(2026, 11, 22)
ARREARS = get_kind("tax_arrears")
SOUND = {"tax_type": "增值税", "balance": "12345.67", "announced_on": "2026-05-01"}


def read(kind, **texts):
    return field_texts.read_fields(get_kind(kind), texts, TODAY)


def faults(kind, **texts):
    with pytest.raises(InvalidInput) as raised:
        read(kind, **texts)
    return raised.value.fields


def test_values_are_kept_as_the_content_of_a_record_keeps_them():
    assert read("tax_arrears", **SOUND, address=" ") == {
        "tax_type": "增值税",
        "balance": 1_234_567,
        "announced_on": "2026-05-01",
    }


def test_whom_a_record_is_about_cannot_be_corrected():
    codes = {field.code for field in field_texts.correctable(ARREARS)}
    assert codes.isdisjoint({"uscc", "name"})
    assert "uscc" not in read("tax_arrears", **SOUND, uscc="别人")


@pytest.mark.parametrize(
    ("field", "text", "words"),
    [
        ("tax_type", "", "请填写"),
        ("tax_type", "税\x07", "不能显示"),
        ("balance", "-1", "负数"),
        ("balance", "1.234", "分以下"),
        ("balance", "NaN", "分以下"),
        ("announced_on", "2026-02-30", "有的日子"),
        ("announced_on", "1899-12-31", "1900"),
        ("announced_on", "2026-11-23", "允许的日期"),
        ("announced_on", "昨天", "2026-05-01"),
    ],
)
def test_each_fault_has_a_sentence_at_its_field(field, text, words):
    found = faults("tax_arrears", **(SOUND | {field: text}))
    assert set(found) == {field}
    assert words in found[field]


def test_options_months_and_counts_are_read_too():
    kind = "monthly_invoicing"
    period = {"period": "2026-05", "side": "销项", "amount_yuan": "-5", "invoice_count": "3"}
    assert read(kind, **period)["side"] == "output"
    assert read(kind, **period)["amount_yuan"] == -500
    wrong = faults(kind, **(period | {"period": "2026-5", "side": "?", "invoice_count": "1.5"}))
    assert set(wrong) == {"period", "side", "invoice_count"}


@given(st.integers(0, 10**13))
def test_an_amount_survives_the_form(fen):
    field = ARREARS.field("balance")
    text = field_texts.typed_form(field, fen)
    assert read("tax_arrears", **(SOUND | {"balance": text}))["balance"] == fen


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("tax_type", None, ""),
        ("tax_type", "增值税", "增值税"),
        ("declared_on_time", True, "是"),
        ("declared_on_time", False, "否"),
    ],
)
def test_values_are_shown_as_a_person_would_type_them(field, value, text):
    assert field_texts.typed_form(get_kind("tax_payment").field(field), value) == text
