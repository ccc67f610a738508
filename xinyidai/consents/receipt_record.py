"""One authorization as a consent record, 授权记录, shaped after ISO/IEC TS 27560:2023.

Field names are those published with the W3C Data Privacy Vocabulary's guide to that standard, in
its four parts header, processing, parties and events. Terms with `dpv:` are an export vocabulary:
nothing here decides by them. The principal is a firm, seldom a natural person; the structure fits
both. What is ours alone stands in `extension`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from xinyidai.catalogue import kinds, purposes
from xinyidai.consents.models import Consent, ConsentEvent
from xinyidai.consents.values import MODE_NAMES, STATE_NAMES, ConsentAction, ConsentState
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Role
from xinyidai.kernel.masking import mask_id, mask_name

SCHEMA_VERSION = "iso-iec-ts-27560:2023/xinyidai-1"
LANGUAGE = "zh-CN"
JURISDICTION = "CN"
PLACE = "中国境内"
PLATFORM = "信易贷融资信用服务平台"
PLATFORM_ID = "platform"
AUTHORITY_ID = "credit-office"
AUTHORITY_NAME = "信用管理部门（信用办）"
CHECK_PATH = "/verify/consents/"
OWN_PAGE = "/enterprise/consents"
CODE_LENGTH = 16
CONSENT_TYPE = "dpv:ExplicitlyExpressedConsent"
PRINCIPAL, RECIPIENT, OPERATING = "principal", "recipient", "platform"

ACTION_NAMES: Mapping[ConsentAction, str] = {
    ConsentAction.REQUEST: "发起授权",
    ConsentAction.SIGN_FIRST: "第一人签署",
    ConsentAction.GRANT: "同意授权",
    ConsentAction.CONFIRM: "换任后确认继续",
    ConsentAction.DECLINE: "拒绝授权",
    ConsentAction.SUSPEND: "暂停授权",
    ConsentAction.RESUME: "恢复授权",
    ConsentAction.REVOKE: "撤回授权",
    ConsentAction.END: "终止授权",
}

SIDES: Mapping[Role, str] = {
    Role.ENTERPRISE_USER: PRINCIPAL,
    Role.BANK_OFFICER: RECIPIENT,
    Role.BANK_PRODUCT_MANAGER: RECIPIENT,
    Role.BANK_CLIENT: RECIPIENT,
    Role.GUARANTOR: RECIPIENT,
    Role.CREDIT_OFFICE: OPERATING,
    Role.DEPARTMENT: OPERATING,
    Role.AUDITOR: OPERATING,
    Role.OPERATOR: OPERATING,
    Role.SYSTEM: OPERATING,
}

DPV_PURPOSES: Mapping[str, str] = {
    "pre_loan": "dpv:CreditChecking",
    "limit_estimate": "dpv:CreditChecking",
    "post_loan": "dpv:CustomerSolvencyMonitoring",
    "guarantee": "dpv:CreditChecking",
    "whitelist_review": "dpv:Verification",
    "event_matching": "dpv:RequestedServiceProvision",
    "subsidy": "dpv:Verification",
    "model_training": "dpv:ImproveExistingProductsAndServices",
}

# DPV has no term for a pause: only that the consent may not be relied upon.
PAUSED = "dpv:ConsentStatusInvalidForProcessing"

DPV_STATES: Mapping[ConsentState, str] = {
    ConsentState.DRAFT: "dpv:ConsentUnknown",
    ConsentState.PENDING: "dpv:ConsentRequested",
    ConsentState.ACTIVE: "dpv:ConsentGiven",
    ConsentState.SUSPENDED: PAUSED,
    ConsentState.DECLINED: "dpv:ConsentRefused",
    ConsentState.REVOKED: "dpv:ConsentWithdrawn",
    ConsentState.EXPIRED: "dpv:ConsentExpired",
    ConsentState.USED_UP: "dpv:ConsentExpired",
    ConsentState.ENDED: "dpv:ConsentRevoked",
}

DPV_EVENTS: Mapping[ConsentAction, str] = {
    ConsentAction.REQUEST: "dpv:ConsentRequested",
    ConsentAction.SIGN_FIRST: "dpv:ConsentRequested",
    ConsentAction.GRANT: "dpv:ConsentGiven",
    ConsentAction.CONFIRM: "dpv:RenewedConsentGiven",
    ConsentAction.DECLINE: "dpv:ConsentRefused",
    ConsentAction.SUSPEND: PAUSED,
    ConsentAction.RESUME: "dpv:ConsentGiven",
    ConsentAction.REVOKE: "dpv:ConsentWithdrawn",
    ConsentAction.END: "dpv:ConsentRevoked",
}

RIGHTS = (
    "查看谁在什么时候为什么看过（“谁看过我的数据”）",
    "暂停、撤回授权",
    "对信息和查询提出异议",
    "免费取得本记录的副本",
)


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What one receipt tells, read at one moment; `is_own_copy` when it is the firm's own.

    On any other copy the names of natural persons and the firm's code are masked.
    """

    consent: Consent
    events: Sequence[ConsentEvent]
    state: ConsentState
    as_of: datetime
    enterprise_name: str
    uscc: str
    enterprise_address: str | None
    institution_name: str
    institution_code: str | None
    institution_region: str | None
    institution_phone: str | None
    officer_name: str | None
    purpose_text: str
    is_own_copy: bool
    is_demo: bool
    base_url: str

    @property
    def principal_id(self) -> str:
        """Return the firm's code, masked where it is not the firm's own copy."""
        return self.uscc if self.is_own_copy else mask_id(self.uscc)

    @property
    def recipient_id(self) -> str:
        """Return the recipient's party id; the platform itself receives for its own purposes."""
        return self.institution_code or PLATFORM_ID

    @property
    def check_url(self) -> str | None:
        """Return the address of the public check page; None before anything is signed."""
        digest = self.consent.artefact_hash
        if digest is None:
            return None
        return f"{self.base_url}{CHECK_PATH}{self.consent.consent_no}?code={digest[:CODE_LENGTH]}"

    def person(self, name: str) -> str:
        """Return a natural person's name as this copy may show it."""
        return name if self.is_own_copy else mask_name(name)

    def doer(self, event: ConsentEvent) -> str:
        """Return who did a deed; the system is nobody to be masked."""
        return event.actor_name if event.role is Role.SYSTEM else self.person(event.actor_name)

    def words(self, text: str) -> str:
        """Return a text with persons and the firm's code masked wherever this copy masks them."""
        if self.is_own_copy:
            return text
        text = text.replace(self.uscc, self.principal_id)
        for name in sorted(self._names(), key=len, reverse=True):
            text = text.replace(name, mask_name(name))
        return text

    def _names(self) -> set[str]:
        consent = self.consent
        named = {
            consent.signer_name,
            consent.first_signer_name,
            consent.representative_name,
            self.officer_name,
            *(event.actor_name for event in self.events if event.role is not Role.SYSTEM),
        }
        return {name for name in named if name}


def record_of(receipt: Receipt) -> dict[str, Any]:
    """Return the record as plain JSON data: header, processing, parties, events, extension."""
    return {
        "record_header": {
            "schema_version": SCHEMA_VERSION,
            "record_id": str(receipt.consent.id),
            "pii_principal_id": receipt.principal_id,
        },
        "pii_processing": {
            "privacy_notice": _notice(receipt),
            "language": LANGUAGE,
            "purposes": [_purpose(receipt)],
        },
        "party_identification": _parties(receipt),
        "events": [_event(receipt, event) for event in receipt.events],
        "extension": _extension(receipt),
    }


def withdrawal_method(receipt: Receipt) -> str:
    """Return how the firm withdraws, in plain words; the standard asks for it in every record."""
    return (
        f"企业登录平台，打开“我的授权”，找到授权编号 {receipt.consent.consent_no}，点“撤回”并确认。"
        "撤回立即生效，此后不能再查询；已发生的查询仍留有记录供核对。"
    )


def iso_time(moment: datetime) -> str:
    """Return a moment of Shanghai, to the second."""
    return clock.local(moment).isoformat(timespec="seconds")


def _notice(receipt: Receipt) -> dict[str, Any]:
    consent = receipt.consent
    return {
        "version": consent.notice_version,
        "sha256": consent.notice_hash,
        "language": LANGUAGE,
        "text": receipt.words(consent.notice_text),
    }


def _purpose(receipt: Receipt) -> dict[str, Any]:
    consent = receipt.consent
    third_parties = [] if receipt.institution_code is None else [receipt.institution_code]
    return {
        "purpose": consent.purpose,
        "purpose_name": purposes.get_purpose(consent.purpose).name,
        "purpose_description": receipt.purpose_text,
        "purpose_type": DPV_PURPOSES[consent.purpose],
        "lawful_basis": "consent",
        "pii_information": [_information(code) for code in consent.item_codes],
        "pii_controllers": sorted({PLATFORM_ID, receipt.recipient_id}),
        "collection_method": "平台依法归集的公共信用信息和企业自行填报的信息",
        "processing_method": MODE_NAMES[consent.mode],
        "storage_locations": [PLACE],
        "retention_period": f"P{consent.data_life_days}D",
        "processing_locations": [PLACE],
        "geographic_restrictions": "只在中国境内存储和处理，不向境外提供",
        "services": [PLATFORM],
        "jurisdiction": JURISDICTION,
        "recipient_third_parties": third_parties,
        "withdrawal_method": withdrawal_method(receipt),
        "withdrawal_url": f"{receipt.base_url}{OWN_PAGE}",
        "privacy_rights": list(RIGHTS),
        "authority_party": AUTHORITY_ID,
    }


def _information(code: str) -> dict[str, Any]:
    item = kinds.get_item(code)
    return {
        "pii_attribute_id": item.code,
        "pii_type": item.name,
        "description": item.text,
        "record_kinds": sorted(item.kinds),
        "pii_optional": False,
    }


def _parties(receipt: Receipt) -> list[dict[str, str]]:
    own = receipt.is_own_copy
    signer = receipt.consent.signer_name or receipt.consent.first_signer_name
    parties = [
        _party(
            PLATFORM_ID, PLATFORM, "controller", address=receipt.base_url, contact=receipt.base_url
        ),
        _party(AUTHORITY_ID, AUTHORITY_NAME, "authority", address=PLACE, contact="12345"),
        _party(
            receipt.principal_id,
            receipt.enterprise_name,
            "principal",
            address=(receipt.enterprise_address or "未登记") if own else "已遮盖",
            contact=receipt.person(signer) if signer else "尚未签署",
        ),
    ]
    if receipt.institution_code is not None:
        parties.append(
            _party(
                receipt.institution_code,
                receipt.institution_name,
                "recipient",
                address=f"行政区划代码 {receipt.institution_region}",
                contact=receipt.institution_phone or "未登记",
            )
        )
    return parties


def _party(party_id: str, name: str, role: str, *, address: str, contact: str) -> dict[str, str]:
    return {
        "party_id": party_id,
        "party_name": name,
        "party_role": role,
        "party_type": "legal_entity",
        "party_address": address,
        "party_contact": contact,
    }


def _event(receipt: Receipt, event: ConsentEvent) -> dict[str, Any]:
    consent = receipt.consent
    sides = {
        PRINCIPAL: receipt.principal_id,
        RECIPIENT: receipt.recipient_id,
        OPERATING: PLATFORM_ID,
    }
    return {
        "event_time": iso_time(event.happened_at),
        "validity_duration": f"{consent.valid_from.isoformat()}/{consent.valid_until.isoformat()}",
        "entity_id": sides[SIDES[event.role]],
        "event_type": CONSENT_TYPE,
        "event_state": DPV_EVENTS[event.action],
        "action": event.action.value,
        "action_name": ACTION_NAMES[event.action],
        "person": receipt.doer(event),
    }


def _extension(receipt: Receipt) -> dict[str, Any]:
    consent = receipt.consent
    return {
        "vocabularies": {"dpv": "https://w3id.org/dpv#"},
        "demo_data": receipt.is_demo,
        "masked": not receipt.is_own_copy,
        "consent_no": consent.consent_no,
        "state": receipt.state.value,
        "state_name": STATE_NAMES[receipt.state],
        "dpv_state": DPV_STATES[receipt.state],
        "as_of": iso_time(receipt.as_of),
        "data_from": consent.data_from.isoformat(),
        "mode": consent.mode.value,
        "max_uses": consent.max_uses,
        "max_per_day": consent.max_per_day,
        "max_per_month": consent.max_per_month,
        "use_count": consent.use_count,
        "last_used_at": iso_time(consent.last_used_at) if consent.last_used_at else None,
        "application_no": consent.application_no,
        "template_version": consent.template_version,
        "officer": receipt.person(receipt.officer_name) if receipt.officer_name else None,
        "signing": _signing(receipt),
        "check_url": receipt.check_url,
    }


def _signing(receipt: Receipt) -> dict[str, Any] | None:
    """Return the signature; the signed text itself names persons, so only the firm gets it."""
    consent = receipt.consent
    if consent.artefact_hash is None:
        return None
    return {
        "artefact": consent.artefact if receipt.is_own_copy else None,
        "artefact_sha256": consent.artefact_hash,
        "signature": consent.signature,
        "algorithm": consent.signature_algorithm,
        "key_id": consent.signature_key_id,
    }
