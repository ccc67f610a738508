"""Groups of firms that follow from several facts, 适用人群: loader of `target_groups.yaml`."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from xinyidai.catalogue.errors import CatalogueBroken
from xinyidai.catalogue.indicators import indicator_dictionary
from xinyidai.catalogue.reading import Entry, read_catalogue, require_unique


@dataclass(frozen=True, kw_only=True)
class GroupRule:
    """From what a group follows: registered industries, indicators, a list of a department.

    `excludes` turns the indicators round: any known value keeps the firm out.
    """

    code: str
    name: str
    source: str
    rule: str
    supply: str
    indicators: tuple[str, ...]
    industries: tuple[str, ...]
    excludes: bool
    list_tag: str | None


@dataclass(frozen=True)
class GroupRules:
    """All groups of one version by code."""

    version: str
    groups: Mapping[str, GroupRule]


@lru_cache
def group_rules() -> GroupRules:
    """Return the groups of this version of the product."""
    return parse_groups(read_catalogue("target_groups.yaml"))


def parse_groups(raw: Entry) -> GroupRules:
    """Build the groups; unknown keys, doubles and unknown indicators raise `CatalogueBroken`."""
    version = raw.text("version")
    groups = [_group(entry) for entry in raw.entries("groups")]
    raw.close()
    require_unique([group.code for group in groups], "target_groups.yaml")
    return GroupRules(version, MappingProxyType({group.code: group for group in groups}))


def _group(raw: Entry) -> GroupRule:
    group = GroupRule(
        code=raw.text("code"),
        name=raw.text("name"),
        source=raw.text("source"),
        rule=raw.text("rule"),
        supply=raw.text("supply"),
        indicators=raw.texts("indicators"),
        industries=raw.texts("industries"),
        excludes=raw.flag("excludes") if raw.has("excludes") else False,
        list_tag=raw.optional_text("list_tag"),
    )
    raw.close()
    strange = set(group.indicators) - indicator_dictionary().indicators.keys()
    if strange or not group.indicators:
        raise CatalogueBroken(f"{group.code}: rests on no known indicator {sorted(strange)}")
    return group
