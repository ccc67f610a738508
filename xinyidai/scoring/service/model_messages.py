"""Tell the credit office that a model version waits for somebody, or has changed what scores."""

from collections.abc import Mapping

from xinyidai.institutions import queries as institutions
from xinyidai.institutions.values import DepartmentKind
from xinyidai.notifications import service as notifications
from xinyidai.notifications.service import Message
from xinyidai.notifications.values import Topic
from xinyidai.scoring.lifecycle import ModelAction
from xinyidai.scoring.models import ModelVersion

WORDS: Mapping[ModelAction, tuple[str, str]] = {
    ModelAction.VALIDATE: (
        "待第二人批准",
        "验证已通过。请由另一位同事看验证结果和模型说明书，批准或写明意见。",
    ),
    ModelAction.APPROVE: ("已批准，可以启用", "启用后，之后的评分都由这一版作出。"),
    ModelAction.ACTIVATE: ("已启用", "之后的评分都由这一版作出；原来的评分仍可查验。"),
    ModelAction.ROLL_BACK: ("已回滚启用", "评分回到这一版；请核对回滚的原因。"),
    ModelAction.RETIRE: ("已停用", "这一版不再评分；没有启用别的版本时，企业没有新评分。"),
}


def tell(action: ModelAction, model: ModelVersion) -> None:
    """Send the message of a step to every credit office; steps nobody waits for send none."""
    if action not in WORDS:
        return
    title, body = WORDS[action]
    notifications.send_all(
        Message(
            department_id=office.id,
            topic=Topic.MODEL_MONITORING,
            title=f"评分模型 {model.code} {model.version} {title}",
            body=body,
            link=f"/office/models/{model.id}",
        )
        for office in institutions.list_departments(kind=DepartmentKind.CREDIT_OFFICE)
    )
