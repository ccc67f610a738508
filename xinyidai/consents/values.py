"""Words and values of consents, 信息查询授权."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from xinyidai.catalogue.purposes import ConsentMode

__all__ = [
    "MODE_NAMES",
    "REFUSAL_SENTENCES",
    "STATE_NAMES",
    "TERMINAL_STATES",
    "ConsentAction",
    "ConsentDraft",
    "ConsentFacts",
    "ConsentMode",
    "ConsentState",
    "LookWish",
    "RefusalReason",
    "Standing",
    "TemplateState",
]


class ConsentState(StrEnum):
    """State of a consent, 授权状态; derived from facts and the clock, never stored."""

    DRAFT = "draft"  # 草拟
    PENDING = "pending"  # 待企业确认
    ACTIVE = "active"  # 生效
    SUSPENDED = "suspended"  # 暂停
    DECLINED = "declined"  # 已拒绝
    REVOKED = "revoked"  # 已撤回
    EXPIRED = "expired"  # 已到期
    USED_UP = "used_up"  # 已用尽
    ENDED = "ended"  # 已终止


TERMINAL_STATES = frozenset(
    {
        ConsentState.DECLINED,
        ConsentState.REVOKED,
        ConsentState.EXPIRED,
        ConsentState.USED_UP,
        ConsentState.ENDED,
    }
)

STATE_NAMES = {
    ConsentState.DRAFT: "草拟",
    ConsentState.PENDING: "待企业确认",
    ConsentState.ACTIVE: "生效中",
    ConsentState.SUSPENDED: "已暂停",
    ConsentState.DECLINED: "已拒绝",
    ConsentState.REVOKED: "已撤回",
    ConsentState.EXPIRED: "已到期",
    ConsentState.USED_UP: "次数已用尽",
    ConsentState.ENDED: "已终止",
}


MODE_NAMES = {
    ConsentMode.VIEW: "仅查看，不得留存",
    ConsentMode.STORE: "可在留存期限内保存",
    ConsentMode.RESULT: "只提供评价结果，不提供原始信息",
    ConsentMode.STREAM: "有效期内持续推送变化",
}


class TemplateState(StrEnum):
    """How far a version of a purpose template has come, 用途模板状态."""

    DRAFT = "draft"  # 草稿
    UNDER_REVIEW = "under_review"  # 待两人批准
    ACTIVE = "active"  # 生效
    REJECTED = "rejected"  # 退回
    RETIRED = "retired"  # 停用


class ConsentAction(StrEnum):
    """A deed on a consent, 授权操作."""

    REQUEST = "request"  # 申请
    SIGN_FIRST = "sign_first"  # 第一人签署
    GRANT = "grant"  # 同意
    CONFIRM = "confirm"  # 换任后确认继续
    DECLINE = "decline"  # 拒绝
    SUSPEND = "suspend"  # 暂停
    RESUME = "resume"  # 恢复
    REVOKE = "revoke"  # 撤回
    END = "end"  # 终止


class RefusalReason(StrEnum):
    """Why a consent does not cover a look, 拒绝查询的原因."""

    NO_CONSENT = "no_consent"  # 没有授权
    NOT_GRANTED = "not_granted"  # 企业尚未同意
    DECLINED = "declined"  # 企业已拒绝
    SUSPENDED = "suspended"  # 授权暂停
    REVOKED = "revoked"  # 授权已撤回
    EXPIRED = "expired"  # 授权到期
    USED_UP = "used_up"  # 次数用尽
    ENDED = "ended"  # 授权终止
    NOT_YET_VALID = "not_yet_valid"  # 尚未到生效日
    OTHER_INSTITUTION = "other_institution"  # 不是被授权机构
    OTHER_ENTERPRISE = "other_enterprise"  # 不是授权企业
    OTHER_PURPOSE = "other_purpose"  # 用途不符
    ITEM_NOT_COVERED = "item_not_covered"  # 数据项不在授权范围
    MODE_NOT_COVERED = "mode_not_covered"  # 使用方式不符
    RESULT_MODE_ONLY = "result_mode_only"  # 须为仅结果方式
    RESULT_GIVEN = "result_given"  # 今天已给出结果
    RESULT_LIMIT = "result_limit"  # 联合结果达到一年上限
    PERIOD_TOO_SHORT = "period_too_short"  # 授权时段不够长
    INSTITUTION_SUSPENDED = "institution_suspended"  # 机构被暂停
    ENTERPRISE_INACTIVE = "enterprise_inactive"  # 企业已注销或吊销
    ROLE_NOT_ALLOWED = "role_not_allowed"  # 角色不得查询
    OTHER_OFFICER = "other_officer"  # 不是指定的经办人员
    OFFICER_LEFT = "officer_left"  # 指定经办人员已停用
    REPRESENTATIVE_CHANGED = "representative_changed"  # 法定代表人已变更
    TOO_OFTEN = "too_often"  # 超过频次
    PURPOSE_WITHDRAWN = "purpose_withdrawn"  # 用途模板未批准或已停用
    ARTEFACT_BROKEN = "artefact_broken"  # 授权内容与签名不符


REFUSAL_SENTENCES = {
    RefusalReason.NO_CONSENT: "没有找到这份授权。",
    RefusalReason.NOT_GRANTED: "企业还没有同意这份授权，请等待企业确认。",
    RefusalReason.DECLINED: "企业已拒绝这份授权申请。",
    RefusalReason.SUSPENDED: "这份授权已暂停，恢复后才能查询。",
    RefusalReason.REVOKED: "企业已撤回这份授权。",
    RefusalReason.EXPIRED: "这份授权已到期，请重新申请授权。",
    RefusalReason.USED_UP: "这份授权的查询次数已用完，请重新申请授权。",
    RefusalReason.ENDED: "这份授权已终止。",
    RefusalReason.NOT_YET_VALID: "这份授权还没有到生效日期。",
    RefusalReason.OTHER_INSTITUTION: "这份授权不是给您所在机构的。",
    RefusalReason.OTHER_ENTERPRISE: "这份授权不是这家企业签署的。",
    RefusalReason.OTHER_PURPOSE: "查询用途与授权用途不一致。",
    RefusalReason.ITEM_NOT_COVERED: "要查询的数据项超出了授权范围。",
    RefusalReason.MODE_NOT_COVERED: "授权只允许提供评价结果，不能查看原始信息。",
    RefusalReason.RESULT_MODE_ONLY: "授权不是“只提供评价结果”方式，不能用本行模型计算。",
    RefusalReason.RESULT_GIVEN: "今天已经对这家企业给出过这个版本的结果，请查看已有结果。",
    RefusalReason.RESULT_LIMIT: "一年内对这家企业给出的结果已达上限，暂时不能再运行。",
    RefusalReason.PERIOD_TOO_SHORT: "授权的信息起始日期晚于模型需要的时段，"
    "请向企业申请更长时段的授权。",
    RefusalReason.INSTITUTION_SUSPENDED: "您所在的机构已被暂停使用平台，不能查询。",
    RefusalReason.ENTERPRISE_INACTIVE: "企业已注销或被吊销，授权自动暂停。",
    RefusalReason.ROLE_NOT_ALLOWED: "您的账户没有查询企业信用信息的权限。",
    RefusalReason.OTHER_OFFICER: "企业指定了经办人员，只有该人员可以查询。",
    RefusalReason.OFFICER_LEFT: "企业指定的经办人员已离岗，授权自动暂停，请向企业重新申请。",
    RefusalReason.REPRESENTATIVE_CHANGED: "企业法定代表人已变更，授权自动暂停，等待企业确认。",
    RefusalReason.TOO_OFTEN: "已达到授权约定的频次上限，请到下一个周期再查询。",
    RefusalReason.PURPOSE_WITHDRAWN: "信用办没有批准或已停用这个用途，暂停查询。",
    RefusalReason.ARTEFACT_BROKEN: "授权内容与签名不一致，已停止查询，请联系信用办核查。",
}


@dataclass(frozen=True)
class Standing:
    """What is known of the parties at this moment; whatever is not in order suspends.

    `officer_active` speaks of the officer whom the consent names, `representative_same` of the
    legal representative at signing, `purpose_active` of the purpose's template.
    """

    institution_active: bool = True
    enterprise_active: bool = True
    officer_active: bool = True
    representative_same: bool = True
    purpose_active: bool = True


@dataclass(frozen=True)
class ConsentFacts:
    """What has happened to a consent; with the clock this says everything about its state.

    `valid_from` and `valid_until` are both inclusive days; `max_uses` None means no limit, as do
    `max_per_day` and `max_per_month`, which count calendar days and months of Shanghai.
    `institution_id` None means the platform itself (for example 模型训练).
    `officer_account_id` None means every loan officer of the institution.
    """

    enterprise_id: UUID
    institution_id: UUID | None
    purpose: str
    item_codes: frozenset[str]
    valid_from: date
    valid_until: date
    mode: ConsentMode = ConsentMode.VIEW
    max_uses: int | None = None
    use_count: int = 0
    requested_at: datetime | None = None
    granted_at: datetime | None = None
    declined_at: datetime | None = None
    suspended_at: datetime | None = None
    revoked_at: datetime | None = None
    ended_at: datetime | None = None
    used_up_at: datetime | None = None
    officer_account_id: UUID | None = None
    max_per_day: int | None = None
    max_per_month: int | None = None
    window_day: date | None = None
    used_in_day: int = 0
    used_in_month: int = 0
    standing: Standing = field(default_factory=Standing)

    @property
    def uses_left(self) -> int | None:
        """Return how many looks remain, 剩余次数; None means no limit."""
        return None if self.max_uses is None else max(0, self.max_uses - self.use_count)

    def used_on(self, day: date) -> int:
        """Return the looks of this calendar day."""
        return self.used_in_day if self.window_day == day else 0

    def used_in_month_of(self, day: date) -> int:
        """Return the looks of this day's calendar month."""
        window = self.window_day
        same = window is not None and (window.year, window.month) == (day.year, day.month)
        return self.used_in_month if same else 0


@dataclass(frozen=True)
class LookWish:
    """What somebody wants to look at, and as whom; `account_id` is the officer's."""

    institution_id: UUID | None
    account_id: UUID | None
    purpose: str
    items: Collection[str]


@dataclass(frozen=True)
class ConsentDraft:
    """What a bank asks for, or a firm offers, before anybody has signed.

    `max_uses` None means no limit; `data_from` is the earliest day of facts that may be read;
    `data_life_days` is how long the recipient may see what it was shown; `max_per_day` and
    `max_per_month` bound the looks of a calendar day and month; `officer_account_id` names the
    only officer who may look.
    """

    enterprise_id: UUID
    institution_id: UUID | None
    purpose: str
    item_codes: Sequence[str]
    valid_until: date
    data_from: date
    data_life_days: int
    mode: ConsentMode = ConsentMode.VIEW
    max_uses: int | None = None
    application_no: str | None = None
    max_per_day: int | None = None
    max_per_month: int | None = None
    officer_account_id: UUID | None = None
