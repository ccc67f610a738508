"""What commitments open to: each slice that appends entries registers how to read them back.

The present contents are read from the very rows that pages show, so whoever edits such a row
breaks the proof of its entry.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True)
class Opening:
    """What an entry's row says now: its time, the matter, and the persons (None once erased)."""

    happened_at: datetime
    matter: Mapping[str, Any]
    person: Mapping[str, Any] | None


@dataclass(frozen=True)
class Source:
    """How to read openings back: of some entries, and the ids of all entries since a moment."""

    read: Callable[[Sequence[UUID]], Mapping[UUID, Opening]]
    ids_since: Callable[[datetime], Iterator[UUID]]


_sources: dict[str, Source] = {}


def register(subject: str, source: Source) -> None:
    """Name the source of a subject's openings; a second one for the same subject is refused."""
    if subject in _sources:
        raise ValueError(f"two sources for {subject}")
    _sources[subject] = source


def source_of(subject: str) -> Source:
    """Return the source of a subject, or raise `LookupError`: an unknown one opens nothing."""
    if subject not in _sources:
        raise LookupError(f"no source of openings for {subject!r}")
    return _sources[subject]


def subjects() -> frozenset[str]:
    """Return the subjects that have a source."""
    return frozenset(_sources)
