"""Joint checks by departments, 联合奖惩核查: ask, read the answer, say what was done, report."""

from collections.abc import Mapping
from uuid import UUID

from flask import g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from xinyidai.catalogue.measures import OCCASIONS
from xinyidai.joint_checks import rules, service
from xinyidai.joint_checks.models import CheckBatch
from xinyidai.joint_checks.queries import CheckFilter
from xinyidai.joint_checks.service.reading import Line
from xinyidai.joint_checks.values import (
    OPEN_STATES,
    OUTCOME_NAMES,
    STATE_NAMES,
    BatchOrder,
    CheckAction,
    CheckOrder,
    CheckOutcome,
    CheckState,
    Handling,
    HandlingDecision,
    RowShelf,
)
from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import new_id, own_transaction
from xinyidai.kernel.errors import InvalidInput
from xinyidai.kernel.http import page_args
from xinyidai.web import list_words
from xinyidai.web.chrome import format_moment
from xinyidai.web.department import blueprint
from xinyidai.web.office import check_desk
from xinyidai.web.office.base import (
    SEE_OTHER,
    Row,
    asked,
    attempted,
    chosen_state,
    done,
    options,
    pager_of,
    typed,
)
from xinyidai.web.spreadsheet import csv_file

__all__ = ["blueprint"]

PASTED = "粘贴的清单"
KEY_LENGTH = 64
OPEN, ALL = "open", "all"
TABS: Mapping[str, tuple[str, frozenset[CheckState]]] = {
    OPEN: ("待处置和反馈", OPEN_STATES),
    ALL: ("全部", frozenset()),
}
ROW_HEAD = ("行号", "原代码", "企业名称", "结果", "核查编号", "问题")


@blueprint.get("/checks")
@allow(Role.DEPARTMENT)
def checks() -> ResponseReturnValue:
    """Show the office's checks: what waits for feedback, and the history."""
    tab, page = asked("state") or OPEN, page_args()
    if tab not in TABS:
        raise InvalidInput("没有这个状态，请重新选择。", fields={"state": "请从列表里选择"})
    rows, total = service.list_own(g.actor, CheckFilter(states=TABS[tab][1]), page)
    return render_template(
        "department/checks.html",
        rows=[list_words.check_row(row) for row in rows],
        tabs=[
            {
                "label": label,
                "href": url_for("department.checks", state=code),
                "current": code == tab,
            }
            for code, (label, _) in TABS.items()
        ],
        labels=STATE_NAMES,
        pager=pager_of(page, total),
    )


@blueprint.get("/checks/new")
@allow(Role.DEPARTMENT)
def check_form() -> ResponseReturnValue:
    """Ask for one firm, or for a file of codes."""
    return _form({}, "one")


@blueprint.post("/checks/new")
@allow(Role.DEPARTMENT)
def make_check() -> ResponseReturnValue:
    """Check one firm; a second click shows the first answer."""
    check_id: UUID | None = None
    with attempted("uscc") as attempt, own_transaction():
        order = CheckOrder(
            uscc=typed("uscc"),
            name=typed("name"),
            occasion=typed("occasion"),
            case_no=typed("case_no"),
            request_key=_key(),
        )
        check_id = service.check(g.actor, order).id
    if check_id is None or attempt.errors:
        return _form(attempt.errors, "one"), attempt.status
    return redirect(url_for("department.check", check_id=check_id), SEE_OTHER)


@blueprint.post("/checks/files")
@allow(Role.DEPARTMENT)
def check_file() -> ResponseReturnValue:
    """Check a file, or a pasted list, of codes."""
    batch_id: UUID | None = None
    with attempted("file") as attempt, own_transaction():
        batch_id = service.check_batch(g.actor, _batch_order()).id
    if batch_id is None or attempt.errors:
        return _form(attempt.errors, "many"), attempt.status
    return redirect(url_for("department.check_batch", batch_id=batch_id), SEE_OTHER)


@blueprint.get("/checks/<uuid:check_id>")
@allow(Role.DEPARTMENT)
def check(check_id: UUID) -> ResponseReturnValue:
    """Show one check, its answer, and the next step of its loop."""
    return check_desk.page("department", check_id)


@blueprint.post("/checks/<uuid:check_id>")
@allow(Role.DEPARTMENT)
def check_step(check_id: UUID) -> ResponseReturnValue:
    """Say what was done, or report how it ended."""
    action = typed("action")
    with attempted("reason") as attempt, own_transaction():
        if action == CheckAction.HANDLE:
            service.handle_check(g.actor, check_id, _handling())
        elif action == CheckAction.FEEDBACK:
            service.close_check(g.actor, check_id, typed("result"))
        else:
            raise InvalidInput("没有这项操作，请返回上一页重试。")
    if attempt.errors:
        return check_desk.page("department", check_id, attempt.errors), attempt.status
    words = "已登记处置，请填写办理结果。" if action == CheckAction.HANDLE else "已反馈，核查办结。"
    return done(words, "department.check", check_id=check_id)


@blueprint.get("/checks/files")
@allow(Role.DEPARTMENT)
def check_batches() -> ResponseReturnValue:
    """Show the files that the office had checked."""
    page = page_args()
    rows, total = service.list_batches(g.actor, page)
    return render_template(
        "department/check_batches.html",
        rows=[
            {
                "at": format_moment(batch.asked_at),
                "href": url_for("department.check_batch", batch_id=batch.id),
                "file": batch.file_name,
                "occasion": list_words.occasion_name(batch.occasion),
                "case_no": batch.case_no,
                "rows": batch.row_count,
                "bad": batch.bad_count,
                "who": batch.actor_name,
            }
            for batch in rows
        ],
        pager=pager_of(page, total),
    )


@blueprint.get("/checks/files/<uuid:batch_id>")
@allow(Role.DEPARTMENT)
def check_batch(batch_id: UUID) -> ResponseReturnValue:
    """Show a file row by row: the answer, or what is wrong with the code."""
    page, shelf = page_args(), chosen_state(RowShelf)
    batch, lines, outcomes = service.read_batch(g.actor, batch_id, page, shelf)
    shelves = _shelves(batch, outcomes)
    return render_template(
        "department/check_batch.html",
        batch=batch,
        occasion=list_words.occasion_name(batch.occasion),
        at=format_moment(batch.asked_at),
        shelves=list(shelves.values()),
        shown=shelves[shelf]["label"] if shelf else "",
        rows=[_line(line) for line in lines],
        pager=pager_of(page, shelves[shelf]["value"]),
    )


def _shelves(batch: CheckBatch, outcomes: Mapping[CheckOutcome, int]) -> dict[RowShelf | None, Row]:
    """Return how many rows came out each way, each with its rows; None is all of them."""
    counts: dict[RowShelf | None, tuple[str, int]] = {
        None: ("行", batch.row_count),
        **{RowShelf(code): (name, outcomes.get(code, 0)) for code, name in OUTCOME_NAMES.items()},
        RowShelf.UNCHECKED: ("错码或重复，没有核查", batch.bad_count),
    }
    return {
        shelf: {
            "label": label,
            "value": value,
            "href": url_for("department.check_batch", batch_id=batch.id, state=shelf),
            "tone": "late" if value and shelf is RowShelf.UNCHECKED else "",
        }
        for shelf, (label, value) in counts.items()
    }


@blueprint.get("/checks/files/<uuid:batch_id>/rows.csv")
@allow(Role.DEPARTMENT)
def check_batch_rows(batch_id: UUID) -> ResponseReturnValue:
    """Hand out the result of every row; no list is named, the check itself says which."""
    _, lines, _ = service.read_batch(g.actor, batch_id, None)
    rows = (
        (
            str(row.number),
            row.given,
            name or "",
            OUTCOME_NAMES[found.outcome] if found else "没有核查",
            found.number if found else "",
            row.fault or (_reasons(found.missing) if found else ""),
        )
        for row, found, name in lines
    )
    return csv_file(f"checks-{batch_id.hex[-8:]}.csv", ROW_HEAD, rows)


def _form(errors: Mapping[str, str], which: str) -> str:
    names = ("uscc", "name", "occasion", "case_no", "codes")
    return render_template(
        "department/check_new.html",
        occasions=options(OCCASIONS),
        most=rules.MOST_ROWS,
        which=which,
        key=typed("key") if errors and typed("key") else new_id(),
        typed={name: typed(name) for name in names},
        errors=errors,
    )


def _key() -> str:
    key = typed("key")
    if not 1 <= len(key) <= KEY_LENGTH:
        raise InvalidInput("页面已过期，请重新打开核查页面。")
    return key


def _batch_order() -> BatchOrder:
    upload = request.files.get("file")
    has_file = upload is not None and bool(upload.filename)
    content = upload.read() if upload is not None and has_file else typed("codes").encode()
    if not content:
        words = "请选择文件，或把代码粘贴进来，一行一个。"
        raise InvalidInput(words, fields={"file": words})
    name = upload.filename if upload is not None and has_file else PASTED
    return BatchOrder(
        occasion=typed("occasion"),
        case_no=typed("case_no"),
        content=content,
        file_name=name or PASTED,
        request_key=_key(),
    )


def _handling() -> Handling:
    decision = next((one for one in HandlingDecision if one.value == typed("decision")), None)
    if decision is None:
        words = "请选择采取了措施还是没有采取。"
        raise InvalidInput(words, fields={"decision": words})
    return Handling(
        decision=decision,
        measures=tuple(request.form.getlist("measures")),
        reason=typed("reason"),
    )


def _line(line: Line) -> Row:
    row, found, name = line
    return {
        "number": row.number,
        "given": row.given,
        "firm": name or "—",
        "check_id": found.id if found else None,
        "outcome": OUTCOME_NAMES[found.outcome] if found else "没有核查",
        "tone": list_words.TONES[found.outcome] if found else "error",
        "note": row.fault or (_reasons(found.missing) if found else ""),
    }


def _reasons(missing: list[Row]) -> str:
    return "；".join(one["text"] for one in missing)
