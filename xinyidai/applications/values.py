"""Words of the applications slice."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID


class ApplicationState(StrEnum):
    """Where a loan application stands, 贷款申请状态."""

    DRAFT = "draft"  # 草稿
    SUBMITTED = "submitted"  # 已提交
    ACCEPTED = "accepted"  # 已受理
    DUE_DILIGENCE = "due_diligence"  # 尽调中
    IN_APPROVAL = "in_approval"  # 审批中
    APPROVED = "approved"  # 已授信
    SIGNED = "signed"  # 已签约
    DISBURSED = "disbursed"  # 已放款
    SETTLED = "settled"  # 已结清
    RETURNED = "returned"  # 退回补充
    DECLINED = "declined"  # 未通过
    WITHDRAWN = "withdrawn"  # 已撤回
    REASSIGNED = "reassigned"  # 已改派
    TIMED_OUT = "timed_out"  # 超时转派
    COUNTER_OFFERED = "counter_offered"  # 反向报价
    EXPIRED = "expired"  # 已过期


class ApplicationAction(StrEnum):
    """What somebody does to a loan application; the audit tag is `application:<value>`."""

    SUBMIT = "submit"  # 提交
    ACCEPT = "accept"  # 受理
    INVESTIGATE = "investigate"  # 转尽调
    SEND_TO_APPROVAL = "send_to_approval"  # 送审批
    APPROVE = "approve"  # 授信
    SIGN = "sign"  # 签约
    DISBURSE = "disburse"  # 放款
    SETTLE = "settle"  # 结清
    RETURN = "return"  # 退回补充
    DECLINE = "decline"  # 拒绝
    WITHDRAW = "withdraw"  # 撤回
    REASSIGN = "reassign"  # 改派
    TIME_OUT = "time_out"  # 超时转派
    OFFER = "offer"  # 反向报价
    TAKE_OFFER = "take_offer"  # 接受报价
    REFUSE_OFFER = "refuse_offer"  # 不接受报价
    HAND_OVER = "hand_over"  # 转交同事或网点
    EXPIRE = "expire"  # 过期


FINAL_STATES = frozenset(
    {
        ApplicationState.SETTLED,
        ApplicationState.DECLINED,
        ApplicationState.WITHDRAWN,
        ApplicationState.REASSIGNED,
        ApplicationState.TIMED_OUT,
        ApplicationState.EXPIRED,
    }
)
OPEN_STATES = frozenset(ApplicationState) - FINAL_STATES - {ApplicationState.DISBURSED}


class GuaranteeFlag(StrEnum):
    """How a granted loan is secured, 担保方式 of the loan row."""

    CREDIT = "credit"  # 信用
    GUARANTEE = "guarantee"  # 保证
    MORTGAGE = "mortgage"  # 抵押
    PLEDGE = "pledge"  # 质押


class LoanKind(StrEnum):
    """Whether a granted loan is the firm's first, 贷款类别."""

    FIRST = "first"  # 首贷
    RENEWAL = "renewal"  # 续贷
    OTHER = "other"  # 其他


class RepaymentState(StrEnum):
    """How a loan stands on a day, as its bank reports it, 还款状态."""

    NORMAL = "normal"  # 正常
    OVERDUE = "overdue"  # 逾期
    SETTLED = "settled"  # 结清
    WRITTEN_OFF = "written_off"  # 核销


class LeadUse(StrEnum):
    """What a judged lead says of its product's conditions, 线索是否符合条件."""

    FIT = "fit"  # 有效，企业随后申请了
    UNFIT = "unfit"  # 不符合条件
    PENDING = "pending"  # 有效，企业还没有申请，暂不计


@dataclass(frozen=True)
class JudgedLead:
    """One lead behind a product's lead quality: the firm, which has signed, and what it says."""

    enterprise_name: str
    search_id: UUID
    given_at: datetime
    use: LeadUse


@dataclass(frozen=True)
class OutcomeRow:
    """One application behind a number: what was promised, when it was answered, and how."""

    application_no: str
    institution_name: str
    promised_on: date | None
    answered_on: date | None
    outcome: str | None
    application_id: UUID
