"""The firm's own records, 信用信息, by kind: marked where under objection, each with what to do."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from uuid import UUID

from flask import url_for

from xinyidai.catalogue.kinds import get_kind
from xinyidai.catalogue.values import MADE_HERE, RecordKind
from xinyidai.credit_records.values import PLATFORM, SELF_DECLARED, SOURCE_NAMES, Fact
from xinyidai.objections import service as objections
from xinyidai.objections.service.marking import is_marked
from xinyidai.objections.values import Marks
from xinyidai.web.record_words import record_row

MOST_SHOWN = 50
PAGE_SIZE = 1000  # records of a firm that one page bears; whoever has more leafs through them


@dataclass(frozen=True)
class RecordGroup:
    """The newest records of one kind and their number; each row is a list of label and value."""

    kind: RecordKind
    total: int
    rows: list[dict[str, Any]]
    dispute_url: str

    @property
    def source(self) -> str:
        """Return who delivers the kind; what the firm itself declared is labelled so."""
        if self.kind.mode in MADE_HERE:
            return SOURCE_NAMES[SELF_DECLARED if self.kind.mode.value == "declare" else PLATFORM]
        return self.kind.department.name


def groups_of(enterprise_id: UUID, facts: Sequence[Fact], *, is_whole: bool) -> list[RecordGroup]:
    """Return the records by kind, newest first within each.

    `is_whole` says that these are all the firm has: then the newest of each kind are enough, for
    the file has the rest; of one page among several each record is shown.
    """
    marks = objections.marks_of(enterprise_id)
    most = MOST_SHOWN if is_whole else PAGE_SIZE
    by_kind = groupby(facts, key=lambda fact: fact.kind)
    return [_group(enterprise_id, code, list(group), marks, most) for code, group in by_kind]


def _group(firm: UUID, code: str, facts: Sequence[Fact], marks: Marks, most: int) -> RecordGroup:
    kind = get_kind(code)
    newest = sorted(facts, key=lambda fact: fact.occurred_on, reverse=True)
    return RecordGroup(
        kind,
        len(newest),
        [_row(kind, fact, marked=is_marked(marks, firm, fact)) for fact in newest[:most]],
        url_for("enterprise.dispute", item="records", kind=code),
    )


def _row(kind: RecordKind, fact: Fact, *, marked: bool) -> dict[str, Any]:
    named: dict[str, Any] = {"record": fact.id, "kind": kind.code}
    return {
        **record_row(fact),
        "marked": marked,
        "object_url": "" if marked else url_for("enterprise.objection_form", **named),
        "repair_url": url_for("enterprise.repair_form", **named) if kind.repair else "",
    }
