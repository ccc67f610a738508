"""Targets of the collection and the three libraries, 归集总量目标和三库, from YAML."""

from dataclasses import dataclass
from functools import lru_cache

from xinyidai.catalogue.errors import CatalogueBroken
from xinyidai.catalogue.kinds import CLASSES, KINDS
from xinyidai.catalogue.reading import Entry, read_catalogue, require_unique


@dataclass(frozen=True)
class VolumeTarget:
    """How many records the platform wants to hold by the end of a year, and who says so."""

    year: int
    records: int
    basis: str


@dataclass(frozen=True)
class Library:
    """One of the three libraries, 三库, with the codes of its kinds."""

    code: str
    name: str
    about: str
    kinds: frozenset[str]


@dataclass(frozen=True)
class VolumePlan:
    """Everything in the file; targets by year."""

    version: str
    targets: tuple[VolumeTarget, ...]
    libraries: tuple[Library, ...]

    def target_of(self, year: int) -> VolumeTarget:
        """Return the next target from a year on, or the last one when all are past."""
        return next((one for one in self.targets if one.year >= year), self.targets[-1])


def read_volume_plan(root: Entry) -> VolumePlan:
    """Return the plan of a file, or raise `CatalogueBroken`."""
    version = root.text("version")
    targets = tuple(map(_target, root.entries("targets")))
    libraries = _libraries(root.entries("libraries"))
    root.close()
    years = [target.year for target in targets]
    if years != sorted(set(years)):
        raise CatalogueBroken("targets: one for each year, the earliest first")
    return VolumePlan(version, targets, libraries)


def _target(entry: Entry) -> VolumeTarget:
    target = VolumeTarget(entry.integer("year"), entry.integer("records"), entry.text("basis"))
    entry.close()
    if target.records < 1:
        raise CatalogueBroken(f"{entry.where}: nothing to reach")
    return target


def _libraries(entries: list[Entry]) -> tuple[Library, ...]:
    drafts = list(map(_draft, entries))
    named = [kind for draft in drafts for kind in draft.kinds]
    classes = [code for draft in drafts for code in draft.classes]
    require_unique([draft.code for draft in drafts], "libraries")
    require_unique(named, "kinds of libraries")
    require_unique(classes, "classes of libraries")
    unknown = [*(set(named) - KINDS.keys()), *(set(classes) ^ CLASSES.keys())]
    if unknown:
        raise CatalogueBroken(f"libraries: unknown or in no library: {sorted(unknown)}")
    return tuple(
        Library(draft.code, draft.name, draft.about, _members(draft, set(named)))
        for draft in drafts
    )


@dataclass(frozen=True)
class _Draft:
    code: str
    name: str
    about: str
    classes: tuple[str, ...]
    kinds: tuple[str, ...]


def _draft(entry: Entry) -> _Draft:
    draft = _Draft(
        entry.text("code"),
        entry.text("name"),
        entry.text("about"),
        entry.texts("classes"),
        entry.texts("kinds"),
    )
    entry.close()
    return draft


def _members(draft: _Draft, named: set[str]) -> frozenset[str]:
    by_class = {code for code, kind in KINDS.items() if kind.class_code in draft.classes}
    return frozenset(by_class - named | set(draft.kinds))


@lru_cache
def volume_plan() -> VolumePlan:
    """Return the plan that ships with the product."""
    return read_volume_plan(read_catalogue("volumes.yaml"))
