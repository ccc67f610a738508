"""Use cases of consents, 信息查询授权."""

from xinyidai.consents.service.answer import (
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
    get_consent,
    lock_for_use,
    require_cover,
    require_reading_again,
    spend_use,
    state_of,
    states_of,
    still_stands,
)
from xinyidai.consents.service.notice import notice_of
from xinyidai.consents.service.request import grant_directly, request_consent

__all__ = [
    "ConsentRefused",
    "decline_consent",
    "end_consent",
    "facts_of",
    "find_refusals",
    "get_consent",
    "grant_consent",
    "grant_directly",
    "lock_for_use",
    "notice_of",
    "request_consent",
    "require_cover",
    "require_reading_again",
    "resume_consent",
    "revoke_consent",
    "spend_use",
    "state_of",
    "states_of",
    "still_stands",
    "suspend_consent",
]
