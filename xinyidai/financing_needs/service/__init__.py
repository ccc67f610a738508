"""Use cases of financing needs."""

from xinyidai.financing_needs.service.needs import (
    draft_need,
    expire_needs,
    match_need,
    publish_need,
    update_need,
    withdraw_need,
)

__all__ = [
    "draft_need",
    "expire_needs",
    "match_need",
    "publish_need",
    "update_need",
    "withdraw_need",
]
