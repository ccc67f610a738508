"""Looks at several firms in one order, 批量查询: choose, confirm, watch, take the results."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import Response, flash, g, render_template, request
from flask.typing import ResponseReturnValue

from xinyidai.catalogue.purposes import PURPOSES
from xinyidai.kernel.access import allow
from xinyidai.kernel.db import new_id, own_transaction
from xinyidai.kernel.errors import InvalidInput, NotFound
from xinyidai.kernel.http import Page, page_args
from xinyidai.scoring import queries as scoring
from xinyidai.scoring.models import LookBatch
from xinyidai.scoring.service import batch_looks
from xinyidai.scoring.service.batch_looks import MOST_ROWS, BatchLine
from xinyidai.scoring.values import BatchLookState
from xinyidai.web.bank import batch_file, foresight, queries, showing
from xinyidai.web.bank.base import (
    OFFICER,
    UNPROCESSABLE,
    bank_id,
    blueprint,
    pager_of,
    see_other,
)
from xinyidai.web.bank.queries import ConsentRow, ConsentView
from xinyidai.web.chrome import format_day, format_moment

Row = dict[str, Any]
STATES: Mapping[BatchLookState, str] = {
    BatchLookState.QUEUED: "排队中",
    BatchLookState.RUNNING: "查询中",
    BatchLookState.FINISHED: "已完成",
}


@blueprint.get("/batches")
@allow(*OFFICER)
def list_batches() -> ResponseReturnValue:
    """Show the batches this person ordered."""
    page = page_args()
    found, total = scoring.batches_of(g.actor.account_id, page)
    done = scoring.done_counts([batch.id for batch in found])
    return render_template(
        "bank/batches.html",
        rows=[_batch_row(batch, done.get(batch.id, 0)) for batch in found],
        labels=STATES,
        pager=pager_of(page, total),
    )


@blueprint.get("/batches/new")
@allow(*OFFICER)
def choose_batch() -> ResponseReturnValue:
    """Show the live authorizations to tick."""
    return _choosing({})


@blueprint.post("/batches/check")
@allow(*OFFICER)
def check_batch() -> ResponseReturnValue:
    """Say what the chosen looks would spend, and which of them would be refused; spends nothing."""
    try:
        rows = _chosen()
    except InvalidInput as error:
        return _choosing(error.fields), UNPROCESSABLE
    obstacles = foresight.obstacles_of_many([row.consent for row in rows])
    ready = [row for row in rows if not obstacles[row.consent.id]]
    return render_template(
        "bank/batch_check.html",
        ready=[_pick_row(row) for row in ready],
        held=[
            _pick_row(row) | {"obstacles": obstacles[row.consent.id]}
            for row in rows
            if obstacles[row.consent.id]
        ],
        ids=[row.consent.id for row in ready],
        key=new_id(),
    )


@blueprint.post("/batches")
@allow(*OFFICER)
def order_batch() -> ResponseReturnValue:
    """Order the looks; a worker runs them one by one."""
    [batch_id] = _ids([request.form.get("key", "")])
    with own_transaction():
        batch_looks.order_batch(g.actor, batch_id, _ids(request.form.getlist("consent_id")))
    flash("批量查询已开始，逐家查询，进度见本页。", "ok")
    return see_other("show_batch", batch_id=batch_id)


@blueprint.get("/batches/<uuid:batch_id>")
@allow(*OFFICER)
def show_batch(batch_id: UUID) -> ResponseReturnValue:
    """Show how far a batch has come, and what each row gave."""
    batch = batch_looks.read_batch(g.actor, batch_id)
    lines = batch_looks.lines_of(g.actor, batch_id)
    done = sum(line.row.done_at is not None for line in lines)
    return render_template(
        "bank/batch.html",
        batch=batch,
        is_finished=batch.state is BatchLookState.FINISHED,
        labels=STATES,
        done=done,
        shown=sum(line.row.snapshot_id is not None for line in lines),
        lines=[_line(line) for line in lines],
    )


@blueprint.get("/batches/<uuid:batch_id>/results.csv")
@allow(*OFFICER)
def batch_results(batch_id: UUID) -> ResponseReturnValue:
    """Hand out what may be kept at this moment as CSV; the rest with the reason."""
    content = batch_file.compose(batch_looks.export_lines(g.actor, batch_id))
    answer = Response(content, mimetype="text/csv; charset=utf-8")
    name = f"batch-{batch_id.hex[-12:]}.csv"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _choosing(errors: dict[str, str]) -> str:
    text, purpose = request.args.get("q", "").strip(), request.args.get("purpose", "")
    rows, total = queries.consents_of(
        bank_id(), Page(1, MOST_ROWS), view=ConsentView.LIVE, text=text, purpose=purpose
    )
    obstacles = foresight.obstacles_of_many([row.consent for row in rows])
    return render_template(
        "bank/batch_new.html",
        rows=[_pick_row(row) | {"obstacles": obstacles[row.consent.id]} for row in rows],
        total=total,
        most=MOST_ROWS,
        text=text,
        purpose=purpose,
        purposes=[{"value": code, "label": each.name} for code, each in PURPOSES.items()],
        chosen=request.form.getlist("consent_id"),
        errors=errors,
    )


def _chosen() -> list[ConsentRow]:
    """Return the authorizations ticked, or raise what is wrong with the choice."""
    ids = _ids(request.form.getlist("consent_id"))
    batch_looks.check_size(len(set(ids)))
    rows = queries.chosen_consents(bank_id(), ids)
    if len(rows) < len(set(ids)):
        raise NotFound("没有找到其中的一份授权，请返回重新选择。")
    return rows


def _ids(texts: Sequence[str]) -> list[UUID]:
    try:
        return [UUID(text) for text in texts]
    except ValueError as error:
        raise InvalidInput("提交的内容不完整，请返回重新选择。") from error


def _pick_row(row: ConsentRow) -> Row:
    consent = row.consent
    return {
        "id": str(consent.id),
        "name": row.enterprise.name,
        "number": consent.consent_no,
        "purpose": showing.purpose_name(consent.purpose),
        "items": showing.item_names(consent.item_codes),
        "limits": "，".join(foresight.limits_of(consent)),
        "until": format_day(consent.valid_until),
    }


def _batch_row(batch: LookBatch, done: int) -> Row:
    return {
        "id": batch.id,
        "at": format_moment(batch.created_at),
        "state": batch.state.value,
        "progress": f"{done} / {batch.row_count}",
        "finished": format_moment(batch.finished_at),
    }


def _line(line: BatchLine) -> Row:
    return {
        "position": line.row.position,
        "consent": line.consent,
        "name": line.enterprise.name,
        "snapshot_id": line.row.snapshot_id,
        "is_done": line.row.done_at is not None,
        "cause": batch_looks.sentence_of(line.row),
    }
