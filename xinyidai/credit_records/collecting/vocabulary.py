"""Everything the catalogue and the departments call kinds and fields, ready for comparison."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from xinyidai.catalogue.kinds import KINDS
from xinyidai.catalogue.usual_words import KindWords, usual_words
from xinyidai.catalogue.values import MADE_HERE
from xinyidai.credit_records.collecting.fields import FieldSpec, KindSpec, kind_of
from xinyidai.credit_records.collecting.headings import clean_heading
from xinyidai.credit_records.collecting.likeness import likeness, plain_heading
from xinyidai.credit_records.collecting.mapping import registration_kind

SAID_THE_SAME = 0.85


@dataclass(frozen=True)
class KindWordsOf:
    """One kind that a file may be, with all words for it and its fields."""

    spec: KindSpec
    words: KindWords
    department: str | None
    headings: Mapping[str, frozenset[str]]

    @property
    def titles(self) -> frozenset[str]:
        """Return the words by which a title names the kind."""
        return frozenset({*self.words.titles, self.spec.name})

    def likeness(self, heading: str, field: str) -> float:
        """Say how much a heading is like the headings of a field."""
        return most_alike(heading, self.headings[field])


@lru_cache(maxsize=200_000)
def most_alike(heading: str, known: frozenset[str]) -> float:
    """Say how much a heading is like the nearest of the known ones."""
    return max((likeness(heading, one) for one in known), default=0.0)


@lru_cache
def known_kinds() -> tuple[KindWordsOf, ...]:
    """Return every kind of the catalogue, and the register extract."""
    taken = (kind for kind in KINDS.values() if kind.mode not in MADE_HERE)
    listed = [_kind(kind_of(kind), kind.department.code) for kind in taken]
    return (*listed, _kind(registration_kind(), "market_regulation"))


def _kind(spec: KindSpec, department: str) -> KindWordsOf:
    words = usual_words().of(spec.code)
    headings = {
        field.code: field.headings | set(map(clean_heading, words.headings.get(field.code, ())))
        for field in spec.fields
    }
    return KindWordsOf(spec, words, department, headings)


@lru_cache
def known_headings() -> frozenset[str]:
    """Return every known heading, cleaned, and once more with one word for equal words."""
    words = usual_words()
    listed = {*words.code, *words.name, *words.technical_days, *words.running_numbers}
    for kind in known_kinds():
        listed.update(*kind.headings.values())
    cleaned = set(map(clean_heading, listed))
    return frozenset(cleaned | set(map(plain_heading, cleaned)))


def is_known_heading(heading: str) -> bool:
    """Tell whether some kind has a field of this heading."""
    return clean_heading(heading) in known_headings() or plain_heading(heading) in known_headings()


@lru_cache(maxsize=10_000)
def kinds_that_say(heading: str) -> int:
    """Return in how many kinds a fact has this heading: the fewer, the more it tells."""
    return sum(
        any(kind.likeness(heading, fact.code) >= SAID_THE_SAME for fact in kind.spec.facts)
        for kind in known_kinds()
    )


def field_named(spec: KindSpec, code: str) -> FieldSpec:
    """Return a field that is known to be there."""
    return next(field for field in spec.fields if field.code == code)


@lru_cache(maxsize=10_000)
def about_somebody_else(heading: str) -> bool:
    """Tell a heading that names an organ, a person or the other side."""
    return any(word in heading for word in map(clean_heading, usual_words().others))


@lru_cache(maxsize=10_000)
def is_technical_day(heading: str) -> bool:
    """Tell a day on which a row was written or sent."""
    return any(word in heading for word in map(clean_heading, usual_words().technical_days))


@lru_cache(maxsize=10_000)
def is_deadline(heading: str) -> bool:
    """Tell a day until which something holds."""
    return any(word in heading for word in map(clean_heading, usual_words().deadlines))


@lru_cache(maxsize=10_000)
def is_running_number(heading: str) -> bool:
    """Tell a column that numbers rows or points to them."""
    return heading in set(map(clean_heading, usual_words().running_numbers))
