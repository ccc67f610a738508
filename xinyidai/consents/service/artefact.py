"""The authorization as an artefact, 授权凭证: a canonical text of its terms, signed.

Every look compares the terms in the row with the signed text, so whoever edits a row in the
database gains nothing by it. Fields after the consent artefact of India's account aggregators,
with officer, notice, mandate and legal representative added.
"""

import base64
from collections.abc import Mapping, Sequence
from hashlib import sha256
from uuid import UUID

from xinyidai.consents.models import Consent
from xinyidai.kernel import clock
from xinyidai.kernel.signing import PublicKey
from xinyidai.ledger import service as ledger
from xinyidai.ledger.rules import canonical

KEY = "consent"
FORM = "xinyidai-consent/1"


def put_signature(consent: Consent) -> None:
    """Write the artefact of a consent just signed, with its digest and signature."""
    text = terms_of(consent)
    signature = ledger.sign(KEY, _message(text))
    consent.artefact = text
    consent.artefact_hash = sha256(text.encode()).hexdigest()
    consent.signature_algorithm = signature.algorithm
    consent.signature_key_id = signature.key_id
    consent.signature = base64.b64encode(signature.value).decode()


def is_whole(consent: Consent) -> bool:
    """Tell whether the row still says what was signed, and the signature is good."""
    return consent.id in whole_among([consent])


def whole_among(consents: Sequence[Consent]) -> frozenset[UUID]:
    """Return which of many are whole, with one query for the keys that signed them."""
    ids = {one.signature_key_id for one in consents if one.signature_key_id is not None}
    keys = ledger.keys_by_id(ids) if ids else {}
    return frozenset(one.id for one in consents if _is_whole(one, keys))


def _is_whole(consent: Consent, keys: Mapping[str, PublicKey]) -> bool:
    text, key = consent.artefact, keys.get(consent.signature_key_id or "")
    if text is None or consent.signature is None or key is None:
        return False
    return (
        text == terms_of(consent)
        and sha256(text.encode()).hexdigest() == consent.artefact_hash
        and key.verify(_message(text), base64.b64decode(consent.signature))
    )


def terms_of(consent: Consent) -> str:
    """Return the terms of a consent as canonical JSON; times are of Shanghai, to the second."""
    return canonical(
        {
            "form": FORM,
            "consent_no": consent.consent_no,
            "principal": str(consent.enterprise_id),
            "recipient": str(consent.institution_id or "platform"),
            "officer": _text(consent.officer_account_id),
            "purpose": consent.purpose,
            "template_version": consent.template_version,
            "items": sorted(consent.item_codes),
            "mode": str(consent.mode),
            "valid_from": consent.valid_from.isoformat(),
            "valid_until": consent.valid_until.isoformat(),
            "data_from": consent.data_from.isoformat(),
            "data_life_days": consent.data_life_days,
            "max_uses": consent.max_uses,
            "max_per_day": consent.max_per_day,
            "max_per_month": consent.max_per_month,
            "application_no": consent.application_no,
            "notice": {"version": consent.notice_version, "sha256": consent.notice_hash},
            "signer": {
                "account": _text(consent.granted_by),
                "name": consent.signer_name,
                "position": _text(consent.signer_position),
                "mandate": consent.signer_mandate,
            },
            "first_signer": {
                "account": _text(consent.first_signed_by),
                "name": consent.first_signer_name,
            },
            "representative": consent.representative_name,
            "signed_at": clock.local(consent.granted_at).isoformat(timespec="seconds")
            if consent.granted_at
            else None,
        }
    )


def _message(text: str) -> bytes:
    return f"{FORM}\n{text}".encode()


def _text(value: object) -> str | None:
    return None if value is None else str(value)
