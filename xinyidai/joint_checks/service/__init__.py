"""Use cases of joint checks: check, screen, check a file, handle, report, read."""

from xinyidai.joint_checks.service.batching import check_batch
from xinyidai.joint_checks.service.checking import Screening, check, last_of, screen
from xinyidai.joint_checks.service.handling import close_check, handle_check, report_check
from xinyidai.joint_checks.service.reading import (
    CheckView,
    Figures,
    figures,
    list_batches,
    list_of_city,
    list_of_firm,
    list_own,
    read_batch,
    read_check,
)
from xinyidai.joint_checks.service.watching import watch

__all__ = [
    "CheckView",
    "Figures",
    "Screening",
    "check",
    "check_batch",
    "close_check",
    "figures",
    "handle_check",
    "last_of",
    "list_batches",
    "list_of_city",
    "list_of_firm",
    "list_own",
    "read_batch",
    "read_check",
    "report_check",
    "screen",
    "watch",
]
