"""From a decision to money and back: sign, disburse, settle; and the word to the bank's system."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select

from xinyidai.applications import queries
from xinyidai.applications.bank_gateway import Announcement, gateway_for
from xinyidai.applications.models import Disbursement, LoanApplication
from xinyidai.applications.service import repaying, steps
from xinyidai.applications.service.repaying import Repayment
from xinyidai.applications.values import ApplicationAction as A
from xinyidai.applications.values import (
    ApplicationState,
    GuaranteeFlag,
    LoanKind,
    RepaymentState,
)
from xinyidai.audit import service as audit
from xinyidai.enterprises import service as enterprises
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM, Actor
from xinyidai.kernel.db import db
from xinyidai.kernel.errors import InvalidInput
from xinyidai.products import queries as products

LONGEST_LOAN_NO = 64


@dataclass(frozen=True)
class Payout:
    """What a bank reports when it has paid out; amount in 分, rate as a decimal fraction a year."""

    loan_no: str
    amount_fen: int
    rate: Decimal
    disbursed_on: date
    due_on: date
    guarantee: GuaranteeFlag
    is_first_loan: bool
    is_renewal: bool = False


def sign_application(actor: Actor, application_id: UUID) -> LoanApplication:
    """Note that firm and bank signed the contract, 签约."""
    application = steps.load(actor, application_id)
    steps.take(actor, A.SIGN, application)
    application.signed_at = clock.now()
    return application


def disburse_application(actor: Actor, application_id: UUID, payout: Payout) -> Disbursement:
    """Note that the bank paid out, 放款, with the flags that the city's KPIs need."""
    application = steps.load(actor, application_id)
    faults = _payout_faults(payout, application)
    if faults:
        raise InvalidInput(f"有 {len(faults)} 处需要修改。", fields=faults)
    steps.take(actor, A.DISBURSE, application)
    application.disbursed_at = clock.now()
    application.guarantee = payout.guarantee
    application.loan_kind = _kind(payout)
    disbursement = Disbursement(
        application_id=application.id,
        loan_no=payout.loan_no.strip(),
        amount_fen=payout.amount_fen,
        rate=payout.rate,
        disbursed_on=payout.disbursed_on,
        due_on=payout.due_on,
        reported_by=actor.account_id,
    )
    db.session.add(disbursement)
    enterprises.note_borrowed(actor, application.enterprise_id)
    return disbursement


def _kind(payout: Payout) -> LoanKind:
    if payout.is_first_loan:
        return LoanKind.FIRST
    return LoanKind.RENEWAL if payout.is_renewal else LoanKind.OTHER


def _payout_faults(payout: Payout, application: LoanApplication) -> dict[str, str]:
    found = {}
    if not payout.loan_no.strip() or len(payout.loan_no) > LONGEST_LOAN_NO:
        found["loan_no"] = f"请填写借据号，最多 {LONGEST_LOAN_NO} 个字符。"
    if not 0 < payout.amount_fen <= (application.amount_approved_fen or 0):
        found["amount"] = "放款金额要大于 0,且不超过授信金额。"
    if not Decimal(0) < payout.rate < Decimal("0.36"):
        found["rate"] = "年利率要大于 0 且低于 36%。"
    if payout.disbursed_on > clock.today():
        found["disbursed_on"] = "放款日期不能晚于今天。"
    elif application.signed_at and payout.disbursed_on < clock.local(application.signed_at).date():
        found["disbursed_on"] = "放款日期不能早于签约日期。"
    if payout.due_on <= payout.disbursed_on:
        found["due_on"] = "到期日要晚于放款日期。"
    if payout.is_first_loan and payout.is_renewal:
        found["loan_kind"] = "首贷和续贷不能同时选。"
    return found


def settle_application(actor: Actor, application_id: UUID) -> LoanApplication:
    """Note that the loan was paid back in full, 结清."""
    application = steps.load(actor, application_id)
    steps.take(actor, A.SETTLE, application)
    application.settled_at = clock.now()
    repaying.keep(actor, application, Repayment(RepaymentState.SETTLED, clock.today()))
    return application


def deliver_submission(application_id: UUID) -> None:
    """Tell the bank's system of a submission, once; done again, it changes nothing.

    The bank is told before the row is locked, so that nobody waits for the network; it gives the
    same receipt to the same number, so that two workers do no harm.
    """
    if not _is_due(queries.find(application_id)):
        return
    reference = _tell_bank(application_id)
    application = db.session.scalar(
        select(LoanApplication)
        .where(LoanApplication.id == application_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if application is None or application.delivered_at is not None:
        return
    application.bank_reference = reference
    application.delivered_at = clock.now()
    audit.record(SYSTEM, "application:deliver", "loan_application", application.id)


def _is_due(application: LoanApplication | None) -> bool:
    return (
        application is not None
        and application.delivered_at is None
        and application.state is ApplicationState.SUBMITTED
    )


def _tell_bank(application_id: UUID) -> str | None:
    """Return the bank's reference, or None where its officers work on our pages."""
    row = queries.get_row(application_id)
    gateway, application = gateway_for(row.institution.gateway), row.application
    if gateway is None or application.submitted_at is None:
        return None
    receipt = gateway.announce(
        Announcement(
            application_no=application.application_no,
            uscc=row.enterprise.uscc,
            product_code=products.get_product(application.product_id).code,
            amount_fen=application.amount_applied_fen,
            term_months=application.term_months,
            submitted_at=application.submitted_at.isoformat(),
        )
    )
    return receipt.reference
