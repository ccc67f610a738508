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
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.http import Page
from xinyidai.kernel.money import format_wan
from xinyidai.matching.models import MatchRun
from xinyidai.web.chrome import format_day
from xinyidai.web.enterprise.application_view import late_words
from xinyidai.web.enterprise.look_view import looks_of
from xinyidai.web.enterprise.queries import institution_names

SHOWN_LOOKS = 3
SHOWN_APPLICATIONS = 3
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
    """What lies before the person: requests to sign, authorizations to confirm, applications."""

    pending: Sequence[Consent]
    unconfirmed: Sequence[Consent]
    rows: Sequence[ApplicationRow]
    run: MatchRun | None


def next_action(desk: Desk) -> NextAction | None:
    """Return what comes first; None when the firm has only to wait.

    The order: requests to answer, authorizations to confirm after a change of the legal
    representative, applications to complete, to finish, to sign, a bank that is late, and for a
    firm with nothing under way a product to find or to choose.
    """
    rows, run = desk.rows, desk.run
    if desk.pending:
        return _answer(desk.pending)
    if desk.unconfirmed:
        return _confirm(desk.unconfirmed)
    for state, words in _WORDS.items():
        row = next((row for row in rows if row.application.state is state), None)
        if row is not None:
            return words(row)
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


def last_looks(actor: Actor, enterprise_id: UUID) -> list[dict[str, Any]]:
    """Return the last looks by others, refused ones too."""
    page = Page(1, SHOWN_LOOKS)
    return looks_of(own_looks.list_own_looks(actor, enterprise_id, LookFilter(), page)[0])
