"""Tell the parties of a check, 告知; no message says more than that something waits to be read."""

from collections.abc import Sequence

from xinyidai.catalogue.credit_lists import get_credit_list
from xinyidai.catalogue.measures import get_occasion
from xinyidai.institutions import queries as institutions
from xinyidai.institutions.values import DepartmentKind
from xinyidai.joint_checks.models import JointCheck
from xinyidai.notifications import service as notifications
from xinyidai.notifications.service import Message
from xinyidai.notifications.values import Topic


def tell_firm_of_measures(check: JointCheck, names: Sequence[str]) -> None:
    """Tell the firm what was done to it, by whom, and how to object."""
    if check.enterprise_id is None or check.department_id is None:
        return
    office = institutions.get_department(check.department_id)
    notifications.send(
        topic=Topic.JOINT_CHECK,
        title=f"{office.name}对贵企业采取了措施",
        body=f"办理“{get_occasion(check.occasion)}”时核查到名单信息，采取：{'、'.join(names)}。"
        "依据和异议办法见核查页面。",
        enterprise_id=check.enterprise_id,
        link=f"/enterprise/checks/{check.id}",
    )


def remind(checks: Sequence[JointCheck]) -> None:
    """Remind each office once that the feedback of a check is due."""
    notifications.send_all(
        Message(
            topic=Topic.JOINT_CHECK,
            title=f"核查待反馈：{check.number}",
            body=f"请在 {_day(check)} 前填写处置和反馈。",
            department_id=check.department_id,
            link=f"/department/checks/{check.id}",
            dedupe_key=f"joint_check:due:{check.id}",
        )
        for check in checks
        if check.department_id is not None
    )


def tell_late(checks: Sequence[JointCheck]) -> None:
    """Tell the office once that the feedback is late, and the credit office how many are."""
    notifications.send_all(
        Message(
            topic=Topic.JOINT_CHECK,
            title=f"核查超期未反馈：{check.number}",
            body=f"反馈期限 {_day(check)} 已过，请今天填写。信用办已列入督办。",
            department_id=check.department_id,
            link=f"/department/checks/{check.id}",
            dedupe_key=f"joint_check:late:{check.id}",
        )
        for check in checks
        if check.department_id is not None
    )


def tell_office_of_late(number: int, day: str) -> None:
    """Tell the credit office once a day how many checks are late."""
    notifications.send_all(
        Message(
            topic=Topic.JOINT_CHECK,
            title=f"有 {number} 件核查超期未反馈",
            body="请督促有关部门填写处置和反馈。",
            department_id=office.id,
            link="/office/checks/list?late=1",
            dedupe_key=f"joint_check:office:{day}:{office.id}",
        )
        for office in institutions.list_departments(kind=DepartmentKind.CREDIT_OFFICE)
    )


def tell_to_lift(pairs: Sequence[tuple[JointCheck, str]]) -> None:
    """Tell each office once that a firm is off the list, so its measures have to end."""
    notifications.send_all(
        Message(
            topic=Topic.JOINT_CHECK,
            title=f"请停止据此采取的措施：{check.number}",
            body=f"企业已移出“{get_credit_list(code).name}”。据此采取的措施应当停止，"
            "已享受的激励按规定调整。",
            department_id=check.department_id,
            link=f"/department/checks/{check.id}",
            dedupe_key=f"joint_check:lift:{check.id}:{code}",
        )
        for check, code in pairs
        if check.department_id is not None
    )


def _day(check: JointCheck) -> str:
    return f"{check.due_on:%Y年%m月%d日}" if check.due_on else ""
