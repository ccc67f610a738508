"""Whitelist desk, 白名单: what waits, members, one entry, and every step."""

from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from flask import g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from xinyidai.catalogue.list_types import LIST_TYPES, get_list_type
from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.errors import InvalidInput
from xinyidai.kernel.http import Page, page_args
from xinyidai.web import wording
from xinyidai.web.chrome import format_day, format_moment
from xinyidai.web.office import nominating
from xinyidai.web.office.base import (
    OFFICE,
    OVERSIGHT,
    Row,
    asked,
    attempted,
    blueprint,
    done,
    link,
    options,
    pager_of,
    typed,
)
from xinyidai.whitelist import queries, service
from xinyidai.whitelist.models import WhitelistEntry
from xinyidai.whitelist.queries import EntryRow
from xinyidai.whitelist.values import EntryAction as A
from xinyidai.whitelist.values import EntryState as S

Step = Callable[[Actor, UUID, str], WhitelistEntry]

WAITING = "waiting"
EXPIRED = "expired"
TABS: Mapping[str, str] = {
    WAITING: "待审",
    S.PUBLICISED: "公示中",
    S.LISTED: "在册",
    EXPIRED: "到期待年审",
    S.SUSPENDED: "暂停",
    S.REMOVED: "已移出",
}
STEPS: Mapping[A, Step] = {
    A.REVIEW: service.review_entry,
    A.PUBLICISE: service.publicise_entry,
    A.LIST: service.list_entry,
    A.SUSPEND: service.suspend_entry,
    A.RESUME: service.resume_entry,
    A.REMOVE: service.remove_entry,
}
BUTTONS: Mapping[A, str] = {
    A.SCREEN: "初审通过",
    A.REVIEW: "转部门联审",
    A.PUBLICISE: "开始公示",
    A.LIST: "入库",
    A.SUSPEND: "暂停",
    A.RESUME: "恢复",
    A.REMOVE: "移出",
}
PASSED: Mapping[A, str] = {
    A.NOMINATE: "推荐",
    A.SCREEN: "初审通过",
    A.REVIEW: "转部门联审",
    A.PUBLICISE: "公示",
    A.LIST: "入库",
    A.SUSPEND: "暂停",
    A.RESUME: "恢复",
    A.REMOVE: "移出",
}
OUTCOMES = {"met": "met", "unmet": "unmet", "insufficient": "missing"}


@blueprint.get("/whitelist")
@allow(*OVERSIGHT)
def whitelist() -> ResponseReturnValue:
    """Show entries by state and list type."""
    tab, list_type = asked("state") or WAITING, asked("list_type") or None
    if list_type is not None:
        get_list_type(list_type)
    page = page_args()
    found, total = _entries(tab, list_type, page)
    return render_template(
        "office/whitelist.html",
        rows=[entry_row(row) for row in found],
        tabs=_tabs(tab, list_type),
        types=options({code: kind.name for code, kind in LIST_TYPES.items()}),
        chosen={"state": tab, "list_type": list_type or ""},
        labels=wording.ENTRY_STATES,
        pager=pager_of(page, total),
    )


@blueprint.get("/whitelist/nominate")
@allow(*OFFICE)
def nomination_form() -> ResponseReturnValue:
    """Show the nomination form for one list."""
    form = nominating.blank_form(asked("list_type"))
    return render_template("office/nominate.html", form=form, errors={})


@blueprint.post("/whitelist/nominate")
@allow(*OFFICE)
def nominate() -> ResponseReturnValue:
    """Nominate a firm."""
    form = nominating.typed_form()
    with attempted("uscc") as attempt, own_transaction():
        entry_id = nominating.nominate(g.actor).id
    if attempt.errors:
        page = render_template("office/nominate.html", form=form, errors=attempt.errors)
        return page, attempt.status
    return done("已推荐，自动核查结果见下。", "office.entry", entry_id=entry_id)


@blueprint.get("/whitelist/<uuid:entry_id>")
@allow(*OVERSIGHT)
def entry(entry_id: UUID) -> ResponseReturnValue:
    """Show one entry: basis, standards, check result, steps, and what to do next."""
    return _detail(entry_id, {})


@blueprint.post("/whitelist/<uuid:entry_id>")
@allow(*OFFICE)
def take_step(entry_id: UUID) -> ResponseReturnValue:
    """Take the step whose button was pressed."""
    action = _action(typed("action"))
    with attempted("reason") as attempt, own_transaction():
        if action is A.SCREEN:
            service.screen_entry(g.actor, entry_id, typed("reason"), nominating.evidence_typed())
        else:
            STEPS[action](g.actor, entry_id, typed("reason"))
    if attempt.errors:
        return _detail(entry_id, attempt.errors), attempt.status
    return done(f"已办理：{PASSED[action]}。", "office.entry", entry_id=entry_id)


def _action(code: str) -> A:
    found = next((action for action in BUTTONS if action.value == code), None)
    if found is None:
        raise InvalidInput("没有这项操作，请返回上一页重试。")
    return found


def _entries(tab: str, list_type: str | None, page: Page) -> tuple[Sequence[EntryRow], int]:
    if tab == EXPIRED:
        return queries.expired(page)
    if tab == WAITING:
        return queries.waiting(page, list_type=list_type)
    if tab not in TABS:
        raise InvalidInput("没有这个状态，请重新选择。", fields={"state": "请从列表里选择"})
    return queries.waiting(page, states=(S(tab),), list_type=list_type)


def entry_row(row: EntryRow, endpoint: str = "office.entry") -> Row:
    """Return one line of a list of entries."""
    entry = row.entry
    return {
        "firm": link(url_for(endpoint, entry_id=entry.id), row.enterprise.name),
        "firm_sub": row.enterprise.uscc,
        "list": LIST_TYPES[entry.list_type].name,
        "nominator": row.nominator,
        "nominated": format_day(entry.nominated_at),
        "listed": format_day(entry.listed_at) if entry.listed_at else None,
        "state": entry.state,
    }


def entry_facts(row: EntryRow) -> list[Row]:
    """Return what is known of an entry, line by line."""
    entry, firm = row.entry, row.enterprise
    return [
        {"label": "企业", "value": firm.name},
        {"label": "统一社会信用代码", "value": firm.uscc},
        {"label": "登记状态", "value": wording.REGISTRATION_STATUSES[firm.status]},
        {"label": "名单", "value": LIST_TYPES[entry.list_type].name},
        {"label": "推荐单位", "value": row.nominator or "信用办"},
        {"label": "推荐时间", "value": format_moment(entry.nominated_at)},
        {"label": "入选依据", "value": entry.basis},
        *(
            [{"label": "入库时间", "value": format_moment(entry.listed_at)}]
            if entry.listed_at
            else []
        ),
        *([{"label": "移出原因", "value": entry.removed_reason}] if entry.removed_reason else []),
    ]


def check_rows(entry: WhitelistEntry) -> list[Row]:
    """Return the facts of the automatic check for `credit.reason_list`."""
    return [
        {"outcome": OUTCOMES[fact["outcome"]], "title": fact["name"], "how": fact["text"]}
        for fact in entry.check_result.get("facts", [])
    ]


def standard_facts(entry: WhitelistEntry) -> list[Row]:
    """Return each standard of the list with the evidence somebody gave, or none."""
    return [
        {
            "label": standard.name,
            "value": entry.standards[standard.code]["evidence"]
            if standard.code in entry.standards
            else None,
            "note": entry.standards[standard.code]["ticked_by"]
            if standard.code in entry.standards
            else "尚未核实",
        }
        for standard in LIST_TYPES[entry.list_type].standards
    ]


def step_events(entry_id: UUID) -> list[Row]:
    """Return the steps of an entry for the timeline."""
    return [
        {
            "at": format_moment(step.taken_at),
            "title": PASSED[step.action],
            "who": step.actor_name,
            "text": step.reason,
            "tone": "stop" if step.action in {A.REMOVE, A.SUSPEND} else "",
        }
        for step in queries.steps_of(entry_id)
    ]


def _detail(entry_id: UUID, errors: Mapping[str, str]) -> str:
    row = service.read_entry(g.actor, entry_id)
    actions = service.actions_of(g.actor, row.entry)
    list_type = LIST_TYPES[row.entry.list_type]
    return render_template(
        "office/entry.html",
        row=row,
        list_type=list_type,
        labels=wording.ENTRY_STATES,
        facts=entry_facts(row),
        checks=check_rows(row.entry),
        standards=standard_facts(row.entry),
        open_standards=nominating.standard_rows(list_type, row.entry.standards)
        if A.SCREEN in actions
        else [],
        actions=sorted(map(_button, actions), key=lambda button: button["kind"] == "warning"),
        is_own=row.entry.nominated_by == g.actor.account_id,
        events=step_events(entry_id),
        reason=request.form.get("reason", ""),
        errors=errors,
    )


def _button(action: A) -> Row:
    is_harsh = action in {A.REMOVE, A.SUSPEND}
    confirm = f"确定{BUTTONS[action]}这家企业？" if is_harsh else ""
    kind = "warning" if is_harsh else "primary"
    return {"value": action.value, "label": BUTTONS[action], "kind": kind, "confirm": confirm}


def _tabs(tab: str, list_type: str | None) -> list[Row]:
    return [
        {
            "label": label,
            "href": url_for("office.whitelist", state=code, list_type=list_type),
            "current": code == tab,
        }
        for code, label in TABS.items()
    ]
