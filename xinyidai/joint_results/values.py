"""Words and values of joint results, 联合结果（可用不可见）."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from xinyidai.catalogue.missing import Missing, MissingCause

FORMAT = "xinyidai-joint-model/1"
MOST_BYTES = 256 * 1024
MOST_NESTED = 6
FEWEST_INPUTS, MOST_INPUTS = 3, 40
MOST_BINS = 20
MOST_TREES = 100
MOST_NODES = 4_000
MOST_DEPTH = 12
FEWEST_BANDS, MOST_BANDS = 2, 10
# What a bank's lending desk may ask firms for; the other purposes are not for a bank's own model.
PURPOSES = ("pre_loan", "limit_estimate", "post_loan")
# What a model must say of a value that is not there; 未授权 is the platform's, always the worst.
DECLARED_CAUSES = (MissingCause.NO_RECORD, MissingCause.STALE)

Value = float | Missing
Values = Mapping[str, Value]


class ModelKind(StrEnum):
    """How a model comes to its total, 模型类型."""

    SCORECARD = "scorecard"  # 评分卡
    LOGISTIC = "logistic"  # 逻辑回归
    TREES = "trees"  # 决策树


KIND_NAMES: Mapping[ModelKind, str] = {
    ModelKind.SCORECARD: "评分卡",
    ModelKind.LOGISTIC: "逻辑回归",
    ModelKind.TREES: "决策树",
}


class VersionState(StrEnum):
    """State of a version of a bank's model, 联合模型版本状态."""

    DRAFT = "draft"  # 草稿
    UNDER_REVIEW = "under_review"  # 待信用办审核
    APPROVED = "approved"  # 已批准
    ACTIVE = "active"  # 启用中
    RETIRED = "retired"  # 已停用


STATE_NAMES: Mapping[VersionState, str] = {
    VersionState.DRAFT: "草稿",
    VersionState.UNDER_REVIEW: "待信用办审核",
    VersionState.APPROVED: "已批准，待启用",
    VersionState.ACTIVE: "启用中",
    VersionState.RETIRED: "已停用",
}


class VersionAction(StrEnum):
    """What is done to a version; the audit tag is `joint_model:<value>`."""

    SUBMIT = "submit"  # 提交审核
    RETURN = "return"  # 退回
    APPROVE = "approve"  # 批准
    ACTIVATE = "activate"  # 启用
    RETIRE = "retire"  # 停用


class RunState(StrEnum):
    """How far a run over several firms has come, 批量运行状态."""

    QUEUED = "queued"  # 排队中
    RUNNING = "running"  # 运行中
    FINISHED = "finished"  # 已完成


RUN_NAMES: Mapping[RunState, str] = {
    RunState.QUEUED: "排队中",
    RunState.RUNNING: "运行中",
    RunState.FINISHED: "已完成",
}


class RowOutcome(StrEnum):
    """What became of one firm in a run, 单户结果; it never depends on the firm's values."""

    GIVEN = "given"  # 已给出结果
    REFUSED = "refused"  # 未给出：授权不允许
    LIMITED = "limited"  # 未给出：达到次数或信息量上限
    NOT_RUN = "not_run"  # 未运行：超过时限或模型已停用


@dataclass(frozen=True)
class Band:
    """One result, 结果档: totals from `floor` up; the last band has no floor."""

    name: str
    floor: float | None


@dataclass(frozen=True)
class Bin:
    """Points for values below an edge; the last bin has no edge."""

    below: float | None
    points: float


@dataclass(frozen=True)
class CardInput:
    """An input of a scorecard: bins in rising order, and points for each cause of absence."""

    code: str
    bins: tuple[Bin, ...]
    missing: Mapping[MissingCause, float]


@dataclass(frozen=True)
class LinearInput:
    """An input of a logistic model: the value is held within low and high, then multiplied."""

    code: str
    coefficient: float
    low: float
    high: float
    missing: Mapping[MissingCause, float]


@dataclass(frozen=True)
class TreeInput:
    """An input of trees: the number that stands in for a value that is not there."""

    code: str
    missing: Mapping[MissingCause, float]


@dataclass(frozen=True)
class Node:
    """A leaf with points, or a split: below the edge go to `then`, else to `other`."""

    points: float = 0.0
    code: str | None = None
    below: float = 0.0
    then: int = 0
    other: int = 0


ModelInput = CardInput | LinearInput | TreeInput


@dataclass(frozen=True)
class Spec:
    """A bank's model as read from its document; `bands` stand from best to worst."""

    code: str
    name: str
    purpose: str
    plain_purpose: str
    kind: ModelKind
    inputs: tuple[ModelInput, ...]
    base: float
    bands: tuple[Band, ...]
    trees: tuple[tuple[Node, ...], ...] = ()

    @property
    def input_codes(self) -> list[str]:
        """Return the indicators the model reads, sorted."""
        return sorted(entry.code for entry in self.inputs)


@dataclass(frozen=True)
class Difference:
    """How a version differs from the nearest one the bank handed in before, 与最近版本的差异.

    `changed` are the places whose values differ; `only_cuts` when none but cut-offs do.
    """

    version_id: UUID
    label: str
    changed: Sequence[str]
    only_cuts: bool


@dataclass(frozen=True)
class PopulationCheck:
    """What a model says of the platform's firms, counted only, 结果分布检查.

    `counts` by band in the model's order. `told` is the share of the nearest input's information
    that the band gives away (0 to 1), `told_by` that input; None where there are too few firms.
    """

    firms: int
    counts: Mapping[str, int]
    told: float | None
    told_by: str | None
