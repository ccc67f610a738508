"""Words by which departments call kinds and fields, 常用叫法, for proposals to confirm."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType

from xinyidai.catalogue.errors import CatalogueBroken
from xinyidai.catalogue.kinds import DEPARTMENTS, KINDS
from xinyidai.catalogue.reading import Entry, read_catalogue

REGISTRATION = "registration"  # the register extract is no kind of the catalogue


@dataclass(frozen=True)
class KindWords:
    """Words of one kind: in titles, in cells, and further headings of its fields."""

    titles: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    headings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class UsualWords:
    """All of them; `code`, `name` and `others` are headings of the subject's columns."""

    code: tuple[str, ...]
    name: tuple[str, ...]
    others: tuple[str, ...]
    technical_days: tuple[str, ...]
    deadlines: tuple[str, ...]
    running_numbers: tuple[str, ...]
    askings: tuple[str, ...]
    departments: Mapping[str, tuple[str, ...]]
    kinds: Mapping[str, KindWords]

    def of(self, kind: str) -> KindWords:
        """Return the words of a kind, none for one that has none yet."""
        return self.kinds.get(kind, KindWords())


@lru_cache
def usual_words() -> UsualWords:
    """Return the words; a kind, field or department that the catalogue lacks is an error."""
    return read_usual_words(read_catalogue("usual_words.yaml"))


def read_usual_words(root: Entry) -> UsualWords:
    """Build the words from their file, or raise `CatalogueBroken`."""
    subject = root.entry("subject")
    words = UsualWords(
        code=subject.texts("code"),
        name=subject.texts("name"),
        others=subject.texts("others"),
        technical_days=root.texts("technical_days"),
        deadlines=root.texts("deadlines"),
        running_numbers=root.texts("running_numbers"),
        askings=root.texts("askings"),
        departments=_lists(root.take("departments"), "departments"),
        kinds=_kinds(root.take("kinds")),
    )
    subject.close()
    root.close()
    unknown = words.departments.keys() - DEPARTMENTS.keys()
    if unknown:
        raise CatalogueBroken(f"usual words: unknown departments {sorted(unknown)}")
    return words


def _kinds(content: object) -> Mapping[str, KindWords]:
    if not isinstance(content, dict):
        raise CatalogueBroken("usual words: kinds must be a mapping")
    return MappingProxyType({code: _kind(code, value) for code, value in content.items()})


def _kind(code: str, content: object) -> KindWords:
    entry = Entry(content, f"usual words of {code}")
    headings = _lists(entry.take("headings"), code) if entry.has("headings") else {}
    words = KindWords(entry.texts("titles"), entry.texts("values"), headings)
    entry.close()
    if code == REGISTRATION:
        return words
    if code not in KINDS:
        raise CatalogueBroken(f"usual words: unknown kind {code}")
    unknown = headings.keys() - {field.code for field in KINDS[code].fields}
    if unknown:
        raise CatalogueBroken(f"usual words of {code}: unknown fields {sorted(unknown)}")
    return words


def _lists(content: object, where: str) -> Mapping[str, tuple[str, ...]]:
    if not isinstance(content, dict):
        raise CatalogueBroken(f"usual words: {where} must be a mapping")
    entry = Entry(content, f"usual words: {where}")
    return MappingProxyType({key: entry.texts(key) for key in content})
