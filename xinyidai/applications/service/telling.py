"""Tell firm, bank and credit office of each change of an application, 消息, in its transaction.

A message names the application by its number and says where to look; terms, reasons and what a
bank wrote are on the page, which asks again who may see them.
"""

from collections.abc import Mapping

from xinyidai.applications.models import LoanApplication
from xinyidai.applications.policies import BANK
from xinyidai.applications.values import ApplicationAction as A
from xinyidai.institutions import queries as institutions
from xinyidai.institutions.values import DepartmentKind
from xinyidai.kernel.actor import Actor, Role
from xinyidai.notifications import service as notifications
from xinyidai.notifications.service import Message
from xinyidai.notifications.values import Mailbox, PartyKind, Topic

# Title, of which the bank's short name is the beginning, and what to do.
TO_FIRM: Mapping[A, tuple[str, str]] = {
    A.ACCEPT: ("已受理您的贷款申请", "打开可以看到客户经理的姓名和电话。"),
    A.INVESTIGATE: ("开始尽调", "客户经理可能会联系您或上门走访，请准备好相关材料。"),
    A.SEND_TO_APPROVAL: ("已把申请送审批", "您不需要做什么，结果会在承诺日前告诉您。"),
    A.APPROVE: ("同意授信", "请打开查看金额、利率和期限，并联系客户经理约时间签约。"),
    A.OFFER: ("提出了另外的条件", "请打开查看新的金额、利率和期限，在有效期内接受或不接受。"),
    A.RETURN: ("请您补充材料", "请打开查看要补充什么，补好后再次提交。"),
    A.DECLINE: ("没有通过您的申请", "请打开查看原因、下一步怎么办和其他可以申请的产品。"),
    A.SIGN: ("登记了签约", "请等待放款。与实际不符的，请联系客户经理。"),
    A.DISBURSE: ("登记了放款", "请核对放款金额和到期日。与实际不符的，请联系客户经理。"),
    A.SETTLE: ("登记了结清", "这笔贷款已结清。与实际不符的，请联系客户经理。"),
    A.HAND_OVER: ("换了经办人", "打开可以看到新的联系人。申请进度和承诺日不变。"),
    A.TIME_OUT: (
        "没有按时受理，申请已超时结束",
        "给它的授权随之终止，别的申请还在用的除外。您可以用原来的内容一键改投其他银行。",
    ),
    A.EXPIRE: ("这边的申请已过期", "长时间没有办理，申请已结束。需要时可以用原来的内容重新申请。"),
}
TO_BANK: Mapping[A, tuple[str, str]] = {
    A.SUBMIT: ("收到一份贷款申请", "请在承诺答复日前受理和答复。"),
    A.WITHDRAW: ("企业撤回了申请", "请停止办理。"),
    A.REASSIGN: ("企业把申请改投了其他银行", "请停止办理；这份申请所依据的授权随之撤回。"),
    A.TAKE_OFFER: ("企业接受了贵行的条件", "请联系企业签约。"),
    A.REFUSE_OFFER: ("企业没有接受贵行的条件", "申请回到审批，请尽快决定。"),
    A.HAND_OVER: ("一份申请转交了经办人", "新的经办人请打开办理。"),
    A.TIME_OUT: ("申请超时，已转出", "承诺日过后仍没有受理，申请已结束，并记入本机构的办理记录。"),
    A.EXPIRE: ("一份申请已过期", "企业没有在期限内办理，申请已结束。"),
}
FIRST = "（白名单优先）"


def tell_step(application: LoanApplication, action: A) -> None:
    """Tell whoever waits for this step."""
    if action in TO_FIRM:
        title, body = TO_FIRM[action]
        _send_to_firm(application, f"{_bank_name(application)}{title}", body)
    is_known = application.submitted_at is not None and action is not A.SUBMIT
    if action in TO_BANK and is_known:
        title, body = TO_BANK[action]
        _send_to_bank(application, f"{title}{_mark(application)}", body)
    if action is A.TIME_OUT:
        title = f"{_bank_name(application)}超时未受理一份申请{_mark(application)}"
        notifications.send_all(
            _to_office(application, title, "申请已超时结束，企业可以改投，请督办这家银行。")
        )


def mark_dealt_with(actor: Actor, application: LoanApplication) -> None:
    """Take what was told of an application before as read by the side that acts on it now."""
    if actor.role is Role.ENTERPRISE_USER:
        mailbox = Mailbox(PartyKind.ENTERPRISE, application.enterprise_id)
        link = f"/enterprise/applications/{application.id}"
    elif actor.role in BANK:
        mailbox = Mailbox(PartyKind.INSTITUTION, application.institution_id)
        link = f"/bank/applications/{application.id}"
    else:
        return
    notifications.mark_dealt_with(mailbox, link, actor.account_id)


def tell_submitted(application: LoanApplication) -> None:
    """Tell the bank of a submission; called when its promised day is known."""
    title, body = TO_BANK[A.SUBMIT]
    words = f"{body}答复日：{application.promised_on}。"
    _send_to_bank(application, f"{title}{_mark(application)}", words)


def tell_late(application: LoanApplication) -> None:
    """Tell bank and firm once that the promised day is past; of a whitelisted firm the office too.

    Said again after a new promise only.
    """
    key = f"application-late:{application.id}:{application.promised_on}"
    body = f"申请 {application.application_no} 的承诺答复日 {application.promised_on} 已过。"
    messages = [
        Message(
            topic=Topic.APPLICATION_LATE,
            title=f"申请已超过承诺日{_mark(application)}",
            body=f"{body}请马上办理并答复企业。",
            institution_id=application.institution_id,
            link=f"/bank/applications/{application.id}",
            dedupe_key=f"{key}:bank",
        ),
        Message(
            topic=Topic.APPLICATION_LATE,
            title=f"{_bank_name(application)}超过了承诺的答复日",
            body=f"{body}可以打电话催办；还没有开始尽调的，也可以改投其他银行。",
            enterprise_id=application.enterprise_id,
            link=f"/enterprise/applications/{application.id}",
            dedupe_key=f"{key}:firm",
        ),
    ]
    if application.priority_entry_id is not None:
        title = f"{_bank_name(application)}没有按时答复白名单企业"
        messages += _to_office(application, title, f"{body}请督办。", key)
    notifications.send_all(messages)


def _to_office(
    application: LoanApplication, title: str, body: str, key: str | None = None
) -> list[Message]:
    offices = institutions.list_departments(kind=DepartmentKind.CREDIT_OFFICE)
    return [
        Message(
            topic=Topic.APPLICATION_LATE,
            title=title,
            body=f"申请 {application.application_no}。{body}",
            department_id=office.id,
            link=f"/office/applications/{application.id}",
            dedupe_key=f"{key}:{office.id}" if key else None,
        )
        for office in offices
    ]


def _send_to_firm(application: LoanApplication, title: str, body: str) -> None:
    notifications.send(
        enterprise_id=application.enterprise_id,
        topic=Topic.APPLICATION,
        title=title,
        body=f"申请 {application.application_no}。{body}",
        link=f"/enterprise/applications/{application.id}",
    )


def _send_to_bank(application: LoanApplication, title: str, body: str) -> None:
    notifications.send(
        institution_id=application.institution_id,
        topic=Topic.APPLICATION,
        title=title,
        body=f"申请 {application.application_no}。{body}",
        link=f"/bank/applications/{application.id}",
    )


def _mark(application: LoanApplication) -> str:
    return FIRST if application.priority_entry_id is not None else ""


def _bank_name(application: LoanApplication) -> str:
    return institutions.get_institution(application.institution_id).short_name
