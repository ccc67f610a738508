"""One authorization in words and rows: its card, its deeds, its signature."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from xinyidai.consents import queries as consents
from xinyidai.consents import service
from xinyidai.consents.models import Consent, ConsentEvent
from xinyidai.consents.values import (
    REFUSAL_SENTENCES,
    ConsentAction,
    ConsentState,
    RefusalReason,
)
from xinyidai.credit_records import queries as looks
from xinyidai.credit_records.values import DisclosureSubject, QueryOutcome
from xinyidai.kernel.actor import BANK_ROLES, Role
from xinyidai.kernel.masking import mask_name
from xinyidai.web import wording
from xinyidai.web.bank import showing
from xinyidai.web.bank.base import bank_id
from xinyidai.web.bank.foresight import look_ahead
from xinyidai.web.chrome import format_moment

Row = dict[str, Any]
HASH_SHOWN = 16
ALGORITHMS = {"ed25519": "Ed25519", "sm2": "国密 SM2"}
DEEDS: Mapping[ConsentAction, str] = {
    ConsentAction.REQUEST: "提出授权",
    ConsentAction.SIGN_FIRST: "企业第一人签署",
    ConsentAction.GRANT: "企业同意",
    ConsentAction.CONFIRM: "企业换任后确认继续",
    ConsentAction.DECLINE: "企业拒绝",
    ConsentAction.SUSPEND: "企业暂停",
    ConsentAction.RESUME: "企业恢复",
    ConsentAction.REVOKE: "企业撤回",
    ConsentAction.END: "终止",
}
TONES = {
    ConsentAction.REQUEST: "todo",
    ConsentAction.DECLINE: "stop",
    ConsentAction.SUSPEND: "stop",
    ConsentAction.REVOKE: "stop",
    ConsentAction.END: "stop",
}
# People of one's own bank are named; everybody else only by the surname.
OWN_OR_NOBODY = BANK_ROLES | {Role.SYSTEM}


def consent_card(consent: Consent, required: Sequence[str] = ()) -> Row:
    """Return a consent with its state, what a look would meet, and the looks taken under it.

    `required` are the items that the product applied for needs.
    """
    state = service.state_of(consent)
    return {
        "consent": consent,
        "state": state.value,
        "is_live": state is ConsentState.ACTIVE,
        "facts": showing.consent_rows(consent),
        "ahead": look_ahead(consent, required),
        "looks": looks_under(consent.id),
    }


def looks_under(consent_id: UUID) -> list[Row]:
    """Return this bank's looks under a consent, refused ones too, newest first."""
    return [
        {
            "at": format_moment(event.happened_at),
            "who": event.actor_name,
            "refused": event.outcome is QueryOutcome.REFUSED,
            "snapshot_id": event.snapshot_id,
            "is_report": event.subject == DisclosureSubject.REPORT,
            "cause": "".join(REFUSAL_SENTENCES[RefusalReason(code)] for code in event.reasons),
        }
        for event in looks.looks_under_consent(consent_id)
        if event.institution_id == bank_id()
    ]


def deeds_of(consent: Consent) -> list[Row]:
    """Return who did what to a consent, newest first; names of other parties' people masked."""
    return [_deed(event) for event in reversed(consents.events_of(consent.id))]


def signature_rows(consent: Consent) -> list[Row]:
    """Return with what the platform signed the authorization; empty before it was signed."""
    if consent.artefact_hash is None:
        return []
    algorithm = consent.signature_algorithm or ""
    return [
        {"label": "签名算法", "value": ALGORITHMS.get(algorithm, algorithm)},
        {"label": "公钥编号", "value": consent.signature_key_id},
        {"label": "凭证摘要", "value": f"{consent.artefact_hash[:HASH_SHOWN]}…"},
        {"label": "用途模板", "value": f"第 {consent.template_version} 版"},
    ]


def signer_words(consent: Consent) -> str:
    """Say who signed and when, or when it was asked for."""
    if consent.granted_at is None:
        return f"{format_moment(consent.requested_at)} 发出申请。"
    position = wording.POSITIONS[consent.signer_position] if consent.signer_position else ""
    signer = position + mask_name(consent.signer_name or "")
    return f"{signer}于 {format_moment(consent.granted_at)} 签署。"


def _deed(event: ConsentEvent) -> Row:
    is_open = event.role in OWN_OR_NOBODY
    return {
        "at": format_moment(event.happened_at),
        "title": DEEDS[event.action],
        "text": f"原因：{event.reason}" if event.reason else "",
        "who": event.actor_name if is_open else mask_name(event.actor_name),
        "tone": TONES.get(event.action, ""),
    }
