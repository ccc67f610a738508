"""What the public may be shown of a record, 公示: which kinds, which fields, until when; pure.

The catalogue says what is open and how long; here persons are kept out besides. Everything fails
closed: an unknown kind has nothing to show, a personal field is never shown however open it is,
and texts are searched for the persons whom other fields name.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any

from xinyidai.catalogue import publicity as catalogue
from xinyidai.catalogue.kinds import KINDS
from xinyidai.catalogue.values import Field, FieldType, RecordKind, Sensitivity
from xinyidai.credit_records.values import Fact

SHORTEST_NAME = 2
HIDDEN = "＊"
# 身份证号码 of 15 or 18 places, and 手机号码, wherever they stand in a text.
BIRTHDAY = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
IDENTITY = re.compile(
    rf"(?<![0-9A-Za-z])\d{{6}}(?:(?:19|20)\d\d{BIRTHDAY}\d{{3}}[\dXx]|\d\d{BIRTHDAY}\d{{3}})"
    r"(?![0-9A-Za-z])"
)
PHONE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
# Whom a record is about, 行政相对人类别: records about a natural person are never public.
SUBJECT_CLASSES = ("xk_xdr_lb", "cf_xdr_lb", "party_kind")
NATURAL_PERSON = "自然人"
# Free texts that say who was a firm's representative, shareholder or manager.
NAMING_PERSONS: Mapping[str, frozenset[str]] = {
    "registration_change": frozenset({"before_text", "after_text"}),
}


def public_kinds() -> frozenset[str]:
    """Return the kinds of which the public may be shown anything, 社会公开."""
    return frozenset(
        kind.code
        for kind in KINDS.values()
        if catalogue.public_fields(kind) and kind.sensitivity is not Sensitivity.PERSONAL
    )


def public_fields(kind: RecordKind) -> tuple[Field, ...]:
    """Return the fields of a kind that may be shown to anybody, less whose record it is."""
    if kind.code not in public_kinds():
        return ()
    kept_back = {kind.map.subject_code, kind.map.subject_name}
    kept_back |= NAMING_PERSONS.get(kind.code, frozenset())
    return tuple(
        field
        for field in catalogue.public_fields(kind)
        if not field.personal and field.code not in kept_back
    )


def is_publicised(fact: Fact, today: date) -> bool:
    """Tell whether a record may be shown to anybody today."""
    kind = KINDS.get(fact.kind)
    if kind is None or kind.code not in public_kinds() or _is_of_a_person(fact):
        return False
    return catalogue.is_publicised(kind, fact.occurred_on, today, fact.valid_until)


def publicity_end(fact: Fact) -> date | None:
    """Return the day on which the publicity of a record ends; None where no end is known."""
    return catalogue.publicity_end(KINDS[fact.kind], fact.occurred_on, fact.valid_until)


def public_content(
    kind: RecordKind, content: Mapping[str, Any], persons: Collection[str]
) -> dict[str, Any]:
    """Return what may be shown of a record; persons' names and numbers in its texts are hidden."""
    return {
        field.code: _hide(field, content[field.code], persons)
        for field in public_fields(kind)
        if content.get(field.code) is not None
    }


def persons_in(facts: Iterable[Fact], others: Iterable[str | None] = ()) -> frozenset[str]:
    """Return the personal values that the records' own fields name, to be hidden in their texts."""
    found = {
        str(fact.content[field.code]).strip()
        for fact in facts
        if fact.kind in KINDS
        for field in KINDS[fact.kind].fields
        if field.personal and fact.content.get(field.code)
    }
    found |= {name.strip() for name in others if name}
    return frozenset(name for name in found if len(name) >= SHORTEST_NAME)


def hide_persons(text: str, persons: Collection[str]) -> str:
    """Return a text without the persons named, identity numbers and mobile numbers."""
    for person in sorted(persons, key=len, reverse=True):
        text = text.replace(person, person[0] + HIDDEN * (len(person) - 1))
    return PHONE.sub(_starred, IDENTITY.sub(_starred, text))


def _starred(found: re.Match[str]) -> str:
    return HIDDEN * len(found[0])


def _hide(field: Field, value: Any, persons: Collection[str]) -> Any:
    is_text = isinstance(value, str) and field.type is FieldType.TEXT
    return hide_persons(value, persons) if is_text else value


def _is_of_a_person(fact: Fact) -> bool:
    return any(fact.content.get(code) == NATURAL_PERSON for code in SUBJECT_CLASSES)
