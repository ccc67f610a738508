"""Runs of the bank's own models, 批量运行: order, watch, read the bands."""

from datetime import date
from typing import Any
from uuid import UUID

from flask import flash, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from xinyidai.consents import service as consenting
from xinyidai.consents.service import ConsentRefused
from xinyidai.consents.values import REFUSAL_SENTENCES
from xinyidai.enterprises import queries as enterprises
from xinyidai.joint_results import queries, service
from xinyidai.joint_results.service import RunLine
from xinyidai.joint_results.values import RUN_NAMES, RunState
from xinyidai.kernel.access import allow
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.errors import Conflict, InvalidInput
from xinyidai.kernel.http import page_args
from xinyidai.web import joint_words
from xinyidai.web.bank.base import OFFICER, bank_id, blueprint, pager_of, see_other
from xinyidai.web.bank.showing import link
from xinyidai.web.chrome import format_day, format_moment

LINES_AT_ONCE = 50
FORBIDDEN = 403


@blueprint.get("/joint-runs")
@allow(*OFFICER)
def joint_runs() -> ResponseReturnValue:
    """List the bank's runs, newest first."""
    page = page_args()
    found, total = queries.runs_of(bank_id(), page)
    rows = [
        joint_words.run_row(
            run, link(url_for("bank.joint_run", run_id=run.id), format_moment(run.created_at))
        )
        for run in found
    ]
    active = queries.active_versions(bank_id())
    return render_template(
        "bank/joint_runs.html", rows=rows, pager=pager_of(page, total), active=active
    )


@blueprint.post("/joint-runs")
@allow(*OFFICER)
def order_joint_run() -> ResponseReturnValue:
    """Order a run over all firms that authorized results only; a worker gives them."""
    run_id, version_id = _id("run_id"), _id("version_id")
    try:
        with own_transaction():
            service.order_run(g.actor, run_id, version_id)
    except (InvalidInput, Conflict) as error:
        flash(error.message, "error")
        return see_other("joint_model", version_id=version_id)
    flash("已开始运行。全部企业运行完后一起给出结果，可以离开本页。", "ok")
    return see_other("joint_run", run_id=run_id)


@blueprint.get("/joint-runs/<uuid:run_id>")
@allow(*OFFICER)
def joint_run(run_id: UUID) -> ResponseReturnValue:
    """Show how far a run has come, and each firm's band once it has ended."""
    page = page_args(LINES_AT_ONCE)
    lines = service.lines_of(g.actor, run_id, page)
    run = service.read_run(g.actor, run_id)
    spread = service.spread_of(run)
    return render_template(
        "bank/joint_run.html",
        run=run,
        labels=RUN_NAMES,
        is_over=run.state is RunState.FINISHED,
        lines=[_line(line) for line in lines],
        spread=joint_words.count_rows(run.version.band_names, spread),
        no_spread=joint_words.NO_SPREAD,
        pager=pager_of(page, run.row_count),
    )


@blueprint.get("/joint-results/<uuid:snapshot_id>")
@allow(*OFFICER)
def joint_result(snapshot_id: UUID) -> ResponseReturnValue:
    """Show one result again, as long as its authorization lets it be read."""
    try:
        snapshot = service.read_result(g.actor, snapshot_id)
    except ConsentRefused as refusal:
        sentences = [REFUSAL_SENTENCES[reason] for reason in refusal.reasons]
        return render_template("bank/look_refused.html", sentences=sentences), FORBIDDEN
    content = snapshot.content
    return render_template(
        "bank/joint_result.html",
        snapshot=snapshot,
        model=content["model"],
        result=content["result"],
        on=format_day(date.fromisoformat(content["on"])),
        firm=enterprises.find_enterprise(snapshot.enterprise_id),
        consent=consenting.get_consent(g.actor, snapshot.consent_id),
    )


def _line(line: RunLine) -> dict[str, Any]:
    return {
        "name": line.enterprise.name,
        "consent": line.consent,
        "band": line.band,
        "cause": line.cause,
        "snapshot_id": line.row.snapshot_id,
    }


def _id(name: str) -> UUID:
    try:
        return UUID(request.form.get(name, ""))
    except ValueError as error:
        raise InvalidInput("页面已过期，您的操作没有生效。请返回上一页刷新后重试。") from error
