"""What an officer does with an application, 办理: each step is a POST; longer ones have a form."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from flask import flash, g, render_template, request
from flask.typing import ResponseReturnValue

from xinyidai.applications import queries, service
from xinyidai.applications.lifecycle import LIFECYCLE
from xinyidai.applications.rules import OFFER_DAYS, Terms
from xinyidai.applications.service import CounterOffer, Payout
from xinyidai.applications.values import ApplicationAction as A
from xinyidai.applications.values import GuaranteeFlag, LoanKind
from xinyidai.catalogue.denials import DENIAL_REASONS
from xinyidai.catalogue.refusals import DenialGiven
from xinyidai.consents.service import ConsentRefused
from xinyidai.kernel import clock
from xinyidai.kernel.access import allow
from xinyidai.kernel.db import own_transaction, transactional
from xinyidai.kernel.errors import Conflict, InvalidInput
from xinyidai.kernel.money import format_wan
from xinyidai.kernel.working_days import add_working_days
from xinyidai.web import wording
from xinyidai.web.bank.base import OFFICER, UNPROCESSABLE, blueprint, options, see_other
from xinyidai.web.bank.consent_view import looks_under
from xinyidai.web.bank.form_reading import FieldValues, FormReader

DONE = {
    A.ACCEPT: "已受理，您是这份申请的客户经理。",
    A.INVESTIGATE: "已转入尽调。",
    A.SIGN: "已登记签约。",
    A.SETTLE: "已登记结清。",
}
UNREADABLE_LOOKS = frozenset({"snapshot_expired", "snapshot_outdated"})


SLUGS = "<any('send-to-approval', 'return', 'approve', 'offer', 'decline', 'disburse'):slug>"
PERCENT = 100


@dataclass(frozen=True)
class Step:
    """A step with a form: the action, the words when done, and what the fields lead to."""

    action: A
    done: str
    deed: Callable[[UUID, FormReader], None]


@blueprint.post("/applications/<uuid:application_id>/accept")
@allow(*OFFICER)
@transactional
def accept(application_id: UUID) -> ResponseReturnValue:
    """Accept, 受理."""
    service.accept_application(g.actor, application_id)
    return _back(application_id, A.ACCEPT)


@blueprint.post("/applications/<uuid:application_id>/investigate")
@allow(*OFFICER)
@transactional
def investigate(application_id: UUID) -> ResponseReturnValue:
    """Begin the due diligence, 转尽调."""
    service.investigate_application(g.actor, application_id)
    return _back(application_id, A.INVESTIGATE)


@blueprint.post("/applications/<uuid:application_id>/sign")
@allow(*OFFICER)
@transactional
def sign(application_id: UUID) -> ResponseReturnValue:
    """Note the signed contract, 签约."""
    service.sign_application(g.actor, application_id)
    return _back(application_id, A.SIGN)


@blueprint.post("/applications/<uuid:application_id>/settle")
@allow(*OFFICER)
@transactional
def settle(application_id: UUID) -> ResponseReturnValue:
    """Note that the loan is paid back, 结清."""
    service.settle_application(g.actor, application_id)
    return _back(application_id, A.SETTLE)


def _back(application_id: UUID, action: A) -> ResponseReturnValue:
    flash(DONE[action], "ok")
    return see_other("show_application", application_id=application_id)


@blueprint.get(f"/applications/<uuid:application_id>/{SLUGS}")
@allow(*OFFICER)
def step_form(application_id: UUID, slug: str) -> ResponseReturnValue:
    """Show the form of a step that needs more than a button."""
    application = service.get_application(g.actor, application_id)
    LIFECYCLE.next_state(application.state, STEPS[slug].action)
    amount = application.amount_approved_fen or application.amount_applied_fen
    values = {
        "amount": format_wan(amount).removesuffix(" 万元").replace(",", ""),
        "term_months": str(application.term_months),
        "disbursed_on": clock.today().isoformat(),
        "offer_until": add_working_days(clock.today(), OFFER_DAYS).isoformat(),
    }
    if application.rate_approved is not None:
        values["rate"] = f"{application.rate_approved * PERCENT:.4f}".rstrip("0").rstrip(".")
    return _form(application_id, slug, values, {})


@blueprint.post(f"/applications/<uuid:application_id>/{SLUGS}")
@allow(*OFFICER)
def take_step(application_id: UUID, slug: str) -> ResponseReturnValue:
    """Take the step, or show the form again with what is wrong."""
    step = STEPS[slug]
    try:
        with own_transaction():
            step.deed(application_id, FormReader(request.form))
    except InvalidInput as error:
        faults = error.fields or {"note": error.message}
    except (ConsentRefused, Conflict) as error:
        faults = _look_fault(error)
    else:
        flash(step.done, "ok")
        return see_other("show_application", application_id=application_id)
    return _form(application_id, slug, request.form.to_dict(), faults), UNPROCESSABLE


def _look_fault(error: ConsentRefused | Conflict) -> dict[str, str]:
    """Turn a look that may no longer be read into a fault of its field; pass anything else on."""
    if isinstance(error, Conflict) and error.code not in UNREADABLE_LOOKS:
        raise error
    return {"disclosure_id": f"{error.message}请选择“不关联”，或请企业重新授权后再办理。"}


def _form(application_id: UUID, slug: str, values: dict[str, str], errors: dict[str, str]) -> str:
    application = service.get_application(g.actor, application_id)
    looks = looks_under(application.consent_id) if application.consent_id else []
    seen = [look for look in looks if look["snapshot_id"] is not None and not look["is_report"]]
    return render_template(
        f"bank/step_{slug.replace('-', '_')}.html",
        row=queries.get_row(application_id),
        application=application,
        values=FieldValues(values),
        errors=errors,
        chosen=request.form.getlist("reasons"),
        reasons=DENIAL_REASONS.values(),
        looks=[
            {"value": str(look["snapshot_id"]), "label": f"{look['at']} {look['who']}"}
            for look in seen
        ],
        guarantees=options(wording.GUARANTEE_FLAGS),
        loan_kinds=options(wording.LOAN_KINDS),
    )


def _send_to_approval(application_id: UUID, form: FormReader) -> None:
    service.send_to_approval(g.actor, application_id, form.text("note"))


def _return(application_id: UUID, form: FormReader) -> None:
    service.return_application(g.actor, application_id, form.text("note"))


def _approve(application_id: UUID, form: FormReader) -> None:
    terms = _terms(form)
    look = form.identifier("disclosure_id")
    form.check()
    service.approve_application(g.actor, application_id, terms, look)


def _terms(form: FormReader) -> Terms:
    form.require(amount="请填写授信金额。", rate="请填写年利率。", term_months="请填写授信期限。")
    return Terms(
        form.wan("amount") or 0, form.percent("rate") or Decimal(0), form.whole("term_months") or 0
    )


def _offer(application_id: UUID, form: FormReader) -> None:
    terms, until, look = _terms(form), form.day("offer_until"), form.identifier("disclosure_id")
    form.require(offer_until="请填写报价有效期。")
    form.check()
    offer = CounterOffer(terms, until or clock.today(), form.text("note"), look)
    service.offer_terms(g.actor, application_id, offer)


def _decline(application_id: UUID, form: FormReader) -> None:
    reasons = [
        DenialGiven(code, form.text(f"note_{code}")) for code in request.form.getlist("reasons")
    ]
    look = form.identifier("disclosure_id")
    form.check()
    service.decline_application(g.actor, application_id, reasons, look)


def _disburse(application_id: UUID, form: FormReader) -> None:
    form.require(
        loan_no="请填写借据号。",
        amount="请填写放款金额。",
        rate="请填写放款年利率。",
        disbursed_on="请填写放款日期。",
        due_on="请填写到期日。",
    )
    kind = form.choice("loan_kind", LoanKind, "请选择贷款类别。")
    guarantee = form.choice("guarantee", GuaranteeFlag, "请选择担保方式。")
    paid_on, due_on = form.day("disbursed_on"), form.day("due_on")
    amount, rate = form.wan("amount"), form.percent("rate")
    form.check()
    if paid_on is None or due_on is None or guarantee is None:
        raise InvalidInput("请补全信息。")
    payout = Payout(
        loan_no=form.text("loan_no"),
        amount_fen=amount or 0,
        rate=rate or Decimal(0),
        disbursed_on=paid_on,
        due_on=due_on,
        guarantee=guarantee,
        is_first_loan=kind is LoanKind.FIRST,
        is_renewal=kind is LoanKind.RENEWAL,
    )
    service.disburse_application(g.actor, application_id, payout)


STEPS = {
    "send-to-approval": Step(A.SEND_TO_APPROVAL, "已送审批。", _send_to_approval),
    "return": Step(A.RETURN, "已退回企业补充，企业会收到您写的说明。", _return),
    "approve": Step(A.APPROVE, "已登记授信。", _approve),
    "offer": Step(A.OFFER, "已向企业报价，企业会收到消息，在有效期内答复。", _offer),
    "decline": Step(A.DECLINE, "已登记拒绝，企业会看到原因和下一步建议。", _decline),
    "disburse": Step(A.DISBURSE, "已登记放款。", _disburse),
}
