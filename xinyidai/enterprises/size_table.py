"""The table of SME classes, 中小企业划型标准: data, because it is revised now and then."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType

from xinyidai.catalogue.reading import Entry, parse_catalogue, require_unique
from xinyidai.enterprises.values import EnterpriseScale, Measure

LADDER = (EnterpriseScale.LARGE, EnterpriseScale.MEDIUM, EnterpriseScale.SMALL)

Limits = Mapping[Measure, int]


@dataclass(frozen=True)
class SizeLine:
    """One line of the table; limits in persons and in 10,000 yuan, all must be reached."""

    code: str
    name: str
    industry_codes: tuple[str, ...]
    limits: Mapping[EnterpriseScale, Limits]

    @property
    def measures(self) -> tuple[Measure, ...]:
        """Return what the line is measured by, the same for every class."""
        return tuple(self.limits[EnterpriseScale.SMALL])


@dataclass(frozen=True)
class SizeTable:
    """The whole table with its version; `excluded` maps an industry code to a Chinese reason."""

    version: str
    lines: Mapping[str, SizeLine]
    excluded: Mapping[str, str]
    needs_group: frozenset[str]


@lru_cache
def size_table() -> SizeTable:
    """Return the table that ships with the product."""
    name = "size_table.yaml"
    text = files("xinyidai.enterprises").joinpath("data", name).read_text(encoding="utf-8")
    return read_size_table(parse_catalogue(text, name))


def read_size_table(root: Entry) -> SizeTable:
    """Return the table of a file, or raise `CatalogueBroken`."""
    version = root.text("version")
    lines = [_line(entry) for entry in root.entries("industries")]
    excluded = dict(pair for entry in root.entries("excluded") for pair in _exclusions(entry))
    needs_group = frozenset(root.texts("needs_group"))
    root.close()
    by_code = {code: line for line in lines for code in line.industry_codes}
    codes = [code for line in lines for code in line.industry_codes] + [*excluded, *needs_group]
    require_unique(codes, "size_table")
    return SizeTable(version, MappingProxyType(by_code), MappingProxyType(excluded), needs_group)


def _line(entry: Entry) -> SizeLine:
    line = SizeLine(
        entry.text("code"),
        entry.text("name"),
        entry.texts("codes"),
        MappingProxyType({scale: _limits(entry.entry(scale.value)) for scale in LADDER}),
    )
    entry.close()
    return line


def _limits(entry: Entry) -> Limits:
    limits = {m: entry.integer(m.value) for m in Measure if entry.has(m.value)}
    entry.close()
    return MappingProxyType(limits)


def _exclusions(entry: Entry) -> list[tuple[str, str]]:
    reason = entry.text("reason")
    pairs = [(code, reason) for code in entry.texts("codes")]
    entry.close()
    return pairs
