"""Releases on the desks of the credit office and of departments, 名单批次: one page for both."""

from collections.abc import Callable, Mapping
from uuid import UUID

from flask import g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from xinyidai.credit_lists import queries, rules, service
from xinyidai.credit_lists.models import ListEntry, ListRelease
from xinyidai.credit_lists.values import ACTION_NAMES, OUT_NAMES, STATE_NAMES
from xinyidai.credit_lists.values import ReleaseAction as A
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.errors import InvalidInput
from xinyidai.kernel.http import page_args
from xinyidai.web import list_words
from xinyidai.web.chrome import format_day
from xinyidai.web.office.base import Row, asked, attempted, done, pager_of, typed

Step = Callable[[Actor, UUID, str], object]
ENDPOINTS = {"office": "office.list_release", "department": "department.list_release"}
POSTS = {"office": "office.list_release_step", "department": "department.list_release_step"}
HOMES = {"office": "office.credit_lists", "department": "department.credit_lists"}
SHOWN_FAULTS = 20


def _publish(actor: Actor, release_id: UUID, _: str) -> ListRelease:
    return service.publish_release(actor, release_id)


STEPS: Mapping[A, Step] = {
    A.CHECK: service.check_release,
    A.PUBLISH: _publish,
    A.WITHDRAW: service.withdraw_release,
    A.DROP: service.drop_release,
}
WARNINGS = {
    A.PUBLISH: "发布后立即公开，企业会收到通知。确定？",
    A.WITHDRAW: "撤回后名单立即停止公示，并公开更正公告。确定？",
    A.DROP: "确定作废这个批次？",
}


def page(place: str, release_id: UUID, errors: Mapping[str, str] | None = None) -> str:
    """Show one release with its entries, its way, and what the actor may do next."""
    row = service.read_release(g.actor, release_id)
    asked_page = page_args()
    entries = queries.entries_of(row.release, asked_page)
    actions = service.actions_of(g.actor, row.release)
    return render_template(
        "rights/release.html",
        row=list_words.release_row(row),
        step_url=url_for(POSTS[place], release_id=release_id),
        home=url_for(HOMES[place]),
        labels=STATE_NAMES,
        entries=[_entry(entry, firm.name, firm.uscc) for entry, firm in entries],
        columns=(*list_words.ENTRY_COLUMNS, {"key": "out", "label": "现状"}),
        pager=pager_of(asked_page, row.release.row_count),
        events=list_words.release_events(queries.steps_of(release_id)),
        buttons=[
            {
                "value": action.value,
                "label": ACTION_NAMES[action],
                "kind": "warning" if action in {A.WITHDRAW, A.DROP} else "primary",
                "confirm": WARNINGS.get(action, ""),
            }
            for action in actions
        ],
        typed=typed("reason"),
        errors=errors or {},
    )


def take_step(place: str, release_id: UUID) -> ResponseReturnValue:
    """Take the step whose button was pressed."""
    action = next((one for one in STEPS if one.value == typed("action")), None)
    if action is None:
        raise InvalidInput("没有这项操作，请返回上一页重试。")
    with attempted("reason") as attempt, own_transaction():
        STEPS[action](g.actor, release_id, typed("reason"))
    if attempt.errors:
        return page(place, release_id, attempt.errors), attempt.status
    return done(f"已办理：{ACTION_NAMES[action]}。", ENDPOINTS[place], release_id=release_id)


def form(place: str, errors: Mapping[str, str] | None = None) -> str:
    """Ask for list and title, and for rows where the list does not rest on records."""
    lists = service.draftable(g.actor)
    return render_template(
        "rights/release_new.html",
        home=url_for(HOMES[place]),
        lists=[
            {
                "value": one.code,
                "label": one.name,
                "hint": "从归集记录列入" if one.source else "逐行填写企业",
            }
            for one in lists
        ],
        columns=rules.COLUMNS,
        typed={
            "list_type": typed("list_type") or asked("list_type"),
            "title": typed("title"),
            "rows": request.form.get("rows", ""),
        },
        errors=errors or {},
    )


def draft(place: str) -> ResponseReturnValue:
    """Draft a release from records, or from the rows that were typed."""
    release_id: UUID | None = None
    with attempted("list_type") as attempt, own_transaction():
        if request.form.get("rows", "").strip():
            rows, faults = rules.read_typed(request.form["rows"], clock.today())
            if faults:
                words = "".join(faults[:SHOWN_FAULTS])
                raise InvalidInput("有几行需要修改。", fields={"rows": words})
            code, title = typed("list_type"), typed("title")
            release_id = service.draft_typed(g.actor, code, title, rows).id
        else:
            release = service.draft_from_records(g.actor, typed("list_type"), typed("title"))
            release_id = release.id
    if release_id is None or attempt.errors:
        return form(place, attempt.errors), attempt.status
    return done("批次已起草，等待另一人审核。", ENDPOINTS[place], release_id=release_id)


def _entry(entry: ListEntry, name: str, uscc: str) -> Row:
    out = "未公开"
    if entry.out_at is not None and entry.out_reason is not None:
        out = f"{format_day(entry.out_at)} 移出：{OUT_NAMES[entry.out_reason]}"
    elif entry.listed_at is not None:
        out = "已公开；记录修复或期满即停"
    return {
        "name": name,
        "name_sub": uscc,
        "document": entry.document,
        "organ": entry.organ,
        "in_on": format_day(entry.in_on),
        "out_on": format_day(entry.out_planned_on) if entry.out_planned_on else None,
        "out": out,
    }
