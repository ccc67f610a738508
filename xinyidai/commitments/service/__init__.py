"""Use cases of credit commitments: templates, signature, fulfilment, public reading."""

from xinyidai.commitments.service.copying import copy_pdf
from xinyidai.commitments.service.fulfilling import (
    attach_evidence,
    find_broken,
    find_kept,
    record_ended,
    supply_evidence,
    watch,
)
from xinyidai.commitments.service.reading import (
    actions_of,
    list_of_city,
    list_own,
    list_public,
    note_look,
    open_evidence,
    read_commitment,
    read_public,
    tallies,
)
from xinyidai.commitments.service.signing import (
    close_repair_commitment,
    is_whole,
    preview,
    publish_repair_commitment,
    sign_commitment,
)
from xinyidai.commitments.service.templates import (
    approve_template,
    draft_shipped,
    draft_template,
    list_templates,
    read_template,
    retire_template,
)

__all__ = [
    "actions_of",
    "approve_template",
    "attach_evidence",
    "close_repair_commitment",
    "copy_pdf",
    "draft_shipped",
    "draft_template",
    "find_broken",
    "find_kept",
    "is_whole",
    "list_of_city",
    "list_own",
    "list_public",
    "list_templates",
    "note_look",
    "open_evidence",
    "preview",
    "publish_repair_commitment",
    "read_commitment",
    "read_public",
    "read_template",
    "record_ended",
    "retire_template",
    "sign_commitment",
    "supply_evidence",
    "tallies",
    "watch",
]
