"""Credit reports, 信用报告: editions, uses (应用目录清单), sections, what counts; reviewed YAML."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import TypeVar

from xinyidai.catalogue.errors import CatalogueBroken
from xinyidai.catalogue.kinds import CLASSES, KINDS
from xinyidai.catalogue.reading import Entry, read_catalogue, require_unique
from xinyidai.catalogue.values import Effect, RecordKind

Choice = TypeVar("Choice", bound=StrEnum)


class ReportEdition(StrEnum):
    """Which report, 报告版本."""

    PUBLIC = "public"  # 公开版
    AUTHORIZED = "authorized"  # 授权版
    NO_VIOLATION = "no_violation"  # 代替无违法违规证明


@dataclass(frozen=True, kw_only=True)
class Edition:
    """One edition; `template` is the version of its template, `valid_days` how long it holds."""

    code: ReportEdition
    name: str
    template: str
    valid_days: int
    text: str
    notice: str


@dataclass(frozen=True)
class ReportUse:
    """For what a report is made, 报告用途, and which editions fit."""

    code: str
    name: str
    basis: str
    editions: frozenset[ReportEdition]


@dataclass(frozen=True)
class Section:
    """One part of the public page, and which kinds stand in it."""

    code: str
    name: str
    kinds: tuple[str, ...]
    effects: frozenset[Effect]
    classes: frozenset[str]

    def takes(self, kind: RecordKind) -> bool:
        """Tell whether a kind that no section names belongs here."""
        if not (self.effects or self.classes):
            return False
        fits_effect = not self.effects or kind.effect in self.effects
        return fits_effect and (not self.classes or kind.class_code in self.classes)


@dataclass(frozen=True, kw_only=True)
class ReportRules:
    """Everything in the file."""

    version: str
    stale_after_cycles: int
    stale_after_days: int
    keep_days: int
    editions: Mapping[ReportEdition, Edition]
    uses: Mapping[str, ReportUse]
    sections: Mapping[str, Section]
    reading_order: tuple[str, ...]
    not_violations: Mapping[str, str]
    across_departments: tuple[str, ...]

    def section_of(self, kind: RecordKind) -> Section:
        """Return the section in which records of a kind stand; every kind has one."""
        for section in self.sections.values():
            if kind.code in section.kinds:
                return section
        return next(section for section in self.sections.values() if section.takes(kind))

    def violation_kinds(self) -> tuple[RecordKind, ...]:
        """Return the kinds whose records count as violations, 违法违规信息."""
        return tuple(
            kind
            for kind in KINDS.values()
            if kind.effect is Effect.NEGATIVE and kind.code not in self.not_violations
        )


def read_report_rules(root: Entry) -> ReportRules:
    """Return the rules of a file, or raise `CatalogueBroken`."""
    rules = ReportRules(
        version=root.text("version"),
        stale_after_cycles=root.positive("stale_after_cycles"),
        stale_after_days=root.positive("stale_after_days"),
        keep_days=root.positive("keep_days"),
        editions=_editions(root.entries("editions")),
        uses=_uses(root.entries("uses")),
        sections=_sections(root.entries("sections")),
        reading_order=root.texts("reading_order"),
        not_violations=_reasons(root.entries("not_violations")),
        across_departments=root.texts("across_departments"),
    )
    root.close()
    _check(rules)
    return rules


def _check(rules: ReportRules) -> None:
    violations = {kind.code for kind in rules.violation_kinds()}
    wrong = {
        "editions": set(rules.editions) != set(ReportEdition),
        "uses": {e for use in rules.uses.values() for e in use.editions} != set(ReportEdition),
        "reading_order": sorted(rules.reading_order) != sorted(rules.sections),
        "not_violations": not all(
            code in KINDS and KINDS[code].effect is Effect.NEGATIVE for code in rules.not_violations
        ),
        "across_departments": not set(rules.across_departments) <= violations,
        "sections": not all(_has_place(rules, kind) for kind in KINDS.values()),
    }
    broken = [part for part, is_wrong in wrong.items() if is_wrong]
    if broken:
        raise CatalogueBroken(f"credit_reports: {broken} do not fit")


def _has_place(rules: ReportRules, kind: RecordKind) -> bool:
    named = any(kind.code in section.kinds for section in rules.sections.values())
    return named or any(section.takes(kind) for section in rules.sections.values())


def _editions(entries: list[Entry]) -> Mapping[ReportEdition, Edition]:
    editions = [_edition(entry) for entry in entries]
    require_unique([edition.code for edition in editions], "editions")
    return MappingProxyType({edition.code: edition for edition in editions})


def _edition(entry: Entry) -> Edition:
    edition = Edition(
        code=entry.choice("code", ReportEdition),
        name=entry.text("name"),
        template=entry.text("template"),
        valid_days=entry.positive("valid_days"),
        text=entry.text("text"),
        notice=entry.text("notice"),
    )
    entry.close()
    return edition


def _uses(entries: list[Entry]) -> Mapping[str, ReportUse]:
    uses = [_use(entry) for entry in entries]
    require_unique([use.code for use in uses], "uses")
    return MappingProxyType({use.code: use for use in uses})


def _use(entry: Entry) -> ReportUse:
    use = ReportUse(
        entry.text("code"),
        entry.text("name"),
        entry.text("basis"),
        frozenset(_one_of(ReportEdition, text, entry) for text in entry.texts("editions")),
    )
    entry.close()
    return use


def _sections(entries: list[Entry]) -> Mapping[str, Section]:
    sections = [_section(entry) for entry in entries]
    require_unique([section.code for section in sections], "sections")
    return MappingProxyType({section.code: section for section in sections})


def _section(entry: Entry) -> Section:
    section = Section(
        entry.text("code"),
        entry.text("name"),
        entry.texts("kinds"),
        frozenset(_one_of(Effect, text, entry) for text in entry.texts("effects")),
        frozenset(entry.texts("classes")),
    )
    entry.close()
    if not set(section.kinds) <= set(KINDS) or not section.classes <= set(CLASSES):
        raise CatalogueBroken(f"{entry.where}: unknown kind or class")
    return section


def _reasons(entries: list[Entry]) -> Mapping[str, str]:
    reasons = {}
    for entry in entries:
        reasons[entry.text("code")] = entry.text("why")
        entry.close()
    return MappingProxyType(reasons)


def _one_of(options: type[Choice], text: str, entry: Entry) -> Choice:
    try:
        return options(text)
    except ValueError as error:
        raise CatalogueBroken(f"{entry.where}: nothing is called {text!r}") from error


@lru_cache
def _catalogue() -> ReportRules:
    return read_report_rules(read_catalogue("credit_reports.yaml"))


REPORTS: ReportRules = _catalogue()
