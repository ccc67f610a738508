"""Put looks, 查询, into words: who, which officer, what, what for, and why it was refused."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from flask import url_for

from xinyidai.catalogue import kinds, measures, purposes
from xinyidai.consents.values import REFUSAL_SENTENCES, RefusalReason
from xinyidai.credit_records.service.own import OWN_PURPOSE
from xinyidai.credit_records.values import (
    HANDLING_PURPOSES,
    PUBLIC_PURPOSES,
    DisclosureSubject,
    QueryKind,
    QueryOutcome,
)
from xinyidai.kernel.actor import Role
from xinyidai.web.chrome import format_moment
from xinyidai.web.enterprise.queries import institution_names, office_names
from xinyidai.web.wording import DISCLOSURE_SUBJECTS, QUERY_OUTCOMES, ROLES

OWN_WORDS = "本企业查看自己的信息"
PLATFORM_WORDS = "平台自动计算"


class LookEvent(Protocol):
    """One entry of the log of looks, as `credit_records` returns it."""

    @property
    def id(self) -> UUID:
        """Which."""

    @property
    def happened_at(self) -> datetime:
        """When."""

    @property
    def kind(self) -> QueryKind:
        """Disclosure, platform processing, or the firm's own look."""

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
    def party_id(self) -> UUID | None:
        """For which bank, firm or office."""

    @property
    def consent_id(self) -> UUID | None:
        """Under which authorization."""

    @property
    def purpose(self) -> str:
        """Code of the purpose."""

    @property
    def subject(self) -> str:
        """What was looked at."""

    @property
    def items(self) -> list[str]:
        """Codes of the authorization items."""

    @property
    def kinds(self) -> list[str]:
        """Codes of the record kinds that were read."""

    @property
    def record_count(self) -> int | None:
        """How many records were read."""

    @property
    def client_address(self) -> str | None:
        """From where."""


def looks_of(events: Sequence[LookEvent]) -> list[dict[str, Any]]:
    """Return looks for the list of who saw a firm's data, refused ones too."""
    names = names_for(events)
    return [_look(event, names) for event in events]


def names_for(events: Iterable[LookEvent]) -> dict[UUID, str]:
    """Return the names of all institutions, and of the offices whose checks are among the looks."""
    checks = [one for one in events if one.kind is QueryKind.CHECK]
    return institution_names() | office_names({one.party_id for one in checks if one.party_id})


def look_facts(event: LookEvent) -> list[dict[str, Any]]:
    """Return everything about one look, line by line."""
    names = names_for([event])
    return [
        {"label": "时间", "value": format_moment(event.happened_at)},
        {"label": "谁看的", "value": _institution(event, names)},
        {"label": "经办人", "value": event.actor_name, "note": ROLES[event.role]},
        {"label": "结果", "value": QUERY_OUTCOMES[event.outcome], "note": causes(event)},
        {"label": "用途", "value": purpose_name(event)},
        {"label": "看的内容", "value": _what(event)},
        {"label": "读到的信息类别", "value": kinds_text(event.kinds) or "没有读取信息"},
        {
            "label": "读到的记录",
            "value": "没有读取记录" if event.record_count is None else f"{event.record_count} 条",
        },
    ]


def causes(event: LookEvent) -> str:
    """Return why a look was refused, in words; empty where it was not."""
    words = "".join(REFUSAL_SENTENCES[RefusalReason(code)] for code in event.reasons)
    return words.rstrip("。")


def purpose_name(event: LookEvent) -> str:
    """Return what a look was for."""
    if event.purpose == OWN_PURPOSE:
        return OWN_WORDS
    if event.purpose in HANDLING_PURPOSES:
        return HANDLING_PURPOSES[event.purpose]
    if event.purpose in PUBLIC_PURPOSES:
        return PUBLIC_PURPOSES[event.purpose]
    if event.kind is QueryKind.CHECK:
        return f"联合奖惩核查：{measures.OCCASIONS.get(event.purpose, event.purpose)}"
    listed = purposes.PURPOSES.get(event.purpose) or purposes.PLATFORM_PURPOSES.get(event.purpose)
    return listed.name if listed else "未登记的用途"


def items_text(codes: Iterable[str]) -> str:
    """Return the names of authorization items in one line, in the catalogue's order."""
    wanted = {kinds.get_item(code).code for code in codes}
    return "、".join(item.name for item in kinds.ITEMS.values() if item.code in wanted)


def kinds_text(codes: Iterable[str]) -> str:
    """Return the names of record kinds in one line."""
    return "、".join(kinds.get_kind(code).name for code in codes)


def _look(event: LookEvent, names: Mapping[UUID, str]) -> dict[str, Any]:
    return {
        "id": event.id,
        "at": format_moment(event.happened_at),
        "who": who(event, names),
        "purpose": f"用途：{purpose_name(event)}",
        "what": _what(event),
        "refused": event.outcome is QueryOutcome.REFUSED,
        "cause": causes(event),
        "proof_url": url_for("enterprise.look", event_id=event.id),
    }


def who(event: LookEvent, names: Mapping[UUID, str]) -> str:
    """Return institution and officer in one line."""
    if event.kind is QueryKind.PLATFORM:
        return PLATFORM_WORDS
    return f"{_institution(event, names)} · {event.actor_name}"


def _institution(event: LookEvent, names: Mapping[UUID, str]) -> str:
    if event.kind is QueryKind.PLATFORM:
        return PLATFORM_WORDS
    if event.kind is QueryKind.OWN:
        return "本企业"
    if event.kind is QueryKind.CHECK and event.party_id is not None:
        return names.get(event.party_id, "政府部门")
    institution = names.get(event.institution_id) if event.institution_id else None
    return institution or ROLES[event.role]


def _what(event: LookEvent) -> str:
    if event.kind is QueryKind.PLATFORM:
        return "结果只给您自己看"
    if event.kind is QueryKind.CHECK:
        return "是否在名单内，不看其他信息"
    subject = DISCLOSURE_SUBJECTS[DisclosureSubject(event.subject)]
    return f"{subject}（{_asked_items(event.items)}）" if event.items else subject


def _asked_items(codes: Sequence[str]) -> str:
    """Name what was asked for; a refused wish may hold codes that the catalogue does not."""
    known = [code for code in codes if code in kinds.ITEMS]
    unknown = ["未登记的数据项"] if len(known) < len(codes) else []
    return "、".join([item for item in [items_text(known)] if item] + unknown)
