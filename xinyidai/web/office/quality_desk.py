"""Tickets, suspects and lists of rows: the same pages for the credit office and the source.

`place` names the blueprint, "office" or "department".
"""

from collections.abc import Callable, Mapping
from datetime import date
from uuid import UUID

from flask import Response, g, render_template, url_for
from flask.typing import ResponseReturnValue

from xinyidai.data_quality import queries, service
from xinyidai.data_quality.models import CorrectionTicket
from xinyidai.data_quality.service import boards, bulletins
from xinyidai.data_quality.service.departments import Directory
from xinyidai.data_quality.values import (
    MEASURE_NAMES,
    MEASURE_TEXTS,
    NO_RATE,
    OUTCOME_NAMES,
    SUSPECT_NAMES,
    TICKET_ACTION_NAMES,
    TICKET_NAMES,
    Measure,
    Rate,
    SuspectAction,
    SuspectOutcome,
    SuspectState,
    TicketAction,
)
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.errors import InvalidInput
from xinyidai.kernel.http import page_args
from xinyidai.web.chrome import format_moment
from xinyidai.web.office import quality_words as words
from xinyidai.web.office.base import (
    Row,
    asked,
    attempted,
    done,
    link,
    options,
    pager_of,
    typed,
)

SHOWN_DELIVERIES = 50
PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
T = TicketAction
TicketDeed = Callable[[Actor, UUID, str], CorrectionTicket]
DEEDS: Mapping[T, TicketDeed] = {
    T.RETURN: service.return_ticket,
    T.VERIFY: service.verify_ticket,
    T.CANCEL: service.cancel_ticket,
}
SUSPECT_TABS: Mapping[str, tuple[str, frozenset[SuspectState]]] = {
    "open": ("待说明", frozenset({SuspectState.OPEN})),
    "explained": ("已说明，待核", frozenset({SuspectState.EXPLAINED})),
    "closed": ("已了结", frozenset({SuspectState.CLOSED})),
}


def rows_page(place: str, code: str) -> str:
    """Return the list behind one rate of one department and month."""
    month, measure, kind = words.asked_month(), words.asked_measure(), words.asked_kind()
    by_kind = boards.read_department(g.actor, code, month)
    chosen = [rate for (k, m), rate in by_kind.items() if m is measure and kind in (None, k)]
    page = page_args()
    directory = boards.directory()
    lists = _behind(measure, code, month, kind) | {
        "suspects": _suspects_of(place, code, month) if measure is Measure.REPORTING else []
    }
    return render_template(
        "quality/rows.html",
        name=directory.name_of(code),
        month=words.month_name(month),
        measure=measure.value,
        measure_name=MEASURE_NAMES[measure],
        definition=MEASURE_TEXTS[measure],
        kind=words.kind_name(kind) if kind else "",
        rate=sum(chosen, NO_RATE),
        kinds=_kind_rows(place, code, month, measure, by_kind),
        pager=pager_of(page, lists.pop("total")),
        back=_back(place, month),
        **lists,
    )


def _back(place: str, month: date) -> str:
    return url_for(f"{place}.quality", month=words.month_text(month))


def rows_url(place: str, code: str, month: date, measure: Measure, kind: str = "") -> str:
    """Return the address of the list behind a rate."""
    wanted: Row = {"month": words.month_text(month), "measure": measure.value}
    if place == "office":
        wanted["department"] = code
    if kind:
        wanted["kind"] = kind
    return url_for(f"{place}.quality_rows", **wanted)


def _kind_rows(
    place: str,
    code: str,
    month: date,
    measure: Measure,
    by_kind: Mapping[tuple[str, Measure], Rate],
) -> list[Row]:
    return [
        {
            "kind": words.kind_name(kind),
            "rate": words.rate_cell(rate, rows_url(place, code, month, measure, kind)),
            "numerator": f"{rate.numerator:,}",
            "denominator": f"{rate.denominator:,}",
            "failing": f"{rate.failing:,}",
        }
        for (kind, found), rate in sorted(by_kind.items())
        if found is measure
    ]


def _behind(measure: Measure, code: str, month: date, kind: str | None) -> Row:
    """Return the failing rows of a rate and the deliveries they came in."""
    page, directory = page_args(), boards.directory()
    found: Row = {"late": [], "missed": [], "rejected": [], "deliveries": []}
    if measure is Measure.TIMELINESS:
        late, total = queries.late_records(page, month=month, department=code, kind=kind)
        found |= {"late": [words.late_row(one, directory) for one in late], "total": total}
    elif measure is Measure.COMPLIANCE:
        rejected, total = boards.read_rejected(g.actor, code, month, kind, page)
        found |= {"rejected": [words.rejected_row(*one) for one in rejected], "total": total}
    else:
        missed, total = queries.missed_deliveries(page, month=month, department=code, kind=kind)
        found |= {"missed": [words.missed_row(one, directory) for one in missed], "total": total}
    batches = boards.read_batches(g.actor, code, month, kind)[:SHOWN_DELIVERIES]
    return found | {"deliveries": [words.delivery_row(batch) for batch in batches]}


def _suspects_of(place: str, code: str, month: date) -> list[Row]:
    rows, _ = queries.suspects(
        page_args(), department=code, states=frozenset(SuspectState), month=month
    )
    directory = boards.directory()
    return [
        words.suspect_row(one, directory, url_for(f"{place}.suspect", suspect_id=one.id))
        for one in rows
    ]


def suspects_page(place: str, code: str | None) -> str:
    """Return the list of suspects, of a department or of the city."""
    tab, page = asked("state") or "open", page_args()
    if tab not in SUSPECT_TABS:
        raise InvalidInput("没有这个状态，请重新选择。", fields={"state": "请从列表里选择"})
    rows, total = queries.suspects(page, department=code, states=SUSPECT_TABS[tab][1])
    directory = boards.directory()
    return render_template(
        "quality/suspects.html",
        rows=[
            words.suspect_row(one, directory, url_for(f"{place}.suspect", suspect_id=one.id))
            for one in rows
        ],
        tabs=[
            {
                "label": label,
                "href": url_for(f"{place}.suspects", state=name),
                "current": name == tab,
            }
            for name, (label, _) in SUSPECT_TABS.items()
        ],
        labels=SUSPECT_NAMES,
        back=url_for(f"{place}.quality"),
        pager=pager_of(page, total),
    )


def suspect_page(place: str, suspect_id: UUID, errors: Mapping[str, str] | None = None) -> str:
    """Return the page of one suspect with what the actor may do."""
    suspect = service.read_suspect(g.actor, suspect_id)
    may = service.suspect_actions(g.actor, suspect)
    return render_template(
        "quality/suspect.html",
        suspect=suspect,
        labels=SUSPECT_NAMES,
        facts=words.suspect_facts(suspect, boards.directory()),
        events=words.step_events(queries.suspect_steps(suspect_id)),
        can_explain=SuspectAction.EXPLAIN in may,
        can_close=SuspectAction.CLOSE in may,
        outcomes=options({k: v for k, v in OUTCOME_NAMES.items() if k != SuspectOutcome.REPORTED}),
        typed={name: typed(name) for name in ("words", "outcome")},
        back=url_for(f"{place}.suspects"),
        action=url_for(f"{place}.suspect_step", suspect_id=suspect_id),
        errors=errors or {},
    )


def take_suspect_step(place: str, suspect_id: UUID) -> ResponseReturnValue:
    """Explain or close a suspect, or show the page again with what is wrong."""
    with attempted("words") as attempt, own_transaction():
        if place == "department":
            service.explain_suspect(g.actor, suspect_id, typed("words"))
        else:
            service.close_suspect(g.actor, suspect_id, _outcome(), typed("words"))
    if attempt.errors:
        return suspect_page(place, suspect_id, attempt.errors), attempt.status
    said = "已提交说明，等信用办核实。" if place == "department" else "疑点已了结。"
    return done(said, f"{place}.suspect", suspect_id=suspect_id)


def _outcome() -> SuspectOutcome:
    try:
        return SuspectOutcome(typed("outcome"))
    except ValueError as error:
        raise InvalidInput("请选择结果。", fields={"outcome": "请选择了结结果。"}) from error


def ticket_page(place: str, ticket_id: UUID, errors: Mapping[str, str] | None = None) -> str:
    """Return the page of one ticket with its rows and what the actor may do."""
    ticket = service.read_ticket(g.actor, ticket_id)
    page, directory = page_args(), boards.directory()
    rows, total = boards.read_ticket_rows(g.actor, ticket_id, page)
    offered = service.actions_of(g.actor, ticket)
    return render_template(
        "quality/ticket.html",
        ticket=ticket,
        labels=TICKET_NAMES,
        facts=words.ticket_facts(ticket, directory),
        events=words.step_events(queries.ticket_steps(ticket_id)),
        rows=[
            {"row": one.row_number, "field": one.field, "value": one.shown_value or None}
            | {"advice": one.advice}
            for one in rows
        ],
        pager=pager_of(page, total),
        actions=options({one: TICKET_ACTION_NAMES[one] for one in offered}),
        needs_department=T.SEND in offered,
        departments=department_options(directory) if T.SEND in offered else [],
        typed={name: typed(name) for name in ("action", "words", "department")},
        back=url_for(f"{place}.tickets"),
        action=url_for(f"{place}.ticket_step", ticket_id=ticket_id),
        errors=errors or {},
    )


def department_options(directory: Directory) -> list[Row]:
    """Return the departments of the city to choose from."""
    return [
        {"value": str(office), "label": directory.names[code]}
        for code, office in sorted(directory.ids.items())
    ]


def take_ticket_step(place: str, ticket_id: UUID) -> ResponseReturnValue:
    """Take the chosen step of a ticket, or show the page again with what is wrong."""
    with attempted("words") as attempt, own_transaction():
        _ticket_deed(ticket_id, _action())
    if attempt.errors:
        return ticket_page(place, ticket_id, attempt.errors), attempt.status
    return done("已办理。", f"{place}.ticket", ticket_id=ticket_id)


def _action() -> T:
    try:
        return T(typed("action"))
    except ValueError as error:
        raise InvalidInput("请选择办理方式。", fields={"action": "请选择办理方式。"}) from error


def _ticket_deed(ticket_id: UUID, action: T) -> None:
    actor: Actor = g.actor
    if action is T.SEND:
        service.send_ticket(actor, ticket_id, chosen_department())
    elif action in DEEDS:
        DEEDS[action](actor, ticket_id, typed("words"))
    else:
        service.answer_ticket(actor, ticket_id, action, typed("words"))


def chosen_department() -> UUID:
    """Return the department chosen in a form, or raise `InvalidInput`."""
    try:
        chosen = UUID(typed("department"))
    except ValueError as error:
        wrong = {"department": "请选择来源部门。"}
        raise InvalidInput("请选择来源部门。", fields=wrong) from error
    if chosen not in boards.directory().ids.values():
        raise InvalidInput("请选择来源部门。", fields={"department": "请选择来源部门。"})
    return chosen


def bulletin_file(bulletin_id: UUID, kind: str) -> Response:
    """Return a bulletin's PDF or workbook to save."""
    made = bulletins.read_bulletin(g.actor, bulletin_id)
    content, suffix = (made.pdf, "pdf") if kind == PDF else (made.xlsx, "xlsx")
    headers = {"Content-Disposition": f'attachment; filename="{made.number}.{suffix}"'}
    return Response(content, content_type=kind, headers=headers)


def bulletin_rows(place: str) -> list[Row]:
    """Return the published bulletins with links to their files."""
    return [
        {
            "month": words.month_name(one.month),
            "month_sub": f"{one.number}，第 {one.edition} 版",
            "made": format_moment(one.made_at),
            "made_sub": one.made_by,
            "rules": one.rule_version,
            "pdf": link(url_for(f"{place}.bulletin_pdf", bulletin_id=one.id), "PDF"),
            "xlsx": link(url_for(f"{place}.bulletin_xlsx", bulletin_id=one.id), "表格"),
        }
        for one in queries.bulletins()
    ]
