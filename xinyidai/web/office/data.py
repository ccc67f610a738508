"""Data quality for the office, 数据质量: batches delivered, and names that wait for a code."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flask import g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from xinyidai.catalogue.kinds import DEPARTMENTS, KINDS
from xinyidai.credit_records.service import write
from xinyidai.credit_records.service.write import Batch
from xinyidai.credit_records.values import REGISTRATION, BatchState
from xinyidai.enterprises import queries as enterprises
from xinyidai.enterprises import service
from xinyidai.kernel import clock
from xinyidai.kernel.access import allow
from xinyidai.kernel.db import own_transaction, transactional
from xinyidai.kernel.errors import InvalidInput
from xinyidai.kernel.http import page_args
from xinyidai.web.chrome import format_moment
from xinyidai.web.office import queries
from xinyidai.web.office.base import (
    OFFICE,
    OVERSIGHT,
    Row,
    attempted,
    blueprint,
    done,
    link,
    pager_of,
    typed,
)

BATCH_STATES: Mapping[BatchState, str] = {
    BatchState.RUNNING: "归集中",
    BatchState.FINISHED: "完成",
    BatchState.FAILED: "失败",
}


@dataclass(frozen=True)
class Delivery:
    """The last delivery of one kind of record from one source, with what became of its rows."""

    source: str
    kind: str
    at: datetime
    accepted: int
    rejected: int
    is_late: bool


@blueprint.get("/data")
@allow(*OVERSIGHT)
def data() -> ResponseReturnValue:
    """Show the newest batches with what was taken and refused."""
    batches = write.list_batches()
    return render_template(
        "office/data.html",
        rows=[_batch_row(batch) for batch in batches],
        totals=_totals(batches),
        waiting=enterprises.count_pending_names(),
        can_settle=g.actor.role in OFFICE,
    )


@blueprint.get("/data/names")
@allow(*OFFICE)
def waiting_names() -> ResponseReturnValue:
    """Show the names that wait for a code."""
    return _names_page({})


@blueprint.post("/data/names")
@allow(*OFFICE)
def settle_name() -> ResponseReturnValue:
    """Settle all waiting rows of one name by the code of its firm."""
    with attempted("uscc") as attempt, own_transaction():
        rows = _settle()
    if attempt.errors:
        return _names_page(attempt.errors), attempt.status
    return done(f"已核名 {rows} 行，重新归集后进入企业信用记录。", "office.waiting_names")


@blueprint.post("/data/names/settle-all")
@allow(*OFFICE)
@transactional
def settle_sure_names() -> ResponseReturnValue:
    """Settle every name that exactly one firm has."""
    rows = service.resolve_pending_names(g.actor)
    words = (
        f"已自动核名 {rows} 行。" if rows else "没有可以自动核名的行：每个名称都对不上唯一的企业。"
    )
    return done(words, "office.waiting_names")


def last_deliveries() -> list[Delivery]:
    """Return for each source and kind the last finished delivery, the late ones first."""
    found = [_delivery(batch) for batch in write.newest_batches()]
    return sorted(found, key=lambda delivery: (not delivery.is_late, delivery.at))


def delivery_rows(deliveries: list[Delivery]) -> list[Row]:
    """Return deliveries as lines of a table."""
    return [
        {
            "source": source_name(delivery.source),
            "kind": kind_name(delivery.kind),
            "at": format_moment(delivery.at),
            "accepted": _batches_link(delivery.kind, delivery.accepted),
            "rejected": _batches_link(delivery.kind, delivery.rejected),
            "late": delivery.is_late,
        }
        for delivery in deliveries
    ]


def _batches_link(kind: str, rows: int) -> str:
    """Return the number of rows with the batches of the kind; the register has no such page."""
    words = f"{rows:,}"
    return link(url_for("office.kind_volumes", code=kind), words) if kind in KINDS else words


def source_name(code: str) -> str:
    """Return the name of a source office; a source outside the catalogue keeps its own name."""
    return DEPARTMENTS[code].name if code in DEPARTMENTS else code


def kind_name(code: str) -> str:
    """Return the name of a kind of record, or of an extract of the register."""
    if code == REGISTRATION:
        return "企业登记"
    return KINDS[code].name if code in KINDS else code


def _delivery(batch: Batch) -> Delivery:
    at = batch.finished_at or batch.started_at
    kind = KINDS.get(batch.kind)
    age = (clock.now() - at).days
    is_late = kind is not None and age > kind.update_cycle_days
    counts = batch.counts
    return Delivery(
        batch.source, batch.kind, at, counts.accepted + counts.unchanged, counts.rejected, is_late
    )


def _batch_row(batch: Batch) -> Row:
    counts = batch.counts
    return {
        "source": source_name(batch.source),
        "kind": kind_name(batch.kind),
        "file": batch.file_name,
        "at": format_moment(batch.finished_at or batch.started_at),
        "total": f"{counts.total:,}",
        "accepted": f"{counts.accepted:,}",
        "unchanged": f"{counts.unchanged:,}",
        "rejected": f"{counts.rejected:,}",
        "rate": f"{counts.rejected / counts.total:.2%}" if counts.total else None,
        "state": BATCH_STATES[batch.state],
        "who": batch.actor_name,
    }


def _totals(batches: list[Batch]) -> list[Row]:
    return [
        {"value": f"{value:,}", "label": label, "unit": unit, "href": "#batches"}
        for value, label, unit in (
            (len(batches), "最近批次", "批"),
            (sum(b.counts.total for b in batches), "报送", "行"),
            (sum(b.counts.rejected for b in batches), "退回", "行"),
        )
    ]


def _names_page(errors: Mapping[str, str]) -> str:
    page = page_args()
    found, total = queries.waiting_names(page)
    return render_template(
        "office/names.html",
        rows=found,
        pager=pager_of(page, total),
        typed_name=request.form.get("name", request.args.get("name", "")),
        typed_code=request.form.get("uscc", ""),
        errors=errors,
    )


def _settle() -> int:
    name, code = typed("name"), typed("uscc")
    faults = {} if name else {"name": "请填写待核的名称。"}
    firm = enterprises.find_by_code(code) if code else None
    if firm is None:
        faults["uscc"] = "请填写平台已有企业的统一社会信用代码。"
    if faults or firm is None:
        raise InvalidInput("请补全信息。", fields=faults)
    return service.resolve_pending_name(g.actor, name, firm.id)
