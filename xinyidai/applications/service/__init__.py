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
    limits_of,
    link_consent,
    start_application,
    submit_application,
    wanted_of,
    withdraw_application,
)
from xinyidai.applications.service.handing import NewHands, hand_over_application
from xinyidai.applications.service.lending import (
    Payout,
    deliver_submission,
    disburse_application,
    settle_application,
    sign_application,
)
from xinyidai.applications.service.offering import (
    CounterOffer,
    offer_terms,
    refuse_offer,
    take_offer,
)
from xinyidai.applications.service.outcomes import (
    count_outcomes,
    read_decided_behind,
    read_leads_behind,
    read_promised_behind,
)
from xinyidai.applications.service.reading import get_application, task_list
from xinyidai.applications.service.repaying import Repayment, report_repayment
from xinyidai.applications.service.resending import RESENT, TAKEN_AWAY, Resend, resend_application
from xinyidai.applications.service.watching import watch_applications

__all__ = [
    "RESENT",
    "TAKEN_AWAY",
    "CounterOffer",
    "Draft",
    "NewHands",
    "Payout",
    "Repayment",
    "Resend",
    "accept_application",
    "approve_application",
    "change_application",
    "count_outcomes",
    "decline_application",
    "deliver_submission",
    "disburse_application",
    "get_application",
    "hand_over_application",
    "investigate_application",
    "limits_of",
    "link_consent",
    "offer_terms",
    "read_decided_behind",
    "read_leads_behind",
    "read_promised_behind",
    "refuse_offer",
    "report_repayment",
    "resend_application",
    "return_application",
    "send_to_approval",
    "settle_application",
    "sign_application",
    "start_application",
    "submit_application",
    "take_offer",
    "task_list",
    "wanted_of",
    "watch_applications",
    "withdraw_application",
]
