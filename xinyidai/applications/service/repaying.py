"""How a loan stands after it was paid out, 还款情况, as its bank reports it; history is kept."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from xinyidai.applications import policies, queries
from xinyidai.applications.models import LoanApplication, RepaymentReport
from xinyidai.applications.service import steps
from xinyidai.applications.values import ApplicationAction as A
from xinyidai.applications.values import ApplicationState, RepaymentState
from xinyidai.audit import service as audit
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db
from xinyidai.kernel.errors import InvalidInput, InvalidTransition

LENT = frozenset({ApplicationState.DISBURSED, ApplicationState.SETTLED})


@dataclass(frozen=True)
class Repayment:
    """What a bank reports; `days_overdue` is 0 where nothing is late, the amount in 分."""

    state: RepaymentState
    as_of: date
    days_overdue: int = 0
    overdue_fen: int | None = None


def report_repayment(actor: Actor, application_id: UUID, told: Repayment) -> RepaymentReport:
    """Note how the loan stands; 结清 settles the application too.

    Sent twice, it is noted once. A later report for the same day corrects the earlier one, which
    stays in the history.

    Raises:
        NotFound: no such application, or another bank's.
        Forbidden: the actor is not the bank.
        InvalidTransition: nothing was paid out yet.
        InvalidInput: with a sentence for each bad field.

    """
    application = steps.load(actor, application_id)
    policies.require(actor, A.SETTLE, application)
    if application.state not in LENT:
        raise InvalidTransition(
            "登记放款以后才能报告还款情况。", details={"state": application.state.value}
        )
    faults = _faults(told, application)
    if faults:
        raise InvalidInput(f"有 {len(faults)} 处需要修改。", fields=faults)
    is_end = told.state is RepaymentState.SETTLED
    if is_end and application.state is ApplicationState.DISBURSED:
        steps.take(actor, A.SETTLE, application)
        application.settled_at = clock.now()
    audit.record(actor, "application:repayment", "loan_application", application.id)
    return keep(actor, application, told)


def keep(actor: Actor, application: LoanApplication, told: Repayment) -> RepaymentReport:
    """Store the report unless it says what the newest one of that day says already."""
    known = queries.repayments_of(application.id)
    same_day = next((row for row in known if row.as_of == told.as_of), None)
    if same_day is not None and _says(same_day) == told:
        return same_day
    report = RepaymentReport(
        application_id=application.id,
        state=told.state,
        as_of=told.as_of,
        days_overdue=told.days_overdue,
        overdue_fen=told.overdue_fen,
        reported_by=actor.account_id,
        reporter_name=actor.name,
        reported_at=clock.now(),
    )
    db.session.add(report)
    db.session.flush()
    return report


def _says(report: RepaymentReport) -> Repayment:
    return Repayment(report.state, report.as_of, report.days_overdue, report.overdue_fen)


def _faults(told: Repayment, application: LoanApplication) -> dict[str, str]:
    found = {}
    payouts = queries.disbursements_of(application.id)
    since = payouts[0].disbursed_on if payouts else told.as_of
    if not since <= told.as_of <= clock.today():
        found["as_of"] = "截至日期要在放款日和今天之间。"
    late = told.state in {RepaymentState.OVERDUE, RepaymentState.WRITTEN_OFF}
    if told.state is RepaymentState.OVERDUE and told.days_overdue <= 0:
        found["days_overdue"] = "逾期的请填写逾期天数。"
    elif not late and told.days_overdue:
        found["days_overdue"] = "没有逾期的请填 0 或留空。"
    elif not 0 <= told.days_overdue <= max((told.as_of - since).days, 0):
        found["days_overdue"] = "逾期天数不能为负，也不能超过放款以来的天数。"
    if told.overdue_fen is not None and told.overdue_fen < 0:
        found["overdue"] = "逾期金额不能为负。"
    return found
