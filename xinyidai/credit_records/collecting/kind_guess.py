"""Which kind of the catalogue a table is: by its title, headings, values and who sends it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import exp, sqrt

from xinyidai.catalogue.usual_words import usual_words
from xinyidai.credit_records.collecting.binding_guess import (
    Column,
    Guess,
    fits,
    guess_code,
    guess_fields,
    guess_name,
)
from xinyidai.credit_records.collecting.fields import FieldType
from xinyidai.credit_records.collecting.vocabulary import (
    SAID_THE_SAME,
    KindWordsOf,
    field_named,
    is_running_number,
    is_technical_day,
    kinds_that_say,
    known_kinds,
)
from xinyidai.credit_records.values import REGISTRATION

LEAST_SURE = 0.45
TITLE, HEADINGS, VALUES, DEPARTMENT = 0.75, 0.85, 0.3, 0.15
SHADOWED = 0.5
ASKED = 0.55
NO_SIGN = 0.05
SAME_RECORD = {"business_registration": REGISTRATION}  # what fills the register comes first


@dataclass(frozen=True)
class KindGuess:
    """A kind with its columns and how sure it is, 0 to 1; `why` is Chinese."""

    kind: KindWordsOf
    score: float
    fields: dict[str, Guess]
    code: Guess | None
    name: Guess | None
    why: tuple[str, ...]


def rank_kinds(
    title: str, columns: Sequence[Column], samples: Sequence[str], wanted: str | None = None
) -> list[KindGuess]:
    """Return every kind with any sign of it, and the one that is `wanted`, the likeliest first.

    `title` is all that stands outside the table, `samples` are texts from it.
    """
    named = _named_kinds(title)
    asks = [word for word in usual_words().askings if word in title]
    guesses = [
        _guess(kind, named.get(kind.spec.code, ("", 0.0)), columns, (title, samples))
        for kind in known_kinds()
    ]
    if asks:
        guesses = [_doubted(guess, asks[0]) for guess in guesses]
    return sorted(
        (g for g in _merged(guesses) if g.score > NO_SIGN or g.kind.spec.code == wanted),
        key=lambda guess: (guess.score, guess.kind.spec.code),
        reverse=True,
    )


def _merged(guesses: list[KindGuess]) -> list[KindGuess]:
    """Let the register extract stand for its twin in the catalogue: it is the same table."""
    by_code = {guess.kind.spec.code: guess for guess in guesses}
    for twin, first in SAME_RECORD.items():
        if twin not in by_code:
            continue
        one, other = by_code[first], by_code[twin]
        by_code[first] = replace(one, score=max(one.score, other.score))
        by_code[twin] = replace(other, score=other.score * TWIN)
    return list(by_code.values())


TWIN = 0.8


def _doubted(guess: KindGuess, word: str) -> KindGuess:
    why = (*guess.why, f"标题有“{word}”，说的可能不是已经成立的事实")
    return replace(guess, score=guess.score * ASKED, why=why)


def _named_kinds(title: str) -> dict[str, tuple[str, float]]:
    """Return the longest word of each kind that stands in the title, and what it weighs.

    A word inside a longer one of another kind weighs less: 税务行政处罚 is a 行政处罚 too.
    """
    found: dict[str, tuple[str, int, str]] = {}
    for kind in known_kinds():
        for word in kind.titles:
            parts = word.split("+")
            if all(part in title for part in parts):
                length = sum(map(len, parts))
                if length > found.get(kind.spec.code, ("", 0, ""))[1]:
                    found[kind.spec.code] = (word, length, "".join(parts))
    named: dict[str, tuple[str, float]] = {}
    for code, (word, length, _) in found.items():
        longer = max((other for each, (_, other, _) in found.items() if each != code), default=0)
        named[code] = (word, 0.8 if length >= longer else 0.8 * SHADOWED)
    return named


def _guess(
    kind: KindWordsOf,
    named: tuple[str, float],
    columns: Sequence[Column],
    surroundings: tuple[str, Sequence[str]],
) -> KindGuess:
    title, samples = surroundings
    code = guess_code(columns, kind)
    taken = {code.column.place} if code else set()
    name = guess_name(columns, taken, kind)
    taken |= {name.column.place} if name else set()
    fields = guess_fields(kind, columns, taken)
    headings = _told_by_headings(kind, fields, columns, taken)
    values = _told_by_values(kind, columns, samples)
    word, weight = named
    department = _told_by_department(kind, title, samples) if weight or headings > HEARD else 0.0
    doubt = (
        (1 - TITLE * weight)
        * (1 - HEADINGS * headings)
        * (1 - VALUES * values)
        * (1 - DEPARTMENT * department)
    )
    why = _reasons(word, fields, values, department)
    return KindGuess(kind, 1 - doubt, fields, code, name, why)


HEARD = 0.2


def _reasons(
    word: str, fields: dict[str, Guess], values: float, department: float
) -> tuple[str, ...]:
    told = [guess.column.written for guess in fields.values()]
    return tuple(
        sentence
        for sentence, holds in (
            (f"标题有“{word}”", word),
            (f"表头像本类的字段：{'、'.join(told[:6])}", told),
            ("单元格里有本类常见的文字", values),
            ("出自本类的主管部门", department),
        )
        if holds
    )


def _told_by_headings(
    kind: KindWordsOf, fields: dict[str, Guess], columns: Sequence[Column], taken: set[int]
) -> float:
    """Weigh matched fields by how few kinds have them, by required fields, and by what is left."""
    evidence = sum(
        guess.confidence * _rarity(kind, field, guess) for field, guess in fields.items()
    )
    required = [spec.code for spec in kind.spec.facts if spec.required]
    covered = sum(1 for field in required if field in fields) / len(required) if required else 0.5
    telling = [
        column.place
        for column in columns
        if column.place not in taken
        and not column.is_blank
        and not column.shape.is_running
        and not is_technical_day(column.heading)
        and not is_running_number(column.heading)
    ]
    used = {guess.column.place for guess in fields.values()}
    explained = len(used) / max(len(used), len(telling)) if telling or used else 0.0
    return (1 - exp(-evidence)) * (0.4 + 0.6 * covered) * (0.5 + 0.5 * explained)


def _rarity(kind: KindWordsOf, field: str, guess: Guess) -> float:
    weight = 1 / sqrt(max(1, kinds_that_say(guess.column.heading)))
    spec = field_named(kind.spec, field)
    if spec.type is FieldType.ENUM and fits(spec, guess.column.shape) > SAID_THE_SAME:
        weight += 0.6
    return weight


def _told_by_values(kind: KindWordsOf, columns: Sequence[Column], samples: Sequence[str]) -> float:
    words = kind.words.values
    if words and samples:
        hits = sum(1 for row in samples if any(word in row for word in words))
        if hits >= len(samples) * OFTEN:
            return 1.0
    enums = [spec for spec in kind.spec.facts if spec.type is FieldType.ENUM]
    nameless = [column for column in columns if not column.heading and column.shape.options]
    told = any(
        fits(spec, column.shape) > SAID_THE_SAME and column.shape.length > 1
        for spec in enums
        for column in nameless
    )
    return 0.6 if told else 0.0


OFTEN = 0.3


def _told_by_department(kind: KindWordsOf, title: str, samples: Sequence[str]) -> float:
    words = usual_words().departments.get(kind.department or "", ())
    if any(word in title for word in words):
        return 1.0
    hits = sum(1 for row in samples if any(word in row for word in words))
    return 1.0 if words and samples and hits > len(samples) * HALF else 0.0


HALF = 0.5
