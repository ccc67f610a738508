"""Put authorizations, 授权, and looks, 查询, into words for their pages."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from flask import url_for

from xinyidai.catalogue import kinds, purposes
from xinyidai.catalogue.purposes import Purpose
from xinyidai.consents import service
from xinyidai.consents.models import Consent
from xinyidai.consents.service.notice import PLATFORM_NAME, Parties, notice_of
from xinyidai.consents.values import (
    REFUSAL_SENTENCES,
    ConsentDraft,
    ConsentState,
    RefusalReason,
)
from xinyidai.credit_records.values import DisclosureSubject, QueryKind, QueryOutcome
from xinyidai.enterprises.models import Enterprise
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Role
from xinyidai.web.chrome import format_day, format_moment
from xinyidai.web.enterprise.queries import institution_names
from xinyidai.web.wording import CONSENT_MODES, DISCLOSURE_SUBJECTS, ROLES

LIVE = frozenset({ConsentState.ACTIVE, ConsentState.SUSPENDED})
REVOCABLE = LIVE | {ConsentState.USED_UP}
UNNUMBERED = "签署后生成"


class LookEvent(Protocol):
    """One entry of the log of looks, as `credit_records.queries` returns it."""

    @property
    def happened_at(self) -> datetime:
        """When."""

    @property
    def kind(self) -> QueryKind:
        """Disclosure, or platform processing."""

    @property
    def outcome(self) -> QueryOutcome:
        """Allowed or refused."""

    @property
    def reasons(self) -> list[str]:
        """Codes of `RefusalReason`."""

    @property
    def role(self) -> Role:
        """In which role somebody looked."""

    @property
    def actor_name(self) -> str:
        """Who."""

    @property
    def institution_id(self) -> UUID | None:
        """For which institution."""

    @property
    def purpose(self) -> str:
        """Code of the purpose."""

    @property
    def subject(self) -> str:
        """What was looked at."""

    @property
    def items(self) -> list[str]:
        """Codes of the authorization items."""


@dataclass(frozen=True)
class ConsentCard:
    """One authorization in a list."""

    id: UUID
    number: str
    institution: str
    purpose: str
    what: str
    until: str
    uses: str
    state: ConsentState
    href: str

    @property
    def is_live(self) -> bool:
        """Tell whether it is in force or only suspended."""
        return self.state in LIVE


def cards_of(consents: Sequence[Consent]) -> list[ConsentCard]:
    """Return the cards of a firm's authorizations."""
    names = institution_names()
    states = service.states_of(consents)
    return [card_of(consent, states[consent.id], names) for consent in consents]


def card_of(consent: Consent, state: ConsentState, names: Mapping[UUID, str]) -> ConsentCard:
    """Return the card of one authorization."""
    return ConsentCard(
        id=consent.id,
        number=consent.consent_no,
        institution=recipient_name(consent.institution_id, names),
        purpose=purposes.get_purpose(consent.purpose).name,
        what=items_text(consent.item_codes),
        until=format_day(consent.valid_until),
        uses=uses_text(consent.max_uses, consent.uses_left),
        state=state,
        href=url_for("enterprise.consent", consent_id=consent.id),
    )


def recipient_name(institution_id: UUID | None, names: Mapping[UUID, str]) -> str:
    """Return who is authorized."""
    return PLATFORM_NAME if institution_id is None else names[institution_id]


def items_text(codes: Iterable[str]) -> str:
    """Return the names of authorization items in one line, in the catalogue's order."""
    wanted = {kinds.get_item(code).code for code in codes}
    return "、".join(item.name for item in kinds.ITEMS.values() if item.code in wanted)


def uses_text(max_uses: int | None, left: int | None) -> str:
    """Say how many looks remain."""
    return "不限次数" if max_uses is None else f"共 {max_uses} 次，还剩 {left} 次"


def item_options(codes: Iterable[str], *, locked: bool = False) -> list[dict[str, str | bool]]:
    """Return items as boxes to tick, in the catalogue's order; `locked` ones cannot be unticked."""
    wanted = set(codes)
    return [
        {"value": item.code, "label": item.name, "hint": item.text, "disabled": locked}
        for item in kinds.ITEMS.values()
        if item.code in wanted
    ]


def mode_options(purpose: Purpose) -> list[dict[str, str]]:
    """Return the ways of use a purpose allows."""
    return [
        {"value": mode.value, "label": CONSENT_MODES[mode]}
        for mode in CONSENT_MODES
        if mode in purpose.caps.modes
    ]


def draft_facts(draft: ConsentDraft) -> list[dict[str, str]]:
    """Return what a draft allows, line by line, for the page on which it is checked."""
    purpose = purposes.get_purpose(draft.purpose)
    return [
        {"label": "用途", "value": purpose.name, "note": purpose.text},
        {"label": "可以看", "value": items_text(draft.item_codes)},
        {"label": "信息时间范围", "value": f"{format_day(draft.data_from)} 以来"},
        {"label": "使用方式", "value": CONSENT_MODES[draft.mode]},
        {
            "label": "次数",
            "value": "不限次数" if draft.max_uses is None else f"最多 {draft.max_uses} 次",
        },
        {"label": "有效期至", "value": format_day(draft.valid_until)},
        {"label": "每次查看后可留存", "value": f"{draft.data_life_days} 天"},
    ]


def consent_facts(consent: Consent) -> list[dict[str, str | None]]:
    """Return everything about one authorization, line by line."""
    purpose = purposes.get_purpose(consent.purpose)
    return [
        {"label": "用途", "value": purpose.name, "note": purpose.text},
        {"label": "可以看", "value": items_text(consent.item_codes)},
        {"label": "信息时间范围", "value": f"{format_day(consent.data_from)} 以来"},
        {"label": "使用方式", "value": CONSENT_MODES[consent.mode]},
        {"label": "次数", "value": uses_text(consent.max_uses, consent.uses_left)},
        {
            "label": "有效期",
            "value": f"{format_day(consent.valid_from)} 至 {format_day(consent.valid_until)}",
        },
        {"label": "每次查看后可留存", "value": f"{consent.data_life_days} 天"},
        {"label": "申请时间", "value": format_moment(consent.requested_at)},
        {"label": "签署", "value": _signature(consent)},
        *_endings(consent),
        {"label": "授权编号", "value": consent.consent_no},
    ]


def _signature(consent: Consent) -> str:
    if consent.granted_at is None:
        return "尚未签署"
    return f"{consent.signer_name}，{format_moment(consent.granted_at)}"


def _endings(consent: Consent) -> list[dict[str, str | None]]:
    known = (
        ("暂停", consent.suspended_at, consent.suspend_reason),
        ("撤回", consent.revoked_at, consent.revoke_reason),
        ("拒绝", consent.declined_at, consent.decline_reason),
        ("终止", consent.ended_at, consent.end_reason),
    )
    return [
        {"label": label, "value": format_moment(when), "note": why or ""}
        for label, when, why in known
        if when is not None
    ]


def notices_of(
    drafts: Sequence[ConsentDraft], firm: Enterprise, names: Mapping[UUID, str]
) -> list[dict[str, str]]:
    """Return the text to be signed for each recipient, as it will be but for its number."""
    return [
        {
            "institution": recipient_name(draft.institution_id, names),
            "text": notice_of(
                UNNUMBERED,
                draft,
                Parties(firm.name, firm.uscc, recipient_name(draft.institution_id, names)),
                clock.today(),
            ).text,
        }
        for draft in drafts
    ]


def looks_of(events: Sequence[LookEvent]) -> list[dict[str, str | bool]]:
    """Return looks for the list of who saw a firm's data, refused ones too."""
    names = institution_names()
    return [_look(event, names) for event in events]


def _look(event: LookEvent, names: Mapping[UUID, str]) -> dict[str, str | bool]:
    refused = event.outcome is QueryOutcome.REFUSED
    causes = "".join(REFUSAL_SENTENCES[RefusalReason(code)] for code in event.reasons)
    return {
        "at": format_moment(event.happened_at),
        "who": _who(event, names),
        "purpose": f"用途：{_purpose_name(event)}",
        "what": _what(event),
        "refused": refused,
        "cause": causes.rstrip("。"),
    }


def _who(event: LookEvent, names: Mapping[UUID, str]) -> str:
    if event.kind is QueryKind.PLATFORM:
        return "平台自动计算"
    institution = names.get(event.institution_id) if event.institution_id else None
    return f"{institution or ROLES[event.role]} · {event.actor_name}"


def _purpose_name(event: LookEvent) -> str:
    listed = purposes.PURPOSES.get(event.purpose) or purposes.PLATFORM_PURPOSES.get(event.purpose)
    return listed.name if listed else "未登记的用途"


def _what(event: LookEvent) -> str:
    if event.kind is QueryKind.PLATFORM:
        return "结果只给您自己看"
    subject = DISCLOSURE_SUBJECTS[DisclosureSubject(event.subject)]
    return f"{subject}（{items_text(event.items)}）" if event.items else subject
