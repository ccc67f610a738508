"""Purpose templates in words and rows: content, what changed, who drafted and approved."""

from collections.abc import Mapping, Sequence
from typing import Any

from xinyidai.catalogue.kinds import ITEMS
from xinyidai.consents.models import PurposeTemplate
from xinyidai.consents.values import TemplateState
from xinyidai.web import wording
from xinyidai.web.chrome import format_moment
from xinyidai.web.office.base import Row
from xinyidai.web.office.purpose_form import CAPS, mode_codes

Content = Mapping[str, Any]
NO_LIMIT = "不限"
STATES: Mapping[TemplateState, str] = {
    TemplateState.DRAFT: "草稿",
    TemplateState.UNDER_REVIEW: "待两人批准",
    TemplateState.ACTIVE: "现行",
    TemplateState.REJECTED: "已退回",
    TemplateState.RETIRED: "已停用",
}


def content_rows(content: Content) -> list[Row]:
    """Return every line of a template's content with its value in words."""
    caps, defaults = content["caps"], content["defaults"]
    rows = [{"label": "用途说明（企业读到的话）", "value": content["text"]}]
    rows += [{"label": cap.label, "value": _amount(caps[cap.name], cap.unit)} for cap in CAPS]
    rows += [
        {"label": "允许的使用方式", "value": _modes(caps["modes"])},
        {"label": "允许查询的信息", "value": _items(caps["items"])},
    ]
    rows += [
        {"label": cap.default_label, "value": _amount(defaults[cap.default], cap.unit)}
        for cap in CAPS
    ]
    return [
        *rows,
        {"label": "默认使用方式", "value": _modes([defaults["mode"]])},
        {"label": "默认查询的信息", "value": _items(defaults["items"])},
    ]


def diff_rows(before: Content | None, after: Content) -> list[Row]:
    """Return line by line what a version changes: old, new, and whether they differ."""
    new = content_rows(after)
    if before is None:
        return [{"label": row["label"], "old": None, "new": row["value"]} for row in new]
    pairs = zip(content_rows(before), new, strict=True)
    return [
        {"label": old["label"], "old": old["value"], "new": row["value"]}
        for old, row in pairs
        if old["value"] != row["value"]
    ]


def step_rows(template: PurposeTemplate) -> list[Row]:
    """Return who drafted, approved, sent back or retired a version, and when."""
    steps: list[tuple[str, str | None, Any]] = [
        ("起草", template.drafted_by_name, template.drafted_at),
        ("第一人批准", template.first_approved_by_name, template.first_approved_at),
        ("第二人批准，开始生效", template.second_approved_by_name, template.second_approved_at),
    ]
    rows = [
        {"title": title, "who": name, "at": format_moment(moment)}
        for title, name, moment in steps
        if name is not None
    ]
    if template.rejected_reason:
        rows.append({"title": "已退回", "who": "", "at": "", "text": template.rejected_reason})
    if template.retired_at:
        rows.append({"title": "停用", "who": "", "at": format_moment(template.retired_at)})
    return [{"tone": "", "text": ""} | row for row in reversed(rows)]


def approvers(template: PurposeTemplate) -> str:
    """Return who approved a version, in one line."""
    names = (template.first_approved_by_name, template.second_approved_by_name)
    return "、".join(name for name in names if name) or "—"


def summary(content: Content) -> str:
    """Return the caps in one line, for lists; a number without a limit is left out."""
    caps = content["caps"]
    numbers = [f"{cap.label} {caps[cap.name]} {cap.unit}" for cap in CAPS if caps[cap.name]]
    return "；".join([*numbers, f"{len(caps['items'])} 项信息"])


def _amount(value: int | None, unit: str) -> str:
    return NO_LIMIT if value is None else f"{value} {unit}"


def _modes(codes: Sequence[str]) -> str:
    return "；".join(wording.CONSENT_MODES[mode] for mode in mode_codes(codes))


def _items(codes: Sequence[str]) -> str:
    chosen = [item.name for code, item in ITEMS.items() if code in codes]
    return "全部信息" if len(chosen) == len(ITEMS) else "、".join(chosen)
