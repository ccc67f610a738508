"""All applications of the city for the office, 申请进度; read only."""

from collections.abc import Container, Mapping, Sequence
from uuid import UUID

from flask import g, render_template, url_for
from flask.typing import ResponseReturnValue

from xinyidai.applications import queries as applications
from xinyidai.applications import service
from xinyidai.applications.models import CreditDecision, LoanApplication
from xinyidai.applications.queries import AT_BANK, ApplicationRow
from xinyidai.applications.values import ApplicationState
from xinyidai.catalogue.denials import DENIAL_REASONS
from xinyidai.institutions import queries as institutions
from xinyidai.kernel import clock
from xinyidai.kernel.access import allow
from xinyidai.kernel.errors import InvalidInput
from xinyidai.kernel.http import page_args
from xinyidai.kernel.money import format_wan
from xinyidai.kernel.working_days import working_days_between
from xinyidai.reporting.values import FUNNEL_NAMES, FunnelStep
from xinyidai.web import repayments, wording
from xinyidai.web.chrome import format_day, format_moment, format_percent
from xinyidai.web.office import queries
from xinyidai.web.office.base import (
    OVERSIGHT,
    Row,
    asked,
    blueprint,
    chosen_state,
    link,
    options,
    pager_of,
)
from xinyidai.web.office.figures import asked_period
from xinyidai.web.office.queries import ApplicationFilter, CityApplication

BEHIND = ("reached", "reason", "first", "last")
STOPPED = frozenset(
    {
        ApplicationState.DECLINED,
        ApplicationState.WITHDRAWN,
        ApplicationState.TIMED_OUT,
        ApplicationState.EXPIRED,
        ApplicationState.REASSIGNED,
    }
)
OUTCOMES: Mapping[str, str] = {
    "approved": "同意授信",
    "declined": "未通过",
    "counter_offered": "反向报价",
}


@blueprint.get("/applications")
@allow(*OVERSIGHT)
def city_applications() -> ResponseReturnValue:
    """Show submitted applications, narrowed by bank, state, text or lateness."""
    page = page_args()
    is_overdue, reason = _one_of("due", {"overdue"}) != "", _one_of("reason", DENIAL_REASONS)
    step = chosen_state(FunnelStep, "reached")
    wanted = ApplicationFilter(
        state=chosen_state(ApplicationState),
        institution_id=chosen_id("institution"),
        overdue_at=clock.today() if is_overdue else None,
        text=asked("q"),
        period=asked_period() if step or reason else None,
        reached=step,
        reason=reason,
    )
    found, total = queries.city_applications(page, wanted)
    return render_template(
        "office/applications.html",
        rows=[_row(row) for row in found],
        pager=pager_of(page, total),
        chosen={name: asked(name) for name in ("q", "state", "institution", "due")},
        behind=_behind_words(wanted),
        kept={name: asked(name) for name in BEHIND if asked(name)},
        states=options(_shown_states()),
        banks=bank_options(),
        labels=wording.APPLICATION_STATES,
    )


def _behind_words(wanted: ApplicationFilter) -> str:
    """Say which number of the figures this is the list of; empty where it is none."""
    if wanted.period is None:
        return ""
    days = f"{format_day(wanted.period.first)} 至 {format_day(wanted.period.last)}"
    if wanted.reached is not None:
        return f"{days} 提交、到过“{FUNNEL_NAMES[wanted.reached]}”这一步的申请"
    return f"{days} 因“{DENIAL_REASONS[wanted.reason].name}”未通过的申请"


def _one_of(name: str, known: Container[str]) -> str:
    """Read a code from the query string; empty is none, an unknown one is refused."""
    code = asked(name)
    if code and code not in known:
        raise InvalidInput("没有这个筛选条件，请重新选择。", fields={name: "请从列表里选择"})
    return code


@blueprint.get("/applications/<uuid:application_id>")
@allow(*OVERSIGHT)
def city_application(application_id: UUID) -> ResponseReturnValue:
    """Show one application with its steps and the bank's decision; nothing can be changed."""
    application = service.get_application(g.actor, application_id)
    row = applications.get_row(application_id)
    decision = applications.latest_decision(application_id)
    return render_template(
        "office/application.html",
        row=row,
        labels=wording.APPLICATION_STATES,
        left=days_left(application),
        facts=_facts(row),
        decision=None if decision is None else _decision_facts(decision),
        reasons=[] if decision is None else _reasons(decision),
        payouts=_payouts(application_id),
        repayments=repayments.lines_of(application_id),
        events=_events(application_id),
    )


def days_left(application: LoanApplication) -> int | None:
    """Return working days until the promised day, negative when late; None when none runs."""
    promised = application.promised_on
    if promised is None or application.state not in AT_BANK:
        return None
    left = working_days_between(clock.today(), promised)
    return min(left, -1) if promised < clock.today() else left


def bank_options() -> list[dict[str, str]]:
    """Return the institutions as the form macros take them."""
    found = institutions.list_institutions()
    return options({institution.id: institution.short_name for institution in found})


def chosen_id(name: str) -> UUID | None:
    """Read an id from the query string; empty is None, anything else than an id is refused."""
    if not asked(name):
        return None
    try:
        return UUID(asked(name))
    except ValueError as error:
        raise InvalidInput("没有这个筛选条件。", fields={name: "请从列表里选择"}) from error


def _shown_states() -> dict[ApplicationState, str]:
    names = wording.APPLICATION_STATES
    return {state: names[state] for state in names if state is not ApplicationState.DRAFT}


def _row(row: CityApplication) -> Row:
    found = row.application
    url = url_for("office.city_application", application_id=found.id)
    return {
        "firm": link(url, row.enterprise.name),
        "firm_sub": found.application_no,
        "bank": row.institution.short_name,
        "product": row.product_name,
        "amount": format_wan(found.amount_applied_fen),
        "submitted": format_day(found.submitted_at),
        "promised": format_day(found.promised_on),
        "state": found.state,
        "left": days_left(found),
    }


def _facts(row: ApplicationRow) -> list[Row]:
    found = row.application
    officer = f"{row.officer_name} {row.officer_phone or ''}" if row.officer_name else "尚未指定"
    return [
        {"label": "企业", "value": row.enterprise.name, "note": row.enterprise.uscc},
        {"label": "银行", "value": row.institution.name},
        {"label": "产品", "value": row.product_name},
        {"label": "客户经理", "value": officer},
        {"label": "申请金额", "value": format_wan(found.amount_applied_fen)},
        {"label": "申请期限", "value": f"{found.term_months} 个月"},
        {"label": "用途", "value": found.loan_purpose},
        {"label": "提交时间", "value": format_moment(found.submitted_at)},
        {"label": "承诺答复日", "value": format_day(found.promised_on)},
    ]


def _decision_facts(decision: CreditDecision) -> list[Row]:
    granted = [
        {"label": "金额", "value": format_wan(decision.amount_fen)},
        {"label": "年利率", "value": format_percent(decision.rate)},
        {"label": "期限", "value": f"{decision.term_months} 个月"},
    ]
    return [
        {"label": "决定", "value": OUTCOMES[decision.outcome]},
        {"label": "经办人", "value": decision.officer_name},
        {"label": "决定时间", "value": format_moment(decision.decided_at)},
        *(granted if decision.amount_fen is not None else []),
    ]


def _reasons(decision: CreditDecision) -> list[Row]:
    return [
        {
            "outcome": "unmet",
            "title": reason.get("name") or DENIAL_REASONS[reason["code"]].name,
            "how": " ".join(
                filter(None, (reason.get("note"), reason.get("text"), reason.get("next_step")))
            ),
        }
        for reason in decision.reasons
    ]


def _payouts(application_id: UUID) -> list[Row]:
    return [
        {
            "number": payout.loan_no,
            "amount": format_wan(payout.amount_fen),
            "rate": format_percent(payout.rate),
            "on": format_day(payout.disbursed_on),
            "due": format_day(payout.due_on),
        }
        for payout in applications.disbursements_of(application_id)
    ]


def _events(application_id: UUID) -> Sequence[Row]:
    return [
        {
            "at": format_moment(step.taken_at),
            "title": wording.APPLICATION_ACTIONS[step.action],
            "who": f"{step.actor_name}（{wording.ROLES[step.role]}）",
            "text": step.note or "",
            "tone": "stop" if step.to_state in STOPPED else "",
        }
        for step in applications.steps_of(application_id)
    ]
