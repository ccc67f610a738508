"""Use cases of consents, 信息查询授权."""

from xinyidai.consents.service.answer import (
    confirm_consent,
    decline_consent,
    end_consent,
    grant_consent,
    resume_consent,
    revoke_consent,
    suspend_consent,
)
from xinyidai.consents.service.cover import (
    ConsentRefused,
    facts_of,
    find_refusals,
    foresee_refusals,
    get_consent,
    lock_for_use,
    require_cover,
    require_reading_again,
    spend_use,
    state_of,
    states_of,
    still_stands,
)
from xinyidai.consents.service.receipt import receipt_pdf, receipt_record
from xinyidai.consents.service.request import grant_directly, request_consent
from xinyidai.consents.service.signing_rules import set_two_signers
from xinyidai.consents.service.templates import (
    PurposeInForce,
    approve_template,
    draft_template,
    purpose_in_force,
    purposes_in_force,
    reject_template,
    retire_template,
    submit_template,
)

__all__ = [
    "ConsentRefused",
    "PurposeInForce",
    "approve_template",
    "confirm_consent",
    "decline_consent",
    "draft_template",
    "end_consent",
    "facts_of",
    "find_refusals",
    "foresee_refusals",
    "get_consent",
    "grant_consent",
    "grant_directly",
    "lock_for_use",
    "purpose_in_force",
    "purposes_in_force",
    "receipt_pdf",
    "receipt_record",
    "reject_template",
    "request_consent",
    "require_cover",
    "require_reading_again",
    "resume_consent",
    "retire_template",
    "revoke_consent",
    "set_two_signers",
    "spend_use",
    "state_of",
    "states_of",
    "still_stands",
    "submit_template",
    "suspend_consent",
]
