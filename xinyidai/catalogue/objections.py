"""Objections, 异议: time limits, and the reasons a firm may give; reviewed YAML."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType

from xinyidai.catalogue.errors import CatalogueBroken, UnknownObjectionReason
from xinyidai.catalogue.reading import Entry, read_catalogue, require_unique


class ObjectionSubject(StrEnum):
    """What an objection is against, 异议对象."""

    RECORD = "record"  # 一条记录
    KIND = "kind"  # 缺少的记录
    LOOK = "look"  # 一次查询
    HOLDING = "holding"  # 平台保存的其他信息


class TermUnit(StrEnum):
    """In which days a term is counted, 期限单位."""

    CALENDAR = "calendar"  # 自然日
    WORKING = "working"  # 工作日


@dataclass(frozen=True)
class Term:
    """How long an answer may take; it begins the day after the objection came in."""

    days: int
    unit: TermUnit


@dataclass(frozen=True)
class ObjectionReason:
    """One reason, and against what it may be given."""

    code: str
    name: str
    text: str
    subjects: frozenset[ObjectionSubject]


@dataclass(frozen=True, kw_only=True)
class ObjectionRules:
    """Everything in the file; the periods are calendar days."""

    version: str
    term: Term
    supplement_days: int
    warn_days: int
    close_days: int
    reasons: Mapping[str, ObjectionReason]


def get_objection_reason(code: str) -> ObjectionReason:
    """Return a reason by its code, or raise `UnknownObjectionReason`."""
    reason = OBJECTIONS.reasons.get(code)
    if reason is None:
        raise UnknownObjectionReason(f"没有“{code}”这个异议理由。请在异议理由里选择。")
    return reason


def reasons_for(subject: ObjectionSubject) -> tuple[ObjectionReason, ...]:
    """Return the reasons that may be given against something of this kind."""
    return tuple(reason for reason in OBJECTIONS.reasons.values() if subject in reason.subjects)


def read_objection_rules(root: Entry) -> ObjectionRules:
    """Return the rules of a file, or raise `CatalogueBroken`."""
    rules = ObjectionRules(
        version=root.text("version"),
        term=_term(root.entry("term")),
        supplement_days=root.positive("supplement_days"),
        warn_days=root.positive("warn_days"),
        close_days=root.positive("close_days"),
        reasons=_reasons(root.entries("reasons")),
    )
    root.close()
    said = {subject for reason in rules.reasons.values() for subject in reason.subjects}
    if said != set(ObjectionSubject):
        raise CatalogueBroken("reasons: something cannot be objected to for any reason")
    return rules


def _term(entry: Entry) -> Term:
    term = Term(entry.positive("days"), entry.choice("unit", TermUnit))
    entry.close()
    return term


def _reasons(entries: list[Entry]) -> Mapping[str, ObjectionReason]:
    reasons = [_reason(entry) for entry in entries]
    require_unique([reason.code for reason in reasons], "reasons")
    return MappingProxyType({reason.code: reason for reason in reasons})


def _reason(entry: Entry) -> ObjectionReason:
    reason = ObjectionReason(
        code=entry.text("code"),
        name=entry.text("name"),
        text=entry.text("text"),
        subjects=frozenset(_subject(text, entry.where) for text in entry.texts("subjects")),
    )
    entry.close()
    return reason


def _subject(text: str, where: str) -> ObjectionSubject:
    try:
        return ObjectionSubject(text)
    except ValueError as error:
        raise CatalogueBroken(f"{where}: nothing is called {text!r}") from error


@lru_cache
def _catalogue() -> ObjectionRules:
    return read_objection_rules(read_catalogue("objections.yaml"))


OBJECTIONS: ObjectionRules = _catalogue()
