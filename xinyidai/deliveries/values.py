"""Words and values of deliveries, 数据报送."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class DeliveryChannel(StrEnum):
    """How a delivery came in, 报送渠道."""

    UPLOAD = "upload"  # 页面上传
    DROP = "drop"  # 文件投递
    PUSH = "push"  # 接口推送
    PULL = "pull"  # 网关拉取


class DeliveryState(StrEnum):
    """How far a delivery has come, 报送状态."""

    RECEIVED = "received"  # 已收到
    AWAITING_MAPPING = "awaiting_mapping"  # 待确认映射
    QUEUED = "queued"  # 排队归集
    COLLECTING = "collecting"  # 归集中
    COLLECTED = "collected"  # 已归集
    PARTLY_REJECTED = "partly_rejected"  # 有退回
    REFUSED = "refused"  # 整份退回
    FAILED = "failed"  # 处理失败


class DeliveryAction(StrEnum):
    """What is done to a delivery; the audit tag is `delivery:<value>`, 报送操作."""

    RECEIVE = "receive"  # 收到
    PROPOSE = "propose"  # 给出映射建议
    CONFIRM = "confirm"  # 确认映射
    BEGIN = "begin"  # 开始归集
    FINISH = "finish"  # 归集完成
    FINISH_PARTLY = "finish_partly"  # 归集完成，有退回
    REFUSE = "refuse"  # 整份退回
    CANCEL = "cancel"  # 撤回
    FAIL = "fail"  # 处理失败


class Interface(StrEnum):
    """A way by which programs exchange records with the platform, 数据交换接口."""

    PUSH = "push"  # 接口推送
    PUSH_STATUS = "push_status"  # 推送结果查询
    PULL = "pull"  # 网关拉取
    DROP = "drop"  # 文件投递


S, A = DeliveryState, DeliveryAction

CHANNEL_NAMES: Mapping[DeliveryChannel, str] = {
    DeliveryChannel.UPLOAD: "页面上传",
    DeliveryChannel.DROP: "文件投递",
    DeliveryChannel.PUSH: "接口推送",
    DeliveryChannel.PULL: "网关拉取",
}
STATE_NAMES: Mapping[DeliveryState, str] = {
    S.RECEIVED: "已收到，识别中",
    S.AWAITING_MAPPING: "待确认映射",
    S.QUEUED: "排队归集",
    S.COLLECTING: "归集中",
    S.COLLECTED: "已归集",
    S.PARTLY_REJECTED: "有退回",
    S.REFUSED: "整份退回",
    S.FAILED: "处理失败",
}
INTERFACE_NAMES: Mapping[Interface, str] = {
    Interface.PUSH: "接口推送",
    Interface.PUSH_STATUS: "推送结果查询",
    Interface.PULL: "网关拉取",
    Interface.DROP: "文件投递",
}
# The same content of one source that comes again meanwhile is the same delivery.
IN_PROGRESS = frozenset({S.RECEIVED, S.AWAITING_MAPPING, S.QUEUED, S.COLLECTING})
RUNNING = frozenset({S.RECEIVED, S.QUEUED, S.COLLECTING})
COUNTED = frozenset({S.COLLECTED, S.PARTLY_REJECTED})


@dataclass(frozen=True, kw_only=True)
class NewDelivery:
    """What came in, before it is a row: where its bytes lie, and what is said of it.

    `stored` is the name in the store, `kind` what the sender says it is (None: find out).
    """

    source_id: UUID
    channel: DeliveryChannel
    file_name: str
    stored: str
    size: int
    sha256: str
    kind: str | None = None
    idempotency_key: str | None = None
    replaces_id: UUID | None = None


@dataclass(frozen=True)
class Choice:
    """What a clerk makes of a proposal: the kind, and a target for each column.

    A target is a field of the kind, `CODE`, `NAME`, or "" for a column that is not collected.
    `options` says for a field which text of the file is which option of the catalogue.
    """

    kind: str
    targets: tuple[str, ...]
    options: Mapping[str, Mapping[str, str]]
    is_by_name: bool = False
    is_day_first: bool = False


CODE, NAME = "@code", "@name"


@dataclass(frozen=True)
class SignedRequest:
    """The signed parts of a push as they came; all are text, and nothing is checked yet."""

    method: str
    path: str
    source: str
    key_id: str
    timestamp: str
    nonce: str
    content_sha256: str
    signature: str
    kind: str = ""
    file_name: str = ""
    idempotency_key: str = ""
