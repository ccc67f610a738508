"""Chinese names of states, kinds and roles, as every page shows them.

Each table names every member of its list: `NAMES[member]` raises `KeyError` for anything else, so
a state that nobody has put into words fails loudly instead of showing its code.
"""

from collections.abc import Mapping

from xinyidai.accounts.values import Position
from xinyidai.applications.values import (
    ApplicationAction,
    ApplicationState,
    GuaranteeFlag,
    LoanKind,
    RepaymentState,
)
from xinyidai.catalogue.missing import MissingCause
from xinyidai.consents.values import MODE_NAMES, STATE_NAMES, ConsentMode, ConsentState
from xinyidai.credit_records.values import DisclosureSubject, QueryOutcome
from xinyidai.enterprises.values import EnterpriseScale, RegistrationStatus
from xinyidai.kernel.actor import Role
from xinyidai.matchmaking_events.values import EventFormat, EventState, MeetingOutcome
from xinyidai.products.values import (
    GUARANTEE_NAMES,
    OUTCOME_NAMES,
    PRODUCT_KIND_NAMES,
    PRODUCT_STATE_NAMES,
    REPAYMENT_NAMES,
    GuaranteeKind,
    Outcome,
    ProductKind,
    ProductVersionState,
    RepaymentMethod,
)
from xinyidai.scoring.values import ModelState
from xinyidai.whitelist.values import EntryState

APPLICATION_STATES: Mapping[ApplicationState, str] = {
    ApplicationState.DRAFT: "草稿",
    ApplicationState.SUBMITTED: "已提交",
    ApplicationState.ACCEPTED: "已受理",
    ApplicationState.DUE_DILIGENCE: "尽调中",
    ApplicationState.IN_APPROVAL: "审批中",
    ApplicationState.APPROVED: "已授信",
    ApplicationState.SIGNED: "已签约",
    ApplicationState.DISBURSED: "已放款",
    ApplicationState.SETTLED: "已结清",
    ApplicationState.RETURNED: "退回补充",
    ApplicationState.DECLINED: "未通过",
    ApplicationState.WITHDRAWN: "已撤回",
    ApplicationState.REASSIGNED: "已改派",
    ApplicationState.TIMED_OUT: "超时转派",
    ApplicationState.COUNTER_OFFERED: "反向报价",
    ApplicationState.EXPIRED: "已过期",
}
APPLICATION_ACTIONS: Mapping[ApplicationAction, str] = {
    ApplicationAction.SUBMIT: "提交申请",
    ApplicationAction.ACCEPT: "银行受理",
    ApplicationAction.INVESTIGATE: "开始尽调",
    ApplicationAction.SEND_TO_APPROVAL: "送审批",
    ApplicationAction.APPROVE: "同意授信",
    ApplicationAction.SIGN: "签约",
    ApplicationAction.DISBURSE: "放款",
    ApplicationAction.SETTLE: "结清",
    ApplicationAction.RETURN: "退回补充",
    ApplicationAction.DECLINE: "未通过",
    ApplicationAction.WITHDRAW: "撤回申请",
    ApplicationAction.REASSIGN: "改派",
    ApplicationAction.TIME_OUT: "超时转派",
    ApplicationAction.OFFER: "反向报价",
    ApplicationAction.TAKE_OFFER: "接受报价",
    ApplicationAction.REFUSE_OFFER: "不接受报价",
    ApplicationAction.HAND_OVER: "转交同事或网点",
    ApplicationAction.EXPIRE: "过期",
}
GUARANTEE_FLAGS: Mapping[GuaranteeFlag, str] = {
    GuaranteeFlag.CREDIT: "信用",
    GuaranteeFlag.GUARANTEE: "保证",
    GuaranteeFlag.MORTGAGE: "抵押",
    GuaranteeFlag.PLEDGE: "质押",
}
LOAN_KINDS: Mapping[LoanKind, str] = {
    LoanKind.FIRST: "首贷",
    LoanKind.RENEWAL: "续贷",
    LoanKind.OTHER: "其他",
}
REPAYMENT_STATES: Mapping[RepaymentState, str] = {
    RepaymentState.NORMAL: "正常",
    RepaymentState.OVERDUE: "逾期",
    RepaymentState.SETTLED: "结清",
    RepaymentState.WRITTEN_OFF: "核销",
}
CONSENT_STATES: Mapping[ConsentState, str] = STATE_NAMES
CONSENT_MODES: Mapping[ConsentMode, str] = MODE_NAMES
QUERY_OUTCOMES: Mapping[QueryOutcome, str] = {
    QueryOutcome.ALLOWED: "已查看",
    QueryOutcome.REFUSED: "已拒绝",
}
DISCLOSURE_SUBJECTS: Mapping[DisclosureSubject, str] = {
    DisclosureSubject.PROFILE: "企业画像",
    DisclosureSubject.RECORDS: "信用信息明细",
    DisclosureSubject.REPORT: "信用报告",
    DisclosureSubject.SCORE: "评价结果",
    DisclosureSubject.JOINT_RESULT: "联合结果，只给了结果",
    DisclosureSubject.ALERT: "风险预警",
    DisclosureSubject.EXPORT: "批量导出",
}
PRODUCT_KINDS: Mapping[ProductKind, str] = PRODUCT_KIND_NAMES
PRODUCT_STATES: Mapping[ProductVersionState, str] = PRODUCT_STATE_NAMES
GUARANTEES: Mapping[GuaranteeKind, str] = GUARANTEE_NAMES
REPAYMENTS: Mapping[RepaymentMethod, str] = REPAYMENT_NAMES
OUTCOMES: Mapping[Outcome, str] = OUTCOME_NAMES
ENTRY_STATES: Mapping[EntryState, str] = {
    EntryState.NOMINATED: "已推荐",
    EntryState.SCREENED: "初审通过",
    EntryState.UNDER_JOINT_REVIEW: "部门联审",
    EntryState.PUBLICISED: "公示中",
    EntryState.LISTED: "在册",
    EntryState.SUSPENDED: "暂停",
    EntryState.REMOVED: "已移出",
}
EVENT_STATES: Mapping[EventState, str] = {
    EventState.PLANNED: "筹备中",
    EventState.OPEN: "报名中",
    EventState.CLOSED: "报名截止",
    EventState.HELD: "已举办",
    EventState.FOLLOWED_UP: "已回访",
    EventState.CANCELLED: "已取消",
}
EVENT_FORMATS: Mapping[EventFormat, str] = {
    EventFormat.ONSITE: "现场",
    EventFormat.ONLINE: "线上",
}
MEETING_OUTCOMES: Mapping[MeetingOutcome, str] = {
    MeetingOutcome.INTENTION: "达成意向",
    MeetingOutcome.FOLLOWING: "继续跟进",
    MeetingOutcome.NONE: "未达成",
}
MODEL_STATES: Mapping[ModelState, str] = {
    ModelState.CANDIDATE: "候选",
    ModelState.VALIDATED: "已验证",
    ModelState.APPROVED: "已批准",
    ModelState.ACTIVE: "启用中",
    ModelState.RETIRED: "已停用",
    ModelState.REFERENCE: "参考（不用于企业）",
}
SCALES: Mapping[EnterpriseScale, str] = {
    EnterpriseScale.LARGE: "大型",
    EnterpriseScale.MEDIUM: "中型",
    EnterpriseScale.SMALL: "小型",
    EnterpriseScale.MICRO: "微型",
}
REGISTRATION_STATUSES: Mapping[RegistrationStatus, str] = {
    RegistrationStatus.ACTIVE: "存续",
    RegistrationStatus.CANCELLED: "注销",
    RegistrationStatus.REVOKED: "吊销",
    RegistrationStatus.MOVED_OUT: "迁出",
    RegistrationStatus.UNKNOWN: "登记状态未知",
}
MISSING_CAUSES: Mapping[MissingCause, str] = {
    MissingCause.NO_RECORD: "没有记录",
    MissingCause.NOT_AUTHORIZED: "未授权",
    MissingCause.STALE: "记录已过时",
}
POSITIONS: Mapping[Position, str] = {
    Position.LEGAL_REPRESENTATIVE: "法定代表人",
    Position.AGENT: "经办人",
    Position.STAFF: "工作人员",
}
ROLES: Mapping[Role, str] = {
    Role.PUBLIC: "访客",
    Role.ENTERPRISE_USER: "企业用户",
    Role.BANK_OFFICER: "银行客户经理",
    Role.BANK_PRODUCT_MANAGER: "银行产品经理",
    Role.BANK_CLIENT: "银行系统",
    Role.CREDIT_OFFICE: "信用办",
    Role.DEPARTMENT: "部门、园区、街道",
    Role.GUARANTOR: "担保机构",
    Role.AUDITOR: "监管、审计",
    Role.OPERATOR: "平台管理员",
    Role.SYSTEM: "系统任务",
}
