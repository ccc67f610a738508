"""Monthly bulletins, 月通报: figures, PDF and workbook, kept as they were published."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from hashlib import sha256
from typing import Any
from uuid import UUID

from xinyidai.audit import service as audit
from xinyidai.catalogue.kinds import KINDS
from xinyidai.catalogue.quality import QUALITY
from xinyidai.data_quality import (
    bulletin_book,
    bulletin_sheet,
    figure_queries,
    policies,
    queries,
    rules,
)
from xinyidai.data_quality.models import QualityBulletin
from xinyidai.data_quality.service import boards, telling
from xinyidai.data_quality.service.boards import Board
from xinyidai.data_quality.service.departments import Directory
from xinyidai.data_quality.values import (
    MEASURE_NAMES,
    OPEN_SUSPECTS,
    TICKET_NAMES,
    UNCLOSED_TICKETS,
    Rate,
)
from xinyidai.kernel import clock, pdf
from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.db import db, new_id
from xinyidai.kernel.errors import Forbidden, NotFound, RuleBroken
from xinyidai.kernel.http import Page
from xinyidai.kernel.settings import load_settings

MAKERS = frozenset({Role.CREDIT_OFFICE, Role.SYSTEM})
WHOLE = Page(1, 20_000)  # as much as a workbook is read with
VARYING = {"made_at", "number", "edition", "measured_on", "zeroes"}


def publish(actor: Actor, month: date) -> QualityBulletin:
    """Publish a month's bulletin from its newest measuring; the same figures make no new edition.

    Raises:
        Forbidden: only the credit office and the system publish.
        RuleBroken: the month is not over, or was never measured.

    """
    if actor.role not in MAKERS:
        raise Forbidden("只有信用办可以发布数据质量通报。")
    if month >= rules.month_of(clock.today()):
        raise RuleBroken("这个月还没有结束，下个月起可以发布通报。", code="month_not_over")
    board = boards.board_of(month)
    if board.run is None:
        raise RuleBroken("这个月还没有数据质量检查结果，请先检查再发布。", code="not_measured")
    last = queries.last_edition(month)
    edition = last.edition + 1 if last else 1
    figures = figures_of(board, edition)
    digest = digest_of(figures)
    if last is not None and last.figures_hash == digest:
        return last
    made = QualityBulletin(
        id=new_id(),
        number=figures["number"],
        month=month,
        edition=edition,
        figures=dict(figures),
        figures_hash=digest,
        rule_version=QUALITY.version,
        pdf=pdf.render(bulletin_sheet.TEMPLATE, bulletin_sheet.sheet_of(figures)),
        xlsx=bulletin_book.make_book(figures),
        made_at=clock.now(),
        made_by=actor.name,
    )
    db.session.add(made)
    db.session.flush()
    details = {"month": month.isoformat(), "edition": edition, "figures": digest}
    audit.record(actor, "quality_bulletin:publish", "quality_bulletin", made.id, details)
    ids = boards.directory().ids
    present = [ids[line.code] for line in board.lines if line.code in ids]
    telling.tell_bulletin(made.number, month, present)
    return made


def read_bulletin(actor: Actor, bulletin_id: UUID) -> QualityBulletin:
    """Return a bulletin with its files; a department may read it as well, for it is published.

    Raises:
        NotFound: no such bulletin, or the actor is of no office of the city.

    """
    found = queries.get_bulletin(bulletin_id)
    if found is None or actor.role not in {*policies.OVERSEERS, Role.DEPARTMENT}:
        raise NotFound("没有找到这份通报。")
    return found


def figures_of(board: Board, edition: int) -> dict[str, Any]:
    """Return everything that a bulletin says, as it is stored."""
    directory, month = boards.directory(), board.month
    late, late_total = queries.late_records(WHOLE, month=month, department=None)
    missed, missed_total = queries.missed_deliveries(WHOLE, month=month, department=None)
    tickets, tickets_total = queries.tickets(WHOLE, states=UNCLOSED_TICKETS)
    return {
        "month": month.isoformat(),
        "month_name": f"{month.year}年{month.month}月",
        "number": f"ZLTB{month:%Y%m}{edition:02d}",
        "edition": edition,
        "is_demo": load_settings().is_demo,
        "made_at": f"{clock.now():%Y-%m-%d %H:%M}",
        "measured_on": f"{board.run.day:%Y-%m-%d}" if board.run else "",
        "rule_version": QUALITY.version,
        "city": {measure.value: _rate(rate) for measure, rate in board.city.items()},
        "departments": [_line(line) for line in board.lines],
        "kinds": _kind_rows(month, directory),
        "late": [
            [
                directory.name_of(one.department_code),
                KINDS[one.kind].name,
                one.shown_number,
                one.decided_on.isoformat(),
                one.due_on.isoformat(),
                one.received_on.isoformat(),
                str(one.days_late),
            ]
            for one in late
        ],
        "late_total": late_total,
        "missed": [
            [
                directory.name_of(one.department_code),
                KINDS[one.kind].name,
                one.opened_on.isoformat(),
                one.due_on.isoformat(),
            ]
            for one in missed
        ],
        "missed_total": missed_total,
        "suspects": queries.suspects(Page(1, 1), department=None, states=OPEN_SUSPECTS)[1],
        "codes": dict(board.codes),
        "tickets": [_ticket_row(one, directory) for one in tickets],
        "tickets_total": tickets_total,
        "zeroes": {
            "late_days": board.zeroes.late_days,
            "suspect_days": board.zeroes.suspect_days,
        },
    }


def digest_of(figures: Mapping[str, Any]) -> str:
    """Return the digest of what a bulletin says, but for when and how often it was made."""
    kept = {name: value for name, value in figures.items() if name not in VARYING}
    return sha256(json.dumps(kept, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _line(line: boards.DepartmentLine) -> dict[str, Any]:
    grades = {grade.code: grade.name for grade in QUALITY.grades}
    return {
        "code": line.code,
        "name": line.name,
        "rates": {measure.value: _rate(rate) for measure, rate in line.rates.items()},
        "score": None if line.score is None else f"{line.score:.1f}",
        "grade": grades.get(line.grade or ""),
        "late": line.late,
    }


def _kind_rows(month: date, directory: Directory) -> Sequence[Sequence[Any]]:
    return [
        [
            directory.name_of(one.department_code),
            KINDS[one.kind].name if one.kind in KINDS else one.kind,
            MEASURE_NAMES[one.measure],
            one.numerator,
            one.denominator,
        ]
        for one in figure_queries.figures(month)
    ]


def _ticket_row(ticket: Any, directory: Directory) -> list[str]:
    names = {office: directory.names[code] for code, office in directory.ids.items()}
    kind = KINDS[ticket.kind].name if ticket.kind in KINDS else "—"
    due = ticket.due_on.isoformat() if ticket.due_on else "—"
    office = names.get(ticket.department_id, "未指定")
    return [ticket.number, office, kind, str(ticket.rows), TICKET_NAMES[ticket.state], due]


def _rate(rate: Rate) -> dict[str, int]:
    return {"numerator": rate.numerator, "denominator": rate.denominator}
