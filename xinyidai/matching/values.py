"""The words of the matching slice."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from xinyidai.products.values import Finding, MatchSubject, Outcome, Terms, Wish

__all__ = [
    "FEWEST_DECIDED",
    "FEWEST_LEADS",
    "FEWEST_PROMISES",
    "STANDING_MONTHS",
    "TAG_INDICATORS",
    "Act",
    "Betterment",
    "ChangeKind",
    "Lever",
    "MatchSubject",
    "MatchingAction",
    "OutcomeCounts",
    "ProductMatch",
    "ProductStanding",
    "RankingFactor",
    "StandingBasis",
    "Wish",
]

# Qualifications that are indicators too: the indicator, and the lowest value that gives the tag.
TAG_INDICATORS: tuple[tuple[str, str, float], ...] = (
    ("high_tech_valid", "high_tech", 1),
    ("tech_sme_valid", "tech_sme", 1),
    ("specialised_new_valid", "innovative_sme", 1),
    ("specialised_new_valid", "specialised_new", 2),
    ("specialised_new_valid", "little_giant", 3),
)


class MatchingAction(StrEnum):
    """What is done with matching."""

    MATCH = "enterprise:match"  # 匹配产品


@dataclass(frozen=True)
class RankingFactor:
    """One addend of the public ranking formula: `value` between 0 and 1, and why, in Chinese."""

    code: str
    name: str
    value: float
    weight: float
    text: str
    numbers: Mapping[str, float | str | None] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the factor for a stored row or an answer to a program."""
        return {
            "code": self.code,
            "name": self.name,
            "value": self.value,
            "weight": self.weight,
            "text": self.text,
            "numbers": dict(self.numbers),
        }


@dataclass(frozen=True)
class ProductMatch:
    """One product's place for one firm: outcome, reasons, what is missing, and why it stands there.

    `rank` counts from 1; `score` is the weighted sum of `factors`.
    """

    version_id: UUID
    product_id: UUID
    institution_id: UUID
    name: str
    terms: Terms
    outcome: Outcome
    rank: int
    score: float
    factors: tuple[RankingFactor, ...]
    findings: tuple[Finding, ...]
    text_conditions: tuple[str, ...]

    @property
    def unmet(self) -> tuple[Finding, ...]:
        """Return every criterion the firm does not meet."""
        return tuple(f for f in self.findings if f.outcome is Outcome.INELIGIBLE)

    @property
    def missing(self) -> tuple[Finding, ...]:
        """Return every criterion that lacks data."""
        return tuple(f for f in self.findings if f.outcome is Outcome.INSUFFICIENT)


# Outcomes count once there are enough of them; until then a product stands by what it declares.
STANDING_MONTHS = 12
FEWEST_DECIDED = 30
FEWEST_PROMISES = 20
FEWEST_LEADS = 20


class StandingBasis(StrEnum):
    """Whose decisions the approval likelihood rests on, 办成可能的依据."""

    PRODUCT = "product"  # 本产品近 12 个月的决定
    PEERS = "peers"  # 同类产品近 12 个月的决定，不够时为全部产品
    DECLARED = "declared"  # 银行公布的条件


@dataclass(frozen=True)
class OutcomeCounts:
    """What came of one product's applications and leads in the 12 months before a day.

    `peer_*` are the decisions on all products of the same kind by institutions of the same kind,
    or on all products where those are fewer than `FEWEST_DECIDED`.
    `promised` are applications whose promised day came, `kept` those answered by then. `leads_fit`
    are the leads that proved to meet the conditions, of the `leads_judged` that say so either way.
    """

    decided: int = 0
    approved: int = 0
    peer_decided: int = 0
    peer_approved: int = 0
    promised: int = 0
    kept: int = 0
    leads_judged: int = 0
    leads_fit: int = 0


@dataclass(frozen=True)
class ProductStanding:
    """The outcomes that the public order reads; None where there are too few to count.

    `decided`, `promised` and `leads` say how many each share rests on.
    """

    approval_rate: float | None = None
    decided: int = 0
    kept_promise: float | None = None
    lead_quality: float | None = None
    promised: int = 0
    leads: int = 0
    basis: StandingBasis = StandingBasis.DECLARED
    counted_on: date | None = None


class ChangeKind(StrEnum):
    """How a reading comes to be another one."""

    WISH = "wish"  # 改需求：金额、期限、担保
    WAIT = "wait"  # 等待：只随时间变化
    IMPROVE = "improve"  # 改善：由企业努力改变
    SUPPLY = "supply"  # 补充：现在缺少的数据
    FIXED = "fixed"  # 无法改变


class Lever(StrEnum):
    """What a bank can do for a product's place, 可做的事."""

    KEEP = "keep"  # 按承诺时限答复
    PROMISE = "promise"  # 公布承诺答复天数
    FASTER = "faster"  # 承诺少一个工作日
    CHEAPER = "cheaper"  # 最高年利率低一个百分点
    PUBLISH_RATE = "publish_rate"  # 公布最高利率
    PUBLISH_SHEET = "publish_sheet"  # 公布费用清单
    FILL_FEES = "fill_fees"  # 写上费用的数额
    CHECKABLE = "checkable"  # 条件改为平台可核对
    APPROVE = "approve"  # 条件写清，少收不合适的申请
    LEADS = "leads"  # 找客户的条件写准
    MORE_DECISIONS = "more_decisions"  # 决定件数不够
    MORE_PROMISES = "more_promises"  # 到期件数不够
    MORE_LEADS = "more_leads"  # 线索条数不够


@dataclass(frozen=True)
class Betterment:
    """One thing to do; `points` of 100 it brings with a firm that fits, None where it depends.

    `number` is what the words name: applications, conditions or leads.
    """

    lever: Lever
    number: int
    points: float | None = None


class Act(StrEnum):
    """Where a step is done; pages turn it into a link."""

    WISH = "wish"  # 改需求
    AUTHORIZE = "authorize"  # 去授权
    REGISTER = "register"  # 核对登记和年报信息，有误更正
    SOURCE = "source"  # 看数据来源，缺了请来源补报、错了更正
    DECLARE = "declare"  # 自主填报
    LIST = "list"  # 由街道、园区或部门推荐列入名单
    REPAIR = "repair"  # 信用修复
    PROFILE = "profile"  # 看等级和怎样改善
    WAIT = "wait"  # 等待
