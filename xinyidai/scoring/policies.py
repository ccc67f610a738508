"""Who may register, approve and activate a model (four eyes throughout); who orders looks."""

from uuid import UUID

from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.errors import Forbidden, NotFound
from xinyidai.scoring.lifecycle import ModelAction
from xinyidai.scoring.models import LookBatch, ModelVersion

REGISTRARS = frozenset({Role.OPERATOR, Role.CREDIT_OFFICE})
RECIPIENTS = frozenset({Role.BANK_OFFICER, Role.BANK_CLIENT, Role.GUARANTOR})


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


def is_recipient(actor: Actor) -> bool:
    """Tell whether the actor looks for an institution; the door decides whether it may."""
    return actor.role in RECIPIENTS and actor.party_id is not None


def require_batch_order(actor: Actor) -> tuple[UUID, UUID]:
    """Return the institution and the account, or raise `Forbidden` unless a loan officer orders."""
    if actor.role is not Role.BANK_OFFICER or actor.party_id is None or actor.account_id is None:
        raise Forbidden("只有银行客户经理可以批量查询。")
    return actor.party_id, actor.account_id


def require_batch(actor: Actor, batch: LookBatch) -> None:
    """Raise `NotFound` unless the actor ordered this batch."""
    institution_id, account_id = require_batch_order(actor)
    if batch.institution_id != institution_id or batch.account_id != account_id:
        raise NotFound("没有找到这次批量查询。")
