"""Use cases of credit repair: apply, check, hand over, conclude, read, remind."""

from xinyidai.repairs.service.applying import (
    apply_at_counter,
    apply_for_repair,
    resubmit_repair,
    withdraw_repair,
)
from xinyidai.repairs.service.desk import (
    check_repair,
    complete_repair,
    hand_over_repair,
    refuse_repair,
    return_repair,
    show_record,
    show_versions,
)
from xinyidai.repairs.service.reading import (
    actions_of,
    list_of_city,
    list_own,
    read_repair,
    repairable_of,
    show_at_counter,
)
from xinyidai.repairs.service.reminding import remind

__all__ = [
    "actions_of",
    "apply_at_counter",
    "apply_for_repair",
    "check_repair",
    "complete_repair",
    "hand_over_repair",
    "list_of_city",
    "list_own",
    "read_repair",
    "refuse_repair",
    "remind",
    "repairable_of",
    "resubmit_repair",
    "return_repair",
    "show_at_counter",
    "show_record",
    "show_versions",
    "withdraw_repair",
]
