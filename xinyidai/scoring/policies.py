"""Who may register, approve and activate a model; four eyes throughout."""

from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.errors import Forbidden
from xinyidai.scoring.lifecycle import ModelAction
from xinyidai.scoring.models import ModelVersion

REGISTRARS = frozenset({Role.OPERATOR, Role.CREDIT_OFFICE})


def require_registrar(actor: Actor) -> None:
    """Raise `Forbidden` unless the actor may register a model."""
    if actor.role not in REGISTRARS or actor.account_id is None:
        raise Forbidden("只有平台管理员或信用办人员可以登记模型。")


def require(actor: Actor, action: ModelAction, model: ModelVersion) -> None:
    """Raise `Forbidden` unless the actor may take the action; approval needs a second person."""
    if actor.role not in REGISTRARS or actor.account_id is None:
        raise Forbidden("您的账户不能管理评分模型。")
    if action is ModelAction.APPROVE:
        if actor.role is not Role.CREDIT_OFFICE:
            raise Forbidden("模型须由信用办批准。")
        if actor.account_id in {model.registered_by, model.validated_by}:
            raise Forbidden("批准人不能是登记或验证这个模型的人，请由另一位同事批准。")
