"""The clerk's first screen, 今日待办: tasks, funnel, data health, compliance, events."""

from datetime import date, datetime
from typing import Any

from flask import g, render_template, url_for
from flask.typing import ResponseReturnValue

from xinyidai.commitments import queries as commitments
from xinyidai.declarations import service as declarations
from xinyidai.kernel import clock
from xinyidai.kernel.access import allow
from xinyidai.kernel.http import Page
from xinyidai.kernel.working_days import (
    PUBLISHED_UNTIL,
    is_soon_unpublished,
    working_days_between,
)
from xinyidai.matchmaking_events import service as events
from xinyidai.matchmaking_events.models import MatchmakingEvent
from xinyidai.matchmaking_events.values import EventState
from xinyidai.objections import queries as objections
from xinyidai.oversight import queries as oversight
from xinyidai.repairs import queries as repairs
from xinyidai.reporting import service as reporting
from xinyidai.web.chrome import format_moment
from xinyidai.web.office import data, figures, ledger_queries, queries
from xinyidai.web.office.base import OFFICE, Row, blueprint
from xinyidai.web.office.ledger_queries import LedgerCounts
from xinyidai.web.office.queries import Task, Waiting

MOST_EVENTS = 5
MOST_DELIVERIES = 8
LONG_WAIT_DAYS = 5  # working days


@blueprint.get("")
@allow(*OFFICE)
def home() -> ResponseReturnValue:
    """Show what waits today, and how the city's banks and data stand."""
    period = figures.asked_period()
    funnel = reporting.read_funnel(g.actor, period)
    deliveries, counts = data.last_deliveries(), ledger_queries.counts()
    return render_template(
        "office/home.html",
        tasks=_tasks(),
        period=period,
        funnel=figures.funnel_steps(funnel.total, period),
        banks=figures.bank_rows(funnel, period),
        columns=figures.bank_columns(),
        reasons=figures.reason_rows(reporting.read_decline_reasons(g.actor, period), period),
        deliveries=data.delivery_rows(deliveries[:MOST_DELIVERIES]),
        late=sum(delivery.is_late for delivery in deliveries),
        compliance=_compliance(counts),
        ledger=counts,
        events=_events(),
        reconciled=oversight.last_reconciliation(),
        unpublished_year=PUBLISHED_UNTIL.year + 1 if is_soon_unpublished(clock.today()) else None,
    )


def _tasks() -> list[Row]:
    late, earliest = queries.overdue(clock.today())
    late_objections = objections.count_late(clock.today())
    waiting = queries.waiting_now()
    return [
        _task("产品待审", waiting[Task.PRODUCTS], url_for("office.products")),
        _task(
            "联合模型待审",
            waiting[Task.JOINT_MODELS],
            url_for("office.joint_models", state="under_review"),
        ),
        _task("白名单待审", waiting[Task.ENTRIES], url_for("office.whitelist")),
        {
            "label": "超时申请督办",
            "value": late,
            "href": url_for("office.city_applications", due="overdue"),
            "note": "没有超时" if earliest is None else f"最长已超 {_age(earliest)} 个工作日",
            "tone": "late" if late else "",
        },
        _task("待核名", waiting[Task.NAMES], url_for("office.waiting_names"), unit="行"),
        _task("异议待受理", Waiting(*objections.waiting_at_office()), url_for("office.objections")),
        {
            "label": "异议超期",
            "value": late_objections,
            "href": url_for("office.objections", state="late"),
            "note": "已督办来源" if late_objections else "没有超期",
            "tone": "late" if late_objections else "",
        },
        _task("信用修复待办", Waiting(*repairs.waiting_at_office()), url_for("office.repairs")),
        _task(
            "自愿填报待核验",
            Waiting(*declarations.waiting_for(g.actor)),
            url_for("office.declarations"),
        ),
        _task(
            "承诺待认定",
            Waiting(*commitments.waiting()),
            url_for("office.commitments", state="waiting"),
        ),
        _task("用途模板待批准", waiting[Task.TEMPLATES], url_for("office.purposes")),
        _task("异常查询待核查", waiting[Task.ALARMS], url_for("audit.alarms", state="open")),
    ]


def _task(label: str, waiting: Waiting, href: str, unit: str = "") -> Row:
    note, tone = "没有待办", ""
    if waiting.since is not None and waiting.count:
        age = _age(waiting.since)
        note = "今天收到" if age <= 0 else f"最早一件已等 {age} 个工作日"
        tone = "late" if age > LONG_WAIT_DAYS else "todo"
    return {
        "label": label,
        "value": f"{waiting.count:,}",
        "href": href,
        "note": note,
        "tone": tone,
        "unit": unit,
    }


def _age(since: datetime | date) -> int:
    day = clock.local(since).date() if isinstance(since, datetime) else since
    return working_days_between(day, clock.today())


def _compliance(counts: LedgerCounts) -> list[Row]:
    today = clock.today().isoformat()
    day: dict[str, Any] = {"from": today, "to": today}
    revoked = queries.revocations_since(ledger_queries.start_of(clock.today()))
    return [
        {
            "label": "今日查询",
            "value": counts.today,
            "href": url_for("office.query_ledger", **day),
        },
        {
            "label": "今日被拒查询",
            "value": counts.refused_today,
            "href": url_for("office.query_ledger", outcome="refused", **day),
            "tone": "todo" if counts.refused_today else "",
        },
        {
            "label": "今日撤回授权",
            "value": revoked,
            "href": url_for("office.revocations", **day),
        },
    ]


def _events() -> list[Row]:
    rows, _ = events.list_events(g.actor, Page(1, 20))
    found = [(row.event, _to_do(row.event)) for row in rows]
    return [
        {
            "title": event.title,
            "href": url_for("office.event", event_id=event.id),
            "at": format_moment(event.starts_at),
            "todo": todo,
        }
        for event, todo in found
        if todo
    ][:MOST_EVENTS]


def _to_do(event: MatchmakingEvent) -> str:
    """Say what the office has to do about an event, or nothing."""
    moment = clock.now()
    if event.state is EventState.PLANNED:
        return "开放报名"
    if event.state in {EventState.OPEN, EventState.CLOSED}:
        if moment >= event.starts_at:
            return "登记签到"
        return "截止报名" if moment > event.sign_up_until else ""
    return "登记洽谈结果并回访" if event.state is EventState.HELD else ""
