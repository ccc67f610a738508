"""Tell firm and banks of each change of a need, 消息, in its transaction.

No message to a bank names the firm: whether the bank may know it is decided when the page opens.
"""

from xinyidai.financing_needs.models import FinancingNeed, NeedOffer
from xinyidai.financing_needs.queries import places as place_queries
from xinyidai.financing_needs.values import OFFER_END_NAMES, OfferEnd
from xinyidai.institutions import queries as institutions
from xinyidai.institutions.values import DepartmentKind
from xinyidai.kernel import clock
from xinyidai.kernel.money import format_wan
from xinyidai.notifications import service as notifications
from xinyidai.notifications.service import Message
from xinyidai.notifications.values import Topic

BLAMED = frozenset({OfferEnd.NOT_CONTACTED, OfferEnd.NOT_TAKEN})


def tell_published() -> None:
    """Tell the banks that there is something to claim, once a day each."""
    today = clock.today().isoformat()
    notifications.send_all(
        Message(
            topic=Topic.FINANCING_NEED,
            title="需求池有新的融资需求",
            body="今天有企业发布了新的融资需求，名额有限，先接先得。企业授权之前只显示脱敏信息。",
            institution_id=bank.id,
            link="/bank/needs",
            dedupe_key=f"need-pool:{today}:{bank.id}",
        )
        for bank in place_queries.lenders()
    )


def tell_claimed(need: FinancingNeed, offer: NeedOffer) -> None:
    """Tell the firm that a bank holds its need and waits for an authorization."""
    _to_firm(
        need,
        f"{_name(offer)}接了您的融资需求",
        f"客户经理 {offer.officer_name} 想与您对接。请在 {offer.due_on} 前决定是否授权；"
        "您授权之前，银行看不到企业名称和任何信用信息。",
        f"{_page(need)}/authorize",
    )


def tell_dispatched(need: FinancingNeed, offer: NeedOffer) -> None:
    """Tell a bank that a need was dispatched to it."""
    _to_bank(
        offer,
        "平台派来一项融资需求",
        f"需求 {need.number}，{format_wan(need.amount_fen)}，{need.term_months} 个月。"
        f"请在 {offer.due_on} 前接单或婉拒，逾期名额转给下一家。",
    )


def tell_authorized(need: FinancingNeed, offer: NeedOffer) -> None:
    """Tell the bank that it may look and by when it must have made contact."""
    _to_bank(
        offer,
        "企业已授权，请联系" + ("（白名单优先）" if offer.priority_entry_id else ""),
        f"需求 {need.number} 的企业已授权本机构。请在 {offer.contact_until} 前联系企业并报告，"
        "逾期名额释放，并记入本机构的办理记录。",
    )


def tell_contacted(need: FinancingNeed, offer: NeedOffer) -> None:
    """Tell the firm that a bank reports to have made contact, so that it can object."""
    _to_firm(
        need,
        f"{_name(offer)}报告已联系您",
        f"经办人 {offer.officer_name} 报告已就需求 {need.number} 联系您。"
        "如果没有联系过，请在需求页面说明，信用办会看到。",
    )


def tell_denied(need: FinancingNeed, offer: NeedOffer) -> None:
    """Tell the bank what the firm says of the contact."""
    if offer.firm_confirms is False:
        _to_bank(
            offer,
            "企业说明还没有联系",
            f"需求 {need.number} 的企业说明贵机构还没有联系它，请尽快联系。",
        )


def tell_declined(need: FinancingNeed, offer: NeedOffer) -> None:
    """Tell the firm why a bank declined and what it can do."""
    reasons = "；".join(f"{r['name']}：{r['next_step']}" for r in offer.reasons)
    _to_firm(
        need,
        f"{_name(offer)}没有接您的融资需求",
        f"原因和建议：{reasons} 名额已转给其他银行。",
    )


def tell_released(need: FinancingNeed, offer: NeedOffer) -> None:
    """Tell both sides that a place ended by time or suspension."""
    words = OFFER_END_NAMES[offer.end_reason] if offer.end_reason else ""
    _to_firm(
        need,
        f"{_name(offer)}的名额已释放",
        f"原因：{words}。名额已转给其他银行，您不需要做什么。"
        if offer.end_reason is not OfferEnd.FIRM_SILENT
        else "您在约定的时间里没有答复这家银行，名额已释放；其他银行仍可接单。",
    )
    if offer.priority_entry_id is not None and offer.end_reason is OfferEnd.NOT_CONTACTED:
        _to_office(need, offer)
    blamed = "，已记入本机构的办理记录" if offer.end_reason in BLAMED else ""
    _to_bank(offer, "融资需求的名额已释放", f"需求 {need.number}：{words}{blamed}。")


def tell_ended(need: FinancingNeed, offer: NeedOffer) -> None:
    """Tell a bank that its place ended by the firm's doing or with the need."""
    words = OFFER_END_NAMES[offer.end_reason] if offer.end_reason else ""
    _to_bank(offer, "融资需求已结束", f"需求 {need.number}：{words}，请停止办理。")


def tell_expired(need: FinancingNeed) -> None:
    """Tell the firm that its need is over and what it can do."""
    _to_firm(
        need,
        "融资需求已到期",
        f"需求 {need.number} 已过截止日期。仍需要资金的，可以用原来的内容重新发布。",
    )


def _to_firm(need: FinancingNeed, title: str, body: str, link: str = "") -> None:
    notifications.send(
        enterprise_id=need.enterprise_id,
        topic=Topic.FINANCING_NEED,
        title=title,
        body=body,
        link=link or _page(need),
    )


def _to_bank(offer: NeedOffer, title: str, body: str) -> None:
    notifications.send(
        institution_id=offer.institution_id,
        topic=Topic.FINANCING_NEED,
        title=title,
        body=body,
        link=f"/bank/needs/{offer.need_id}",
    )


def _to_office(need: FinancingNeed, offer: NeedOffer) -> None:
    """Tell the credit office that a whitelisted firm was not contacted in time."""
    notifications.send_all(
        Message(
            topic=Topic.FINANCING_NEED,
            title=f"{_name(offer)}没有按时联系白名单企业",
            body=f"需求 {need.number} 的企业已授权，到 {offer.contact_until} 没有联系，请督办。",
            department_id=office.id,
            link=f"/office/needs/{need.id}",
            dedupe_key=f"need-priority:{offer.id}:{office.id}",
        )
        for office in institutions.list_departments(kind=DepartmentKind.CREDIT_OFFICE)
    )


def _page(need: FinancingNeed) -> str:
    return f"/enterprise/needs/{need.id}"


def _name(offer: NeedOffer) -> str:
    names = place_queries.institution_names([offer.institution_id])
    return names[offer.institution_id]
