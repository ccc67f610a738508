"""Words and values of voluntary registration, 自愿注册."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from xinyidai.kernel.uploads import Upload


class DeclarationState(StrEnum):
    """Where a declaration stands, 填报状态."""

    DRAFT = "draft"  # 草稿
    SUBMITTED = "submitted"  # 待核验
    RETURNED = "returned"  # 退回补正
    VERIFIED = "verified"  # 已核验
    REFUSED = "refused"  # 未通过核验
    WITHDRAWN = "withdrawn"  # 已撤回
    EXPIRED = "expired"  # 已失效
    UNTRUE = "untrue"  # 认定不实


class DeclarationAction(StrEnum):
    """What is done to a declaration; the audit tag is `declaration:<value>`, 填报操作."""

    START = "start"  # 新建
    SUBMIT = "submit"  # 签署并提交
    RETURN = "return"  # 退回补正
    VERIFY = "verify"  # 核验通过
    REFUSE = "refuse"  # 核验不通过
    WITHDRAW = "withdraw"  # 撤回
    LAPSE = "lapse"  # 失效
    REVOKE = "revoke"  # 认定不实
    END_RECORD = "end_record"  # 记录经异议撤销


S, A = DeclarationState, DeclarationAction
EDITABLE = frozenset({S.DRAFT, S.RETURNED})
STATE_NAMES: Mapping[DeclarationState, str] = {
    S.DRAFT: "草稿",
    S.SUBMITTED: "待核验",
    S.RETURNED: "退回补正",
    S.VERIFIED: "已核验",
    S.REFUSED: "未通过核验",
    S.WITHDRAWN: "已撤回",
    S.EXPIRED: "已失效",
    S.UNTRUE: "认定不实",
}
ACTION_NAMES: Mapping[DeclarationAction, str] = {
    A.START: "开始填报",
    A.SUBMIT: "签署并提交",
    A.RETURN: "退回补正",
    A.VERIFY: "核验通过",
    A.REFUSE: "核验不通过",
    A.WITHDRAW: "企业撤回",
    A.LAPSE: "失效",
    A.REVOKE: "认定不实",
    A.END_RECORD: "记录经异议撤销",
}


@dataclass(frozen=True)
class AttachedFile:
    """A file to be sent to somebody who may have it."""

    number: str
    upload: Upload
