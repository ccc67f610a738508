"""Read a bank's product pages kept as JSON, 银行网页: a list of {title, text}, text as lines.

Headings («【办理条件】», «（三） 办理条件») mark the sections. A page without headings whose lines
are short is a menu, 栏目页: its title is the category of the products it lists. The institution is
named by the caller, by a key `bank` of the page, or is the one the pages name most.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xinyidai.kernel.errors import InvalidInput
from xinyidai.products.accounting import Accounted, Fate, Part
from xinyidai.products.clauses import Section, heading_of, labelled
from xinyidai.products.source_products import NO_PRODUCT, SourceProduct

LONGEST_MENU_LINE = 24
LONGEST_FILE = 20_000_000
_BANK = re.compile(r"农村商业银行|农商银行|村镇银行|信用社|银行|信用联社")
_NAME_LENGTHS = range(2, 6)
_PERSONAL_USE = re.compile(r"自然人|消费|购房|住房|购车|公民")
_BUSINESS_USE = re.compile(r"企业|经营|生产|商户")
TITLE = "title"
# What a product's description keeps word for word.
DESCRIBED = frozenset({Section.INTRODUCTION, Section.FEATURES, Section.PROCESS, Section.CONTACT})

Page = Mapping[str, Any]


@dataclass(frozen=True)
class Site:
    """What holds for all pages of a file: whose they are, and the menus each product stands in."""

    bank: str
    source: str
    categories: Mapping[str, str]


def read_pages(path: Path, institution: str = "") -> list[SourceProduct]:
    """Return every page as a source product, menus with the reason why they are none."""
    pages = _loaded(path)
    texts = [_lines(page) for page in pages]
    name = institution or _most_named(texts)
    site = Site(name, path.name, _categories(pages, texts))
    return [
        _product(number, page, lines, site)
        for number, (page, lines) in enumerate(zip(pages, texts, strict=True), start=1)
    ]


def _loaded(path: Path) -> list[Page]:
    if path.stat().st_size > LONGEST_FILE:
        raise InvalidInput("文件过大，不是产品网页。")
    try:
        pages: list[Page] = json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise InvalidInput("文件不是 UTF-8 编码的 JSON，不是产品网页。") from error
    is_list = isinstance(pages, list) and pages
    if not is_list or not all(isinstance(p, dict) and {"title", "text"} <= set(p) for p in pages):
        raise InvalidInput("文件里没有网页的标题和正文，不是产品网页。")
    return pages


def _lines(page: Page) -> list[str]:
    text = page["text"]
    return text.splitlines() if isinstance(text, str) else [str(line) for line in text]


def _is_menu(lines: Sequence[str]) -> bool:
    return not any(
        heading_of(line) or len(line) > LONGEST_MENU_LINE or line.rstrip().endswith("。")
        for line in lines
    )


def _categories(pages: Sequence[Page], texts: Sequence[Sequence[str]]) -> dict[str, str]:
    """Return the titles of the menus each product stands in, joined."""
    found: dict[str, list[str]] = {}
    for page, lines in zip(pages, texts, strict=True):
        if _is_menu(lines):
            for line in lines:
                found.setdefault(line.strip(), []).append(str(page["title"]).strip())
    return {name: "/".join(titles) for name, titles in found.items()}


def _most_named(texts: Sequence[Sequence[str]]) -> str:
    counts: Counter[str] = Counter()
    for line in (line for lines in texts for line in lines):
        for end in _BANK.finditer(line):
            for length in _NAME_LENGTHS:
                before = line[max(0, end.start() - length) : end.start()]
                if len(before) == length and re.fullmatch(r"[一-鿿]+", before):
                    counts[before + end.group()] += 1
    return max(counts, key=lambda name: (counts[name], len(name)), default="")


def _product(number: int, page: Page, lines: Sequence[str], site: Site) -> SourceProduct:
    name = str(page["title"]).strip()
    parts = tuple(_parts(lines))
    described = [part.text.strip() for part in parts if part.section in DESCRIBED]
    kind_text = site.categories.get(name) or _kind_text(lines)
    return SourceProduct(
        row=number,
        bank=str(page.get("bank") or site.bank).strip(),
        name=name,
        kind_text=kind_text,
        source=site.source,
        parts=parts,
        cells=(Accounted(TITLE, str(page["title"]), Fate.TERM, "产品名称"),),
        target="".join(p.text for p in parts if p.section is Section.TARGET).strip(),
        description="\n".join(text for text in described if text),
        problem=NO_PRODUCT if _is_menu(lines) else "",
    )


def _kind_text(lines: Sequence[str]) -> str:
    text = "".join(lines)
    if _PERSONAL_USE.search(text) and not _BUSINESS_USE.search(text):
        return "个人"
    return "企业/经营"


def _parts(lines: Sequence[str]) -> Iterator[Part]:
    section = Section.INTRODUCTION
    for number, line in enumerate(lines):
        column, text = f"text.{number}", line
        heading = heading_of(line)
        if heading:
            section, length = heading
            text = line[length:]
            if length:
                yield Part(column, Section.HEADING, line[:length])
        for within, clause in labelled(text, section):
            yield Part(column, within, clause)
