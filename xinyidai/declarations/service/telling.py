"""Tell who waits for it, 告知: in the transaction of the deed; never what a declaration says."""

from collections.abc import Mapping

from xinyidai.catalogue.declarations import get_category
from xinyidai.declarations.models import Declaration
from xinyidai.declarations.values import DeclarationAction as A
from xinyidai.institutions import queries as institutions
from xinyidai.institutions.values import DepartmentKind
from xinyidai.notifications import service as notifications
from xinyidai.notifications.service import Message
from xinyidai.notifications.values import Topic

TO_FIRM: Mapping[A, tuple[str, str]] = {
    A.SUBMIT: ("填报已提交", "核验后才会记入信用记录。结果会通过消息告诉您，全程不收费。"),
    A.RETURN: ("填报需要补正", "请打开填报页面，按说明修改后重新签署提交。"),
    A.VERIFY: (
        "填报已通过核验",
        "已作为“自主填报”记入您的信用记录。情况有变化时请撤回并重新填报。",
    ),
    A.REFUSE: ("填报未通过核验", "理由见填报页面。补齐材料后可以重新填报。"),
    A.LAPSE: ("填报已失效", "已超过有效期或补正期限，有关记录不再使用。需要时请重新填报。"),
    A.REVOKE: ("填报被认定不实", "有关记录已撤销，理由见填报页面。不同意可以向信用办提出异议。"),
    A.END_RECORD: ("填报记录已撤销", "有关记录经异议核实后撤销，不再使用。"),
}


def tell_firm(declaration: Declaration, action: A) -> None:
    """Tell the firm what was done with its declaration."""
    title, body = TO_FIRM[action]
    notifications.send(
        topic=Topic.DECLARATION,
        title=f"{title}：{declaration.number}",
        body=body,
        enterprise_id=declaration.enterprise_id,
        link=f"/enterprise/declarations/{declaration.id}",
    )


def tell_verifiers(declaration: Declaration) -> None:
    """Tell the credit offices and the departments of the category that something waits."""
    category = get_category(declaration.category)
    found = [institutions.find_department_by_code(code) for code in sorted(category.departments)]
    offices = institutions.list_departments(kind=DepartmentKind.CREDIT_OFFICE)
    places = [(one, "office") for one in offices] + [(one, "department") for one in found if one]
    notifications.send_all(
        Message(
            topic=Topic.DECLARATION,
            title=f"待核验的自愿填报：{declaration.number}",
            body=f"企业填报了“{category.name}”，请核对附件后办理。",
            department_id=one.id,
            link=f"/{place}/declarations/{declaration.id}",
        )
        for one, place in places
    )
