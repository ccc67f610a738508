"""Node exchange in words: links, packages, receipts, the error queue."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import url_for
from markupsafe import Markup

from xinyidai.catalogue.kinds import KINDS
from xinyidai.kernel import clock
from xinyidai.node_exchange import rules
from xinyidai.node_exchange.models import (
    ExchangeError,
    ExchangeFlow,
    ExchangeNode,
    ExchangePackage,
    ExchangeStep,
)
from xinyidai.node_exchange.queries import LinkTotals
from xinyidai.node_exchange.service import PUBLISHED, LinkRow
from xinyidai.node_exchange.values import (
    ACTION_NAMES,
    DIRECTION_NAMES,
    LEVEL_NAMES,
    WAY_NAMES,
    NodeState,
    Way,
)
from xinyidai.web.chrome import format_day, format_moment, format_percent
from xinyidai.web.office.base import Row, link

COUNT_NAMES: Mapping[str, str] = {
    "rows": "行数",
    "accepted": "接收",
    "unchanged": "无变化",
    "pending": "待核名",
    "rejected": "退回",
    "ended": "终止公示",
    "absent": "本就没有",
}
PAPER_ROWS = (
    ("security_assessed_on", "安全评估"),
    ("agreement_on", "签订协议"),
    ("data_list_on", "确认数据清单"),
)


def link_row(row: LinkRow) -> Row:
    """Return one line of the list of nodes."""
    node = row.node
    return {
        "name": link(url_for("office.node", node_id=node.id), node.name),
        "name_sub": f"{LEVEL_NAMES[node.level]} · {node.code}" + _invented(node),
        "direction": DIRECTION_NAMES[node.direction],
        "state": node.state,
        "heard": heard(node),
        "heard_sub": node.frequency,
        "sent": counted(node, Way.OUT, row.sent),
        "sent_sub": last(row.last_sent),
        "received": counted(node, Way.IN, row.received),
        "received_sub": last(row.last_received),
        "quality": quality(row.received),
        "errors": _errors(node, row.open_errors),
    }


def heard(node: ExchangeNode) -> str:
    """Return when the peer was last heard of, and whether that is long ago."""
    if node.heard_at is None:
        return "还没有心跳" if node.base_url else "离线交换"
    hours = (clock.now() - node.heard_at).total_seconds() / 3600
    late = node.base_url is not None and hours > rules.SILENT_HOURS
    return format_moment(node.heard_at) + ("（已中断）" if late else "")


def counted(node: ExchangeNode, way: Way, totals: LinkTotals) -> Markup:
    """Return how many lines went, with the packages behind the number."""
    href = url_for("office.node_packages", node_id=node.id, way=way.value)
    return link(href, f"{totals.rows:,} 行 / {totals.packages:,} 包")


def last(package: ExchangePackage | None) -> str:
    """Return number and time of the newest package."""
    if package is None:
        return "还没有"
    return f"最近：第 {package.sequence} 号，{format_moment(package.created_at)}"


def quality(totals: LinkTotals) -> str | None:
    """Return the share of received lines that were not refused; None where none came."""
    if not totals.rows:
        return None
    return format_percent((totals.rows - totals.rejected) / totals.rows, 1)


def link_facts(node: ExchangeNode) -> Sequence[Row]:
    """Return the facts of a link, its accession checklist among them."""
    ends = format_day(node.expires_on)
    if rules.is_ending(node.expires_on, clock.today()):
        ends += "（即将到期或已到期，请续签）"
    return [
        {"label": "节点代码", "value": node.code},
        {"label": "层级和方向", "value": _place(node)},
        {"label": "接口地址", "value": node.base_url or "没有：对方自行取包，或离线交换"},
        {"label": "主动拉取", "value": "是" if node.pulls else "否"},
        {"label": "协议版本", "value": f"第 {node.protocol} 版"},
        {"label": "频率", "value": node.frequency},
        {"label": "依据", "value": node.legal_basis},
        {"label": "协议编号", "value": node.agreement_no},
        {"label": "政务共享", "value": "协议已约定" if node.allows_government else "未约定"},
        {"label": "对方公钥", "value": Markup("<code>{}</code>").format(node.verifier)},
        *(
            {"label": label, "value": format_day(day) if (day := getattr(node, name)) else None}
            for name, label in PAPER_ROWS
        ),
        {"label": "核准", "value": _approval(node)},
        {"label": "有效期至", "value": ends if node.expires_on else None},
    ]


def flow_rows(flows: Sequence[ExchangeFlow]) -> list[Row]:
    """Return what flows on one link."""
    return [
        {
            "way": WAY_NAMES[flow.way],
            "kind": KINDS[flow.kind].name if flow.kind in KINDS else flow.kind,
            "kind_sub": flow.kind,
            "remote": flow.remote_kind,
        }
        for flow in flows
    ]


def mapping_row(flow: ExchangeFlow, node: ExchangeNode) -> Row:
    """Return which service of ours feeds, or is fed by, which of a peer."""
    kind = KINDS.get(flow.kind)
    return {
        "service": kind.class_name if kind else "—",
        "service_sub": kind.department.name if kind else "",
        "kind": kind.name if kind else flow.kind,
        "kind_sub": flow.kind,
        "way": "供给" if flow.way is Way.OUT else "来自",
        "node": link(url_for("office.node", node_id=node.id), node.name),
        "node_sub": DIRECTION_NAMES[node.direction],
        "remote": flow.remote_kind,
        "use": published_as(flow.kind),
    }


def published_as(kind: str) -> str:
    """Return under which heading the credit site shows a kind, or a dash."""
    return next((label for label, kinds in PUBLISHED.values() if kind in kinds), "—")


def step_rows(steps: Sequence[ExchangeStep]) -> list[Row]:
    """Return what was done with a link, newest first."""
    return [
        {
            "at": format_moment(step.taken_at),
            "who": step.actor_name,
            "title": ACTION_NAMES[step.action],
            "text": step.reason,
            "tone": "stop" if step.to_state is NodeState.ENDED else "",
        }
        for step in reversed(steps)
    ]


def package_row(package: ExchangePackage, node: ExchangeNode) -> Row:
    """Return one line of a list of packages."""
    kinds = "、".join(_kind_name(file["kind"]) for file in package.manifest["files"])
    return {
        "number": link(
            url_for("office.node_package", package_id=package.id), f"第 {package.sequence} 号"
        ),
        "number_sub": kinds,
        "node": node.name,
        "way": WAY_NAMES[package.way],
        "at": format_moment(package.created_at),
        "rows": f"{package.rows:,}",
        "accepted": None if package.accepted is None else f"{package.accepted:,}",
        "rejected": None if package.rejected is None else f"{package.rejected:,}",
        "receipt": format_moment(package.done_at) if package.done_at else "还没有",
        "state": package.state,
    }


def package_facts(package: ExchangePackage, node: ExchangeNode) -> Sequence[Row]:
    """Return what is known of a package; nothing of what it carries."""
    manifest = package.manifest
    return [
        {"label": "节点", "value": link(url_for("office.node", node_id=node.id), node.name)},
        {"label": "方向", "value": WAY_NAMES[package.way]},
        {"label": "包编号", "value": str(package.id)},
        {"label": "目录版本", "value": manifest["catalogue"]},
        {"label": "行数", "value": f"{package.rows:,}"},
        {"label": "大小", "value": f"{package.size / 1024:,.1f} KB"},
        {"label": "清单校验值", "value": Markup("<code>{}</code>").format(package.digest)},
        {
            "label": "上一包校验值",
            "value": Markup("<code>{}</code>").format(manifest["previous"] or "（第一个包）"),
        },
        {"label": "组包时间", "value": format_moment(package.created_at)},
        {
            "label": "回执时间",
            "value": format_moment(package.done_at) if package.done_at else None,
            "note": "" if package.done_at else "对方还没有回执",
        },
        *_attempts(package),
    ]


def file_rows(package: ExchangePackage) -> list[Row]:
    """Return the files of a package."""
    return [
        {
            "kind": _kind_name(file["kind"]),
            "kind_sub": file["name"],
            "rows": f"{file['rows']:,}",
            "bytes": f"{file['bytes'] / 1024:,.1f} KB",
            "sha256": Markup("<code>{}…</code>").format(file["sha256"][:16]),
        }
        for file in package.manifest["files"]
    ]


def count_stats(package: ExchangePackage) -> list[Row]:
    """Return what became of the lines; a number of refused ones leads to them."""
    counts: Mapping[str, Any] = package.receipt.get("counts", {})
    return [
        {
            "value": f"{counts[name]:,}",
            "label": label,
            "href": "#退回明细" if name == "rejected" and counts[name] else "",
        }
        for name, label in COUNT_NAMES.items()
        if name in counts
    ]


def fault_rows(package: ExchangePackage) -> list[Row]:
    """Return the refused lines of a package, each with its reason."""
    faults: Sequence[Mapping[str, Any]] = package.receipt.get("faults", [])
    return [
        {
            "place": f"第 {fault['line']} 行",
            "place_sub": fault["file"],
            "field": fault["field"],
            "message": fault["message"],
        }
        for fault in faults
        if isinstance(fault, dict) and {"line", "file", "field", "message"} <= set(fault)
    ]


def error_row(error: ExchangeError, node: ExchangeNode | None) -> Row:
    """Return one line of the error queue."""
    who = link(url_for("office.node", node_id=node.id), node.name) if node else error.claimed
    return {
        "id": error.id,
        "message": error.message,
        "message_sub": error.code + (f" · 第 {error.sequence} 号包" if error.sequence else ""),
        "node": who,
        "node_sub": "" if node else "身份未确认",
        "way": WAY_NAMES[error.way],
        "at": format_moment(error.last_at),
        "at_sub": f"共 {error.times} 次" if error.times > 1 else "",
        "can_replay": error.has_body or (error.way is Way.OUT and error.sequence is not None),
        "resolution": error.resolution or "",
        "resolution_sub": error.resolved_by or "",
        "is_open": error.resolved_at is None,
    }


def _attempts(package: ExchangePackage) -> list[Row]:
    if package.way is Way.IN or not package.attempts:
        return []
    tried = format_moment(package.tried_at)
    rows = [{"label": "发送失败", "value": f"{package.attempts} 次，最近 {tried}"}]
    return rows + ([{"label": "原因", "value": package.last_error}] if package.last_error else [])


def _approval(node: ExchangeNode) -> str | None:
    if node.approved_by_name is None:
        return None
    who = f"{node.proposed_by_name} 登记、{node.approved_by_name} 复核"
    return f"{format_moment(node.approved_at)}，{who}"


def _place(node: ExchangeNode) -> str:
    return f"{LEVEL_NAMES[node.level]}，{DIRECTION_NAMES[node.direction]}" + _invented(node)


def _invented(node: ExchangeNode) -> str:
    return " · 虚构节点" if node.is_invented else ""


def _errors(node: ExchangeNode, count: int) -> Markup | str:
    if not count:
        return "0"
    return link(url_for("office.node", node_id=node.id) + "#差错", f"{count} 项待处理")


def _kind_name(code: str) -> str:
    return KINDS[code].name if code in KINDS else code
