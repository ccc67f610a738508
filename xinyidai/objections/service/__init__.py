"""Use cases of objections: open, check, answer, withdraw, read, watch."""

from xinyidai.objections.service.answering import (
    Answer,
    reject_objection,
    show_record,
    show_versions,
    uphold_objection,
)
from xinyidai.objections.service.desk import (
    accept_objection,
    ask_firm,
    dismiss_objection,
    resume_objection,
)
from xinyidai.objections.service.marking import marks_of, marks_within, reading_marks
from xinyidai.objections.service.opening import (
    object_at_counter,
    open_objection,
    show_at_counter,
)
from xinyidai.objections.service.own import (
    acknowledge_objection,
    supply_objection,
    withdraw_objection,
)
from xinyidai.objections.service.reading import (
    actions_of,
    list_of_city,
    list_of_department,
    list_own,
    read_objection,
)
from xinyidai.objections.service.watching import watch

__all__ = [
    "Answer",
    "accept_objection",
    "acknowledge_objection",
    "actions_of",
    "ask_firm",
    "dismiss_objection",
    "list_of_city",
    "list_of_department",
    "list_own",
    "marks_of",
    "marks_within",
    "object_at_counter",
    "open_objection",
    "read_objection",
    "reading_marks",
    "reject_objection",
    "resume_objection",
    "show_at_counter",
    "show_record",
    "show_versions",
    "supply_objection",
    "uphold_objection",
    "watch",
    "withdraw_objection",
]
