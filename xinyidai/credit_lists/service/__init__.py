"""Use cases of credit lists: draft, check, publish, withdraw; read who is on them now."""

from xinyidai.credit_lists.service.deciding import (
    check_release,
    drop_release,
    note_ended,
    publish_release,
    withdraw_release,
)
from xinyidai.credit_lists.service.drafting import (
    draft_from_records,
    draft_removal,
    draft_typed,
)
from xinyidai.credit_lists.service.reading import (
    PublicEntry,
    SeriousShare,
    actions_of,
    all_entries,
    counts_in_force,
    draftable,
    entries_of_side,
    list_own_releases,
    list_releases,
    own_memberships,
    public_entries,
    read_release,
    serious_share,
    standing_of,
    still_standing,
)

__all__ = [
    "PublicEntry",
    "SeriousShare",
    "actions_of",
    "all_entries",
    "check_release",
    "counts_in_force",
    "draft_from_records",
    "draft_removal",
    "draft_typed",
    "draftable",
    "drop_release",
    "entries_of_side",
    "list_own_releases",
    "list_releases",
    "note_ended",
    "own_memberships",
    "public_entries",
    "publish_release",
    "read_release",
    "serious_share",
    "standing_of",
    "still_standing",
    "withdraw_release",
]
