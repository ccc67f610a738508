"""The life of a model version, as a table; a reference model has no step at all."""

from enum import StrEnum

from xinyidai.kernel.lifecycle import Lifecycle, Step
from xinyidai.scoring.values import ModelState as S


class ModelAction(StrEnum):
    """What is done to a model version; the audit tag is `model:<value>`."""

    REGISTER = "register"  # 登记
    VALIDATE = "validate"  # 验证
    APPROVE = "approve"  # 批准
    ACTIVATE = "activate"  # 启用
    ROLL_BACK = "roll_back"  # 回滚
    RETIRE = "retire"  # 停用


LIFECYCLE: Lifecycle[S, ModelAction] = Lifecycle(
    {
        ModelAction.VALIDATE: Step(frozenset({S.CANDIDATE}), S.VALIDATED),
        ModelAction.APPROVE: Step(frozenset({S.VALIDATED}), S.APPROVED),
        ModelAction.ACTIVATE: Step(frozenset({S.APPROVED}), S.ACTIVE),
        # A retired version comes back by a rollback only, and only the one active before.
        ModelAction.ROLL_BACK: Step(frozenset({S.RETIRED}), S.ACTIVE),
        ModelAction.RETIRE: Step(frozenset({S.ACTIVE, S.APPROVED, S.VALIDATED}), S.RETIRED),
    }
)
