"""Where a firm acts on what a match found: the page for each step, the source, the way to object.

Matching reads what the platform holds, without any authorization. So what is missing here is
missing at its source, and the way leads there, not to the authorizations.
"""

from collections.abc import Mapping
from typing import Any

from flask import url_for

from xinyidai.catalogue.indicators import indicator_dictionary
from xinyidai.catalogue.missing import MissingCause
from xinyidai.matching.values import Act, ChangeKind
from xinyidai.products.values import (
    FIELDS,
    INDICATOR_PREFIX,
    OUTCOME_NAMES,
    WISH_FIELDS,
    Outcome,
)
from xinyidai.web.enterprise import profile_view

REGISTER, RATED, TITLES = "企业登记信息和年度报告", "平台评分", "主管部门的认定和名单"
LISTED = "名单“"
# Where each step is done: page and words of the link.
WAYS: Mapping[Act, tuple[str, str]] = {
    Act.WISH: ("enterprise.match_form", "改需求"),
    Act.AUTHORIZE: ("enterprise.consent_new", "去授权"),
    Act.DECLARE: ("enterprise.declarations", "去填报"),
    Act.LIST: ("public.whitelist_names", "看名单怎样产生"),
    Act.REPAIR: ("enterprise.repairs", "去办信用修复"),
    Act.PROFILE: ("enterprise.profile", "看等级怎样改善"),
}


def way_out(step: Mapping[str, Any]) -> dict[str, str]:
    """Return the link where a stored step is done; none where there is only waiting."""
    act = Act(step.get("act", Act.WAIT))
    if act is Act.WAIT:
        return {}
    if act is Act.REGISTER:
        href = url_for("enterprise.dispute", item="registration")
        return {"href": href, "link_label": "核对登记信息"}
    if act is Act.SOURCE:
        href = url_for("enterprise.dispute", indicator=step.get("about") or None)
        return {"href": href, "link_label": _source_label(step)}
    endpoint, label = WAYS[act]
    is_rating = act is Act.PROFILE and step.get("kind") == ChangeKind.SUPPLY
    return {"href": url_for(endpoint), "link_label": "更新画像和等级" if is_rating else label}


def _source_label(step: Mapping[str, Any]) -> str:
    if step.get("kind") == ChangeKind.SUPPLY:
        return "请来源补报"
    is_gained = step["field"] in {"tags", "owns_ip"}
    return "已经取得？请来源补报" if is_gained else "与实际不符？请来源更正"


def source_of(field: str) -> str:
    """Return who keeps what a criterion read; empty for what the firm itself wishes."""
    if field in WISH_FIELDS:
        return ""
    if field.startswith(INDICATOR_PREFIX):
        code = field.removeprefix(INDICATOR_PREFIX)
        is_known = code in indicator_dictionary().indicators
        return "、".join(profile_view.sources_of(code)) if is_known else ""
    return {"tags": TITLES, "grade": RATED}.get(field, REGISTER)


def dispute_url(field: str, threshold: str | None = None) -> str:
    """Return where the firm says that what was read is wrong; empty for what it wishes itself."""
    if field in WISH_FIELDS:
        return ""
    if field.startswith(INDICATOR_PREFIX):
        code = field.removeprefix(INDICATOR_PREFIX)
        return url_for("enterprise.dispute", indicator=code)
    if field == "tags":
        item = "whitelist" if threshold and LISTED in threshold else None
        return url_for("enterprise.dispute", item=item)
    return url_for("enterprise.dispute", item="score" if field == "grade" else "registration")


def is_unread(finding: Mapping[str, Any]) -> bool:
    """Tell whether nothing at all was read; a reading too coarse to decide was read."""
    return bool(finding["value"] == OUTCOME_NAMES[Outcome.INSUFFICIENT])


def supply_words(finding: Mapping[str, Any]) -> str:
    """Return why a reading is missing and what the firm can do, in two sentences."""
    field, cause = finding["field"], finding["cause"]
    if not is_unread(finding):
        return f"现有的记录还判断不了。{finding['remedy']}"
    if cause != MissingCause.NO_RECORD:
        return f"{finding['cause_text']}。{finding['remedy']}"
    # Stored findings keep the words of their day; the way is that of today where it is known.
    return f"平台没有这项记录。{_supply_of(field) or finding['remedy']}"


def _supply_of(field: str) -> str:
    if field in FIELDS:
        return FIELDS[field].supply
    entry = indicator_dictionary().indicators.get(field.removeprefix(INDICATOR_PREFIX))
    return entry.supply.text if entry else ""
