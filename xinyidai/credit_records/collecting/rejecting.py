"""Rejected rows, 退回清单: what is wrong and what the clerk should do, and no readable values."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from xinyidai.credit_records.advice import ADVICE
from xinyidai.credit_records.collecting.expressions import literal
from xinyidai.credit_records.collecting.validating import SUBJECT, Check
from xinyidai.credit_records.service.rejections import (
    RejectedRow,
    forget_rejections,
    keep_rejections,
)
from xinyidai.kernel.errors import InvalidInput
from xinyidai.kernel.masking import mask_value

HEADER = ("行号", "字段", "值（已脱敏）", "规则", "怎么办")
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
LONGEST_SHOWN = 40
EXAMPLES = 3


def write_report(check: Check, path: Path) -> None:
    """Write every rejected row as CSV that a spreadsheet opens and never executes.

    Raises:
        InvalidInput: the report cannot be written; nothing may be taken in without it.

    """
    try:
        _write_report(check, path)
    except OSError as error:
        raise InvalidInput(
            f"退回清单无法写到“{path.name}”：{error.strerror}。请换一个位置，本次没有归集任何内容。",
            code="unwritable_report",
        ) from error


def _write_report(check: Check, path: Path) -> None:
    words = _Words.of(check)
    rows = check.engine.execute(
        "select row_number, field, value, rule from rejects order by row_number, field"
    )
    # Spreadsheets take CSV for UTF-8 only behind a byte order mark.
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(HEADER)
        while batch := rows.fetchmany(10_000):
            for number, field, value, rule in batch:
                writer.writerow((number, *words.shown(field, value), rule, ADVICE[rule]))


@dataclass(frozen=True)
class _Words:
    """How the fields of a kind are called, and which of them tell about a person."""

    names: Mapping[str, str]
    personal: frozenset[str]

    @classmethod
    def of(cls, check: Check) -> "_Words":
        facts = check.kind.facts
        return cls(
            {spec.code: spec.name for spec in facts} | {SUBJECT: "企业"},
            frozenset(spec.code for spec in facts if spec.personal),
        )

    def shown(self, field: str | None, value: str | None) -> tuple[str, str]:
        """Return field and value as a clerk may see them."""
        name = self.names.get(field or "", harmless(field or ""))
        return name, "***" if field in self.personal else masked(value)


def keep(check: Check, batch_id: UUID, *, anew: bool = False) -> None:
    """Store the rejected rows with their batch, masked, each with the day it tells if it is one.

    `anew`: the batch was begun before, and what was kept then gives way.
    """
    if anew:
        forget_rejections(batch_id)
    keep_rejections(batch_id, _shown_rows(check))


def _shown_rows(check: Check) -> Iterator[RejectedRow]:
    words = _Words.of(check)
    rows = check.cursor().execute(
        f"""
        select r.row_number, r.field, r.value, r.rule, {_sound_day(check)}
        from rejects r left join typed t using (row_number)
        order by r.row_number, r.field
        """  # noqa: S608 - a field code of the catalogue
    )
    while batch := rows.fetchmany(10_000):
        for number, field, value, rule, day in batch:
            yield (number, *words.shown(field, value), rule, day)


def _sound_day(check: Check) -> str:
    """Return the expression for the day of the fact, NULL where just that cell was rejected."""
    code = check.kind.occurred_on
    columns = {name for (name, *_) in check.engine.execute("describe typed").fetchall()}
    if f"v_{code}" not in columns:
        return "null"
    wrong = f"select row_number from rejects where field = {literal(code or '')}"  # noqa: S608 - as above
    return f"case when r.row_number not in ({wrong}) then t.v_{code} end"


def examples(check: Check) -> dict[str, list[dict[str, str | int]]]:
    """Return the first three rejected rows of each rule: row, field and masked value."""
    words = _Words.of(check)
    rows = check.engine.execute(
        f"""
        select rule, row_number, field, value from rejects
        qualify row_number() over (partition by rule order by row_number, field) <= {EXAMPLES}
        order by rule, row_number, field
        """  # noqa: S608 - a number of our own
    ).fetchall()
    listed: dict[str, list[dict[str, str | int]]] = {}
    for rule, number, field, value in rows:
        name, shown = words.shown(field, value)
        listed.setdefault(rule, []).append({"row": number, "field": name, "value": shown})
    return listed


def masked(value: str | None) -> str:
    """Mask a value, shorten it, and take the power to be a formula from it."""
    if value is None:
        return ""
    shown = mask_value(value)
    if len(shown) > LONGEST_SHOWN:
        shown = f"{shown[: LONGEST_SHOWN - 1]}…"
    return harmless(shown)


def harmless(text: str) -> str:
    """Put an apostrophe before what a spreadsheet would execute."""
    return f"'{text}" if text.startswith(DANGEROUS) else text


def reasons(check: Check) -> dict[str, int]:
    """Return how many rows broke each rule, the most frequent first."""
    rows = check.engine.execute(
        """
        select rule, count(distinct row_number) from rejects
        group by rule order by 2 desc, rule
        """
    ).fetchall()
    return dict(rows)


def count_rejected(check: Check) -> int:
    """Return the number of rejected rows."""
    return check.count("select count(distinct row_number) from rejects")
