"""Who may hand in, review and run a bank's model; what is another bank's does not exist."""

from uuid import UUID

from xinyidai.joint_results.models import JointModelVersion, JointRun
from xinyidai.joint_results.values import VersionAction as A
from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.errors import Forbidden, NotFound

KEEPERS = frozenset({Role.BANK_PRODUCT_MANAGER, Role.BANK_CLIENT})
RUNNERS = frozenset({Role.BANK_OFFICER, Role.BANK_CLIENT})
BANK = KEEPERS | RUNNERS
WATCHERS = frozenset({Role.CREDIT_OFFICE, Role.AUDITOR})
OFFICE_ACTIONS = frozenset({A.RETURN, A.APPROVE})
ABSENT = "没有找到这个模型版本。"
NO_RUN = "没有找到这次运行。"


def require_keeper(actor: Actor) -> UUID:
    """Return the institution the actor keeps models for, or raise `Forbidden`."""
    if actor.role not in KEEPERS or actor.party_id is None:
        raise Forbidden("只有金融机构的产品经理可以上传模型。")
    return actor.party_id


def require_runner(actor: Actor) -> UUID:
    """Return the institution the actor runs models for, or raise `Forbidden`."""
    if actor.role not in RUNNERS or actor.party_id is None:
        raise Forbidden("只有银行客户经理可以运行模型。")
    return actor.party_id


def require_watcher(actor: Actor) -> None:
    """Raise `Forbidden` unless the actor sees what leaves: the credit office and auditors."""
    if actor.role not in WATCHERS:
        raise Forbidden("只有信用办和监管人员可以查看隐私日志。")


def require_sight(actor: Actor, version: JointModelVersion) -> None:
    """Raise `NotFound` unless the actor may see this version; drafts are the bank's alone."""
    if actor.role in BANK and actor.party_id == version.model.institution_id:
        return
    if actor.role in WATCHERS and version.submitted_at is not None:
        return
    raise NotFound(ABSENT)


def require(actor: Actor, action: A, version: JointModelVersion) -> None:
    """Raise unless the actor may take the action.

    The bank's product manager hands in and activates; the credit office returns and approves,
    with a person and a party other than those who handed in; either may retire.
    """
    require_sight(actor, version)
    if actor.role is Role.CREDIT_OFFICE and action in OFFICE_ACTIONS | {A.RETIRE}:
        _require_two_people(actor, action, version)
        return
    if actor.role in KEEPERS and action not in OFFICE_ACTIONS:
        return
    raise Forbidden("您的角色不能进行这项操作。", details={"action": action.value})


def require_run(actor: Actor, run: JointRun) -> None:
    """Raise `NotFound` unless the run is of the actor's own institution."""
    if require_runner(actor) != run.institution_id:
        raise NotFound(NO_RUN)


def require_own(actor: Actor, enterprise_id: UUID) -> None:
    """Raise `NotFound` unless the actor is a user of this firm."""
    if actor.role is not Role.ENTERPRISE_USER or actor.party_id != enterprise_id:
        raise NotFound("没有找到这家企业的信息。")


def _require_two_people(actor: Actor, action: A, version: JointModelVersion) -> None:
    if action is not A.APPROVE:
        return
    same_person = actor.account_id is None or actor.account_id == version.submitted_by
    same_party = actor.party_id is None or actor.party_id == version.submitted_party
    if same_person or same_party:
        raise Forbidden("提交和批准须由不同单位的不同人员进行。", code="two_people")
