"""Tell who waits for it, 告知: in the transaction of the deed."""

from collections.abc import Iterator, Mapping
from uuid import UUID

from xinyidai.commitments.models import Commitment
from xinyidai.commitments.values import CommitmentAction as A
from xinyidai.institutions import queries as institutions
from xinyidai.institutions.values import DepartmentKind
from xinyidai.notifications import service as notifications
from xinyidai.notifications.service import Message
from xinyidai.notifications.values import Topic

TO_FIRM: Mapping[A, tuple[str, str]] = {
    A.SIGN: ("承诺书已签署", "已向社会公开。请在期限前履行，并上传履行证明。"),
    A.KEEP: ("承诺已认定履行", "已记入您的信用记录。"),
    A.BREAK: (
        "被认定违背承诺",
        "理由见承诺页面，已记入信用记录。认为有误可以提出异议；纠正后可以申请信用修复。",
    ),
    A.EXPIRE: ("承诺逾期未核实", "履行期限已过，还没有核实结果。请尽快上传履行证明。"),
    A.ANNUL: ("承诺的履行认定已撤销", "有关信用记录已停止使用，画像和公开页面同时更新。"),
}


def tell_firm(commitment: Commitment, action: A) -> None:
    """Tell the firm what became of its commitment."""
    title, body = TO_FIRM[action]
    notifications.send(
        topic=Topic.COMMITMENT,
        title=f"{title}：{commitment.number}",
        body=body,
        enterprise_id=commitment.enterprise_id,
        link=f"/enterprise/commitments/{commitment.id}",
    )


def tell_finders(commitment: Commitment) -> None:
    """Tell whoever has to find whether it was kept that evidence is there."""
    notifications.send_all(
        Message(
            topic=Topic.COMMITMENT,
            title=f"承诺履行证明待核实：{commitment.number}",
            body="企业提交了履行证明，请核实后认定。",
            department_id=one,
            link=f"/{place}/commitments/{commitment.id}",
        )
        for one, place in _finders(commitment)
    )


def reminder(commitment: Commitment, days: int) -> Message:
    """Return the reminder of so many days before the last day; sent once."""
    due = commitment.due_on
    day = f"{due.year}年{due.month}月{due.day}日" if due else ""
    return Message(
        topic=Topic.COMMITMENT,
        title=f"承诺快到期了：{commitment.number}",
        body=f"“{commitment.title}”的履行期限是 {day}。请按时履行并上传证明，"
        "逾期可能被认定违背承诺。",
        enterprise_id=commitment.enterprise_id,
        link=f"/enterprise/commitments/{commitment.id}",
        dedupe_key=f"commitment:due:{days}:{commitment.id}",
    )


def tell_drafted(drafter_id: UUID | None, title: str) -> None:
    """Tell the credit offices that a template waits for a second clerk."""
    notifications.send_all(
        Message(
            topic=Topic.COMMITMENT,
            title="承诺书模板待批准",
            body=f"“{title}”已起草，请另一位工作人员核对后批准。",
            department_id=one.id,
            link="/office/commitments/templates",
        )
        for one in institutions.list_departments(kind=DepartmentKind.CREDIT_OFFICE)
        if drafter_id is not None
    )


def _finders(commitment: Commitment) -> Iterator[tuple[UUID, str]]:
    if commitment.department_id is not None:
        yield commitment.department_id, "department"
        return
    for one in institutions.list_departments(kind=DepartmentKind.CREDIT_OFFICE):
        yield one.id, "office"
