"""Put searches and leads together for the bank's pages; nothing of a firm that has not signed."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import g, url_for

from xinyidai.catalogue.kinds import ITEMS
from xinyidai.consents import service as consents
from xinyidai.leads.models import LeadSearch, LeadWeek
from xinyidai.leads.queries import LeadRow
from xinyidai.leads.values import (
    REASON_NAMES,
    LeadOrigin,
    LeadState,
    SearchCounts,
    ShownCount,
)
from xinyidai.products.values import Outcome
from xinyidai.web import wording
from xinyidai.web.bank import showing
from xinyidai.web.bank.base import RECIPIENT
from xinyidai.web.chrome import format_day

LEADS_SHOWN = 6
Row = dict[str, Any]
ORIGINS: Mapping[LeadOrigin, str] = {
    LeadOrigin.INVITED: "接受了邀请，发邀请时符合全部条件",
    LeadOrigin.CONSENT: "已授权本机构，登记信息不排除；其余条件请查看后核对",
}


def search_rows(
    searches: Sequence[LeadSearch],
    counts: Mapping[UUID, SearchCounts],
    weeks: Mapping[UUID, LeadWeek],
) -> list[Row]:
    """Return the bank's searches, each with its numbers as shown."""
    return [_search_row(search, counts[search.id], weeks.get(search.id)) for search in searches]


def _search_row(search: LeadSearch, counts: SearchCounts, week: LeadWeek | None) -> Row:
    new = ShownCount(week.new_shown).text if week else "下周一开始"
    return {
        "name": showing.link(url_for("bank.show_search", search_id=search.id), search.name),
        "eligible": counts.text(Outcome.ELIGIBLE),
        "insufficient": counts.text(Outcome.INSUFFICIENT),
        "weekly": f"本周新增：{new}" if search.saved_at else "未开启",
        "on": format_day(search.created_at),
    }


def count_tiles(counts: SearchCounts) -> list[Row]:
    """Return the numbers by outcome; a number of firms here has no list behind it, on purpose."""
    return [
        {
            "value": _bare(shown),
            "label": wording.OUTCOMES[outcome],
            "note": f"沿用 {shown.as_of:%Y-%m-%d} 相近查询的数字" if shown.as_of else "",
        }
        for outcome, shown in counts.shown.items()
    ]


def invitation_tiles(counts: Mapping[LeadState, ShownCount]) -> list[Row]:
    """Return how many were invited and how many have not authorized, about."""
    return [
        {"value": _bare(counts[LeadState.SENT]), "label": "平台已代为邀请"},
        {"value": _bare(counts[LeadState.DECLINED]), "label": "还没有授权"},
    ]


def week_rows(weeks: Sequence[LeadWeek]) -> list[Row]:
    """Return what a standing match found week by week."""
    return [
        {
            "week": format_day(week.week),
            "new": ShownCount(week.new_shown).text,
            "willing": ShownCount(week.willing_shown).text,
            "authorized": ShownCount(week.authorized_shown).text,
            "total": ShownCount(week.total_shown).text,
        }
        for week in weeks
    ]


def lead_card(row: LeadRow) -> Row:
    """Return a firm that has signed: why it is here, what the consent allows, what was said."""
    consent = row.consent
    given = set(consent.item_codes)
    return {
        "id": row.lead.id,
        "url": _consent_url(row),
        "name": row.enterprise.name,
        "industry": showing.industry_of(row.enterprise),
        "why": ORIGINS[row.lead.origin],
        "reasons": row.lead.reasons,
        "covered": len(given & set(ITEMS)),
        "items": len(ITEMS),
        "uses": showing.uses_words(consent),
        "state": consents.state_of(consent).value,
        "until": format_day(consent.valid_until),
        "feedback": _feedback_text(row),
        "feedback_url": url_for("bank.lead_feedback", lead_id=row.lead.id),
    }


def _consent_url(row: LeadRow) -> str:
    """Return where to look under the consent; product managers do not look."""
    if g.actor.role not in RECIPIENT:
        return ""
    return url_for("bank.show_consent", consent_id=row.consent.id)


def _feedback_text(row: LeadRow) -> str:
    said = row.feedback
    if said is None:
        return ""
    if said.reason is None:
        return "已反馈：有效"
    note = f"（{said.note}）" if said.note else ""
    return f"已反馈：无效，{REASON_NAMES[said.reason]}{note}"


def _bare(count: ShownCount) -> str:
    return "不足 20 家" if count.number is None else f"约 {count.number} 家"
