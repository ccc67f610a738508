"""Ask for a consent, or give one without being asked."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from xinyidai.accounts.models import Account
from xinyidai.accounts.values import AccountStatus
from xinyidai.consents import policies, rules
from xinyidai.consents.lifecycle import LIFECYCLE
from xinyidai.consents.models import Consent
from xinyidai.consents.queries import GONE
from xinyidai.consents.service import events
from xinyidai.consents.service.answer import sign
from xinyidai.consents.service.notice import (
    PLATFORM_NAME,
    Notice,
    NoticeOccasion,
    Parties,
    notice_of,
)
from xinyidai.consents.service.templates import purpose_in_force
from xinyidai.consents.values import ConsentAction, ConsentDraft, ConsentState
from xinyidai.enterprises.models import Enterprise
from xinyidai.institutions.models import Institution
from xinyidai.institutions.values import InstitutionStatus
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.db import db, new_id
from xinyidai.kernel.errors import InvalidInput, NotFound, RuleBroken

OFFICER_ROLES = frozenset({Role.BANK_OFFICER, Role.GUARANTOR})


def request_consent(actor: Actor, draft: ConsentDraft) -> Consent:
    """Ask a firm for an authorization, for the actor's own institution; it waits for the firm.

    Raises:
        Forbidden: the actor does not work for that institution.
        NotFound: no such enterprise or purpose.
        RuleBroken: the firm is deregistered or the institution suspended.
        InvalidInput: a field is above the cap of its purpose; names the field and the cap.

    """
    policies.require_request(actor, draft.institution_id)
    return _ask(actor, draft)


def grant_directly(actor: Actor, drafts: Sequence[ConsentDraft]) -> list[Consent]:
    """Sign several authorizations in one step, 一次签署: a separate one for each bank and purpose.

    Raises:
        Forbidden: the actor does not sign for that firm.
        NotFound: no such institution or purpose.
        RuleBroken: the firm is deregistered or an institution suspended.
        InvalidInput: nothing to sign, twins, or a field above the cap of its purpose.

    """
    if not drafts:
        raise InvalidInput(
            "请至少选择一家机构。", fields={"institution_id": "请至少选择一家机构。"}
        )
    if len({(draft.institution_id, draft.purpose) for draft in drafts}) < len(drafts):
        raise InvalidInput("同一机构的同一用途只需授权一次，请去掉重复的选择。")
    for draft in drafts:
        policies.require_signature(actor, draft.enterprise_id)
    consents = [_ask(actor, draft) for draft in drafts]
    signing_id = new_id()
    for consent in consents:
        consent.signing_id = signing_id
        sign(actor, consent)
    return consents


def _ask(actor: Actor, draft: ConsentDraft) -> Consent:
    today = clock.today()
    template = purpose_in_force(draft.purpose)
    parties = Parties(
        *_firm(draft.enterprise_id),
        _recipient(draft.institution_id),
        _officer(draft),
    )
    faults = rules.over_caps(draft, template.purpose, today)
    if faults:
        raise InvalidInput("；".join(faults.values()), fields=faults)
    LIFECYCLE.next_state(ConsentState.DRAFT, ConsentAction.REQUEST)
    consent_id = new_id()
    consent_no = f"SQ{today:%Y%m%d}{consent_id.hex[-12:].upper()}"
    notice = notice_of(draft, parties, NoticeOccasion(consent_no, today, template))
    consent = _consent(draft, notice)
    consent.id, consent.consent_no = consent_id, consent_no
    consent.template_version = template.version
    consent.valid_from = today
    consent.requested_by = actor.account_id
    consent.requested_at = clock.now()
    db.session.add(consent)
    db.session.flush()
    events.record(actor, ConsentAction.REQUEST, consent, None)
    return consent


def _consent(draft: ConsentDraft, notice: Notice) -> Consent:
    return Consent(
        enterprise_id=draft.enterprise_id,
        institution_id=draft.institution_id,
        officer_account_id=draft.officer_account_id,
        purpose=draft.purpose,
        item_codes=sorted(set(draft.item_codes)),
        mode=draft.mode,
        valid_until=draft.valid_until,
        data_from=draft.data_from,
        data_life_days=draft.data_life_days,
        max_uses=draft.max_uses,
        use_count=0,
        max_per_day=draft.max_per_day,
        max_per_month=draft.max_per_month,
        used_in_day=0,
        used_in_month=0,
        application_no=draft.application_no,
        notice_version=notice.version,
        notice_text=notice.text,
        notice_hash=notice.digest,
    )


def _officer(draft: ConsentDraft) -> str | None:
    """Return the name of the only officer who may look, or None when every one may."""
    if draft.officer_account_id is None:
        return None
    officer = db.session.get(Account, draft.officer_account_id)
    fits = (
        officer is not None
        and draft.institution_id is not None
        and officer.institution_id == draft.institution_id
        and officer.role in OFFICER_ROLES
        and officer.status is AccountStatus.ACTIVE
    )
    if officer is None or not fits:
        fault = "请选择该机构在岗的信贷人员。"
        raise InvalidInput(fault, fields={"officer_account_id": fault})
    return officer.name


def _firm(enterprise_id: UUID) -> tuple[str, str]:
    statement = select(Enterprise.name, Enterprise.uscc, Enterprise.status)
    firm = db.session.execute(statement.where(Enterprise.id == enterprise_id)).one_or_none()
    if firm is None:
        raise NotFound("没有找到这家企业。")
    if firm.status in GONE:
        raise RuleBroken("企业已注销或被吊销，不能签署授权。", code="enterprise_inactive")
    return firm.name, firm.uscc


def _recipient(institution_id: UUID | None) -> str:
    if institution_id is None:
        return PLATFORM_NAME
    statement = select(Institution.name, Institution.status)
    bank = db.session.execute(statement.where(Institution.id == institution_id)).one_or_none()
    if bank is None:
        raise NotFound("没有找到这家机构。")
    if bank.status is not InstitutionStatus.ACTIVE:
        raise RuleBroken("该机构已暂停使用平台，暂时不能授权。", code="institution_suspended")
    name: str = bank.name
    return name
