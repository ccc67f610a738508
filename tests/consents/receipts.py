"""Receipts to test with: consents of any state, their papers, and the shape of a record."""

import io
from datetime import date, datetime, timedelta
from uuid import UUID

from pypdf import PdfReader

from xinyidai.accounts.values import Position
from xinyidai.catalogue import purposes
from xinyidai.consents.models import Consent, ConsentEvent
from xinyidai.consents.receipt_record import Receipt
from xinyidai.consents.receipt_sheet import TEMPLATE, sheet_of
from xinyidai.consents.values import (
    ConsentAction,
    ConsentMode,
    ConsentState,
)
from xinyidai.kernel import clock, pdf
from xinyidai.kernel.actor import Role

BASE = "https://xyd.example"
MOMENT = datetime(2026, 11, 22, 9, 30, tzinfo=clock.TZ)
NO = "SQ20261122ABCDEF012345"
DIGEST = "0123456789abcdef" * 4
HOSTILE = '平顶山#{}[]$*_<>\\"髙㐂轴承'

TEXT, NUMBER, LIST, MAP = str, int, list, dict
MAYBE_TEXT, MAYBE_NUMBER, MAYBE_MAP = (str, type(None)), (int, type(None)), (dict, type(None))
SHAPES = {
    "record_header": {"schema_version": TEXT, "record_id": TEXT, "pii_principal_id": TEXT},
    "pii_processing": {"privacy_notice": MAP, "language": TEXT, "purposes": LIST},
    "privacy_notice": {"version": TEXT, "sha256": TEXT, "language": TEXT, "text": TEXT},
    "purpose": {
        "purpose": TEXT,
        "purpose_name": TEXT,
        "purpose_description": TEXT,
        "purpose_type": TEXT,
        "lawful_basis": TEXT,
        "pii_information": LIST,
        "pii_controllers": LIST,
        "collection_method": TEXT,
        "processing_method": TEXT,
        "storage_locations": LIST,
        "retention_period": TEXT,
        "processing_locations": LIST,
        "geographic_restrictions": TEXT,
        "services": LIST,
        "jurisdiction": TEXT,
        "recipient_third_parties": LIST,
        "withdrawal_method": TEXT,
        "withdrawal_url": TEXT,
        "privacy_rights": LIST,
        "authority_party": TEXT,
    },
    "information": {
        "pii_attribute_id": TEXT,
        "pii_type": TEXT,
        "description": TEXT,
        "record_kinds": LIST,
        "pii_optional": bool,
    },
    "party": {
        "party_id": TEXT,
        "party_name": TEXT,
        "party_role": TEXT,
        "party_type": TEXT,
        "party_address": TEXT,
        "party_contact": TEXT,
    },
    "event": {
        "event_time": TEXT,
        "validity_duration": TEXT,
        "entity_id": TEXT,
        "event_type": TEXT,
        "event_state": TEXT,
        "action": TEXT,
        "action_name": TEXT,
        "person": TEXT,
    },
    "extension": {
        "vocabularies": MAP,
        "demo_data": bool,
        "masked": bool,
        "consent_no": TEXT,
        "state": TEXT,
        "state_name": TEXT,
        "dpv_state": TEXT,
        "as_of": TEXT,
        "data_from": TEXT,
        "mode": TEXT,
        "max_uses": MAYBE_NUMBER,
        "max_per_day": MAYBE_NUMBER,
        "max_per_month": MAYBE_NUMBER,
        "use_count": NUMBER,
        "last_used_at": MAYBE_TEXT,
        "application_no": MAYBE_TEXT,
        "template_version": NUMBER,
        "officer": MAYBE_TEXT,
        "signing": MAYBE_MAP,
        "check_url": MAYBE_TEXT,
    },
    "signing": {
        "artefact": MAYBE_TEXT,
        "artefact_sha256": TEXT,
        "signature": TEXT,
        "algorithm": TEXT,
        "key_id": TEXT,
    },
}


def check(shape, value):
    """Every field is there, no other, and each of its kind and not empty."""
    wanted = SHAPES[shape]
    assert set(value) == set(wanted), shape
    for name, kind in wanted.items():
        assert isinstance(value[name], kind), (shape, name)
        assert value[name] != "", (shape, name)


def check_record(made):
    assert list(made) == [
        "record_header",
        "pii_processing",
        "party_identification",
        "events",
        "extension",
    ]
    for part in ("record_header", "pii_processing", "extension"):
        check(part, made[part])
    check("privacy_notice", made["pii_processing"]["privacy_notice"])
    known = {party["party_id"] for party in made["party_identification"]}
    for purpose in made["pii_processing"]["purposes"]:
        check("purpose", purpose)
        named = [*purpose["pii_controllers"], *purpose["recipient_third_parties"]]
        assert {*named, purpose["authority_party"]} <= known
        for information in purpose["pii_information"]:
            check("information", information)
    for party in made["party_identification"]:
        check("party", party)
    for event in made["events"]:
        check("event", event)
        assert event["entity_id"] in known
    assert made["record_header"]["pii_principal_id"] in known
    if made["extension"]["signing"]:
        check("signing", made["extension"]["signing"])


def consent(**changes):
    fields = {
        "id": UUID(int=1),
        "consent_no": NO,
        "enterprise_id": UUID(int=2),
        "institution_id": UUID(int=3),
        "purpose": "pre_loan",
        "template_version": 1,
        "item_codes": ["judicial", "tax"],
        "mode": ConsentMode.VIEW,
        "requested_at": MOMENT,
        "granted_at": MOMENT + timedelta(hours=2),
        "signer_name": "张小明",
        "signer_position": Position.AGENT,
        "signer_mandate": "经办人受企业委托签署，有效期至 2027-01-01",
        "representative_name": "王大海",
        "first_signed_at": MOMENT + timedelta(hours=1),
        "first_signer_name": "赵一诺",
        "valid_from": date(2026, 11, 22),
        "valid_until": date(2027, 1, 22),
        "data_from": date(2023, 11, 22),
        "data_life_days": 90,
        "max_uses": 3,
        "max_per_day": 1,
        "use_count": 1,
        "last_used_at": MOMENT + timedelta(hours=5),
        "notice_version": "1/2026.1",
        "notice_text": "企业信用信息查询授权书\n签署人：张小明",
        "notice_hash": "ab" * 32,
        "artefact": '{"signer":"张小明"}',
        "artefact_hash": DIGEST,
        "signature": "AAAA",
        "signature_algorithm": "ed25519",
        "signature_key_id": "1a2b3c4d",
        "application_no": "RZ20261122",
    }
    return Consent(**{**fields, **changes})


def event(action, role=Role.ENTERPRISE_USER, name="张小明", reason=None):
    return ConsentEvent(
        action=action, happened_at=MOMENT, role=role, actor_name=name, reason=reason
    )


EVENTS = (
    event(ConsentAction.REQUEST, Role.BANK_OFFICER, "李经理"),
    event(ConsentAction.GRANT),
    event(ConsentAction.REVOKE, reason="张小明说已在别家办理"),
    event(ConsentAction.END, Role.SYSTEM, "系统"),
)


def receipt(*, of=None, **changes):
    fields = {
        "consent": of or consent(),
        "events": EVENTS,
        "state": ConsentState.ACTIVE,
        "as_of": MOMENT,
        "enterprise_name": HOSTILE,
        "uscc": "91410400XN0000018J",
        "enterprise_address": "鹰川市演示路1号",
        "institution_name": "鹰川市演示银行",
        "institution_code": "DEMO0001",
        "institution_region": "410400",
        "institution_phone": None,
        "officer_name": None,
        "purpose_text": purposes.get_purpose("pre_loan").text,
        "is_own_copy": True,
        "is_demo": False,
        "base_url": BASE,
    }
    return Receipt(**{**fields, **changes})


UNSIGNED = {
    "granted_at": None,
    "signer_name": None,
    "signer_position": None,
    "signer_mandate": None,
    "representative_name": None,
    "first_signed_at": None,
    "first_signer_name": None,
    "artefact": None,
    "artefact_hash": None,
    "signature": None,
    "signature_algorithm": None,
    "signature_key_id": None,
    "use_count": 0,
    "last_used_at": None,
}


def printed(of):
    return pdf.render(TEMPLATE, sheet_of(of), qr=of.check_url)


def text_of(document):
    """The words of a PDF without the breaks of lines."""
    pages = PdfReader(io.BytesIO(document)).pages
    return "".join("".join(page.extract_text().split()) for page in pages)
