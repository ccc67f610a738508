"""Count what came of products, for the public order, 办理结果."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, time
from uuid import UUID

from xinyidai.applications import outcome_queries, policies
from xinyidai.applications.outcome_queries import ProductOutcomes
from xinyidai.applications.values import JudgedLead, LeadUse, OutcomeRow
from xinyidai.consents.rules import months_before
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.clock import TZ
from xinyidai.kernel.http import Page
from xinyidai.leads import service as leads
from xinyidai.leads.models import Lead, LeadFeedback
from xinyidai.matching import service as matching
from xinyidai.matching.values import FEWEST_DECIDED, STANDING_MONTHS, OutcomeCounts
from xinyidai.products.queries import get_product

NOTHING = OutcomeCounts()


def count_outcomes(actor: Actor, on: date) -> int:
    """Keep what came of every product in the 12 months before a day; a day is counted once.

    Returns how many products are new for the day. Products of which nothing is known, not even
    of their peers, get no row: they stand by what they declare.
    """
    first = window_before(on)
    outcomes = outcome_queries.outcomes_by_product(first, on)
    judged, fit = _leads(actor, first, on)
    peers = _peers(outcomes)
    counts = {
        each.product_id: OutcomeCounts(
            each.decided,
            each.approved,
            *peers[_kinds(each)],
            each.promised,
            each.kept,
            judged[each.product_id],
            fit[each.product_id],
        )
        for each in outcomes
    }
    known = {product_id: found for product_id, found in counts.items() if found != NOTHING}
    return matching.record_standings(actor, on, known)


def window_before(on: date) -> date:
    """Return the first day that counts for a day's order."""
    return months_before(on, STANDING_MONTHS)


def read_decided_behind(
    actor: Actor, product_id: UUID, on: date, page: Page
) -> tuple[Sequence[OutcomeRow], int]:
    """Return the decided applications behind a product's approval share on a day."""
    policies.require_outcomes(actor, get_product(product_id))
    return outcome_queries.decided_behind(product_id, window_before(on), on, page)


def read_promised_behind(
    actor: Actor, product_id: UUID, on: date, page: Page
) -> tuple[Sequence[OutcomeRow], int]:
    """Return the applications behind a product's share of kept promises on a day."""
    policies.require_outcomes(actor, get_product(product_id))
    return outcome_queries.promised_behind(product_id, window_before(on), on, page)


def read_leads_behind(actor: Actor, product_id: UUID, on: date) -> list[JudgedLead]:
    """Return the judged leads of the actor's own product on a day, newest first, by their firms.

    Those that do not count yet stand in it too: the bank called them 有效, no firm has applied.
    """
    policies.require_outcomes(actor, get_product(product_id))
    found = leads.read_judged_of_product(actor, product_id, *_span(window_before(on), on))
    return [
        JudgedLead(row.enterprise.name, row.lead.search_id, said.given_at, _use_of(row.lead, said))
        for row, said in found
    ]


def _kinds(outcomes: ProductOutcomes) -> tuple[str, str]:
    return outcomes.institution_kind.value, outcomes.product_kind.value


def _peers(outcomes: Sequence[ProductOutcomes]) -> dict[tuple[str, str], tuple[int, int]]:
    """Return decided and approved of each kind; of everything where a kind has too few.

    Without the second step a kind of which little is known would stand better than one of which
    much is.
    """
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for each in outcomes:
        decided, approved = found.get(_kinds(each), (0, 0))
        found[_kinds(each)] = decided + each.decided, approved + each.approved
    total = (sum(e.decided for e in outcomes), sum(e.approved for e in outcomes))
    return {kinds: own if own[0] >= FEWEST_DECIDED else total for kinds, own in found.items()}


def _leads(actor: Actor, first: date, before: date) -> tuple[Counter[UUID], Counter[UUID]]:
    """Count judged leads by product, and those that proved to fit.

    A lead called 有效 counts as fitting only where the firm then applied with the institution, so
    that praise alone moves nothing.
    """
    judged: Counter[UUID] = Counter()
    fit: Counter[UUID] = Counter()
    for lead, said in leads.read_judged_leads(actor, *_span(first, before)):
        use = _use_of(lead, said)
        if lead.product_id is not None and use is not LeadUse.PENDING:
            judged[lead.product_id] += 1
            fit[lead.product_id] += use is LeadUse.FIT
    return judged, fit


def _use_of(lead: Lead, said: LeadFeedback) -> LeadUse:
    if not said.is_valid:
        return LeadUse.UNFIT
    applied = outcome_queries.applied_after(lead.institution_id, lead.enterprise_id, lead.made_at)
    return LeadUse.FIT if applied else LeadUse.PENDING


def _span(first: date, before: date) -> tuple[datetime, datetime]:
    return datetime.combine(first, time(), TZ), datetime.combine(before, time(), TZ)
