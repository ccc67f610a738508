"""Use cases of loan applications, 贷款申请."""

from xinyidai.applications.service.answering import (
    accept_application,
    approve_application,
    decline_application,
    investigate_application,
    return_application,
    send_to_approval,
)
from xinyidai.applications.service.applying import (
    Draft,
    change_application,
    link_consent,
    start_application,
    submit_application,
    withdraw_application,
)
from xinyidai.applications.service.lending import (
    Payout,
    deliver_submission,
    disburse_application,
    settle_application,
    sign_application,
)
from xinyidai.applications.service.outcomes import (
    count_outcomes,
    read_decided_behind,
    read_leads_behind,
    read_promised_behind,
)
from xinyidai.applications.service.reading import get_application, task_list
from xinyidai.applications.service.repaying import Repayment, report_repayment

__all__ = [
    "Draft",
    "Payout",
    "Repayment",
    "accept_application",
    "approve_application",
    "change_application",
    "count_outcomes",
    "decline_application",
    "deliver_submission",
    "disburse_application",
    "get_application",
    "investigate_application",
    "link_consent",
    "read_decided_behind",
    "read_leads_behind",
    "read_promised_behind",
    "report_repayment",
    "return_application",
    "send_to_approval",
    "settle_application",
    "sign_application",
    "start_application",
    "submit_application",
    "task_list",
    "withdraw_application",
]
