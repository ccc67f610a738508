"""Words and values of node exchange, 节点交换."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

PROTOCOL_VERSION = 1


class NodeLevel(StrEnum):
    """What a node stands for, 节点层级."""

    NATIONAL = "national"  # 国家
    PROVINCE = "province"  # 省级
    CITY = "city"  # 市级
    COUNTY = "county"  # 县级
    INDUSTRY = "industry"  # 行业平台


class NodeDirection(StrEnum):
    """Where a peer stands as seen from here, 对接方向."""

    UP = "up"  # 上通
    SIDE = "side"  # 横联
    DOWN = "down"  # 下接


class NodeState(StrEnum):
    """Where the link to a peer stands, 对接状态."""

    PROPOSED = "proposed"  # 待复核
    APPROVED = "approved"  # 已核准
    ACTIVE = "active"  # 已启用
    SUSPENDED = "suspended"  # 已暂停
    ENDED = "ended"  # 已终止


class NodeAction(StrEnum):
    """What is done to a link; the audit tag is `exchange_node:<value>`, 对接操作."""

    PROPOSE = "propose"  # 登记
    REVISE = "revise"  # 变更后重新复核
    APPROVE = "approve"  # 复核通过
    ACTIVATE = "activate"  # 启用
    SUSPEND = "suspend"  # 暂停
    END = "end"  # 终止


class Way(StrEnum):
    """Which way something goes, 收发方向."""

    OUT = "out"  # 发出
    IN = "in"  # 接收


class PackageState(StrEnum):
    """What became of a package, 交换包状态."""

    WAITING = "waiting"  # 待送达
    DELIVERED = "delivered"  # 已回执
    DEAD = "dead"  # 发送失败
    ACCEPTED = "accepted"  # 已接收


S, A = NodeState, NodeAction
LEVEL_NAMES: Mapping[NodeLevel, str] = {
    NodeLevel.NATIONAL: "国家",
    NodeLevel.PROVINCE: "省级",
    NodeLevel.CITY: "市级",
    NodeLevel.COUNTY: "县级",
    NodeLevel.INDUSTRY: "行业平台",
}
DIRECTION_NAMES: Mapping[NodeDirection, str] = {
    NodeDirection.UP: "上通",
    NodeDirection.SIDE: "横联",
    NodeDirection.DOWN: "下接",
}
STATE_NAMES: Mapping[NodeState, str] = {
    S.PROPOSED: "待第二人复核",
    S.APPROVED: "已核准，待启用",
    S.ACTIVE: "已启用",
    S.SUSPENDED: "已暂停",
    S.ENDED: "已终止",
}
ACTION_NAMES: Mapping[NodeAction, str] = {
    A.PROPOSE: "登记",
    A.REVISE: "变更约定，重新复核",
    A.APPROVE: "复核通过",
    A.ACTIVATE: "启用",
    A.SUSPEND: "暂停",
    A.END: "终止对接",
}
WAY_NAMES: Mapping[Way, str] = {Way.OUT: "发出", Way.IN: "接收"}
PACKAGE_STATE_NAMES: Mapping[PackageState, str] = {
    PackageState.WAITING: "待送达",
    PackageState.DELIVERED: "对方已回执",
    PackageState.DEAD: "发送失败",
    PackageState.ACCEPTED: "已接收",
}


@dataclass(frozen=True, kw_only=True)
class FlowPlan:
    """One kind that goes out or comes in; `remote_kind` is its code at the peer, for what comes."""

    way: Way
    kind: str
    remote_kind: str


@dataclass(frozen=True, kw_only=True)
class NodePlan:
    """Everything that is agreed with a peer: who it is, what flows, and on which papers.

    `verifier` is the peer's public key as `name+id+base64`. Without `base_url` the peer fetches
    packages itself, or they go by file. `pulls` lets us fetch what waits for us there.
    """

    code: str
    name: str
    level: NodeLevel
    direction: NodeDirection
    verifier: str
    base_url: str | None = None
    pulls: bool = False
    frequency: str = "每 5 分钟"
    legal_basis: str = ""
    agreement_no: str = ""
    allows_government: bool = False
    security_assessed_on: date | None = None
    agreement_on: date | None = None
    data_list_on: date | None = None
    expires_on: date | None = None
    flows: Sequence[FlowPlan] = ()


@dataclass(frozen=True)
class RowFault:
    """Why one line of a package was not taken; `line` counts from 1 in its file."""

    file: str
    line: int
    field: str
    message: str


@dataclass
class Tally:
    """What became of the lines of one package.

    `pending` wait for a firm's code; `ended` records were taken out of force, `absent` were not
    here to be ended.
    """

    rows: int = 0
    accepted: int = 0
    unchanged: int = 0
    pending: int = 0
    rejected: int = 0
    ended: int = 0
    absent: int = 0
    faults: list[RowFault] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        """Return the numbers by name, as receipts say them."""
        return {name: value for name, value in vars(self).items() if name != "faults"}


@dataclass(frozen=True)
class SignedText:
    """A JSON document with its signature, as it goes over the wire."""

    document: Mapping[str, Any]
    key_id: str
    signature: str
