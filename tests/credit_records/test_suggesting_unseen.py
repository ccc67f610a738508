"""The assistant on layouts that no folder has: invented rows of every kind, deformed."""

import random

import pytest

from tests.credit_records.invented_tables import (
    as_csv,
    as_workbook,
    as_workbook_of_two_rows,
    every_kind,
    framed,
    full_width,
    messy,
    renamed,
    shuffled,
    table_of,
    widened,
    without,
)
from xinyidai.credit_records.collecting.suggesting import suggest

# Kinds that are one table under two names: the register extract is what a register file fills.
SAME = {"business_registration": "registration"}
ENOUGH = 0.8


def unnamed_file(table, folder, rng):
    return _written(folder, table, as_csv(table).encode(), name="data.csv"), table


def in_another_order(table, folder, rng):
    table = widened(shuffled(table, rng), rng)
    return _written(folder, table, as_csv(table).encode()), table


def in_other_words(table, folder, rng):
    table = renamed(shuffled(table, rng), rng)
    return _written(folder, table, as_csv(table).encode()), table


def in_other_words_and_unnamed(table, folder, rng):
    table = renamed(widened(table, rng), rng)
    return _written(folder, table, as_csv(table).encode(), name="20241231.csv"), table


def without_headings(table, folder, rng):
    return _written(folder, table, as_csv(table, headings=False).encode()), table


def without_code(table, folder, rng):
    table = without(table, "code")
    return _written(folder, table, as_csv(table).encode()), table


def without_date(table, folder, rng):
    table = without(table, "date")
    return _written(folder, table, as_csv(table).encode()), table


def written_by_hand(table, folder, rng):
    table = messy(renamed(widened(table, rng), rng), rng)
    return _written(folder, table, as_csv(table).encode()), table


def framed_by_titles(table, folder, rng):
    table = framed(table)
    return _written(folder, table, as_csv(table).encode()), table


def full_width_digits(table, folder, rng):
    table = full_width(table)
    return _written(folder, table, as_csv(table).encode()), table


def other_delimiter(table, folder, rng):
    delimiter = rng.choice(";\t|^")
    return _written(folder, table, as_csv(table, delimiter).encode()), table


def old_encoding(table, folder, rng):
    return _written(folder, table, as_csv(table).encode("gb18030")), table


def workbook(table, folder, rng):
    path = folder / f"{table.title}.xlsx"
    as_workbook(table, path)
    return path, table


def two_heading_rows(table, folder, rng):
    path = folder / f"{table.title}.xlsx"
    as_workbook_of_two_rows(table, path)
    return path, table


# Forms of the file that change no heading and no value: every second kind, in turns.
PLAIN = {full_width_digits, other_delimiter, old_encoding, workbook, two_heading_rows}


def _written(folder, table, content, name=None):
    path = folder / (name or f"{table.title}.csv")
    path.write_bytes(content)
    return path


DEFORMATIONS = [
    unnamed_file, in_another_order, in_other_words, in_other_words_and_unnamed,
    without_headings, without_code, without_date, framed_by_titles, written_by_hand,
    full_width_digits, other_delimiter, old_encoding, workbook, two_heading_rows,
]  # fmt: skip


def kinds_for(deform):
    kinds = every_kind()
    return kinds[DEFORMATIONS.index(deform) % 2 :: 2] if deform in PLAIN else kinds


def place_of(table, heading):
    return None if heading is None else table.headings.index(heading)


def wrong_in(suggestion, table):
    """Return which of kind, code, name and date are wrong."""
    found = {
        role: guess.column.place if guess else None
        for role, guess in (
            ("code", suggestion.code),
            ("name", suggestion.name),
            ("date", suggestion.day),
        )
    }
    wrong = [
        role for role, place in found.items() if place != place_of(table, getattr(table, role))
    ]
    right_kind = SAME.get(table.kind.code, table.kind.code)
    return wrong + ([] if suggestion.kind == right_kind else [f"kind={suggestion.kind}"])


@pytest.mark.parametrize("deform", DEFORMATIONS, ids=lambda each: each.__name__)
def test_four_of_five_proposals_are_right_on_layouts_never_seen(tmp_path, deform):
    rng = random.Random(deform.__name__)  # noqa: S311 - invented rows
    failures = {}
    kinds = kinds_for(deform)
    for kind in kinds:
        path, table = deform(table_of(kind, rng), tmp_path, rng)
        wrong = wrong_in(suggest(path), table)
        if wrong:
            failures[kind.code] = wrong
    print(deform.__name__, len(kinds) - len(failures), "of", len(kinds), failures)  # noqa: T201 - shown when it fails
    assert len(failures) <= (1 - ENOUGH) * len(kinds), failures
