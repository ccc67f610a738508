"""Reference lists: administrative regions (GB/T 2260) and industries (GB/T 4754-2017).

Regions hold all provinces, Henan with its cities and counties, the districts of Beijing and Jinan,
and the invented city 鹰川市 of the demonstration.
"""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType

from xinyidai.kernel.errors import NotFound

INDUSTRY_VERSION = "GB/T 4754-2017"
_INDUSTRY_CODE = re.compile(r"([A-T])?(\d{2,4})?")


class RegionLevel(StrEnum):
    """Level of an administrative region, 行政区划级别."""

    PROVINCE = "province"  # 省级
    CITY = "city"  # 地市级
    COUNTY = "county"  # 县级


class UnknownRegion(NotFound):
    """The list of regions does not hold the code."""

    default_code = "unknown_region"


class UnknownIndustry(NotFound):
    """The industry classification does not hold the code."""

    default_code = "unknown_industry"


@dataclass(frozen=True)
class Region:
    """One administrative region, 行政区划; `parent` is the code above, none for a province."""

    code: str
    name: str
    parent: str | None
    level: RegionLevel
    invented: bool


@dataclass(frozen=True)
class Industry:
    """A section (门类, a letter) or a division (大类, two digits)."""

    code: str
    name: str
    section: str


@lru_cache
def regions() -> Mapping[str, Region]:
    """Return every region by its code, in the order of codes."""
    return MappingProxyType({row["code"]: _region(row) for row in _rows("regions.csv")})


@lru_cache
def industries() -> Mapping[str, Industry]:
    """Return the 20 sections and 97 divisions by their codes."""
    return MappingProxyType({row["code"]: Industry(**row) for row in _rows("industries.csv")})


def get_region(code: str) -> Region:
    """Return a region, or raise `UnknownRegion`."""
    region = regions().get(code)
    if region is None:
        raise UnknownRegion(f"没有行政区划代码 {code}。请填写 6 位行政区划代码。")
    return region


def region_name(code: str) -> str:
    """Return the name of a region, or raise `UnknownRegion`."""
    return get_region(code).name


def region_path(code: str) -> str:
    """Return the names from the province down: 河南省鹰川市鹰北区."""
    region = get_region(code)
    return (region_path(region.parent) if region.parent else "") + region.name


def parent_region(code: str) -> str | None:
    """Return the code of the region above, none for a province; refuse an unknown code."""
    return get_region(code).parent


def child_regions(code: str | None) -> tuple[Region, ...]:
    """Return the regions straight below; below nothing are the provinces."""
    if code is not None:
        get_region(code)
    return tuple(region for region in regions().values() if region.parent == code)


def is_within(code: str, area: str) -> bool:
    """Tell whether a region is the area itself or lies inside it; refuse unknown codes."""
    get_region(area)
    above = parent_region(code)
    return code == area or (above is not None and is_within(above, area))


def section_of(industry_code: str) -> str:
    """Return the section letter of a code such as C1311, 1311, 13 or C.

    Raises:
        UnknownIndustry: no such section or division, or the letter is not the division's.

    """
    return _industry(industry_code).section


def industry_name(industry_code: str) -> str:
    """Return the name of the section (C) or of the division (13, C13, C1311), or raise."""
    return _industry(industry_code).name


def industry_digits(industry_code: str) -> str:
    """Return the digits of a checked code, empty for a section letter."""
    _industry(industry_code)
    return industry_code.strip().upper().lstrip("ABCDEFGHIJKLMNOPQRST")


def _industry(industry_code: str) -> Industry:
    match = _INDUSTRY_CODE.fullmatch(industry_code.strip().upper())
    letter, digits = match.groups() if match else (None, None)
    industry = industries().get((digits or "")[:2] or letter or "")
    if industry is None or letter not in {None, industry.section}:
        raise UnknownIndustry(
            f"没有行业代码 {industry_code}。请按《国民经济行业分类》（{INDUSTRY_VERSION}）填写。"
        )
    return industry


def _region(row: dict[str, str]) -> Region:
    return Region(
        code=row["code"],
        name=row["name"],
        parent=row["parent"] or None,
        level=RegionLevel(row["level"]),
        invented=row["invented"] == "1",
    )


def _rows(name: str) -> list[dict[str, str]]:
    text = files("xinyidai.enterprises").joinpath("data", name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
