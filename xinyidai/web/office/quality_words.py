"""Data quality in words, 数据质量: rates with their fractions, rows behind them, cases."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from markupsafe import Markup

from xinyidai.catalogue.kinds import KINDS
from xinyidai.catalogue.quality import QUALITY
from xinyidai.credit_records.service.measuring import Delivered
from xinyidai.credit_records.values import Rejection
from xinyidai.data_quality import rules
from xinyidai.data_quality.models import (
    ConcealmentSuspect,
    CorrectionTicket,
    LateRecord,
    MissedDelivery,
    QualityScore,
    SuspectStep,
    TicketStep,
)
from xinyidai.data_quality.rules import percent
from xinyidai.data_quality.service.boards import Zeroes
from xinyidai.data_quality.service.departments import Directory
from xinyidai.data_quality.values import (
    FAULT_NAMES,
    MEASURE_NAMES,
    ON_TIME_NAME,
    OUTCOME_NAMES,
    SUBJECT_NAMES,
    SUSPECT_ACTION_NAMES,
    TICKET_ACTION_NAMES,
    TICKETS_PART,
    Measure,
    Rate,
    TicketState,
)
from xinyidai.kernel import clock
from xinyidai.kernel.errors import InvalidInput
from xinyidai.kernel.working_days import working_days_between
from xinyidai.web.chrome import format_day, format_moment
from xinyidai.web.office.base import asked, link

Row = dict[str, Any]
GRADES = {grade.code: grade.name for grade in QUALITY.grades}
PARTS: Mapping[str, str] = {
    **{one.value: MEASURE_NAMES[one] for one in Measure},
    TICKETS_PART: ON_TIME_NAME,
}
MONTHS_SHOWN = 13


def asked_month(name: str = "month") -> date:
    """Return the month of the query string, by default the present one."""
    text = asked(name)
    if not text:
        return rules.month_of(clock.today())
    try:
        month = date.fromisoformat(f"{text}-01")
    except ValueError:
        month = date.min
    if month.year not in range(2000, 2101):
        raise InvalidInput("月份不对。", fields={name: "请填写月份，例如 2026-05"})
    return month


def asked_measure() -> Measure:
    """Return the rate of the query string; an unknown one is refused."""
    try:
        return Measure(asked("measure") or Measure.TIMELINESS)
    except ValueError as error:
        raise InvalidInput("没有这个指标。", fields={"measure": "请从页面进入"}) from error


def asked_kind() -> str | None:
    """Return the kind of the query string, None for all; an unknown one is refused."""
    code = asked("kind")
    if code and code not in KINDS:
        raise InvalidInput("没有这一类信息。", fields={"kind": "请从页面进入"})
    return code or None


def month_text(month: date) -> str:
    """Return a month as addresses carry it."""
    return f"{month:%Y-%m}"


def month_name(month: date) -> str:
    """Return a month as people say it."""
    return f"{month.year}年{month.month}月"


def month_options() -> list[Row]:
    """Return the present month and the year before it, for a filter."""
    present = rules.month_of(clock.today())
    months = [rules.month_after(present, -n) for n in range(MONTHS_SHOWN)]
    return [{"value": month_text(one), "label": month_name(one)} for one in months]


def kind_name(code: str) -> str:
    """Return the name of a kind of record."""
    return KINDS[code].name if code in KINDS else code


def share(rate: Rate) -> str:
    """Return a rate as a percentage, or 数据不足."""
    return percent(rate.value)


def fraction(rate: Rate) -> str:
    """Return numerator and denominator as they are written; nothing without a denominator."""
    return f"{rate.numerator:,} ÷ {rate.denominator:,}" if rate.denominator else ""


def rate_cell(rate: Rate, url: str) -> str | Markup:
    """Return a rate that links to its rows."""
    return link(url, share(rate)) if rate.denominator else share(rate)


def rate_stats(rates: Mapping[Measure, Rate], urls: Mapping[Measure, str]) -> list[Row]:
    """Return the three rates with targets, as tiles."""
    tiles = []
    for measure in Measure:
        rate, target = rates[measure], QUALITY.targets[measure.value]
        is_below = rate.value is not None and rate.value < target.now
        words = f"{fraction(rate)}；" if rate.denominator else ""
        tiles.append(
            {
                "value": share(rate),
                "label": MEASURE_NAMES[measure],
                "href": urls[measure],
                "note": f"{words}目标 {percent(target.now, 0)}，规划期末 {percent(target.goal, 0)}",
                "tone": "late" if is_below else "",
            }
        )
    return tiles


def zero_stats(zeroes: Zeroes, late_url: str, suspect_url: str) -> list[Row]:
    """Return 双清零 as tiles: days since the last breach."""
    return [
        _zero("无迟报", zeroes.late_days, zeroes.late_last, late_url),
        _zero("无瞒报疑点", zeroes.suspect_days, zeroes.suspect_last, suspect_url),
    ]


def _zero(name: str, days: int | None, last: date | None, url: str) -> Row:
    since = f"最近一次 {format_day(last)}" if last else "检查以来没有"
    return {
        "value": "数据不足" if days is None else days,
        "unit": "" if days is None else "天",
        "label": name,
        "href": url,
        "note": "还没有检查过" if days is None else since,
    }


def late_row(one: LateRecord, directory: Directory) -> Row:
    """Return one late record as a line."""
    return {
        "department": directory.name_of(one.department_code),
        "department_sub": kind_name(one.kind),
        "number": one.shown_number,
        "number_sub": one.file_name,
        "decided": format_day(one.decided_on),
        "due": format_day(one.due_on),
        "received": format_day(one.received_on),
        "late": f"{one.days_late} 个工作日",
    }


def missed_row(one: MissedDelivery, directory: Directory) -> Row:
    """Return one delivery that did not come as a line."""
    return {
        "department": directory.name_of(one.department_code),
        "kind": kind_name(one.kind),
        "cycle": f"{KINDS[one.kind].update_cycle_days} 天" if one.kind in KINDS else "—",
        "opened": format_day(one.opened_on),
        "due": format_day(one.due_on),
    }


def rejected_row(batch: Delivered, row: Rejection) -> Row:
    """Return one broken rule of one row given back as a line."""
    return {
        "file": batch.file_name,
        "file_sub": f"{kind_name(batch.kind)}，{format_day(batch.received_on)}",
        "row": row.row_number,
        "field": row.field,
        "value": row.shown_value or None,
        "advice": row.advice,
    }


def delivery_row(batch: Delivered) -> Row:
    """Return one delivery as a line."""
    return {
        "file": batch.file_name,
        "file_sub": kind_name(batch.kind),
        "received": format_day(batch.received_on),
        "accepted": f"{batch.accepted:,}",
        "unchanged": f"{batch.unchanged:,}",
        "rejected": f"{batch.rejected:,}",
    }


def suspect_row(one: ConcealmentSuspect, directory: Directory, url: str) -> Row:
    """Return one suspect as a line."""
    return {
        "number": link(url, one.shown_number),
        "number_sub": kind_name(one.kind),
        "organ": directory.name_of(one.organ_code),
        "source": one.known_source,
        "decided": format_day(one.decided_on),
        "due": format_day(one.due_on),
        "state": one.state.value,
    }


def suspect_facts(one: ConcealmentSuspect, directory: Directory) -> list[Row]:
    """Return what is known of a suspect."""
    facts = [
        ("应报部门", directory.name_of(one.organ_code)),
        ("得知的来源", one.known_source),
        ("类别", kind_name(one.kind)),
        ("文号（已脱敏）", one.shown_number),
        ("决定日", format_day(one.decided_on)),
        ("应报日", format_day(one.due_on)),
        ("发现日", format_day(one.found_on)),
        ("规则版本", one.rule_version),
    ]
    if one.explanation:
        facts.append(("部门说明", one.explanation))
    if one.outcome:
        facts.append(("了结结果", OUTCOME_NAMES[one.outcome]))
        facts.append(("了结依据", one.closing_reason or "—"))
    return [{"label": label, "value": value} for label, value in facts]


def ticket_row(one: CorrectionTicket, directory: Directory, url: str) -> Row:
    """Return one ticket as a line; `left` are working days until the last day, None without."""
    left = None
    if one.state is TicketState.SENT and one.due_on is not None:
        left = working_days_between(clock.today(), one.due_on)
    return {
        "number": link(url, one.number),
        "number_sub": SUBJECT_NAMES[one.subject],
        "department": office_name(one, directory),
        "department_sub": kind_name(one.kind) if one.kind else "",
        "rows": f"{one.rows:,}",
        "due": format_day(one.due_on),
        "left": left,
        "state": one.state.value,
    }


def office_name(one: CorrectionTicket, directory: Directory) -> str:
    """Return the name of the department a ticket is for."""
    names = {office: directory.names[code] for code, office in directory.ids.items()}
    return names.get(one.department_id, "未指定来源部门") if one.department_id else "未指定来源部门"


def ticket_facts(one: CorrectionTicket, directory: Directory) -> list[Row]:
    """Return what is known of a ticket."""
    faults = [f"{FAULT_NAMES.get(fault, fault)} {rows} 行" for fault, rows in one.faults.items()]
    facts = [
        ("对象", SUBJECT_NAMES[one.subject]),
        ("来源部门", office_name(one, directory)),
        ("信息类别", kind_name(one.kind) if one.kind else "—"),
        ("报送文件", one.file_name or "—"),
        ("涉及", f"{one.rows:,} 行"),
        ("问题", "；".join(faults) or "—"),
        ("说明", one.statement),
        ("答复期限", format_day(one.due_on)),
        ("规则版本", one.rule_version),
    ]
    if one.answer:
        facts.append(("部门答复", one.answer))
    return [{"label": label, "value": value} for label, value in facts]


def step_events(steps: Sequence[TicketStep | SuspectStep]) -> list[Row]:
    """Return the steps of a ticket or a suspect for a timeline."""
    return [
        {
            "at": format_moment(step.taken_at),
            "title": _action_name(step),
            "who": step.actor_name,
            "text": step.reason,
        }
        for step in steps
    ]


def _action_name(step: TicketStep | SuspectStep) -> str:
    if isinstance(step, TicketStep):
        return TICKET_ACTION_NAMES[step.action]
    return SUSPECT_ACTION_NAMES[step.action]


def score_row(one: QualityScore, directory: Directory) -> Row:
    """Return one score with its parts as a line."""
    row: Row = {
        "department": directory.name_of(one.department_code),
        "score": "数据不足" if one.score is None else f"{one.score:.1f}",
        "grade": GRADES.get(one.grade or "", "—"),
        "made": format_day(one.made_on),
    }
    for name in PARTS:
        part = one.parts.get(name, {"numerator": 0, "denominator": 0})
        rate = Rate(part["numerator"], part["denominator"])
        row[name], row[f"{name}_sub"] = share(rate), fraction(rate)
    return row


def score_columns(first: str, label: str) -> list[Row]:
    """Return the columns of a list of scores."""
    return [
        {"key": first, "label": label, "head": True},
        {"key": "score", "label": "得分", "num": True},
        {"key": "grade", "label": "等次"},
        *(
            {"key": name, "label": f"{words}（{QUALITY.weights[name]:f} 分）", "num": True}
            for name, words in PARTS.items()
        ),
        {"key": "made", "label": "计算日"},
    ]
