"""The receipt of one authorization, 授权回执: on paper, and as a record for programs."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from xinyidai.accounts.models import Account
from xinyidai.catalogue import purposes
from xinyidai.consents import queries
from xinyidai.consents.models import Consent
from xinyidai.consents.receipt_record import Receipt, record_of
from xinyidai.consents.receipt_sheet import TEMPLATE, sheet_of
from xinyidai.consents.service.cover import get_consent, state_of
from xinyidai.consents.service.notice import PLATFORM_NAME
from xinyidai.enterprises.models import Enterprise
from xinyidai.institutions.models import Institution
from xinyidai.kernel import clock, pdf, uscc
from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.db import db
from xinyidai.kernel.errors import NotFound
from xinyidai.kernel.settings import load_settings


def receipt_pdf(actor: Actor, consent_id: UUID, base_url: str) -> bytes:
    """Return the receipt as PDF, as of now; the firm's own copy names persons in full.

    `base_url` is the platform's public address, from settings and not from what a client sent.

    Raises:
        NotFound: the consent is none of the actor's business.

    """
    receipt = _read(actor, consent_id, base_url)
    return pdf.render(TEMPLATE, sheet_of(receipt), qr=receipt.check_url)


def receipt_record(actor: Actor, consent_id: UUID, base_url: str) -> dict[str, Any]:
    """Return the receipt as a record shaped after ISO/IEC TS 27560, as of now.

    Raises:
        NotFound: the consent is none of the actor's business.

    """
    return record_of(_read(actor, consent_id, base_url))


def _read(actor: Actor, consent_id: UUID, base_url: str) -> Receipt:
    consent = get_consent(actor, consent_id)
    firm = db.session.get(Enterprise, consent.enterprise_id)
    if firm is None:
        raise NotFound("没有找到这家企业。")
    bank = _bank(consent)
    return Receipt(
        consent=consent,
        events=queries.events_of(consent.id),
        state=state_of(consent),
        as_of=clock.now(),
        enterprise_name=firm.name,
        uscc=firm.uscc,
        enterprise_address=firm.address,
        institution_name=bank.name if bank else PLATFORM_NAME,
        institution_code=bank.code if bank else None,
        institution_region=bank.region_code if bank else None,
        institution_phone=bank.phone if bank else None,
        officer_name=_officer(consent),
        purpose_text=_purpose_text(consent),
        is_own_copy=actor.role is Role.ENTERPRISE_USER and actor.party_id == consent.enterprise_id,
        is_demo=_is_demo(firm, _accounts(actor, consent)),
        base_url=base_url.rstrip("/"),
    )


def _bank(consent: Consent) -> Institution | None:
    if consent.institution_id is None:
        return None
    return db.session.get(Institution, consent.institution_id)


def _officer(consent: Consent) -> str | None:
    if consent.officer_account_id is None:
        return None
    officer = db.session.get(Account, consent.officer_account_id)
    return officer.name if officer else None


def _purpose_text(consent: Consent) -> str:
    """Return the sentence of the template version that was signed, else of the catalogue."""
    for template in queries.templates(consent.purpose):
        if template.version == consent.template_version:
            return str(template.content["text"])
    return purposes.get_purpose(consent.purpose).text


def _accounts(actor: Actor, consent: Consent) -> set[UUID]:
    ids = {actor.account_id, consent.requested_by, consent.granted_by, consent.first_signed_by}
    return {account_id for account_id in ids if account_id is not None}


def _is_demo(firm: Enterprise, account_ids: Iterable[UUID]) -> bool:
    """Tell whether anything about it is invented: the installation, the firm or a person."""
    if load_settings().is_demo or _has_invented_code(firm):
        return True
    accounts = (db.session.get(Account, account_id) for account_id in account_ids)
    return any(account.is_demo for account in accounts if account)


def _has_invented_code(firm: Enterprise) -> bool:
    sound = uscc.find_problem(firm.uscc) is None
    return sound and uscc.UnifiedSocialCreditCode.parse(firm.uscc).is_invented
