"""Credit commitments, 信用承诺: kinds with their sources, limits, shipped templates; YAML."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from xinyidai.catalogue.errors import CatalogueBroken
from xinyidai.catalogue.reading import Entry, read_catalogue, require_unique


class CommitmentKind(StrEnum):
    """Which kind of commitment, 承诺类型: the five usual kinds, and 容缺受理 beside them."""

    APPROVAL = "approval"  # 审批替代型
    PROACTIVE = "proactive"  # 自主公示型
    SELF_DISCIPLINE = "self_discipline"  # 行业自律型
    REPAIR = "repair"  # 信用修复型
    CERTIFICATE = "certificate"  # 证明事项告知型
    TOLERANCE = "tolerance"  # 容缺受理型


ZHENGZHOU = "郑州“十四五”信用规划（004）：审批替代型、自主公示型、行业自律型、信用修复型"
PINGDINGSHAN = "平顶山“信用鹰城”规划（003）：审批替代型、容缺受理型、证明事项告知型"
# Which policy names a kind: four come from the one, the fifth and 容缺受理 from the other.
SOURCES: Mapping[CommitmentKind, str] = {
    CommitmentKind.APPROVAL: ZHENGZHOU,
    CommitmentKind.PROACTIVE: ZHENGZHOU,
    CommitmentKind.SELF_DISCIPLINE: ZHENGZHOU,
    CommitmentKind.REPAIR: ZHENGZHOU,
    CommitmentKind.CERTIFICATE: PINGDINGSHAN,
    CommitmentKind.TOLERANCE: PINGDINGSHAN,
}
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
FIRM, CODE, MATTER, DUE, OFFICE = "企业名称", "统一社会信用代码", "承诺事项", "履行期限", "受理单位"
PLACEHOLDERS = frozenset({FIRM, CODE, MATTER, DUE, OFFICE})
NEEDED = frozenset({FIRM, CODE, MATTER, DUE})


@dataclass(frozen=True)
class ShippedTemplate:
    """A template that comes along; it counts only after two clerks put it in force."""

    code: str
    kind: CommitmentKind
    title: str
    term_days: int
    body: str


@dataclass(frozen=True, kw_only=True)
class Commitments:
    """Everything in the file; `reminders` are days before the last day."""

    version: str
    most_files: int
    most_mib: int
    reminders: tuple[int, ...]
    grace_days: int
    longest_term_days: int
    templates: tuple[ShippedTemplate, ...]


def placeholder_fault(body: str) -> str:
    """Return a sentence when a text names an unknown placeholder or lacks a needed one."""
    named = set(PLACEHOLDER.findall(body))
    rest = PLACEHOLDER.sub("", body)
    if named - PLACEHOLDERS or "{" in rest or "}" in rest:
        wrong = "、".join(f"{{{name}}}" for name in sorted(named - PLACEHOLDERS)) or "单个的花括号"
        return (
            f"不认识 {wrong}；只能用 {'、'.join(f'{{{name}}}' for name in sorted(PLACEHOLDERS))}。"
        )
    if missing := NEEDED - named:
        return f"还缺 {'、'.join(f'{{{name}}}' for name in sorted(missing))}。"
    return ""


def read_commitments(root: Entry) -> Commitments:
    """Return limits and templates of a file, or raise `CatalogueBroken`."""
    limits, reminders = root.entry("attachments"), root.take("reminders")
    templates = tuple(_template(entry) for entry in root.entries("templates"))
    require_unique([one.code for one in templates], "templates")
    if not isinstance(reminders, list) or not all(isinstance(d, int) and d >= 0 for d in reminders):
        raise CatalogueBroken("reminders: a list of days is expected")
    found = Commitments(
        version=root.text("version"),
        most_files=limits.integer("most_files"),
        most_mib=limits.integer("most_mib"),
        reminders=tuple(sorted(set(reminders))),
        grace_days=root.integer("grace_days"),
        longest_term_days=root.integer("longest_term_days"),
        templates=templates,
    )
    limits.close()
    root.close()
    if any(not 0 < one.term_days <= found.longest_term_days for one in templates):
        raise CatalogueBroken("templates: a term is out of bounds")
    return found


def _template(entry: Entry) -> ShippedTemplate:
    template = ShippedTemplate(
        entry.text("code"),
        entry.choice("kind", CommitmentKind),
        entry.text("title"),
        entry.integer("term_days"),
        entry.text("body"),
    )
    entry.close()
    if fault := placeholder_fault(template.body):
        raise CatalogueBroken(f"{entry.where}: {fault}")
    return template


@lru_cache
def _catalogue() -> Commitments:
    return read_commitments(read_catalogue("commitments.yaml"))


COMMITMENTS: Commitments = _catalogue()
