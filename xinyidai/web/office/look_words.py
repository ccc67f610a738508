"""Entries of the query log in words, as oversight reads them; ids and metadata only."""

from collections.abc import Mapping
from typing import Any

from flask import url_for

from xinyidai.catalogue.kinds import ITEMS, KINDS
from xinyidai.catalogue.measures import OCCASIONS
from xinyidai.catalogue.purposes import PLATFORM_PURPOSES, PURPOSES
from xinyidai.consents.values import REFUSAL_SENTENCES, RefusalReason
from xinyidai.credit_records.values import (
    HANDLING_PURPOSES,
    PUBLIC_PURPOSES,
    QueryKind,
    QueryOutcome,
)
from xinyidai.web import wording
from xinyidai.web.chrome import format_moment
from xinyidai.web.office.base import Row, link

QUERY_KINDS: Mapping[QueryKind, str] = {
    QueryKind.DISCLOSURE: "对外提供",
    QueryKind.PLATFORM: "平台处理",
    QueryKind.OWN: "企业看自己",
    QueryKind.HANDLING: "办理异议、修复",
    QueryKind.PUBLIC: "公开查询",
    QueryKind.CHECK: "联合奖惩核查",
    QueryKind.EXCHANGE: "节点交换",
}
SILENT: Mapping[QueryKind, str] = {
    QueryKind.PLATFORM: "平台计算，结果不含明细",
    QueryKind.OWN: "自己的信息",
    QueryKind.HANDLING: "企业提出异议或修复的信息",
    QueryKind.PUBLIC: "正在公示的公开信息",
    QueryKind.CHECK: "名单命中情况",
    QueryKind.EXCHANGE: "公开信息的交换",
}
OWN_PURPOSE = "own"
PURPOSE_NAMES: Mapping[str, str] = {
    **{code: f"{purpose.name}（平台）" for code, purpose in PLATFORM_PURPOSES.items()},
    **{code: purpose.name for code, purpose in PURPOSES.items()},
    OWN_PURPOSE: "查看自己的信息",
    **HANDLING_PURPOSES,
    **PUBLIC_PURPOSES,
    **{code: f"核查：{name}" for code, name in OCCASIONS.items()},
}
ABSENT = "—"


def row_of(row: Any) -> Row:
    """Return one entry as a list shows it; the time leads to all that is known of it."""
    is_refused = row.outcome is QueryOutcome.REFUSED
    return {
        "at": link(url_for("office.query_event", event_id=row.id), format_moment(row.happened_at)),
        "who": row.institution_name or wording.ROLES[row.role],
        "who_sub": row.actor_name,
        "firm": row.enterprise_name or firms_words(row.firm_count),
        "firm_sub": row.uscc or "",
        "purpose": purpose_name(row.purpose),
        "purpose_sub": row.consent_no or "",
        "what": what(row),
        "kind": QUERY_KINDS[row.kind],
        "refused": is_refused,
        "causes": causes(row),
        "proof": (row.result_hash or "")[:12],
    }


def facts_of(row: Any) -> list[Row]:
    """Return everything that the log tells of one entry."""
    seconds = f"{format_moment(row.happened_at)}:{row.happened_at:%S}"
    return [
        {"label": "时间", "value": seconds},
        {"label": "查询方", "value": row.institution_name or wording.ROLES[row.role]},
        {"label": "人员或系统", "value": row.actor_name, "note": wording.ROLES[row.role]},
        {"label": "来源地址", "value": row.client_address or ABSENT},
        {"label": "企业", "value": row.enterprise_name or firms_words(row.firm_count) or ABSENT},
        {"label": "统一社会信用代码", "value": row.uscc or ABSENT},
        {"label": "用途", "value": purpose_name(row.purpose)},
        {"label": "提供内容", "value": what(row)},
        {"label": "数据项", "value": _names(row.items, ITEMS)},
        {"label": "信息类别", "value": _names(row.kinds, KINDS)},
        {"label": "信息条数", "value": _count(row.record_count)},
        {"label": "批次编号", "value": row.batch_id or ABSENT},
        {"label": "规则版本", "value": row.rule_version},
        {"label": "授权内容指纹", "value": row.consent_hash or ABSENT},
        {"label": "结果指纹", "value": row.result_hash or ABSENT},
        {"label": "留痕编号", "value": row.id},
    ]


def purpose_name(code: str) -> str:
    """Return the name of a purpose; one that nobody knows shows its code."""
    return PURPOSE_NAMES.get(code, code)


def causes(row: Any) -> str:
    """Return why the query was refused, in sentences."""
    return "".join(REFUSAL_SENTENCES[RefusalReason(code)] for code in row.reasons)


def what(row: Any) -> str:
    """Return what was shown, or asked for."""
    if row.kind is not QueryKind.DISCLOSURE:
        return SILENT[row.kind]
    known = {subject.value: name for subject, name in wording.DISCLOSURE_SUBJECTS.items()}
    subject = known.get(row.subject, row.subject)
    items = "、".join(ITEMS[code].name for code in row.items if code in ITEMS)
    return f"{subject}（{items}）" if items else subject


def firms_words(count: int | None) -> str | None:
    """Return how many firms a platform run took in."""
    return None if count is None else f"{count} 家企业"


def _count(number: int | None) -> str:
    return ABSENT if number is None else f"{number:,} 条"


def _names(codes: Any, known: Mapping[str, Any]) -> str:
    return "、".join(known[code].name if code in known else code for code in codes) or ABSENT
