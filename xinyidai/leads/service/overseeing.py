"""What the office reads of leads, by institution: searches, invitations, feedback by reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from xinyidai.kernel.actor import Actor
from xinyidai.kernel.http import Page
from xinyidai.leads import office_queries, policies
from xinyidai.leads.models import Lead, LeadFeedback, LeadSearch
from xinyidai.leads.values import FeedbackReason


@dataclass(frozen=True)
class LeadNumbers:
    """One institution's leads in numbers; `invalid` by reason."""

    institution_id: UUID
    name: str
    searches: int
    counts: int
    invited: int
    authorized: int
    valid: int
    invalid: dict[FeedbackReason, int]


def read_lead_numbers(actor: Actor) -> list[LeadNumbers]:
    """Return the numbers of every institution that has searched, most searches first."""
    policies.require_overseer(actor)
    invalid = office_queries.invalid_by_reason()
    return [
        LeadNumbers(*row, invalid=invalid.get(row[0], {}))
        for row in office_queries.numbers_by_institution()
    ]


def read_searches_behind(
    actor: Actor, institution_id: UUID, page: Page
) -> tuple[Sequence[tuple[LeadSearch, int, int]], int]:
    """Return an institution's searches with how often each was counted and how many it invited."""
    policies.require_overseer(actor)
    return office_queries.searches_behind(institution_id, page)


def read_feedback_behind(
    actor: Actor, institution_id: UUID, page: Page
) -> tuple[Sequence[tuple[LeadFeedback, Lead, str]], int]:
    """Return what an institution said of its leads, with the search's name."""
    policies.require_overseer(actor)
    return office_queries.feedback_behind(institution_id, page)


def read_judged_leads(
    actor: Actor, since: datetime, before: datetime
) -> Sequence[tuple[Lead, LeadFeedback]]:
    """Return the leads of products that were judged by the product's own conditions."""
    policies.require_overseer(actor)
    return office_queries.judged_leads(since, before)
