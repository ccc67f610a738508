"""Ask for a consent, or give one without being asked."""

from collections.abc import Sequence

from xinyidai.consents import policies, rules
from xinyidai.consents.lifecycle import LIFECYCLE
from xinyidai.consents.models import Consent
from xinyidai.consents.service import events
from xinyidai.consents.service.answer import sign
from xinyidai.consents.service.notice import (
    Notice,
    NoticeOccasion,
    notice_of,
)
from xinyidai.consents.service.parties import parties_of
from xinyidai.consents.service.templates import purpose_in_force
from xinyidai.consents.values import ConsentAction, ConsentDraft, ConsentState
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db, new_id, readable_number
from xinyidai.kernel.errors import InvalidInput, require_sound


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
    parties = parties_of(draft)
    faults = rules.over_caps(draft, template.purpose, today)
    require_sound(faults)
    LIFECYCLE.next_state(ConsentState.DRAFT, ConsentAction.REQUEST)
    consent_id = new_id()
    consent_no = readable_number("SQ", consent_id, 12)
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
