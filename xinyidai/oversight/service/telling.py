"""Tell the credit offices what oversight found, in the transaction that found it."""

from uuid import UUID

from xinyidai.institutions import queries as institutions
from xinyidai.institutions.values import DepartmentKind
from xinyidai.notifications import service as notifications
from xinyidai.notifications.service import Message
from xinyidai.notifications.values import Topic


def tell_alarms(count: int, newest: UUID) -> None:
    """Tell of new alarms, together; `newest` is one of them, so that a retry tells nothing."""
    _tell(
        Topic.QUERY_ALARM,
        f"新增 {count} 条异常查询预警",
        "请核查这些查询是否有对应业务，并写明结论。",
        "/audit/alarms?state=open",
        f"query_alarm:{newest}",
    )


def tell_differences(total: int, reconciliation_id: UUID) -> None:
    """Tell that a reconciliation did not come to zero."""
    _tell(
        Topic.LEDGER_ALARM,
        f"对账发现 {total} 处差异",
        "读取、留痕、快照、授权或存证对不上。请立即核查，核查前不要改动数据库。",
        "/audit/reconciliations",
        f"reconciliation:{reconciliation_id}",
    )


def _tell(topic: Topic, title: str, body: str, link: str, key: str) -> None:
    notifications.send_all(
        Message(
            department_id=office.id,
            topic=topic,
            title=title,
            body=body,
            link=link,
            dedupe_key=f"{key}:{office.id}",
        )
        for office in institutions.list_departments(kind=DepartmentKind.CREDIT_OFFICE)
    )
