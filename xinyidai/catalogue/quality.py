"""Rules of data quality, 数据质量规则: terms, targets, 十公示 kinds, weights; reviewed YAML."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType

from xinyidai.catalogue.errors import CatalogueBroken
from xinyidai.catalogue.kinds import get_kind
from xinyidai.catalogue.reading import Entry, read_catalogue, require_unique
from xinyidai.catalogue.values import OpenAttribute

RATES = ("reporting", "compliance", "timeliness")
PARTS = (*RATES, "tickets")
FAULTS = ("wrong_length", "wrong_character", "wrong_check_digit", "name_mismatch")


@dataclass(frozen=True)
class Target:
    """What a rate should reach, 目标: the one in force and the one of the plan's end."""

    now: Decimal
    goal: Decimal


@dataclass(frozen=True)
class PublicKind:
    """A kind of 十公示: its family, and the fields with the decision's number and organ.

    `organ` None means that the kind's own department decides.
    """

    kind: str
    family: str
    number: str
    organ: str | None


@dataclass(frozen=True)
class Family:
    """Kinds that tell of the same sort of decision, 公示类别."""

    code: str
    name: str
    kinds: tuple[PublicKind, ...]


@dataclass(frozen=True)
class Grade:
    """A word for scores from `least` on, 等次."""

    code: str
    name: str
    least: Decimal


@dataclass(frozen=True, kw_only=True)
class QualityRules:
    """Everything in the file; rates are fractions, terms of tickets and deliveries working days."""

    version: str
    term_days: int
    suspect_days: int
    stale_cycles: int
    targets: Mapping[str, Target]
    city_code_target: Decimal
    province_code_target: Decimal
    families: Sequence[Family]
    code_rules: Mapping[str, str]
    ticket_days: int
    ticket_warn_days: int
    weights: Mapping[str, Decimal]
    grades: Sequence[Grade]

    @property
    def public_kinds(self) -> Mapping[str, PublicKind]:
        """Return the kinds of 十公示 by their codes."""
        return {kind.kind: kind for family in self.families for kind in family.kinds}

    def grade_of(self, score: Decimal) -> Grade:
        """Return the word for a score."""
        return next(grade for grade in self.grades if score >= grade.least)


def read_quality_rules(root: Entry) -> QualityRules:
    """Return the rules of a file, or raise `CatalogueBroken`."""
    targets, codes = root.entry("targets"), root.entry("code_targets")
    ticket, weights = root.entry("ticket"), root.entry("weights")
    rules = QualityRules(
        version=root.text("version"),
        term_days=root.positive("term_working_days"),
        suspect_days=root.positive("suspect_days"),
        stale_cycles=root.positive("stale_cycles"),
        targets=MappingProxyType({rate: _target(targets.entry(rate)) for rate in RATES}),
        city_code_target=_share(codes, "city"),
        province_code_target=_share(codes, "province"),
        families=tuple(_family(entry) for entry in root.entries("families")),
        code_rules=MappingProxyType(root.labels("code_rules")),
        ticket_days=ticket.positive("due_working_days"),
        ticket_warn_days=ticket.positive("warn_working_days"),
        weights=MappingProxyType({part: _number(weights, part) for part in PARTS}),
        grades=tuple(_grade(entry) for entry in root.entries("grades")),
    )
    for entry in (targets, codes, ticket, weights, root):
        entry.close()
    _check(rules)
    return rules


def _check(rules: QualityRules) -> None:
    kinds = [kind.kind for family in rules.families for kind in family.kinds]
    require_unique(kinds, "families")
    limits = [grade.least for grade in rules.grades]
    wrong = {
        "an unknown fault": not set(rules.code_rules.values()) <= set(FAULTS),
        "weights that are not 100 together": sum(rules.weights.values()) != 100,  # noqa: PLR2004 - 100 points
        "grades out of order": limits != sorted(limits, reverse=True) or limits[-1] != 0,
    }
    broken = [name for name, is_wrong in wrong.items() if is_wrong]
    if broken:
        raise CatalogueBroken(f"quality rules: {broken}")


def _family(entry: Entry) -> Family:
    code, name = entry.text("code"), entry.text("name")
    kinds = tuple(_public_kind(inner, code) for inner in entry.entries("kinds"))
    entry.close()
    return Family(code, name, kinds)


def _public_kind(entry: Entry, family: str) -> PublicKind:
    kind = get_kind(entry.text("kind"))
    number, organ, is_own = entry.text("number"), entry.optional_text("organ"), entry.flag("own")
    entry.close()
    for field in filter(None, (number, organ)):
        kind.field(field)  # raises when the kind has no such field
    if (organ is None) != is_own:
        raise CatalogueBroken(f"{entry.where}: either a field names the organ or `own` is true")
    # Late lists show when a decision was made; that may be said of public kinds only.
    if kind.open_attribute is not OpenAttribute.PUBLIC:
        raise CatalogueBroken(f"{entry.where}: {kind.code} is not public")
    return PublicKind(kind.code, family, number, organ)


def _target(entry: Entry) -> Target:
    target = Target(_share(entry, "now"), _share(entry, "goal"))
    entry.close()
    return target


def _grade(entry: Entry) -> Grade:
    grade = Grade(entry.text("code"), entry.text("name"), _number(entry, "from"))
    entry.close()
    return grade


def _share(entry: Entry, key: str) -> Decimal:
    share = _number(entry, key)
    if not 0 <= share <= 1:
        raise CatalogueBroken(f"{entry.where}: {key} must be a fraction")
    return share


def _number(entry: Entry, key: str) -> Decimal:
    number = entry.optional_number(key)
    if number is None:
        raise CatalogueBroken(f"{entry.where}: {key} is missing")
    return number


@lru_cache
def _catalogue() -> QualityRules:
    return read_quality_rules(read_catalogue("quality_rules.yaml"))


QUALITY: QualityRules = _catalogue()
