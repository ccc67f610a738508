"""Tell who waits for it what became of a product, 告知: in the transaction of the deed."""

from xinyidai.institutions import queries as institutions
from xinyidai.institutions.values import DepartmentKind
from xinyidai.notifications import service as notifications
from xinyidai.notifications.service import Message
from xinyidai.notifications.values import Topic
from xinyidai.products.models import ProductVersion


def tell_office(version: ProductVersion) -> None:
    """Tell the credit office that a version waits for review."""
    _to_office(
        version,
        f"待审核的产品：{version.name}",
        f"第 {version.version} 版已提交，请核对条件、样例和试运行结果后上架或退回。",
    )


def tell_office_withdrawn(version: ProductVersion) -> None:
    """Tell the credit office that the bank took a version back from review."""
    _to_office(
        version,
        f"银行撤回了提交：{version.name}",
        f"第 {version.version} 版不用再审核，银行改好后会重新提交。",
    )


def _to_office(version: ProductVersion, title: str, body: str) -> None:
    notifications.send_all(
        Message(
            topic=Topic.PRODUCT,
            title=title,
            body=body,
            department_id=office.id,
            link=f"/office/products/{version.id}",
        )
        for office in institutions.list_departments(kind=DepartmentKind.CREDIT_OFFICE)
    )


def tell_bank(version: ProductVersion, title: str, body: str) -> None:
    """Tell the bank what became of its version."""
    notifications.send(
        topic=Topic.PRODUCT,
        title=f"{title}：{version.name}",
        body=body,
        institution_id=version.product.institution_id,
        link=f"/bank/products/{version.id}",
    )
