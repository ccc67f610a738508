"""Tell who is concerned by a release, 告知: in the transaction of the deed."""

from collections.abc import Iterable
from uuid import UUID

from xinyidai.catalogue.credit_lists import SIDE_NAMES, get_credit_list
from xinyidai.credit_lists.models import CorrectionNotice, ListRelease
from xinyidai.credit_lists.values import KIND_NAMES, OUT_NAMES, OutReason
from xinyidai.institutions import queries as institutions
from xinyidai.institutions.values import DepartmentKind
from xinyidai.notifications import service as notifications
from xinyidai.notifications.service import Message
from xinyidai.notifications.values import Topic


def tell_office(release: ListRelease) -> None:
    """Tell the credit office that a draft waits for its second person."""
    notifications.send_all(
        Message(
            topic=Topic.CREDIT_LIST,
            title=f"待审核的名单批次：{release.number}",
            body=f"“{get_credit_list(release.list_type).name}”"
            f"{KIND_NAMES[release.kind]} {release.row_count} 家，请由起草人以外的人员审核。",
            department_id=office.id,
            link=f"/office/lists/releases/{release.id}",
        )
        for office in institutions.list_departments(kind=DepartmentKind.CREDIT_OFFICE)
    )


def tell_drafter(release: ListRelease, words: str) -> None:
    """Tell the office that drafted a release what became of it."""
    office = institutions.get_department(release.department_id)
    is_desk = office.kind is DepartmentKind.CREDIT_OFFICE
    notifications.send(
        topic=Topic.CREDIT_LIST,
        title=f"名单批次{words}：{release.number}",
        body="打开批次页面可以看到经过和明细。",
        department_id=release.department_id,
        link=f"{'/office/lists/releases' if is_desk else '/department/lists'}/{release.id}",
    )


def tell_listed(release: ListRelease, firms: Iterable[UUID]) -> None:
    """Tell each firm that it was listed, on which ground to look, and how to object."""
    list_type = get_credit_list(release.list_type)
    body = f"依据：{list_type.basis}。移出条件：{list_type.exit}。"
    if list_type.is_serious:
        body += "认为有误可以提出异议；符合条件可以申请信用修复，全程不收费。"
    notifications.send_all(
        Message(
            topic=Topic.CREDIT_LIST,
            title=f"已列入{SIDE_NAMES[list_type.side]}：{list_type.name}",
            body=body,
            enterprise_id=firm,
            link="/enterprise/checks",
            dedupe_key=f"credit_list:in:{release.id}:{firm}",
        )
        for firm in firms
    )


def tell_out(release: ListRelease, firms: Iterable[UUID], reason: OutReason) -> None:
    """Tell each firm that it is off the list."""
    name = get_credit_list(release.list_type).name
    notifications.send_all(
        Message(
            topic=Topic.CREDIT_LIST,
            title=f"已移出名单：{name}",
            body=f"原因：{OUT_NAMES[reason]}。从现在起不再公示，也不再用于核查。",
            enterprise_id=firm,
            link="/enterprise/checks",
            dedupe_key=f"credit_list:out:{release.id}:{firm}",
        )
        for firm in firms
    )


def tell_cleared(notice: CorrectionNotice, firms: Iterable[UUID]) -> None:
    """Tell each firm that the error was announced to the public."""
    notifications.send_all(
        Message(
            topic=Topic.CREDIT_LIST,
            title=f"错误列入已更正并公告：{notice.number}",
            body="更正公告已公开，可以出示给因此采取过措施的单位，要求消除影响。",
            enterprise_id=firm,
            link=f"/lists/notices/{notice.id}",
            dedupe_key=f"credit_list:cleared:{notice.id}:{firm}",
        )
        for firm in firms
    )
