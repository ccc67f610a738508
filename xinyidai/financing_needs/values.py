"""The words of financing needs, 融资需求, with the numbers of their policy."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from xinyidai.catalogue.need_policy import NEED_POLICY
from xinyidai.products.values import Wish

# The numbers of the reviewed file need_policy.yaml; its version is stored with each step.
POLICY_VERSION = NEED_POLICY.version
MOST_BANKS = NEED_POLICY.most_banks  # 同时最多几家银行
OPEN_DAYS = NEED_POLICY.open_days
CLAIM_DAYS = NEED_POLICY.claim_days
ANSWER_DAYS = NEED_POLICY.answer_days
CONTACT_DAYS = NEED_POLICY.contact_days
SAME_AMOUNT = NEED_POLICY.same_amount
SAME_TERM_MONTHS = NEED_POLICY.same_term_months


class FinancingNeedState(StrEnum):
    """State of a financing need, 融资需求状态."""

    DRAFT = "draft"  # 草稿
    PUBLISHED = "published"  # 已发布
    DISPATCHED = "dispatched"  # 已派单
    CLAIMED = "claimed"  # 已抢单
    CONTACTED = "contacted"  # 已对接
    CONVERTED = "converted"  # 已转申请
    WITHDRAWN = "withdrawn"  # 已撤回
    EXPIRED = "expired"  # 已过期


FINANCING_NEED_STATE_NAMES: dict[FinancingNeedState, str] = {
    FinancingNeedState.DRAFT: "草稿",
    FinancingNeedState.PUBLISHED: "已发布",
    FinancingNeedState.DISPATCHED: "已派单",
    FinancingNeedState.CLAIMED: "已抢单",
    FinancingNeedState.CONTACTED: "已对接",
    FinancingNeedState.CONVERTED: "已转申请",
    FinancingNeedState.WITHDRAWN: "已撤回",
    FinancingNeedState.EXPIRED: "已过期",
}
OPEN_STATES = frozenset(
    {
        FinancingNeedState.PUBLISHED,
        FinancingNeedState.DISPATCHED,
        FinancingNeedState.CLAIMED,
        FinancingNeedState.CONTACTED,
    }
)


class FinancingNeedAction(StrEnum):
    """What is done to a financing need or to a bank's place in it, 融资需求操作."""

    DRAFT = "financing_need:draft"  # 保存草稿
    UPDATE = "financing_need:update"  # 修改草稿
    PUBLISH = "financing_need:publish"  # 发布
    CLAIM = "financing_need:claim"  # 抢单
    DISPATCH = "financing_need:dispatch"  # 派单
    TAKE = "financing_need:take"  # 接单
    AUTHORIZE = "financing_need:authorize"  # 企业授权
    CONTACT = "financing_need:contact"  # 报告已联系
    CONFIRM = "financing_need:confirm"  # 企业说明是否联系
    DECLINE = "financing_need:decline"  # 银行婉拒
    REFUSE = "financing_need:refuse"  # 企业谢绝
    RELEASE = "financing_need:release"  # 逾期未联系，释放名额
    LAPSE = "financing_need:lapse"  # 逾期未答复，释放名额
    END = "financing_need:end"  # 结束一家银行的名额
    CONVERT = "financing_need:convert"  # 转为申请
    WITHDRAW = "financing_need:withdraw"  # 撤回
    EXPIRE = "financing_need:expire"  # 到期


A = FinancingNeedAction
ACTION_NAMES: Mapping[FinancingNeedAction, str] = {
    A.DRAFT: "保存草稿",
    A.UPDATE: "修改草稿",
    A.PUBLISH: "企业发布",
    A.CLAIM: "银行抢单",
    A.DISPATCH: "平台派单",
    A.TAKE: "银行接单",
    A.AUTHORIZE: "企业授权",
    A.CONTACT: "银行报告已联系",
    A.CONFIRM: "企业说明是否联系",
    A.DECLINE: "银行婉拒",
    A.REFUSE: "企业谢绝",
    A.RELEASE: "逾期未联系，名额释放",
    A.LAPSE: "逾期未答复，名额释放",
    A.END: "名额结束",
    A.CONVERT: "转为贷款申请",
    A.WITHDRAW: "企业撤回",
    A.EXPIRE: "到期结束",
}


class OfferState(StrEnum):
    """Where one bank's place in a need stands, 银行名额状态."""

    DISPATCHED = "dispatched"  # 待接单
    CLAIMED = "claimed"  # 待企业授权
    AUTHORIZED = "authorized"  # 待联系
    CONTACTED = "contacted"  # 已联系
    CONVERTED = "converted"  # 已转申请
    DECLINED = "declined"  # 银行婉拒
    REFUSED = "refused"  # 企业谢绝
    RELEASED = "released"  # 逾期未联系
    LAPSED = "lapsed"  # 逾期未答复
    ENDED = "ended"  # 已结束


OFFER_STATE_NAMES: Mapping[OfferState, str] = {
    OfferState.DISPATCHED: "待接单",
    OfferState.CLAIMED: "待企业授权",
    OfferState.AUTHORIZED: "待联系",
    OfferState.CONTACTED: "已联系",
    OfferState.CONVERTED: "已转申请",
    OfferState.DECLINED: "银行婉拒",
    OfferState.REFUSED: "企业谢绝",
    OfferState.RELEASED: "逾期未联系",
    OfferState.LAPSED: "逾期未答复",
    OfferState.ENDED: "已结束",
}
OPEN_OFFERS = frozenset(
    {OfferState.DISPATCHED, OfferState.CLAIMED, OfferState.AUTHORIZED, OfferState.CONTACTED}
)
# A bank whose place ended so is not offered the same need again.
NEVER_AGAIN = frozenset({OfferState.DECLINED, OfferState.REFUSED, OfferState.RELEASED})


class OfferWay(StrEnum):
    """How a bank came to its place, 获得方式."""

    CLAIM = "claim"  # 抢单
    BEST = "best"  # 按匹配派单
    CLERK = "clerk"  # 人工派单


OFFER_WAY_NAMES: Mapping[OfferWay, str] = {
    OfferWay.CLAIM: "抢单",
    OfferWay.BEST: "按匹配派单",
    OfferWay.CLERK: "人工派单",
}


class OfferEnd(StrEnum):
    """Why a bank's place ended, 名额结束原因."""

    BANK_DECLINED = "bank_declined"  # 银行婉拒
    FIRM_REFUSED = "firm_refused"  # 企业谢绝
    NOT_CONTACTED = "not_contacted"  # 逾期未联系
    NOT_TAKEN = "not_taken"  # 逾期未接单
    FIRM_SILENT = "firm_silent"  # 企业未答复
    NEED_WITHDRAWN = "need_withdrawn"  # 企业撤回需求
    NEED_EXPIRED = "need_expired"  # 需求到期
    NEED_CONVERTED = "need_converted"  # 企业已向一家银行申请
    BANK_SUSPENDED = "bank_suspended"  # 机构被暂停
    FIRM_GONE = "firm_gone"  # 企业已注销或吊销


OFFER_END_NAMES: Mapping[OfferEnd, str] = {
    OfferEnd.BANK_DECLINED: "银行婉拒",
    OfferEnd.FIRM_REFUSED: "企业谢绝",
    OfferEnd.NOT_CONTACTED: "逾期未联系",
    OfferEnd.NOT_TAKEN: "逾期未接单",
    OfferEnd.FIRM_SILENT: "企业未答复",
    OfferEnd.NEED_WITHDRAWN: "企业撤回需求",
    OfferEnd.NEED_EXPIRED: "需求到期",
    OfferEnd.NEED_CONVERTED: "企业已向一家银行申请",
    OfferEnd.BANK_SUSPENDED: "机构被暂停",
    OfferEnd.FIRM_GONE: "企业已注销或吊销",
}


class NeedPurpose(StrEnum):
    """What the money is for, 资金用途类别."""

    MATERIALS = "materials"  # 采购原材料、备货
    EQUIPMENT = "equipment"  # 购置设备
    PROJECT = "project"  # 工程和订单垫款
    PAYROLL = "payroll"  # 发放工资
    RESEARCH = "research"  # 研发投入
    PREMISES = "premises"  # 厂房、场地
    RENEWAL = "renewal"  # 归还到期贷款（续贷）
    OTHER = "other"  # 其他


NEED_PURPOSE_NAMES: Mapping[NeedPurpose, str] = {
    NeedPurpose.MATERIALS: "采购原材料、备货",
    NeedPurpose.EQUIPMENT: "购置设备",
    NeedPurpose.PROJECT: "工程和订单垫款",
    NeedPurpose.PAYROLL: "发放工资",
    NeedPurpose.RESEARCH: "研发投入",
    NeedPurpose.PREMISES: "厂房、场地",
    NeedPurpose.RENEWAL: "归还到期贷款（续贷）",
    NeedPurpose.OTHER: "其他",
}


@dataclass(frozen=True)
class NeedFacts:
    """What a firm writes in a financing need; the amount in 分, the rate a fraction a year.

    `wish.guarantee` is what the firm can offer; `wanted_by` the day by which it needs the money;
    the contact is shown only to banks that the firm has authorized.
    """

    wish: Wish
    purpose_text: str = ""
    preferences: str = ""
    purpose: NeedPurpose = NeedPurpose.OTHER
    rate_max: Decimal | None = None
    wanted_by: date | None = None
    most_banks: int = MOST_BANKS
    contact_name: str = ""
    contact_phone: str = ""


@dataclass(frozen=True)
class BankAnswers:
    """What a firm says to the banks that claimed its need, on one page and with one signature.

    `items` are the codes of what the accepted banks may see; `refused` banks leave the need.
    """

    accepted: frozenset[UUID] = field(default_factory=frozenset)
    refused: frozenset[UUID] = field(default_factory=frozenset)
    items: frozenset[str] = field(default_factory=frozenset)
