"""How the log writes things down: one text for one meaning."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinyidai.kernel.clock import TZ
from xinyidai.ledger import rules

ID = UUID("0197a3c0-0000-7000-8000-000000000001")
WHEN = datetime(2026, 11, 22, 9, 2, 3, 456789, TZ)
plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def test_canonical_json_sorts_keys_and_wastes_nothing():
    value = {"b": [1, None, True], "a": {"人": "张", "A": "\n\t"}, "id": ID, "on": date(2026, 1, 2)}
    assert rules.canonical(value) == (
        '{"a":{"A":"\\n\\t","人":"张"},"b":[1,null,true],'
        '"id":"0197a3c0-0000-7000-8000-000000000001","on":"2026-01-02"}'
    )


@given(st.dictionaries(st.text(), plain, max_size=4))
def test_the_order_of_keys_never_shows_and_the_text_is_one_line(value):
    text = rules.canonical(value)
    assert rules.canonical(dict(reversed(value.items()))) == text
    assert not {"\n", "\t", "\r"} & set(text)


@pytest.mark.parametrize("value", [1.5, float("nan"), Decimal("1.5"), {1}, b"x", object()])
def test_what_has_no_one_form_is_refused(value):
    with pytest.raises(TypeError):
        rules.canonical({"a": [value]})


def test_keys_that_are_no_texts_are_refused():
    with pytest.raises(TypeError):
        rules.canonical({"a": {1: 2}})  # type: ignore[dict-item] # that is the point


def test_a_naive_moment_is_refused():
    with pytest.raises(ValueError, match="naive"):
        rules.canonical({"at": datetime(2026, 1, 1)})  # noqa: DTZ001 - that is the point


def test_an_entry_is_one_line_of_ascii():
    line = rules.entry_text(ID, WHEN, "query", b"\1" * 32, b"\2" * 32)
    assert line == (f"xyd1 {ID} 2026-11-22T01:02:03.456789Z query {'01' * 32} {'02' * 32}")
    with pytest.raises(ValueError, match="subject"):
        rules.entry_text(ID, WHEN, "two words", b"", b"")


def test_the_month_is_that_of_shanghai():
    assert rules.month_of(datetime(2026, 11, 30, 15, 59, tzinfo=UTC)) == "2026-11"
    assert rules.month_of(datetime(2026, 11, 30, 16, 0, tzinfo=UTC)) == "2026-12"


def test_the_header_names_the_end_of_the_month_before():
    assert rules.header_text("x/ledger/2026-11", None) == "xyd1-segment x/ledger/2026-11 - 0 -"
    named = rules.header_text("x/ledger/2026-12", ("x/ledger/2026-11", 9, b"\3" * 32))
    assert named == f"xyd1-segment x/ledger/2026-12 x/ledger/2026-11 9 {'03' * 32}"


def test_a_commitment_needs_its_whole_salt():
    with pytest.raises(ValueError, match="salt"):
        rules.commitment(b"short", "{}")
