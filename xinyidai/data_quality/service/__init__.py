"""Use cases of data quality: measuring, suspects, tickets, bulletins, scores."""

from xinyidai.data_quality.service.measuring import count_codes, measure
from xinyidai.data_quality.service.suspects import (
    close_suspect,
    explain_suspect,
    read_suspect,
    suspect_actions,
)
from xinyidai.data_quality.service.tickets import (
    actions_of,
    answer_ticket,
    cancel_ticket,
    open_ticket,
    read_ticket,
    return_ticket,
    send_ticket,
    verify_ticket,
)

__all__ = [
    "actions_of",
    "answer_ticket",
    "cancel_ticket",
    "close_suspect",
    "count_codes",
    "explain_suspect",
    "measure",
    "open_ticket",
    "read_suspect",
    "read_ticket",
    "return_ticket",
    "send_ticket",
    "suspect_actions",
    "verify_ticket",
]
