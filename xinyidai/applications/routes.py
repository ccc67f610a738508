"""Loan applications for banks' systems: the work list, and one operation for each step."""

from typing import Any
from uuid import UUID

from flask import g

from xinyidai.accounts import queries as accounts
from xinyidai.accounts.scopes import ApiBlueprint, Scope, as_list, page_of
from xinyidai.applications import queries, service
from xinyidai.applications.queries import AT_BANK, WorkFilter
from xinyidai.applications.rules import Terms
from xinyidai.applications.schemas import (
    ApprovalIn,
    ApprovalRequestIn,
    CounterOfferIn,
    DenialIn,
    DenialReasonsOut,
    DisbursementIn,
    HandOverIn,
    LoanApplicationFullOut,
    LoanApplicationOut,
    RepaymentIn,
    ReturnIn,
    TakersFullOut,
    WorkIn,
    WorkOut,
)
from xinyidai.applications.service import CounterOffer, NewHands, Payout, Repayment
from xinyidai.applications.values import ApplicationState
from xinyidai.catalogue import denials
from xinyidai.institutions import queries as institutions
from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import transactional

APPROVAL_IN = {"amount_fen": 50_000_000, "rate": "0.0435", "term_months": 12}
COUNTER_OFFER_IN = {
    "amount_fen": 30_000_000,
    "rate": "0.0435",
    "term_months": 6,
    "until": "2026-06-20",
    "note": "目前的流水支持不了申请的金额。",
}
DENIAL_IN = {"reasons": [{"code": "insufficient_turnover", "note": "近半年流水下降"}]}
RETURN_IN = {"note": "请补充最近一期财务报表。"}
HAND_OVER_IN = {
    "officer_id": "0197a3c0-0000-7000-8000-000000000061",
    "reason": "原经办人调岗",
}
TAKERS_OUT = {
    "officers": [
        {
            "id": "0197a3c0-0000-7000-8000-000000000061",
            "name": "演示经理",
            "branch_id": "0197a3c0-0000-7000-8000-000000000062",
        }
    ],
    "branches": [{"id": "0197a3c0-0000-7000-8000-000000000062", "code": "001", "name": "演示支行"}],
}
APPROVAL_REQUEST_IN = {"note": "现场核实，经营正常。"}
DISBURSEMENT_IN = {
    "loan_no": "JJ2026060001",
    "amount_fen": 50_000_000,
    "rate": "0.0435",
    "disbursed_on": "2026-06-10",
    "due_on": "2027-06-10",
    "guarantee": "credit",
    "is_first_loan": True,
}
REPAYMENT_IN = {"state": "overdue", "as_of": "2026-09-30", "days_overdue": 12}
APPLICATION_OUT = {
    "id": "0197a3c0-0000-7000-8000-000000000051",
    "application_no": "SQ20260601A1B2C3D4",
    "enterprise": {"uscc": "91410400XN0000018J", "name": "鹰川市演示轴承有限公司"},
    "product_id": "0197a3c0-0000-7000-8000-000000000012",
    "product_version_id": "0197a3c0-0000-7000-8000-000000000011",
    "product_name": "纳税信用贷",
    "amount_applied_fen": 50_000_000,
    "term_months": 12,
    "state": "accepted",
    "submitted_at": "2026-06-01T09:30:00+08:00",
    "promised_on": "2026-06-04",
    "is_priority": False,
    "loan_purpose": "采购原材料",
    "contact_name": "张**",
    "contact_phone": "138****0000",
    "consent_id": "0197a3c0-0000-7000-8000-000000000001",
    "accepted_at": "2026-06-01T10:00:00+08:00",
    "offer_until": None,
    "returned_note": None,
    "signed_at": None,
    "disbursed_at": None,
    "settled_at": None,
    "loan_kind": None,
    "guarantee": None,
    "decision": None,
    "payouts": [],
    "steps": [
        {
            "action": "accept",
            "from_state": "submitted",
            "to_state": "accepted",
            "role": "bank_client",
            "taken_at": "2026-06-01T10:00:00+08:00",
        }
    ],
    "repayments": [],
}

STEP_REFUSES = (404, 409)

blueprint = ApiBlueprint("applications", __name__, title="贷款申请")


@blueprint.get("/denial-reasons")
@allow(Role.PUBLIC)
@blueprint.operation("拒贷原因清单", detail="拒绝时从中选 1 到 4 个，至少一个 is_actionable。")
@blueprint.response(200, DenialReasonsOut)
def list_denial_reasons() -> dict[str, Any]:
    """List the coded reasons of a refusal."""
    return {"version": denials.VERSION, "items": list(denials.DENIAL_REASONS.values())}


@blueprint.get("/applications")
@allow(Role.BANK_CLIENT)
@blueprint.operation(
    "申请清单", detail="白名单优先的企业在前，其余按承诺日期从早到晚。", scope=Scope.APPLICATIONS
)
@blueprint.arguments(WorkIn, location="query")
@blueprint.response(200, WorkOut)
def list_applications(wanted: dict[str, Any]) -> dict[str, Any]:
    """List the institution's applications by time left."""
    page = page_of(wanted)
    since = wanted.get("updated_since")
    default = tuple(ApplicationState) if since else AT_BANK
    chosen = WorkFilter(states=wanted.get("state") or default, updated_since=since)
    rows, total = queries.work_list(g.actor.party_id, page, chosen)
    return as_list(rows, page, total)


@blueprint.get("/applications/<uuid:application_id>")
@allow(Role.BANK_CLIENT)
@blueprint.operation(
    "一份申请", detail="含联系人全称和电话。", scope=Scope.APPLICATIONS, refuses=(404,)
)
@blueprint.response(200, LoanApplicationFullOut)
def read_application(application_id: UUID) -> dict[str, Any]:
    """Return one application of the institution with the contact in full."""
    return _shown(service.get_application(g.actor, application_id).id)


@blueprint.post("/applications/<uuid:application_id>/acceptance")
@allow(Role.BANK_CLIENT)
@blueprint.operation("受理", scope=Scope.APPLICATIONS, refuses=STEP_REFUSES)
@transactional
@blueprint.response(200, LoanApplicationOut, example=APPLICATION_OUT)
def accept(application_id: UUID) -> dict[str, Any]:
    """Accept a submitted application."""
    service.accept_application(g.actor, application_id)
    return _shown(application_id)


@blueprint.post("/applications/<uuid:application_id>/investigation")
@allow(Role.BANK_CLIENT)
@blueprint.operation("转尽调", scope=Scope.APPLICATIONS, refuses=STEP_REFUSES)
@transactional
@blueprint.response(200, LoanApplicationOut)
def investigate(application_id: UUID) -> dict[str, Any]:
    """Begin the due diligence."""
    service.investigate_application(g.actor, application_id)
    return _shown(application_id)


@blueprint.post("/applications/<uuid:application_id>/approval-request")
@allow(Role.BANK_CLIENT)
@blueprint.operation("送审批", scope=Scope.APPLICATIONS, refuses=STEP_REFUSES)
@transactional
@blueprint.arguments(ApprovalRequestIn, example=APPROVAL_REQUEST_IN)
@blueprint.response(200, LoanApplicationOut)
def request_approval(wanted: dict[str, Any], application_id: UUID) -> dict[str, Any]:
    """Hand over to approval."""
    service.send_to_approval(g.actor, application_id, wanted["note"])
    return _shown(application_id)


@blueprint.post("/applications/<uuid:application_id>/return")
@allow(Role.BANK_CLIENT)
@blueprint.operation("退回补充", scope=Scope.APPLICATIONS, refuses=STEP_REFUSES)
@transactional
@blueprint.arguments(ReturnIn, example=RETURN_IN)
@blueprint.response(200, LoanApplicationOut)
def return_for_completion(wanted: dict[str, Any], application_id: UUID) -> dict[str, Any]:
    """Return for completion; the note says what is missing."""
    service.return_application(g.actor, application_id, wanted["note"])
    return _shown(application_id)


@blueprint.get("/applications/takers")
@allow(Role.BANK_CLIENT)
@blueprint.operation(
    "可以接手申请的人和网点",
    detail="本机构在岗的客户经理和网点，转交时从中选一个。",
    scope=Scope.APPLICATIONS,
)
@blueprint.response(200, TakersFullOut, example=TAKERS_OUT)
def list_takers() -> dict[str, Any]:
    """List the officers and branches of the institution that an application can go to."""
    bank_id = g.actor.party_id
    return {
        "officers": accounts.officers_of(bank_id),
        "branches": institutions.list_branches(bank_id),
    }


@blueprint.post("/applications/<uuid:application_id>/hand-over")
@allow(Role.BANK_CLIENT)
@blueprint.operation(
    "转交",
    detail="转给一位同事（officer_id）或一个网点（branch_id），只填其一；状态和承诺日期不变。"
    "接手的人和企业会收到消息，重复转给同一处只记一次。",
    scope=Scope.APPLICATIONS,
    refuses=STEP_REFUSES,
)
@transactional
@blueprint.arguments(HandOverIn, example=HAND_OVER_IN)
@blueprint.response(200, LoanApplicationOut, example=APPLICATION_OUT)
def hand_over(wanted: dict[str, Any], application_id: UUID) -> dict[str, Any]:
    """Hand over to a colleague or a branch of the same bank."""
    service.hand_over_application(g.actor, application_id, NewHands(**wanted))
    return _shown(application_id)


@blueprint.post("/applications/<uuid:application_id>/approval")
@allow(Role.BANK_CLIENT)
@blueprint.operation(
    "授信",
    detail="金额以分计且不超过申请金额，利率为小数文字;disclosure_id 写明依据哪次查询。",
    scope=Scope.APPLICATIONS,
    refuses=STEP_REFUSES,
)
@transactional
@blueprint.arguments(ApprovalIn, example=APPROVAL_IN)
@blueprint.response(200, LoanApplicationOut)
def approve(wanted: dict[str, Any], application_id: UUID) -> dict[str, Any]:
    """Approve with amount, rate and term."""
    disclosure_id = wanted.pop("disclosure_id")
    service.approve_application(g.actor, application_id, Terms(**wanted), disclosure_id)
    return _shown(application_id)


@blueprint.post("/applications/<uuid:application_id>/counter-offer")
@allow(Role.BANK_CLIENT)
@blueprint.operation(
    "反向报价",
    detail="企业接受即为授信;不接受的，申请回到审批，另给 3 个工作日。等答复期间不计时限。",
    scope=Scope.APPLICATIONS,
    refuses=STEP_REFUSES,
)
@transactional
@blueprint.arguments(CounterOfferIn, example=COUNTER_OFFER_IN)
@blueprint.response(200, LoanApplicationOut)
def counter_offer(wanted: dict[str, Any], application_id: UUID) -> dict[str, Any]:
    """Offer other terms, which the firm takes or refuses."""
    until, note = wanted.pop("until"), wanted.pop("note")
    look = wanted.pop("disclosure_id")
    offer = CounterOffer(Terms(**wanted), until, note, look)
    service.offer_terms(g.actor, application_id, offer)
    return _shown(application_id)


@blueprint.post("/applications/<uuid:application_id>/denial")
@allow(Role.BANK_CLIENT)
@blueprint.operation(
    "拒绝",
    detail="写明 1 到 4 个原因，至少一个企业可以着手改进;原因见 /api/v1/denial-reasons。",
    scope=Scope.APPLICATIONS,
    refuses=STEP_REFUSES,
)
@transactional
@blueprint.arguments(DenialIn, example=DENIAL_IN)
@blueprint.response(200, LoanApplicationOut)
def deny(wanted: dict[str, Any], application_id: UUID) -> dict[str, Any]:
    """Decline with coded reasons."""
    service.decline_application(g.actor, application_id, wanted["reasons"], wanted["disclosure_id"])
    return _shown(application_id)


@blueprint.post("/applications/<uuid:application_id>/signature")
@allow(Role.BANK_CLIENT)
@blueprint.operation("签约", scope=Scope.APPLICATIONS, refuses=STEP_REFUSES)
@transactional
@blueprint.response(200, LoanApplicationOut)
def sign(application_id: UUID) -> dict[str, Any]:
    """Note that the contract was signed."""
    service.sign_application(g.actor, application_id)
    return _shown(application_id)


@blueprint.post("/applications/<uuid:application_id>/disbursement")
@allow(Role.BANK_CLIENT)
@blueprint.operation("放款", scope=Scope.APPLICATIONS, refuses=STEP_REFUSES)
@transactional
@blueprint.arguments(DisbursementIn, example=DISBURSEMENT_IN)
@blueprint.response(200, LoanApplicationOut)
def disburse(wanted: dict[str, Any], application_id: UUID) -> dict[str, Any]:
    """Note what was paid out."""
    service.disburse_application(g.actor, application_id, Payout(**wanted))
    return _shown(application_id)


@blueprint.post("/applications/<uuid:application_id>/settlement")
@allow(Role.BANK_CLIENT)
@blueprint.operation("结清", scope=Scope.APPLICATIONS, refuses=STEP_REFUSES)
@transactional
@blueprint.response(200, LoanApplicationOut)
def settle(application_id: UUID) -> dict[str, Any]:
    """Note that the loan was paid back."""
    service.settle_application(g.actor, application_id)
    return _shown(application_id)


@blueprint.post("/applications/<uuid:application_id>/repayments")
@allow(Role.BANK_CLIENT)
@blueprint.operation(
    "报告还款情况",
    detail="放款后定期报告：正常、逾期（写明逾期天数）、结清或核销;同一天重报即为更正，历史保留。"
    "只有企业授权“模型训练”时，结果才会用于改进评分模型。",
    scope=Scope.APPLICATIONS,
    refuses=STEP_REFUSES,
)
@transactional
@blueprint.arguments(RepaymentIn, example=REPAYMENT_IN)
@blueprint.response(200, LoanApplicationOut)
def report_repayment(wanted: dict[str, Any], application_id: UUID) -> dict[str, Any]:
    """Note how the loan stands."""
    service.report_repayment(g.actor, application_id, Repayment(**wanted))
    return _shown(application_id)


def _shown(application_id: UUID) -> dict[str, Any]:
    """Return what the answers show; who asks has been let in by the service before."""
    row = queries.get_row(application_id)
    return {
        "application": row.application,
        "enterprise": row.enterprise,
        "product_name": row.product_name,
        "decision": queries.latest_decision(application_id),
        "payouts": queries.disbursements_of(application_id),
        "steps": queries.steps_of(application_id),
        "repayments": queries.repayments_of(application_id),
    }
