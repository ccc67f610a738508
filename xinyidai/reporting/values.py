"""Words of the reporting slice, 运行统计: periods, figures with their definitions, the funnel."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from xinyidai.kernel.clock import TZ
from xinyidai.kernel.errors import InvalidInput

LIST_URL_NAME = "office.figure_list"


class Unit(StrEnum):
    """What a figure counts."""

    RATIO = "ratio"  # 比率, a decimal fraction
    COUNT = "count"  # 个数
    FEN = "fen"  # 金额（分）
    WORKING_DAYS = "working_days"  # 工作日


class FigureCode(StrEnum):
    """The figures the city is measured by, 考核指标."""

    REGISTERED_SHARE = "registered_share"  # 注册率
    AUTHORIZED_SHARE = "authorized_share"  # 授权率
    GRANTED_COUNT = "granted_count"  # 授信笔数
    GRANTED_AMOUNT = "granted_amount"  # 授信金额
    DISBURSED_COUNT = "disbursed_count"  # 放款笔数
    DISBURSED_AMOUNT = "disbursed_amount"  # 放款金额
    FIRST_LOAN_RATE = "first_loan_rate"  # 首贷率
    CREDIT_LOAN_SHARE = "credit_loan_share"  # 信用贷款占比
    APPROVAL_RATE = "approval_rate"  # 通过率
    MEDIAN_DAYS = "median_days"  # 办理时长中位数


POPULATION_FIGURES = frozenset({FigureCode.REGISTERED_SHARE, FigureCode.AUTHORIZED_SHARE})


class FunnelStep(StrEnum):
    """The steps of the funnel, 申请漏斗; the value is the state that an application reached."""

    SUBMITTED = "submitted"  # 申请
    ACCEPTED = "accepted"  # 受理
    DUE_DILIGENCE = "due_diligence"  # 尽调
    IN_APPROVAL = "in_approval"  # 审批
    APPROVED = "approved"  # 授信
    SIGNED = "signed"  # 签约
    DISBURSED = "disbursed"  # 放款


FUNNEL_NAMES: Mapping[FunnelStep, str] = {
    FunnelStep.SUBMITTED: "申请",
    FunnelStep.ACCEPTED: "受理",
    FunnelStep.DUE_DILIGENCE: "尽调",
    FunnelStep.IN_APPROVAL: "审批",
    FunnelStep.APPROVED: "授信",
    FunnelStep.SIGNED: "签约",
    FunnelStep.DISBURSED: "放款",
}


@dataclass(frozen=True)
class Period:
    """Days from `first` to `last`, both inclusive, in Asia/Shanghai."""

    first: date
    last: date

    def __post_init__(self) -> None:
        """Refuse a period that ends before it begins."""
        if self.last < self.first:
            text = "结束日期不能早于开始日期。"
            raise InvalidInput(text, fields={"last": text})

    @property
    def starts_at(self) -> datetime:
        """Return the first moment."""
        return datetime.combine(self.first, time(), TZ)

    @property
    def ends_before(self) -> datetime:
        """Return the first moment after the period."""
        return datetime.combine(self.last + timedelta(days=1), time(), TZ)

    @property
    def params(self) -> dict[str, str]:
        """Return the period as parameters of a page's address."""
        return {"first": self.first.isoformat(), "last": self.last.isoformat()}


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One number with all that it rests on; `value` None is 数据不足, never zero.

    `denominator` None means that the figure is no ratio. `list_url_name` and `list_params` lead to
    the list behind the number; without a list the name is empty.
    """

    code: FigureCode
    name: str
    value: Decimal | int | None
    numerator: int
    denominator: int | None
    unit: Unit
    definition: str
    list_url_name: str = LIST_URL_NAME
    list_params: Mapping[str, str]


@dataclass(frozen=True)
class Population:
    """How many firms survive, and how many of them signed up or ever granted an authorization."""

    surviving: int
    registered: int
    authorized: int


@dataclass(frozen=True)
class Granted:
    """Approvals of a period, 授信; the amount in 分."""

    count: int
    amount_fen: int


@dataclass(frozen=True)
class Disbursed:
    """Loans paid out in a period, 放款, amounts in 分.

    `of_known_kind` are the loans whose bank said whether they are first loans, and
    `known_guarantee_fen` the money whose bank named the guarantee: silence is not counted as no.
    """

    loans: int
    amount_fen: int
    credit_fen: int
    known_guarantee_fen: int
    first_loans: int
    of_known_kind: int


@dataclass(frozen=True)
class Reached:
    """How many of a bank's applications of a period ever reached each step."""

    institution_id: UUID
    institution_name: str
    counts: Mapping[FunnelStep, int]


@dataclass(frozen=True)
class DecisionDays:
    """So many applications of a bank were submitted and decided on these two days."""

    institution_id: UUID
    submitted_on: date
    decided_on: date
    applications: int


@dataclass(frozen=True)
class FunnelRow:
    """One line of the funnel; without an institution it is the city's total.

    `median_days` are working days from submission to decision over `decided` applications; None is
    数据不足.
    """

    institution_id: UUID | None
    institution_name: str
    counts: Mapping[FunnelStep, int]
    decided: int
    median_days: Decimal | None


@dataclass(frozen=True)
class Funnel:
    """The funnel by bank and in total, over the applications first submitted in the period."""

    period: Period
    total: FunnelRow
    banks: Sequence[FunnelRow]


@dataclass(frozen=True)
class DeclineReason:
    """How many refused applications carried a reason; one may carry up to four.

    `share` is of all refused applications; None is 数据不足.
    """

    code: str
    name: str
    applications: int
    declined: int
    share: Decimal | None


@dataclass(frozen=True)
class Decided:
    """How many of a bank's applications were decided in a period, and how many approved."""

    approved: int
    decided: int


@dataclass(frozen=True)
class BankNumbers:
    """A bank's own numbers, 我的数据: speed, approval rate, and why it refused."""

    period: Period
    median_days: Figure
    approval_rate: Figure
    reasons: Sequence[DeclineReason]


@dataclass(frozen=True)
class BehindFigure:
    """One line of the list behind a figure; `amount_fen` in 分, None where there is no amount."""

    enterprise_name: str
    uscc: str
    on: date | None
    application_no: str | None = None
    institution_name: str | None = None
    amount_fen: int | None = None


class PriorityMark(StrEnum):
    """What is counted of whitelisted firms that were promised priority, 优先满足."""

    PROMISED = "promised"  # 应答复的申请
    ANSWERED = "answered"  # 按时答复
    GRANTED = "granted"  # 已授信
    LATE = "late"  # 超时
    WAITING = "waiting"  # 在办未到期
    OFFERED = "offered"  # 应联系的需求
    CONTACTED = "contacted"  # 按时联系
    CONVERTED = "converted"  # 转为申请
    MISSED = "missed"  # 逾期未联系


NEED_MARKS = frozenset(
    {PriorityMark.OFFERED, PriorityMark.CONTACTED, PriorityMark.CONVERTED, PriorityMark.MISSED}
)
PRIORITY_NAMES: Mapping[PriorityMark, str] = {
    PriorityMark.PROMISED: "应答复的申请",
    PriorityMark.ANSWERED: "按时答复",
    PriorityMark.GRANTED: "已授信",
    PriorityMark.LATE: "超时",
    PriorityMark.WAITING: "在办未到期",
    PriorityMark.OFFERED: "应联系的需求",
    PriorityMark.CONTACTED: "按时联系",
    PriorityMark.CONVERTED: "转为申请",
    PriorityMark.MISSED: "逾期未联系",
}


@dataclass(frozen=True)
class PriorityRow:
    """One bank's service of whitelisted firms, or the city's without an institution.

    The four shares are fractions; None is 数据不足: nothing of the kind has come due.
    """

    institution_id: UUID | None
    institution_name: str
    counts: Mapping[PriorityMark, int]
    answered_share: Decimal | None
    granted_share: Decimal | None
    contacted_share: Decimal | None
    converted_share: Decimal | None


@dataclass(frozen=True)
class BehindPriority:
    """One application, or one bank's place in a need, behind a number of `PriorityRow`.

    `since` is the day of submission or of the firm's authorization, `done_on` of the bank's answer
    or contact; `list_type` and `listed_on` say on which entry the priority rests.
    """

    subject_id: UUID
    number: str
    enterprise_name: str
    institution_name: str
    list_type: str
    listed_on: date
    since: date
    promised_on: date
    done_on: date | None
    state: str
