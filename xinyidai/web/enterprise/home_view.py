"""The firm's first screen: the one thing to do now, and a glance at everything else."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import url_for

from xinyidai.applications.queries import ApplicationRow
from xinyidai.applications.values import FINAL_STATES, ApplicationState
from xinyidai.consents.models import Consent
from xinyidai.credit_records.service import own_looks
from xinyidai.credit_records.service.own_looks import LookFilter
from xinyidai.institutions.models import Institution
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.http import Page
from xinyidai.kernel.money import format_wan
from xinyidai.leads import queries as leads
from xinyidai.leads.models import Lead
from xinyidai.leads.values import LeadState
from xinyidai.matching.models import MatchHead, MatchRun
from xinyidai.web.chrome import format_day
from xinyidai.web.enterprise import match_origin, match_view
from xinyidai.web.enterprise.application_view import late_words
from xinyidai.web.enterprise.look_view import looks_of
from xinyidai.web.enterprise.queries import institution_names

SHOWN_LOOKS = 3
SHOWN_APPLICATIONS = 3
MOST_INVITATIONS = 20
Invitation = tuple[Lead, Institution]
S = ApplicationState


@dataclass(frozen=True)
class NextAction:
    """The one thing to do now."""

    title: str
    text: str
    label: str
    href: str
    due: str = ""


@dataclass(frozen=True)
class Desk:
    """What lies before the person: requests to sign, authorizations to confirm, applications.

    `waiting_needs` names a need once for each bank that waits at it; `invitations` are those that
    still wait for an answer.
    """

    pending: Sequence[Consent]
    unconfirmed: Sequence[Consent]
    rows: Sequence[ApplicationRow]
    run: MatchRun | None
    waiting_needs: Sequence[UUID] = ()
    invitations: Sequence[Invitation] = ()


def next_action(desk: Desk) -> NextAction | None:
    """Return what comes first; None when the firm has only to wait.

    The order: requests to answer, authorizations to confirm after a change of the legal
    representative, applications to complete, banks that wait at a need or have invited the firm,
    applications to finish, to sign, a bank that is late, and for a firm with nothing under way a
    product to find or to choose.
    """
    if desk.pending:
        return _answer(desk.pending)
    if desk.unconfirmed:
        return _confirm(desk.unconfirmed)
    return _application(desk, S.RETURNED) or _approached(desk) or _under_way(desk)


def open_invitations(enterprise_id: UUID) -> list[Invitation]:
    """Return the invitations that wait for the firm's answer and have not run out."""
    rows, _ = leads.invitations_of(enterprise_id, Page(1, MOST_INVITATIONS))
    return [
        (lead, bank)
        for lead, bank in rows
        if lead.state is LeadState.SENT
        and (lead.expires_on is None or lead.expires_on >= clock.today())
    ]


def _application(desk: Desk, state: ApplicationState) -> NextAction | None:
    row = next((row for row in desk.rows if row.application.state is state), None)
    return None if row is None else _WORDS[state](row)


def _approached(desk: Desk) -> NextAction | None:
    """Return the banks that wait for the firm's word: at a need of it, or with an invitation."""
    if desk.waiting_needs:
        return NextAction(
            f"{len(desk.waiting_needs)} 家银行接了您的需求，等您答复",
            "您授权之前，银行不知道您是谁。看看是哪几家，再决定同意或谢绝。",
            "去答复",
            url_for("enterprise.need_answer", need_id=desk.waiting_needs[0]),
        )
    if desk.invitations:
        lead, bank = desk.invitations[0]
        more = f"，另有 {len(desk.invitations) - 1} 家" if len(desk.invitations) > 1 else ""
        return NextAction(
            f"{bank.short_name}想联系您{more}",
            "您符合它要找的条件，它还不知道您是谁。看清楚再决定是否授权；不答复也可以。",
            "看邀请",
            url_for("enterprise.invitation", lead_id=lead.id),
            f"{format_day(lead.expires_on)} 前有效" if lead.expires_on else "",
        )
    return None


def _under_way(desk: Desk) -> NextAction | None:
    for state in (S.DRAFT, S.APPROVED):
        found = _application(desk, state)
        if found is not None:
            return found
    rows, run = desk.rows, desk.run
    if any(row.application.state not in FINAL_STATES for row in rows):
        return _late() if _is_any_late(rows) else None
    return _choose(run) if run is not None and run.eligible_count else _search()


def _answer(pending: Sequence[Consent]) -> NextAction:
    first = pending[0]
    bank = institution_names().get(first.institution_id) if first.institution_id else None
    more = f"，另有 {len(pending) - 1} 份" if len(pending) > 1 else ""
    is_second = first.first_signed_at is not None
    return NextAction(
        f"给{bank or '本平台'}的授权已签 1/2，请您确认"
        if is_second
        else f"{bank or '本平台'}请您授权查看数据",
        f"看清楚对方要看什么、看多久，再决定同意或拒绝{more}。",
        "去确认",
        url_for("enterprise.consent", consent_id=first.id),
        f"{format_day(first.valid_until)} 前有效",
    )


def _confirm(unconfirmed: Sequence[Consent]) -> NextAction:
    only = unconfirmed[0] if len(unconfirmed) == 1 else None
    return NextAction(
        f"法定代表人已变更，{len(unconfirmed)} 份授权自动暂停",
        "确认继续，授权内容不变；不再需要的就撤回。",
        "去确认",
        url_for("enterprise.consent", consent_id=only.id)
        if only
        else url_for("enterprise.consents"),
    )


def _returned(row: ApplicationRow) -> NextAction:
    note = row.application.returned_note or "请按银行要求补充。"
    return NextAction("补充申请材料", f"{row.institution.name}：{note}", "去补充", _page(row))


def _draft(row: ApplicationRow) -> NextAction:
    text = f"{row.product_name}（{row.institution.name}）还没有提交，银行看不到。"
    return NextAction("填完并提交申请", text, "继续填写", _page(row))


def _approved(row: ApplicationRow) -> NextAction:
    amount = format_wan(row.application.amount_approved_fen)
    text = f"{row.institution.name}同意授信 {amount}。请联系客户经理约签约时间。"
    return NextAction("去签约", text, "看授信条件", _page(row))


def _offered(row: ApplicationRow) -> NextAction:
    text = f"{row.institution.name}提出了另外的金额、利率和期限，请决定接受或不接受。"
    until = row.application.offer_until
    due = f"{format_day(until)} 前有效" if until else ""
    return NextAction("答复银行的报价", text, "去看看", _page(row), due)


def _page(row: ApplicationRow) -> str:
    return url_for("enterprise.application", application_id=row.application.id)


_WORDS = {
    S.COUNTER_OFFERED: _offered,
    S.RETURNED: _returned,
    S.DRAFT: _draft,
    S.APPROVED: _approved,
}


def _is_any_late(rows: Sequence[ApplicationRow]) -> bool:
    return any(late_words(row.application, clock.today()) for row in rows)


def _late() -> NextAction:
    text = "承诺的答复日期已过。您可以打电话给客户经理，平台也会督办。"
    return NextAction("银行答复慢了", text, "看联系方式", url_for("enterprise.applications"))


def _choose(run: MatchRun) -> NextAction:
    text = "按您的数据已经核对过条件，比一比成本和答复时间，选一款在线申请。"
    title = f"有 {run.eligible_count} 款产品您符合条件"
    return NextAction(title, text, "去挑选", url_for("enterprise.matches"))


def _search() -> NextAction:
    text = "填两项：要多少、用多久。平台按公开的规则告诉您哪些能做、哪些差什么。"
    return NextAction("找适合您的贷款产品", text, "找产品", url_for("enterprise.match_form"))


def shown_rows(rows: Sequence[ApplicationRow]) -> list[ApplicationRow]:
    """Return the applications of the first screen: late ones, others under way, those ended."""
    today = clock.today()

    def place(row: ApplicationRow) -> tuple[bool, bool]:
        return (row.application.state in FINAL_STATES, not late_words(row.application, today))

    return sorted(rows, key=place)[:SHOWN_APPLICATIONS]


def product_stats(run: MatchRun | None, head: MatchHead | None) -> list[dict[str, Any]]:
    """Return how many products fit, by the firm's own match or that of all firms; else nothing."""
    if run is not None:
        return [
            {"value": tab["count"], "unit": "款", "label": tab["label"], "href": tab["href"]}
            for tab in match_view.tabs_of(run)
        ]
    return match_origin.counts_of(head) if head is not None else []


def last_looks(actor: Actor, enterprise_id: UUID) -> list[dict[str, Any]]:
    """Return the last looks by others, refused ones too."""
    page = Page(1, SHOWN_LOOKS)
    return looks_of(own_looks.list_own_looks(actor, enterprise_id, LookFilter(), page)[0])
