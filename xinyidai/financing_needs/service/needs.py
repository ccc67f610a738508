"""A firm's financing needs: draft, publish, withdraw; and their end by time."""

from datetime import timedelta
from uuid import UUID

from xinyidai.audit import service as audit
from xinyidai.financing_needs import policies, queries
from xinyidai.financing_needs.lifecycle import LIFECYCLE
from xinyidai.financing_needs.models import FinancingNeed
from xinyidai.financing_needs.values import FinancingNeedAction, FinancingNeedState, NeedFacts
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db
from xinyidai.kernel.errors import InvalidInput
from xinyidai.matching import service as matching
from xinyidai.matching.service import MatchResult

OPEN_DAYS = 90  # a published need is offered for a quarter, then asked anew
LONGEST_TERM_MONTHS = 360
LONGEST_TEXT = 1000


def draft_need(actor: Actor, enterprise_id: UUID, facts: NeedFacts) -> FinancingNeed:
    """Keep a need as a draft that only the firm sees."""
    policies.require_own(actor, enterprise_id)
    _require_sound(facts)
    need = FinancingNeed(
        enterprise_id=enterprise_id,
        state=FinancingNeedState.DRAFT,
        created_by=actor.account_id,
    )
    _write(need, facts)
    db.session.add(need)
    db.session.flush()
    audit.record(actor, FinancingNeedAction.DRAFT, "financing_need", need.id)
    return need


def update_need(actor: Actor, need_id: UUID, facts: NeedFacts) -> FinancingNeed:
    """Replace what a draft says."""
    need = _load_for(actor, need_id)
    _require_sound(facts)
    need.state = LIFECYCLE.next_state(need.state, FinancingNeedAction.UPDATE)
    _write(need, facts)
    audit.record(actor, FinancingNeedAction.UPDATE, "financing_need", need.id)
    return need


def publish_need(actor: Actor, need_id: UUID) -> FinancingNeed:
    """Publish a draft, 发布需求, for `OPEN_DAYS` days."""
    need = _load_for(actor, need_id)
    need.state = LIFECYCLE.next_state(need.state, FinancingNeedAction.PUBLISH)
    need.published_at = clock.now()
    need.expires_on = clock.today() + timedelta(days=OPEN_DAYS)
    audit.record(actor, FinancingNeedAction.PUBLISH, "financing_need", need.id)
    return need


def withdraw_need(actor: Actor, need_id: UUID) -> FinancingNeed:
    """Withdraw a draft or a published need, 撤回需求."""
    need = _load_for(actor, need_id)
    need.state = LIFECYCLE.next_state(need.state, FinancingNeedAction.WITHDRAW)
    need.closed_at = clock.now()
    audit.record(actor, FinancingNeedAction.WITHDRAW, "financing_need", need.id)
    return need


def match_need(actor: Actor, need_id: UUID) -> MatchResult:
    """Match the actor's own firm against what this need of it says, and store the run."""
    need = queries.get_need(need_id)
    policies.require_own(actor, need.enterprise_id)
    return matching.match_own_firm(actor, need.enterprise_id, need.wish, need_id=need.id)


def expire_needs(actor: Actor) -> int:
    """End every published need whose last day has passed; return how many."""
    overdue = queries.list_overdue_needs(clock.today())
    for need in overdue:
        policies.require_own(actor, need.enterprise_id)
        need.state = LIFECYCLE.next_state(need.state, FinancingNeedAction.EXPIRE)
        need.closed_at = clock.now()
        audit.record(actor, FinancingNeedAction.EXPIRE, "financing_need", need.id)
    return len(overdue)


def _load_for(actor: Actor, need_id: UUID) -> FinancingNeed:
    need = queries.get_need(need_id, for_update=True)
    policies.require_own(actor, need.enterprise_id)
    return need


def _require_sound(facts: NeedFacts) -> None:
    problems: dict[str, str] = {}
    if facts.wish.amount_fen is None or facts.wish.amount_fen <= 0:
        problems["amount"] = "请填写想要的金额，须大于零。"
    if not 1 <= (facts.wish.term_months or 0) <= LONGEST_TERM_MONTHS:
        problems["term_months"] = f"请填写期限,1 至 {LONGEST_TERM_MONTHS} 个月。"
    if not 1 <= len(facts.purpose_text.strip()) <= LONGEST_TEXT:
        problems["purpose_text"] = f"请写明资金用途，不超过 {LONGEST_TEXT} 字。"
    if len(facts.preferences) > LONGEST_TEXT:
        problems["preferences"] = f"其他要求不超过 {LONGEST_TEXT} 字。"
    if problems:
        raise InvalidInput("融资需求有误，请按提示修改。", fields=problems)


def _write(need: FinancingNeed, facts: NeedFacts) -> None:
    need.amount_fen = facts.wish.amount_fen or 0
    need.term_months = facts.wish.term_months or 0
    need.guarantee = facts.wish.guarantee
    need.purpose_text, need.preferences = facts.purpose_text.strip(), facts.preferences.strip()
