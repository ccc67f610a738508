"""Use cases of financing needs, 融资需求."""

from xinyidai.financing_needs.service.authorizing import (
    answer_banks,
    confirm_contact,
    draft_for,
    may_know,
    refuse_bank,
)
from xinyidai.financing_needs.service.claiming import claim_need, decline_need, report_contact
from xinyidai.financing_needs.service.dispatching import dispatch_best, dispatch_to
from xinyidai.financing_needs.service.ending import convert, expire_needs, withdraw_need
from xinyidai.financing_needs.service.needs import (
    DuplicateNeed,
    draft_need,
    find_alike,
    match_need,
    publish_need,
    update_need,
)
from xinyidai.financing_needs.service.reading import (
    BankView,
    read_for_bank,
    read_for_city,
    read_own,
)
from xinyidai.financing_needs.service.watching import notice_revoked, watch_needs

__all__ = [
    "BankView",
    "DuplicateNeed",
    "answer_banks",
    "claim_need",
    "confirm_contact",
    "convert",
    "decline_need",
    "dispatch_best",
    "dispatch_to",
    "draft_for",
    "draft_need",
    "expire_needs",
    "find_alike",
    "match_need",
    "may_know",
    "notice_revoked",
    "publish_need",
    "read_for_bank",
    "read_for_city",
    "read_own",
    "refuse_bank",
    "report_contact",
    "update_need",
    "watch_needs",
    "withdraw_need",
]
