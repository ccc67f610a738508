"""Put authorizations, 授权, into words for their pages."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from flask import url_for

from xinyidai.catalogue import purposes
from xinyidai.catalogue.kinds import ITEMS
from xinyidai.catalogue.purposes import Purpose
from xinyidai.consents import queries, service
from xinyidai.consents.models import Consent, ConsentEvent
from xinyidai.consents.service.notice import (
    PLATFORM_NAME,
    NoticeOccasion,
    Parties,
    notice_of,
    uses_words,
)
from xinyidai.consents.values import ConsentAction, ConsentDraft, ConsentState
from xinyidai.enterprises.models import Enterprise
from xinyidai.kernel import clock
from xinyidai.web.chrome import format_day, format_moment
from xinyidai.web.enterprise.consent_halts import Halt, halts_of
from xinyidai.web.enterprise.consent_queries import account_names
from xinyidai.web.enterprise.look_view import items_text
from xinyidai.web.enterprise.queries import institution_names
from xinyidai.web.wording import CONSENT_MODES, POSITIONS, ROLES

LIVE = frozenset({ConsentState.ACTIVE, ConsentState.SUSPENDED})
REVOCABLE = LIVE | {ConsentState.USED_UP}
UNNUMBERED = "签署后生成"
ANY_OFFICER = "该机构的全部信贷人员"
ACTIONS: Mapping[ConsentAction, str] = {
    ConsentAction.REQUEST: "发起授权",
    ConsentAction.SIGN_FIRST: "第一人签署（1/2）",
    ConsentAction.GRANT: "同意授权，生效",
    ConsentAction.CONFIRM: "法定代表人变更后确认继续",
    ConsentAction.DECLINE: "不同意授权",
    ConsentAction.SUSPEND: "暂停",
    ConsentAction.RESUME: "恢复",
    ConsentAction.REVOKE: "撤回",
    ConsentAction.END: "终止",
}
ACTION_TONES = {
    ConsentAction.SIGN_FIRST: "todo",
    ConsentAction.SUSPEND: "todo",
    ConsentAction.DECLINE: "stop",
    ConsentAction.REVOKE: "stop",
    ConsentAction.END: "stop",
}


@dataclass(frozen=True)
class ConsentCard:
    """One authorization in a list; `signed` is how far two signatures have come, 已签 1/2."""

    id: UUID
    number: str
    institution: str
    officer: str
    purpose: str
    what: str
    until: str
    uses: str
    last_look: str
    state: ConsentState
    href: str
    signed: str = ""
    halts: list[Halt] = field(default_factory=list)

    @property
    def is_live(self) -> bool:
        """Tell whether it is in force or only suspended."""
        return self.state in LIVE

    @property
    def is_confirmable(self) -> bool:
        """Tell whether the firm can let it go on by confirming."""
        return any(halt.is_confirmable for halt in self.halts)


def cards_of(consents: Sequence[Consent]) -> list[ConsentCard]:
    """Return the cards of a firm's authorizations."""
    names = institution_names()
    officers = account_names({c.officer_account_id for c in consents if c.officer_account_id})
    states = service.states_of(consents)
    return [_card(consent, states[consent.id], names, officers) for consent in consents]


def _card(
    consent: Consent,
    state: ConsentState,
    names: Mapping[UUID, str],
    officers: Mapping[UUID, str],
) -> ConsentCard:
    return ConsentCard(
        id=consent.id,
        number=consent.consent_no,
        institution=recipient_name(consent.institution_id, names),
        officer=officer_text(consent, officers),
        purpose=purposes.get_purpose(consent.purpose).name,
        what=items_text(consent.item_codes),
        until=format_day(consent.valid_until),
        uses=uses_text(consent, clock.today()),
        last_look=format_moment(consent.last_used_at) if consent.last_used_at else "还没有看过",
        state=state,
        href=url_for("enterprise.consent", consent_id=consent.id),
        signed="已签 1/2，等待另一位" if is_half_signed(consent, state) else "",
        halts=halts_of(consent) if state is ConsentState.SUSPENDED else [],
    )


def is_half_signed(consent: Consent, state: ConsentState) -> bool:
    """Tell whether the first of two signatures stands and the second is awaited."""
    return state is ConsentState.PENDING and consent.first_signed_at is not None


def recipient_name(institution_id: UUID | None, names: Mapping[UUID, str]) -> str:
    """Return who is authorized."""
    return PLATFORM_NAME if institution_id is None else names[institution_id]


def officer_text(consent: Consent, officers: Mapping[UUID, str]) -> str:
    """Return who inside the institution may look."""
    if consent.institution_id is None:
        return ""
    if consent.officer_account_id is None:
        return ANY_OFFICER
    return officers[consent.officer_account_id]


def uses_text(consent: Consent, day: date) -> str:
    """Say how many looks remain, in all and in the calendar month of the day."""
    total = (
        "不限总次数"
        if consent.max_uses is None
        else f"共 {consent.max_uses} 次，还剩 {consent.uses_left} 次"
    )
    parts = [total]
    if consent.max_per_month is not None:
        used = consent.facts().used_in_month_of(day)
        parts.append(f"每月最多 {consent.max_per_month} 次，本月已看 {used} 次")
    if consent.max_per_day is not None:
        parts.append(f"每天最多 {consent.max_per_day} 次")
    return "；".join(parts)


def item_options(codes: Iterable[str], *, locked: bool = False) -> list[dict[str, str | bool]]:
    """Return items as boxes to tick, in the catalogue's order; `locked` ones cannot be unticked."""
    wanted = set(codes)
    return [
        {"value": item.code, "label": item.name, "hint": item.text, "disabled": locked}
        for item in ITEMS.values()
        if item.code in wanted
    ]


def mode_options(purpose: Purpose) -> list[dict[str, str]]:
    """Return the ways of use a purpose allows."""
    return [
        {"value": mode.value, "label": CONSENT_MODES[mode]}
        for mode in CONSENT_MODES
        if mode in purpose.caps.modes
    ]


def draft_facts(draft: ConsentDraft, purpose: Purpose) -> list[dict[str, str]]:
    """Return what a draft allows, line by line, for the page on which it is checked."""
    return [
        {"label": "用途", "value": purpose.name, "note": purpose.text},
        {"label": "可以看", "value": items_text(draft.item_codes)},
        {"label": "信息时间范围", "value": f"{format_day(draft.data_from)} 以来"},
        {"label": "使用方式", "value": CONSENT_MODES[draft.mode]},
        {"label": "次数", "value": uses_words(draft)},
        {"label": "有效期至", "value": format_day(draft.valid_until)},
        {"label": "每次查看后可留存", "value": f"{draft.data_life_days} 天"},
    ]


def consent_facts(consent: Consent, card: ConsentCard) -> list[dict[str, Any]]:
    """Return everything about one authorization, line by line."""
    officer = [{"label": "可以看的人", "value": card.officer}] if card.officer else []
    return [
        {"label": "用途", "value": card.purpose, "note": _purpose_text(consent)},
        *officer,
        {"label": "可以看", "value": card.what},
        {"label": "信息时间范围", "value": f"{format_day(consent.data_from)} 以来"},
        {"label": "使用方式", "value": CONSENT_MODES[consent.mode]},
        {"label": "次数", "value": card.uses},
        {"label": "上次查看", "value": card.last_look},
        {
            "label": "有效期",
            "value": f"{format_day(consent.valid_from)} 至 {format_day(consent.valid_until)}",
        },
        {"label": "每次查看后可留存", "value": f"{consent.data_life_days} 天"},
        {"label": "签署", "value": _signature(consent)},
        {"label": "授权编号", "value": consent.consent_no},
    ]


def _purpose_text(consent: Consent) -> str:
    """Return the sentence of the template version that was in force when it was written down."""
    for template in queries.templates(consent.purpose):
        if template.version == consent.template_version:
            return str(template.content["text"])
    return ""


def _signature(consent: Consent) -> str:
    if consent.granted_at is None:
        if consent.first_signed_at is None:
            return "尚未签署"
        signed = format_moment(consent.first_signed_at)
        return f"{consent.first_signer_name} 于 {signed} 签署（1/2），等待另一位"
    position = f"（{POSITIONS[consent.signer_position]}）" if consent.signer_position else ""
    first = f"{consent.first_signer_name}、" if consent.first_signer_name else ""
    return f"{first}{consent.signer_name}{position}，{format_moment(consent.granted_at)}"


def deeds_of(events: Sequence[ConsentEvent]) -> list[dict[str, str]]:
    """Return the deeds on an authorization for the timeline, newest first."""
    return [
        {
            "at": format_moment(event.happened_at),
            "who": f"{event.actor_name}（{ROLES[event.role]}）",
            "title": ACTIONS[event.action],
            "text": event.reason or "",
            "tone": ACTION_TONES.get(event.action, ""),
        }
        for event in reversed(events)
    ]


def notices_of(
    drafts: Sequence[ConsentDraft], firm: Enterprise, names: Mapping[UUID, str]
) -> list[dict[str, Any]]:
    """Return the text to be signed for each recipient, as it will be but for its number."""
    officers = account_names({d.officer_account_id for d in drafts if d.officer_account_id})
    return [_notice(draft, firm, names, officers) for draft in drafts]


def _notice(
    draft: ConsentDraft,
    firm: Enterprise,
    names: Mapping[UUID, str],
    officers: Mapping[UUID, str],
) -> dict[str, Any]:
    recipient = recipient_name(draft.institution_id, names)
    officer = officers[draft.officer_account_id] if draft.officer_account_id else None
    occasion = NoticeOccasion(UNNUMBERED, clock.today(), service.purpose_in_force(draft.purpose))
    text = notice_of(draft, Parties(firm.name, firm.uscc, recipient, officer), occasion).text
    return {
        "institution": recipient,
        "institution_id": draft.institution_id,
        "officer": officer or ANY_OFFICER,
        "text": text,
    }
