"""The state of the log, 台账状态: sealing, reconciliation, alarms, refused queries, witnesses."""

from datetime import timedelta
from typing import Any

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from xinyidai.credit_records import queries as log
from xinyidai.institutions import queries as institutions
from xinyidai.kernel import clock
from xinyidai.kernel.access import allow
from xinyidai.kernel.http import page_args
from xinyidai.ledger import queries as ledger
from xinyidai.oversight import queries as oversight
from xinyidai.oversight.models import Reconciliation
from xinyidai.oversight.values import RULE_NAMES, AlarmRule, AlarmState
from xinyidai.web.audit import queries
from xinyidai.web.audit.base import blueprint
from xinyidai.web.chrome import format_day, format_moment
from xinyidai.web.office import ledger_queries
from xinyidai.web.office.base import OVERSIGHT, Row, link, pager_of
from xinyidai.web.office.ledger_queries import LedgerCounts

OUTSIDE = "机构以外的账户"
# Sealing runs every minute and reconciliation every night; a little more than that is late.
SEALED_WITHIN = timedelta(minutes=5)
RECONCILED_WITHIN = timedelta(hours=26)


@blueprint.get("")
@allow(*OVERSIGHT)
def home() -> ResponseReturnValue:
    """Show how the log stands; each number leads to its list."""
    counts, last = ledger_queries.counts(), oversight.last_reconciliation()
    waiting = oversight.open_alarms()
    return render_template(
        "audit/home.html",
        stats=[_sealing(), _reconciliation(last), _alarms(waiting), *_queries(counts)],
        reconciled=last,
        rules=[_rule(rule, waiting.get(rule, 0)) for rule in AlarmRule],
        refused=_refused(counts),
        witnesses=[
            {
                "name": name,
                "name_sub": "已退出" if retired_at else "",
                "at": format_moment(signed_at) if signed_at else None,
                "number": f"{number:,}",
            }
            for name, retired_at, signed_at, number in queries.witnesses()
        ],
    )


@blueprint.get("/sealings")
@allow(*OVERSIGHT)
def sealings() -> ResponseReturnValue:
    """List the checkpoints, newest first."""
    page = page_args()
    found, total = queries.sealings(page)
    return render_template(
        "audit/sealings.html",
        rows=[
            {
                "at": format_moment(row.sealed_at),
                "month": row.month,
                "size": f"{row.size:,}",
                "root": row.root.hex(),
                "signed": f"{row.signed} 家" if row.signed else None,
            }
            for row in found
        ],
        pager=pager_of(page, total),
    )


def _sealing() -> Row:
    last, now = ledger.newest_checkpoint(), clock.now()
    late = ledger.waiting_count(now - SEALED_WITHIN)
    note = f"{late:,} 条超过 5 分钟未封存" if late else "没有逾期未封存的记录"
    return {
        "label": "上次封存",
        "value": f"{clock.local(last.sealed_at):%H:%M}" if last else "尚无",
        "note": f"{format_day(last.sealed_at)}，{note}" if last else note,
        "href": url_for("audit.sealings"),
        "tone": "late" if late else "",
    }


def _reconciliation(last: Reconciliation | None) -> Row:
    stat: Row = {"label": "上次对账差异", "href": url_for("audit.reconciliations")}
    if last is None:
        return {**stat, "value": "未对账", "note": "每天 03:40 自动对账", "tone": "todo"}
    is_stale = last.run_at < clock.now() - RECONCILED_WITHIN
    note = f"{format_moment(last.run_at)}{'，已超过一天' if is_stale else ''}"
    tone = "late" if last.total or is_stale else ""
    return {**stat, "value": f"{last.total:,}", "unit": "处", "note": note, "tone": tone}


def _alarms(waiting: dict[AlarmRule, int]) -> Row:
    total = sum(waiting.values())
    return {
        "label": "待核查预警",
        "value": f"{total:,}",
        "href": url_for("audit.alarms", state=AlarmState.OPEN.value),
        "tone": "todo" if total else "",
    }


def _queries(counts: LedgerCounts) -> list[Row]:
    today = clock.today().isoformat()
    day: dict[str, Any] = {"from": today, "to": today}
    recent: dict[str, Any] = {"from": counts.refused_since.isoformat()}
    return [
        {
            "label": "今日查询",
            "value": counts.today,
            "href": url_for("office.query_ledger", **day),
        },
        {
            "label": "近 30 天被拒绝",
            "value": counts.refused,
            "href": url_for("office.query_ledger", outcome="refused", **recent),
        },
    ]


def _rule(rule: AlarmRule, number: int) -> Row:
    url = url_for("audit.alarms", rule=rule.value, state=AlarmState.OPEN.value)
    return {"rule": RULE_NAMES[rule], "open": link(url, f"{number:,}")}


def _refused(counts: LedgerCounts) -> list[Row]:
    names = {found.id: found.name for found in institutions.list_institutions()}
    since: dict[str, Any] = {"from": counts.refused_since.isoformat()}
    found = log.refused_counts(ledger_queries.start_of(counts.refused_since))
    return [
        {
            "bank": names.get(institution_id, OUTSIDE) if institution_id else OUTSIDE,
            "refused": _refused_link(institution_id, number, since),
        }
        for institution_id, number in sorted(found, key=lambda row: -row[1])
    ]


def _refused_link(institution_id: Any, number: int, since: dict[str, Any]) -> Any:
    if institution_id is None:
        return f"{number:,}"
    url = url_for("office.query_ledger", institution=institution_id, outcome="refused", **since)
    return link(url, f"{number:,}")
