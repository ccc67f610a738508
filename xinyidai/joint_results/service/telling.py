"""Tell who waits for it what became of a model, 告知: in the transaction of the deed."""

from xinyidai.institutions import queries as institutions
from xinyidai.institutions.values import DepartmentKind
from xinyidai.joint_results.models import JointModelVersion, JointRun
from xinyidai.notifications import service as notifications
from xinyidai.notifications.service import Message
from xinyidai.notifications.values import Topic


def tell_office(version: JointModelVersion) -> None:
    """Tell the credit office that a version waits for review."""
    notifications.send_all(
        Message(
            topic=Topic.JOINT_RESULT,
            title=f"待审核的联合模型：{version.label}",
            body="银行已提交，请核对用途、输入指标和结果分布，批准或退回。",
            department_id=office.id,
            link=f"/office/joint-models/{version.id}",
        )
        for office in institutions.list_departments(kind=DepartmentKind.CREDIT_OFFICE)
    )


def tell_bank(version: JointModelVersion, what: str, body: str) -> None:
    """Tell the bank what became of its version."""
    notifications.send(
        institution_id=version.model.institution_id,
        topic=Topic.JOINT_RESULT,
        title=f"联合模型{what}：{version.label}",
        body=body,
        link=f"/bank/joint-models/{version.id}",
    )


def tell_run(run: JointRun) -> None:
    """Tell the bank that a run has ended."""
    notifications.send(
        institution_id=run.institution_id,
        topic=Topic.JOINT_RESULT,
        title=f"联合模型已运行完：{run.version.label}",
        body="可以查看各家企业的结果档。结果只供参考，是否放款由银行决定。",
        link=f"/bank/joint-runs/{run.id}",
    )
