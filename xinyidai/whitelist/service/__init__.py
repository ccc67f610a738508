"""Use cases of whitelists: nominate, decide, read."""

from xinyidai.whitelist.service.deciding import (
    list_entry,
    publicise_entry,
    remove_entry,
    resume_entry,
    review_entry,
    screen_entry,
    suspend_entry,
)
from xinyidai.whitelist.service.nominating import Nomination, nominate_enterprise
from xinyidai.whitelist.service.reading import (
    actions_of,
    list_members,
    list_of_enterprise,
    list_own_nominations,
    list_waiting,
    read_entry,
)

__all__ = [
    "Nomination",
    "actions_of",
    "list_entry",
    "list_members",
    "list_of_enterprise",
    "list_own_nominations",
    "list_waiting",
    "nominate_enterprise",
    "publicise_entry",
    "read_entry",
    "remove_entry",
    "resume_entry",
    "review_entry",
    "screen_entry",
    "suspend_entry",
]
