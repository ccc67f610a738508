"""Use cases of voluntary registration: fill in, sign, verify, end, read."""

from xinyidai.declarations.service.deciding import (
    refuse_declaration,
    return_declaration,
    revoke_declaration,
    verify_declaration,
)
from xinyidai.declarations.service.ending import record_ended, watch, withdraw_declaration
from xinyidai.declarations.service.filling import (
    attach_file,
    faults_of,
    remove_file,
    save_fields,
    start_declaration,
)
from xinyidai.declarations.service.reading import (
    actions_of,
    has_desk,
    list_of_city,
    list_own,
    note_look,
    open_file,
    read_declaration,
    waiting_for,
)
from xinyidai.declarations.service.signing import is_whole, submit_declaration

__all__ = [
    "actions_of",
    "attach_file",
    "faults_of",
    "has_desk",
    "is_whole",
    "list_of_city",
    "list_own",
    "note_look",
    "open_file",
    "read_declaration",
    "record_ended",
    "refuse_declaration",
    "remove_file",
    "return_declaration",
    "revoke_declaration",
    "save_fields",
    "start_declaration",
    "submit_declaration",
    "verify_declaration",
    "waiting_for",
    "watch",
    "withdraw_declaration",
]
