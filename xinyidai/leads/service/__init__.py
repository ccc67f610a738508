"""Use cases of leads: whom an institution seeks, and what firms let it know."""

from xinyidai.leads.service.answering import (
    accept_invitation,
    decline_invitation,
    expire_invitations,
    read_invitation,
    terms_of,
)
from xinyidai.leads.service.choosing import choose_contact, read_choice
from xinyidai.leads.service.explaining import reasons_for
from xinyidai.leads.service.feeding_back import feed_back, read_judged_of_product, read_lead
from xinyidai.leads.service.inviting import invitation_counts, invite_firms
from xinyidai.leads.service.overseeing import (
    LeadNumbers,
    read_feedback_behind,
    read_judged_leads,
    read_lead_numbers,
    read_searches_behind,
)
from xinyidai.leads.service.searching import (
    count_again,
    count_firms,
    counts_left,
    criteria_of,
    read_search,
    save_search,
    shown_counts,
    stop_search,
)
from xinyidai.leads.service.weekly import match_weekly, offer_weekly, week_of

__all__ = [
    "LeadNumbers",
    "accept_invitation",
    "choose_contact",
    "count_again",
    "count_firms",
    "counts_left",
    "criteria_of",
    "decline_invitation",
    "expire_invitations",
    "feed_back",
    "invitation_counts",
    "invite_firms",
    "match_weekly",
    "offer_weekly",
    "read_choice",
    "read_feedback_behind",
    "read_invitation",
    "read_judged_leads",
    "read_judged_of_product",
    "read_lead",
    "read_lead_numbers",
    "read_search",
    "read_searches_behind",
    "reasons_for",
    "save_search",
    "shown_counts",
    "stop_search",
    "terms_of",
    "week_of",
]
