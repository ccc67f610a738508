"""Where records come from, 数据来源: the office registers sources, public keys and gateways."""

from collections.abc import Mapping
from uuid import UUID

from flask import g, render_template
from flask.typing import ResponseReturnValue

from xinyidai.deliveries import queries, service
from xinyidai.deliveries.models import SourceKey
from xinyidai.deliveries.queries import SourceRow
from xinyidai.institutions import queries as institutions
from xinyidai.kernel.access import allow
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.errors import InvalidInput
from xinyidai.web.chrome import format_moment
from xinyidai.web.office import delivery_view
from xinyidai.web.office.base import (
    OFFICE,
    OVERSIGHT,
    Row,
    attempted,
    blueprint,
    done,
    options,
    typed,
)


@blueprint.get("/data/sources")
@allow(*OVERSIGHT)
def sources() -> ResponseReturnValue:
    """Show every source, with a form for a new one."""
    return _list_page({})


@blueprint.post("/data/sources")
@allow(*OFFICE)
def register_source() -> ResponseReturnValue:
    """Register a source with its public key."""
    source_id: UUID | None = None
    with attempted("code") as attempt, own_transaction():
        office = institutions.find_department_by_code(typed("department"))
        if office is None:
            raise InvalidInput("请选择部门。", fields={"department": "请选择来源属于哪个部门。"})
        source_id = service.register_source(g.actor, office.id, typed("code")).id
        service.add_key(g.actor, source_id, typed("public_key"))
    if attempt.errors:
        return _list_page(attempt.errors), attempt.status
    return done("来源已登记，公钥已生效。", "office.source", source_id=source_id)


@blueprint.get("/data/sources/<uuid:source_id>")
@allow(*OVERSIGHT)
def source(source_id: UUID) -> ResponseReturnValue:
    """Show one source: keys, gateway, confirmed mappings."""
    return _page(source_id, {})


@blueprint.post("/data/sources/<uuid:source_id>")
@allow(*OFFICE)
def change_source(source_id: UUID) -> ResponseReturnValue:
    """Add or retire a key, name the gateway, open or close the source."""
    action = typed("action")
    with attempted(FIELDS.get(action, "action")) as attempt, own_transaction():
        _change(source_id, action)
    if attempt.errors:
        return _page(source_id, attempt.errors), attempt.status
    return done("已保存。", "office.source", source_id=source_id)


FIELDS = {"add_key": "public_key", "gateway": "url"}


def _change(source_id: UUID, action: str) -> None:
    match action:
        case "add_key":
            service.add_key(g.actor, source_id, typed("public_key"))
        case "retire_key":
            service.retire_key(g.actor, source_id, typed("key_id"))
        case "gateway":
            service.set_gateway(g.actor, source_id, typed("url"))
        case "close" | "open":
            service.set_enabled(g.actor, source_id, is_enabled=action == "open")
        case _:
            raise InvalidInput("没有这项操作，请返回上一页重试。")


def _list_page(errors: Mapping[str, str]) -> str:
    rows = service.list_sources(g.actor)
    keys = queries.count_keys([row.source.id for row in rows])
    return render_template(
        "deliveries/sources.html",
        rows=[_row(row, keys) for row in rows],
        offices=options({each.code: each.name for each in institutions.list_departments()}),
        typed={name: typed(name) for name in ("department", "code", "public_key")},
        can_change=g.actor.role in OFFICE,
        errors=errors,
    )


def _row(row: SourceRow, keys: Mapping[UUID, int]) -> Row:
    gateway = row.gateway
    return {
        "id": row.source.id,
        "code": row.source.code,
        "department": row.department.name,
        "keys": keys.get(row.source.id, 0),
        "gateway": gateway.url if gateway and gateway.is_enabled else "—",
        "gateway_sub": (gateway.message or "") if gateway else "",
        "last": format_moment(row.source.last_success_at),
        "is_enabled": row.source.is_enabled,
    }


def _page(source_id: UUID, errors: Mapping[str, str]) -> str:
    row = service.read_source(g.actor, source_id)
    return render_template(
        "deliveries/source.html",
        row=_row(row, queries.count_keys([source_id])),
        gateway=row.gateway,
        facts=_facts(row),
        keys=[_key(key) for key in queries.keys_of(source_id)],
        mappings=[
            {
                "kind": delivery_view.kind_words(each.kind),
                "version": f"第 {each.version} 版",
                "who": each.confirmed_name,
                "at": format_moment(each.confirmed_at),
                "until": format_moment(each.superseded_at) if each.superseded_at else "使用中",
                "headings": "、".join(each.headings),
                "content": each.content,
            }
            for each in queries.mappings_of(source_id)
        ],
        typed={name: typed(name) for name in ("public_key", "url")},
        can_change=g.actor.role in OFFICE,
        errors=errors,
    )


def _facts(row: SourceRow) -> list[Row]:
    gateway = row.gateway
    facts = [
        ("部门", row.department.name),
        ("记录里的来源名称", row.source.name),
        ("状态", "接收中" if row.source.is_enabled else "已停用"),
        ("登记时间", format_moment(row.source.added_at)),
        ("最近一次归集", format_moment(row.source.last_success_at)),
    ]
    if gateway:
        facts += [
            ("网关", gateway.url if gateway.is_enabled else "不再拉取"),
            ("拉取到", gateway.cursor or "还没有拉取过"),
            ("最近一次拉取成功", format_moment(gateway.last_success_at)),
            ("连续失败", f"{gateway.failures} 次"),
            ("最近的问题", gateway.message or "没有"),
        ]
    return [{"label": label, "value": value} for label, value in facts]


def _key(key: SourceKey) -> Row:
    return {
        "key_id": key.key_id,
        "added": format_moment(key.added_at),
        "retired": format_moment(key.retired_at) if key.retired_at else "使用中",
        "is_present": key.retired_at is None,
    }
