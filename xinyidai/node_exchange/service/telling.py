"""Tell the credit office what waits for it, and who was shown a record that it has ended."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

from xinyidai.credit_records.service import cases
from xinyidai.credit_records.values import RecordTrace
from xinyidai.enterprises import queries as enterprises
from xinyidai.institutions import queries as institutions
from xinyidai.institutions.values import DepartmentKind
from xinyidai.kernel import clock
from xinyidai.node_exchange import queries, rules
from xinyidai.node_exchange.models import ExchangeNode
from xinyidai.notifications import service as notifications
from xinyidai.notifications.service import Message
from xinyidai.notifications.values import Topic


def tell_office(title: str, body: str, link: str, dedupe_key: str | None = None) -> None:
    """Send one message to every credit office of this node."""
    notifications.send_all(
        Message(
            topic=Topic.NODE_EXCHANGE,
            title=title,
            body=body,
            department_id=office.id,
            link=link,
            dedupe_key=None if dedupe_key is None else f"{dedupe_key}:{office.id}",
        )
        for office in institutions.list_departments(kind=DepartmentKind.CREDIT_OFFICE)
    )


def page_of(node: ExchangeNode) -> str:
    """Return the page of a node."""
    return f"/office/nodes/{node.id}"


def tell_recipients(enterprise_id: UUID, trace: RecordTrace, package_id: UUID) -> None:
    """Tell whoever was shown a record which ended elsewhere that its result is outdated."""
    firm = enterprises.find_enterprise(enterprise_id)
    name = firm.name if firm else "一家企业"
    notifications.send_all(
        Message(
            topic=Topic.RECORD_CHANGED,
            title=f"{name}的信息有更新",
            body="贵机构以前查到的信息中有一条已经停止使用，原结果不再提供，不要再使用。"
            "需要时请在有效授权内重新查看。",
            institution_id=institution_id,
            dedupe_key=f"node:{package_id}:{trace.key[:16]}:{institution_id}",
        )
        for institution_id in cases.recipients_of(enterprise_id, trace)
    )


def watch() -> None:
    """Tell the office of links that have gone silent and of agreements that end; once each."""
    for node in queries.active_nodes():
        for title, body, key in _news(node):
            tell_office(title, body, page_of(node), key)


def _news(node: ExchangeNode) -> Iterator[tuple[str, str, str]]:
    silence = clock.now() - timedelta(hours=rules.SILENT_HOURS)
    if node.base_url and node.heard_at is not None and node.heard_at < silence:
        yield (
            f"节点“{node.name}”没有心跳",
            f"已超过 {rules.SILENT_HOURS} 小时没有收到对方的心跳，请与对方联系。",
            f"node:silent:{node.id}:{clock.today()}",
        )
    if rules.is_ending(node.expires_on, clock.today()):
        yield (
            f"节点“{node.name}”的协议将到期",
            "到期后停止收发。请续签协议，在节点页面变更有效期并由第二人复核。",
            f"node:expires:{node.id}:{node.expires_on}",
        )
