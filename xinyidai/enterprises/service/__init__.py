"""Use cases of firms: import of the register, matching of subjects, names that wait."""

from xinyidai.enterprises.service.copying import known_firms
from xinyidai.enterprises.service.listing import deliver_list
from xinyidai.enterprises.service.marking import note_borrowed
from xinyidai.enterprises.service.names import (
    HeldName,
    HoldCounts,
    hold_name,
    hold_names,
    resolve_pending_name,
    resolve_pending_names,
)
from xinyidai.enterprises.service.reading import get_enterprise
from xinyidai.enterprises.service.registrations import (
    RegisterCounts,
    Registration,
    import_registrations,
)
from xinyidai.enterprises.service.subjects import (
    Subject,
    SubjectMatch,
    SubjectOutcome,
    match_subjects,
)

__all__ = [
    "HeldName",
    "HoldCounts",
    "RegisterCounts",
    "Registration",
    "Subject",
    "SubjectMatch",
    "SubjectOutcome",
    "deliver_list",
    "get_enterprise",
    "hold_name",
    "hold_names",
    "import_registrations",
    "known_firms",
    "match_subjects",
    "note_borrowed",
    "resolve_pending_name",
    "resolve_pending_names",
]
