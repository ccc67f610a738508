"""An institution says of each lead whether it was of use, 线索质量反馈."""

from datetime import datetime
from uuid import UUID

from xinyidai.audit import service as audit
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db
from xinyidai.kernel.errors import Conflict, InvalidInput, NotFound
from xinyidai.leads import policies, queries, rules
from xinyidai.leads.lifecycle import LIFECYCLE
from xinyidai.leads.models import LeadFeedback
from xinyidai.leads.queries import LeadRow
from xinyidai.leads.values import Feedback, LeadAction


def read_lead(actor: Actor, lead_id: UUID) -> LeadRow:
    """Return a lead of the actor's institution whose firm has signed; no other exists."""
    lead = policies.require_own_lead(actor, queries.find_lead(lead_id))
    row = queries.find_named(lead.id)
    if row is None:
        raise NotFound(policies.ABSENT)
    return row


def feed_back(actor: Actor, lead_id: UUID, feedback: Feedback) -> LeadFeedback:
    """Keep what the institution says of a lead; once.

    Raises:
        NotFound: another institution's lead, or one whose firm has not signed.
        InvalidInput: no reason, or no words for «other»; each field named.
        Conflict: somebody of the institution has said it already.

    """
    row = read_lead(actor, lead_id)
    lead = queries.find_lead(row.lead.id, for_update=True)
    if lead is None:
        raise NotFound(policies.ABSENT)
    faults = rules.feedback_faults(feedback)
    if faults:
        raise InvalidInput(f"有 {len(faults)} 处需要修改。", fields=faults)
    if queries.find_feedback(lead.id) is not None:
        raise Conflict("这条线索已经反馈过，反馈后不能更改。", code="already_reported")
    lead.state = LIFECYCLE.next_state(lead.state, LeadAction.FEED_BACK)
    said = LeadFeedback(
        lead_id=lead.id,
        is_valid=feedback.is_valid,
        reason=feedback.reason,
        note=feedback.note.strip(),
        given_by=actor.account_id,
    )
    db.session.add(said)
    db.session.flush()
    audit.record(actor, LeadAction.FEED_BACK, "lead", lead.id, {"is_valid": feedback.is_valid})
    return said


def read_judged_of_product(
    actor: Actor, product_id: UUID, since: datetime, before: datetime
) -> list[tuple[LeadRow, LeadFeedback]]:
    """Return the leads of a product of the actor's institution that were judged by its conditions.

    The same that the public order counts: invited for the product, 有效 or 不符合条件.
    """
    institution_id = policies.require_seeker(actor)
    rows = queries.judged_of_product(institution_id, product_id, since, before)
    return [(row, row.feedback) for row in rows if row.feedback is not None]
