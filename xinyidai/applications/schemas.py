"""Loan applications as JSON: what a bank's system reports, and what it may know.

Money is integer 分, rates are decimal strings, days are dates; contacts are masked except in
`LoanApplicationFullOut`, which only the bank that was applied to can ask for.
"""

from typing import Any

from marshmallow import Schema, fields, post_load, validate

from xinyidai.accounts.schemas import (
    Fen,
    FirmOut,
    Flag,
    MaskedName,
    MaskedPhone,
    PageIn,
    PageOut,
    Rate,
)
from xinyidai.applications.rules import LONGEST_TERM_MONTHS
from xinyidai.applications.values import (
    ApplicationAction,
    ApplicationState,
    GuaranteeFlag,
    LoanKind,
    RepaymentState,
)
from xinyidai.catalogue.denials import Suggestion
from xinyidai.catalogue.refusals import LONGEST_NOTE, MOST_REASONS, DenialGiven
from xinyidai.kernel.actor import Role

LONGEST_LOAN_NO = 64
MOST_STATES = len(ApplicationState)


class WorkIn(PageIn):
    """What a bank's work list is narrowed to; without states, what waits at the bank."""

    state = fields.List(
        fields.Enum(ApplicationState, by_value=True),
        validate=validate.Length(max=MOST_STATES),
        metadata={"description": "状态，可以重复;不写则为在银行手里的申请"},
    )
    updated_since = fields.AwareDateTime(
        metadata={"description": "此刻(带时区)以来有过变化的"},
    )


class ApprovalIn(Schema):
    """What the bank grants, 授信."""

    amount_fen = Fen(required=True)
    rate = Rate(required=True)
    term_months = fields.Integer(
        strict=True, required=True, validate=validate.Range(1, LONGEST_TERM_MONTHS)
    )
    disclosure_id = fields.UUID(
        load_default=None,
        allow_none=True,
        metadata={"description": "据以决定的那次查询，见 /api/v1/queries"},
    )


class CounterOfferIn(ApprovalIn):
    """Other terms than the firm asked for, 反向报价: until when, and why."""

    until = fields.Date(required=True, metadata={"description": "报价有效期至，至少 3 个工作日"})
    note = fields.String(
        required=True,
        validate=validate.Length(min=1, max=LONGEST_NOTE),
        metadata={"description": "为什么不能按申请的条件办理，企业会看到"},
    )


class DenialReasonIn(Schema):
    """A coded reason with the officer's own words."""

    code = fields.String(required=True, validate=validate.Length(max=64))
    note = fields.String(load_default="", validate=validate.Length(max=LONGEST_NOTE))

    @post_load
    def build(self, data: dict[str, Any], **_: object) -> DenialGiven:
        """Return the value."""
        return DenialGiven(**data)


class DenialIn(Schema):
    """Why the bank declines: one to four reasons, one of them actionable."""

    reasons = fields.List(
        fields.Nested(DenialReasonIn),
        required=True,
        validate=validate.Length(min=1, max=MOST_REASONS),
    )
    disclosure_id = fields.UUID(load_default=None, allow_none=True)


class ReturnIn(Schema):
    """What the firm is asked to add, 退回补充."""

    note = fields.String(required=True, validate=validate.Length(min=1, max=LONGEST_NOTE))


class HandOverIn(Schema):
    """Who takes over, 转交: one colleague or one branch of the same bank, and why."""

    officer_id = fields.UUID(load_default=None, allow_none=True)
    branch_id = fields.UUID(load_default=None, allow_none=True)
    reason = fields.String(required=True, validate=validate.Length(min=1, max=LONGEST_NOTE))


class TakingOfficerOut(Schema):
    """An officer of the bank who is at work; the bank's own system reads its own people."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    branch_id = fields.UUID(required=True, allow_none=True)


class TakingBranchOut(Schema):
    """A branch of the bank."""

    id = fields.UUID(required=True)
    code = fields.String(required=True)
    name = fields.String(required=True)


class TakersFullOut(Schema):
    """Who of the bank may take an application over."""

    officers = fields.List(fields.Nested(TakingOfficerOut), required=True)
    branches = fields.List(fields.Nested(TakingBranchOut), required=True)


class ApprovalRequestIn(Schema):
    """The note of the due diligence, 尽调意见; it stays inside the bank and the office."""

    note = fields.String(load_default="", validate=validate.Length(max=2000))


class DisbursementIn(Schema):
    """What was paid out, 放款, with the flags that the city's figures need."""

    loan_no = fields.String(required=True, validate=validate.Length(min=1, max=LONGEST_LOAN_NO))
    amount_fen = Fen(required=True)
    rate = Rate(required=True)
    disbursed_on = fields.Date(required=True)
    due_on = fields.Date(required=True)
    guarantee = fields.Enum(GuaranteeFlag, by_value=True, required=True)
    is_first_loan = Flag(required=True, metadata={"description": "首贷"})
    is_renewal = Flag(load_default=False, metadata={"description": "续贷"})


class RepaymentIn(Schema):
    """How a loan stands on a day."""

    state = fields.Enum(RepaymentState, by_value=True, required=True)
    as_of = fields.Date(required=True, metadata={"description": "截至哪一天"})
    days_overdue = fields.Integer(
        load_default=0, strict=True, metadata={"description": "逾期天数，没有逾期为 0"}
    )
    overdue_fen = Fen(load_default=None, allow_none=True)


class LoanApplicationSummaryOut(Schema):
    """One line of the work list."""

    id = fields.UUID(attribute="application.id", required=True)
    application_no = fields.String(attribute="application.application_no", required=True)
    enterprise = fields.Nested(FirmOut, required=True)
    product_id = fields.UUID(attribute="application.product_id", required=True)
    product_version_id = fields.UUID(attribute="application.product_version_id", required=True)
    product_name = fields.String(required=True)
    amount_applied_fen = fields.Integer(attribute="application.amount_applied_fen", required=True)
    term_months = fields.Integer(attribute="application.term_months", required=True)
    state = fields.Enum(
        ApplicationState, by_value=True, attribute="application.state", required=True
    )
    submitted_at = fields.AwareDateTime(
        attribute="application.submitted_at", required=True, allow_none=True
    )
    promised_on = fields.Date(attribute="application.promised_on", required=True, allow_none=True)
    is_priority = fields.Boolean(
        attribute="application.is_priority",
        required=True,
        metadata={"description": "因在白名单内而缩短了承诺日，请优先办理"},
    )


class WorkOut(PageOut):
    """One part of the work list: whitelisted firms first, then the earliest promise."""

    items = fields.List(fields.Nested(LoanApplicationSummaryOut), required=True)


class DenialGivenOut(Schema):
    """A reason as the firm reads it."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    text = fields.String(required=True)
    next_step = fields.String(required=True)
    suggests = fields.Enum(Suggestion, by_value=True, required=True)
    note = fields.String(required=True)

    def get_attribute(self, obj: Any, attr: str, default: Any) -> Any:
        """Return a part of the stored reason; what suits it is stored as a word."""
        found = super().get_attribute(obj, attr, default)
        return Suggestion(found) if attr == "suggests" else found


class DecisionOut(Schema):
    """The bank's newest decision."""

    outcome = fields.String(
        required=True, validate=validate.OneOf(["approved", "declined", "counter_offered"])
    )
    amount_fen = fields.Integer(required=True, allow_none=True)
    rate = Rate(required=True, allow_none=True)
    term_months = fields.Integer(required=True, allow_none=True)
    reasons = fields.List(fields.Nested(DenialGivenOut), required=True)
    decided_at = fields.AwareDateTime(required=True)
    disclosure_id = fields.UUID(required=True, allow_none=True)
    model_code = fields.String(required=True, allow_none=True)
    model_version = fields.String(required=True, allow_none=True)


class PayoutOut(Schema):
    """Money that was paid out."""

    loan_no = fields.String(required=True)
    amount_fen = fields.Integer(required=True)
    rate = Rate(required=True)
    disbursed_on = fields.Date(required=True)
    due_on = fields.Date(required=True)


class RepaymentOut(Schema):
    """How the loan stood on a day; who reported it is not named."""

    state = fields.Enum(RepaymentState, by_value=True, required=True)
    as_of = fields.Date(required=True)
    days_overdue = fields.Integer(required=True)
    overdue_fen = fields.Integer(required=True, allow_none=True)
    reported_at = fields.AwareDateTime(required=True)


class StepOut(Schema):
    """One step; the person who took it is not named."""

    action = fields.Enum(ApplicationAction, by_value=True, required=True)
    from_state = fields.Enum(ApplicationState, by_value=True, required=True)
    to_state = fields.Enum(ApplicationState, by_value=True, required=True)
    role = fields.Enum(Role, by_value=True, required=True)
    taken_at = fields.AwareDateTime(required=True)


class LoanApplicationOut(LoanApplicationSummaryOut):
    """One application with decision, payouts and steps."""

    loan_purpose = fields.String(attribute="application.loan_purpose", required=True)
    contact_name: fields.String = MaskedName(attribute="application.contact_name", required=True)
    contact_phone: fields.String = MaskedPhone(attribute="application.contact_phone", required=True)
    consent_id = fields.UUID(attribute="application.consent_id", required=True, allow_none=True)
    accepted_at = fields.AwareDateTime(
        attribute="application.accepted_at", required=True, allow_none=True
    )
    offer_until = fields.Date(attribute="application.offer_until", required=True, allow_none=True)
    returned_note = fields.String(
        attribute="application.returned_note", required=True, allow_none=True
    )
    signed_at = fields.AwareDateTime(
        attribute="application.signed_at", required=True, allow_none=True
    )
    disbursed_at = fields.AwareDateTime(
        attribute="application.disbursed_at", required=True, allow_none=True
    )
    settled_at = fields.AwareDateTime(
        attribute="application.settled_at", required=True, allow_none=True
    )
    loan_kind = fields.Enum(
        LoanKind, by_value=True, attribute="application.loan_kind", required=True, allow_none=True
    )
    guarantee = fields.Enum(
        GuaranteeFlag,
        by_value=True,
        attribute="application.guarantee",
        required=True,
        allow_none=True,
    )
    decision = fields.Nested(DecisionOut, required=True, allow_none=True)
    payouts = fields.List(fields.Nested(PayoutOut), required=True)
    steps = fields.List(fields.Nested(StepOut), required=True)
    repayments = fields.List(fields.Nested(RepaymentOut), required=True)


class LoanApplicationFullOut(LoanApplicationOut):
    """One application with the contact in full, for the bank that has to call."""

    contact_name = fields.String(attribute="application.contact_name", required=True)
    contact_phone = fields.String(attribute="application.contact_phone", required=True)


class DenialReasonOut(Schema):
    """One entry of the list of reasons, 拒贷原因."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    text = fields.String(required=True)
    next_step = fields.String(required=True)
    is_actionable = fields.Boolean(attribute="actionable", required=True)
    needs_note = fields.Boolean(attribute="note_required", required=True)
    suggests = fields.Enum(Suggestion, by_value=True, required=True)


class DenialReasonsOut(Schema):
    """The list of reasons and its version."""

    version = fields.String(required=True)
    items = fields.List(fields.Nested(DenialReasonOut), required=True)
