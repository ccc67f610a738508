"""Marks, 异议中: which records are under objection, asked anew each time something is shown.

A mark is no column of the record: it follows from the objection alone, so that it comes and goes
in the objection's own transaction, and stays on a record that is delivered anew meanwhile.
"""

from collections import Counter
from typing import Any
from uuid import UUID

from xinyidai.consents import queries as consents
from xinyidai.consents.values import ConsentMode
from xinyidai.credit_records import queries as looks
from xinyidai.credit_records.service import Look, cases
from xinyidai.credit_records.values import RESULT_SUBJECTS, Fact, Snapshot
from xinyidai.objections import queries
from xinyidai.objections.values import Marks


def marks_of(enterprise_id: UUID) -> Marks:
    """Return which records of a firm are under objection; the caller may see the firm's records."""
    return queries.marks_of(enterprise_id)


def is_marked(marks: Marks, enterprise_id: UUID, fact: Fact) -> bool:
    """Tell whether a record is under objection."""
    return bool(marks.keys) and cases.key_of(enterprise_id, fact) in marks.keys


def marks_within(look: Look) -> dict[str, Any]:
    """Return how many records that a look reaches are under objection, and of which kinds.

    Where only results may be seen the kinds stay unsaid.
    """
    marks = queries.marks_of(look.enterprise_id)
    if marks.kinds.isdisjoint(look.kinds):
        return _words(Counter())
    wanted = marks.kinds & look.kinds
    names = [(cases.key_of(look.enterprise_id, f), f.kind) for f in look.facts(wanted)]
    counts = Counter(kind for name, kind in names if name in marks.keys)
    return _words(counts, hides_kinds=look.mode is ConsentMode.RESULT)


def reading_marks(snapshot: Snapshot) -> dict[str, Any]:
    """Return the same for a look made before, as things stand now.

    The snapshot keeps what it said; whoever reads it again learns what was objected to since.
    """
    marks = queries.marks_of(snapshot.enterprise_id)
    consent, event = consents.find(snapshot.consent_id), looks.event_by_id(snapshot.event_id)
    if consent is None or event is None or not marks.keys:
        return _words(Counter())
    firm, kinds = snapshot.enterprise_id, marks.kinds & frozenset(event.kinds)
    names = cases.names_within(firm, kinds, consent.data_from)
    counts = Counter(kind for name, kind in names if name in marks.keys)
    return _words(counts, hides_kinds=snapshot.subject in RESULT_SUBJECTS)


def _words(counts: Counter[str], *, hides_kinds: bool = False) -> dict[str, Any]:
    kinds = [] if hides_kinds else sorted(counts)
    return {"records": counts.total(), "kinds": kinds}
