"""Tell departments and the credit office, 告知: in the transaction of the deed.

Messages carry no credit data: they say how many, and which page shows them.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from xinyidai.data_quality.models import ConcealmentSuspect, CorrectionTicket
from xinyidai.data_quality.service.departments import read_directory
from xinyidai.data_quality.values import OUTCOME_NAMES
from xinyidai.institutions import queries as institutions
from xinyidai.institutions.values import DepartmentKind
from xinyidai.notifications import service as notifications
from xinyidai.notifications.service import Message
from xinyidai.notifications.values import Topic


def tell_ticket_sent(ticket: CorrectionTicket, words: str = "") -> None:
    """Tell the source that there are codes to put right, and until when."""
    if ticket.department_id is None:
        return
    notifications.send(
        topic=Topic.CORRECTION_TICKET,
        title=f"待处理的纠错单：{ticket.number}",
        body=f"{words}有 {ticket.rows} 行的统一社会信用代码或名称需要核对，"
        f"请在 {_day(ticket.due_on)} 前更正并重新报送，或说明维持的理由。",
        department_id=ticket.department_id,
        link=f"/department/tickets/{ticket.id}",
    )


def tell_ticket_answered(ticket: CorrectionTicket) -> None:
    """Tell the credit office that a source has answered."""
    notifications.send_all(
        Message(
            topic=Topic.CORRECTION_TICKET,
            title=f"纠错单已答复：{ticket.number}",
            body="来源部门已答复，请核验：可以等重新报送后自动核验，也可以人工核验。",
            department_id=office,
            link=f"/office/data/tickets/{ticket.id}",
        )
        for office in offices()
    )


def tell_ticket_closed(ticket: CorrectionTicket) -> None:
    """Tell the source that nothing is left to do."""
    if ticket.department_id is None or ticket.sent_at is None:
        return
    notifications.send(
        topic=Topic.CORRECTION_TICKET,
        title=f"纠错单已结束：{ticket.number}",
        body="这张纠错单已经结束，不用再处理。结果见纠错单页面。",
        department_id=ticket.department_id,
        link=f"/department/tickets/{ticket.id}",
    )


def remind_tickets(tickets: Iterable[CorrectionTicket]) -> None:
    """Remind sources, once, that the last day is near."""
    notifications.send_all(
        Message(
            topic=Topic.CORRECTION_TICKET,
            title=f"纠错单即将到期：{ticket.number}",
            body=f"答复期限是 {_day(ticket.due_on)}，请尽快处理。",
            department_id=ticket.department_id,
            link=f"/department/tickets/{ticket.id}",
            dedupe_key=f"ticket:due:{ticket.id}:{ticket.due_on}",
        )
        for ticket in tickets
        if ticket.department_id is not None
    )


def tell_ticket_late(ticket: CorrectionTicket) -> None:
    """Tell the source and the credit office that the term is over."""
    parties = [(office, "office/data") for office in offices()]
    if ticket.department_id is not None:
        parties.append((ticket.department_id, "department"))
    notifications.send_all(
        Message(
            topic=Topic.CORRECTION_TICKET,
            title=f"纠错单超期：{ticket.number}",
            body=f"答复期限 {_day(ticket.due_on)} 已过，请督促或尽快答复。",
            department_id=party,
            link=f"/{place}/tickets/{ticket.id}",
            dedupe_key=f"ticket:late:{ticket.id}:{ticket.due_on}:{party}",
        )
        for party, place in parties
    )


def tell_suspects(found: Sequence[ConcealmentSuspect]) -> None:
    """Tell each department, in one message, that decisions of its own are not delivered yet."""
    ids = read_directory().ids
    notifications.send_all(
        Message(
            topic=Topic.DATA_QUALITY,
            title="有决定疑似没有报送，请说明",
            body=f"从其他来源得知本部门有 {number} 件决定，平台还没有收到。请补报，或说明情况。",
            department_id=ids[code],
            link="/department/quality/suspects",
        )
        for code, number in Counter(one.organ_code for one in found).items()
        if code in ids
    )


def tell_suspect_closed(suspect: ConcealmentSuspect) -> None:
    """Tell the department what came of a suspicion."""
    office = read_directory().ids.get(suspect.organ_code)
    if office is None or suspect.outcome is None:
        return
    notifications.send(
        topic=Topic.DATA_QUALITY,
        title="一条没有报送的疑点已了结",
        body=f"信用办的处理结果：{OUTCOME_NAMES[suspect.outcome]}。依据见疑点页面。",
        department_id=office,
        link=f"/department/quality/suspects/{suspect.id}",
    )


def tell_weekly(department_id: UUID, lines: Sequence[str], week: str) -> None:
    """Send a department what it still has to do, 周提醒, once a week."""
    notifications.send(
        topic=Topic.DATA_QUALITY,
        title="本周数据质量提醒",
        body="；".join(lines) + "。请在数据质量页面查看清单。",
        department_id=department_id,
        link="/department/quality",
        dedupe_key=f"quality:weekly:{week}:{department_id}",
    )


def tell_bulletin(number: str, month: date, departments: Iterable[UUID]) -> None:
    """Tell departments and the office that a month's bulletin is published, 月通报."""
    title = f"{month.year}年{month.month}月数据质量通报已发布"
    messages = [
        Message(
            topic=Topic.DATA_QUALITY,
            title=title,
            body="本部门的三率、迟报和纠错情况见数据质量页面。",
            department_id=party,
            link="/department/quality",
            dedupe_key=f"quality:bulletin:{number}:{party}",
        )
        for party in departments
    ]
    messages += [
        Message(
            topic=Topic.DATA_QUALITY,
            title=title,
            body="可以下载 PDF 和表格。",
            department_id=party,
            link="/office/data/quality/bulletins",
            dedupe_key=f"quality:bulletin:{number}:{party}",
        )
        for party in offices()
    ]
    notifications.send_all(messages)


def offices() -> list[UUID]:
    """Return the credit offices of the city."""
    return [one.id for one in institutions.list_departments(kind=DepartmentKind.CREDIT_OFFICE)]


def _day(day: date | None) -> str:
    return "（未定）" if day is None else f"{day.year}年{day.month}月{day.day}日"
